package org.sealpost.archive.index;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.archive.RecordSearch.Query;
import org.sealpost.archive.RecordSearch.Sight;

/// A question in the index's terms: an entry must have one of the values of each criterion.
///
/// Each leaves nothing but what whoever asks may see, or is about times alone, which the public log tells
/// anyway: so how much is looked at says nothing of what others handed over.
///
/// @param all  the narrowest comes first
/// @param time comes last
record Criteria(List<List<Range>> all, Optional<Times> time) {
    /// Of so few the records themselves decide: that costs less than looking for all others that would fit.
    static final int FEW = 16;

    private static final long[] NONE = {};

    /// Values of one kind, both ends included, as unsigned numbers.
    record Range(Term.Kind kind, long low, long high) {
        static Range of(Term.Kind kind, long value) {
            return new Range(kind, value, value);
        }
    }

    /// Of a client whose records may be seen ([Sight#shows]), or of none.
    static Criteria of(Query query, Sight sight, TermHash hash) {
        List<List<Range>> all = new ArrayList<>();
        query.key()
                .ifPresent(key -> all.add(
                        List.of(Range.of(Term.Kind.KEY, hash.key(query.client().orElseThrow(), key)))));
        // Of their own records alone: no others have any.
        query.businessKey()
                .ifPresent(asked -> all.add(List.of(Range.of(
                        Term.Kind.BUSINESS_KEY, hash.businessKey(sight.client(), asked.profile(), asked.value())))));
        if (query.client().isPresent()) {
            all.add(List.of(
                    Range.of(Term.Kind.SOURCE, hash.source(query.client().get()))));
        } else if (all.isEmpty()) {
            all.add(seen(sight, hash));
        }
        return new Criteria(all, time(query));
    }

    private static List<Range> seen(Sight sight, TermHash hash) {
        List<Range> seen = new ArrayList<>();
        seen.add(Range.of(Term.Kind.SOURCE, hash.source(sight.client())));
        for (var kind : sight.kinds()) seen.add(Range.of(Term.Kind.SOURCE_KIND, kind.number()));
        return seen;
    }

    private static Optional<Times> time(Query query) {
        if (query.from().isEmpty() && query.to().isEmpty()) return Optional.empty();
        return Optional.of(new Times(
                query.from().map(Criteria::millis).orElse(0L),
                query.to().map(Criteria::millis).orElse(Long.MAX_VALUE)));
    }

    /// Whole milliseconds, and no further than they can be told: the record itself decides.
    private static long millis(Instant time) {
        try {
            return Math.max(0, time.toEpochMilli());
        } catch (ArithmeticException e) {
            return time.getEpochSecond() < 0 ? 0 : Long.MAX_VALUE;
        }
    }

    /// The entries that may fit, in their order; none is missing, and the record itself decides.
    long[] entries(Terms terms) throws PartBad {
        Optional<Times> asked = time;
        if (asked.isPresent()) {
            var there = terms.times();
            if (!asked.get().meets(there)) return NONE;
            if (asked.get().covers(there)) asked = Optional.empty();
        }
        long[] fitting = any(terms, all.getFirst());
        for (var criterion : all.subList(1, all.size())) {
            if (fitting.length <= FEW) return fitting;
            fitting = both(fitting, any(terms, criterion));
        }
        if (fitting.length <= FEW || asked.isEmpty()) return fitting;
        return both(
                fitting,
                terms.entries(
                        Term.Kind.TIME, asked.get().earliest(), asked.get().latest()));
    }

    /// Which parts of a guide may have an entry that fits: a bit for each of its columns.
    long columns(Guide guide) throws PartBad {
        long fitting = -1;
        for (var criterion : all) {
            long any = 0;
            for (var range : criterion) {
                any |= range.low == range.high && GuideRows.tell(range.kind)
                        ? guide.columns(range.kind, range.low)
                        : -1;
            }
            fitting &= any;
            if (fitting == 0) break;
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
