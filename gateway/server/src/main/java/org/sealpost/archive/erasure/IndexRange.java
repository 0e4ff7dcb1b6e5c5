package org.sealpost.archive.erasure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Some entries of the log, one behind the other.
///
/// @param first the index of the first of them
/// @param next  the index behind the last of them
public record IndexRange(long first, long next) {
    public IndexRange {
        if (first < 0 || next <= first) {
            throw new IllegalArgumentException("a range from " + first + " up to " + next + " holds no entry");
        }
    }

    public boolean holds(long index) {
        return index >= first && index < next;
    }

    public long count() {
        return next - first;
    }

    boolean meets(long otherFirst, long otherNext) {
        return first < otherNext && otherFirst < next;
    }

    /// The same entries in ascending order, in as few ranges as they take.
    static List<IndexRange> merged(List<IndexRange> ranges) {
        var merged = new ArrayList<IndexRange>();
        for (var range : ranges.stream()
                .sorted(Comparator.comparingLong(IndexRange::first))
                .toList()) {
            if (!merged.isEmpty() && merged.getLast().next >= range.first) {
                var before = merged.removeLast();
                merged.add(new IndexRange(before.first, Math.max(before.next, range.next)));
            } else {
                merged.add(range);
            }
        }
        return List.copyOf(merged);
    }

    static boolean isMerged(List<IndexRange> ranges) {
        for (int i = 1; i < ranges.size(); i++) {
            if (ranges.get(i - 1).next >= ranges.get(i).first) return false;
        }
        return true;
    }
}
