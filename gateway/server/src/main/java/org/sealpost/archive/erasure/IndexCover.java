package org.sealpost.archive.erasure;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/// All entries that orders are about. Grows only; what it once held it holds at every moment from then on. One
/// thread adds at a time, any thread asks.
final class IndexCover {
    // From the first index of a range to the one behind its last. While a range is added, others may still lie inside
    // it or behind its beginning.
    private final ConcurrentSkipListMap<Long, Long> nextByFirst = new ConcurrentSkipListMap<>();

    void add(List<IndexRange> ranges) {
        ranges.forEach(this::add);
    }

    private void add(IndexRange range) {
        long first = range.first();
        long next = range.next();
        var before = nextByFirst.floorEntry(first);
        if (before != null && before.getValue() >= first) {
            first = before.getKey();
            next = Math.max(next, before.getValue());
        }
        for (var inside = nextByFirst.ceilingEntry(first + 1);
                inside != null && inside.getKey() <= next;
                inside = nextByFirst.higherEntry(inside.getKey())) {
            next = Math.max(next, inside.getValue());
        }
        nextByFirst.put(first, next);
        nextByFirst.subMap(first, false, next, true).clear();
    }

    boolean holds(long index) {
        var range = nextByFirst.floorEntry(index);
        return range != null && index < range.getValue();
    }

    /// The lowest index from this one on that it does not hold.
    long firstBeyond(long index) {
        var range = nextByFirst.floorEntry(index);
        return range != null && index < range.getValue() ? range.getValue() : index;
    }
}
