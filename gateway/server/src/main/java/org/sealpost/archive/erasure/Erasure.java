package org.sealpost.archive.erasure;

import java.util.List;
import org.sealpost.record.ClockReading;

/// An order to erase the bodies of records, in force.
///
/// @param position its place in the journal of erasures, which is its name
/// @param by       who gave it
/// @param rule     the policy, or what the owner gave as the reason
/// @param ranges   ascending, neither overlapping nor touching
public record Erasure(
        long position, ClockReading at, String by, String rule, ErasureForm form, List<IndexRange> ranges) {
    public Erasure {
        ranges = List.copyOf(ranges);
    }

    /// Whether it is about this entry; what the box itself recorded stays all the same.
    public boolean holds(long index) {
        int low = 0;
        int high = ranges.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            var range = ranges.get(middle);
            if (range.holds(index)) return true;
            if (index < range.first()) high = middle - 1;
            else low = middle + 1;
        }
        return false;
    }

    /// Whether it is about any of these entries.
    boolean meets(long first, long next) {
        if (ranges.getLast().next() <= first || ranges.getFirst().first() >= next) return false;
        return ranges.stream().anyMatch(range -> range.meets(first, next));
    }

    /// How many entries lie in its ranges.
    public long entryCount() {
        return ranges.stream().mapToLong(IndexRange::count).sum();
    }
}
