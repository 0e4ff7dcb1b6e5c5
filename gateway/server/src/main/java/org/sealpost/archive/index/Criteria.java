package org.sealpost.archive.index;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sealpost.archive.RecordSearch.Query;
import org.sealpost.archive.RecordSearch.Sight;

/// A question in the index's terms: an entry must have one of the values of each criterion.
///
/// @param all the one that leaves the fewest comes first
record Criteria(List<List<Range>> all) {
    /// Values of one kind, both ends included, as unsigned numbers.
    record Range(Term.Kind kind, long low, long high) {
        static Range of(Term.Kind kind, long value) {
            return new Range(kind, value, value);
        }
    }

    static Criteria of(Query query, Sight sight, TermHash hash) {
        List<List<Range>> all = new ArrayList<>();
        query.key()
                .ifPresent(key -> all.add(
                        List.of(Range.of(Term.Kind.KEY, hash.key(query.client().orElseThrow(), key)))));
        query.businessKey()
                .ifPresent(asked -> all.add(
                        List.of(Range.of(Term.Kind.BUSINESS_KEY, hash.businessKey(asked.profile(), asked.value())))));
        if (query.from().isPresent() || query.to().isPresent()) {
            all.add(List.of(new Range(
                    Term.Kind.TIME,
                    query.from().map(Criteria::millis).orElse(0L),
                    query.to().map(Criteria::millis).orElse(Long.MAX_VALUE))));
        }
        query.client().ifPresent(client -> all.add(List.of(Range.of(Term.Kind.SOURCE, hash.source(client)))));
        List<Range> seen = new ArrayList<>();
        seen.add(Range.of(Term.Kind.SOURCE, hash.source(sight.client())));
        for (var kind : sight.kinds()) seen.add(Range.of(Term.Kind.SOURCE_KIND, kind.number()));
        all.add(seen);
        return new Criteria(all);
    }

    /// Whole milliseconds, and no further than they can be told: the record itself decides.
    private static long millis(Instant time) {
        try {
            return Math.max(0, time.toEpochMilli());
        } catch (ArithmeticException e) {
            return time.getEpochSecond() < 0 ? 0 : Long.MAX_VALUE;
        }
    }

    /// The entries that fit, in their order.
    long[] entries(Terms terms) throws PartBad {
        long[] fitting = any(terms, all.getFirst());
        for (var criterion : all.subList(1, all.size())) {
            if (fitting.length == 0) return fitting;
            fitting = both(fitting, any(terms, criterion));
        }
        return fitting;
    }

    private static long[] any(Terms terms, List<Range> ranges) throws PartBad {
        long[] any = new long[0];
        for (var range : ranges) {
            long[] more = terms.entries(range.kind, range.low, range.high);
            if (any.length == 0) {
                any = more;
                continue;
            }
            int size = any.length;
            any = Arrays.copyOf(any, size + more.length);
            System.arraycopy(more, 0, any, size, more.length);
        }
        if (ranges.size() == 1) return any;
        return Arrays.stream(any).sorted().distinct().toArray();
    }

    private static long[] both(long[] one, long[] other) {
        long[] both = new long[Math.min(one.length, other.length)];
        int size = 0;
        for (int i = 0, j = 0; i < one.length && j < other.length; ) {
            if (one[i] == other[j]) {
                both[size++] = one[i++];
                j++;
            } else if (one[i] < other[j]) i++;
            else j++;
        }
        return Arrays.copyOf(both, size);
    }
}
