package org.sealpost.journal;

import java.util.Arrays;

/// Where the groups of one segment are: eight bytes a group.
///
/// One thread adds, any thread asks: an item, once counted, never changes.
final class GroupIndex {
    // For each group its offset in blocks (upper half) and its first index within the segment (lower half); one more
    // item behind them for the end. Replaced when it grows; the count is written last.
    private volatile long[] items;
    private volatile int count;

    GroupIndex() {
        items = new long[16];
        items[0] = item(1, 0);
    }

    private GroupIndex(long[] items) {
        this.items = items;
        this.count = items.length - 1;
    }

    /// @param items one for each group, then the end
    static GroupIndex of(long[] items) {
        return new GroupIndex(items);
    }

    /// Whether each group has room and entries, and the first one begins where groups do.
    static boolean isAscending(long[] items) {
        for (int group = 1; group < items.length; group++) {
            if (blocks(items[group]) <= blocks(items[group - 1])
                    || entries(items[group]) <= entries(items[group - 1])) {
                return false;
            }
        }
        return items[0] == item(1, 0);
    }

    static long item(long blocks, long entries) {
        return blocks << 32 | entries;
    }

    /// Adds a group behind the last.
    void add(int lengthBytes, int entryCount) {
        long[] current = items;
        int last = count;
        if (last + 1 == current.length) {
            current = Arrays.copyOf(current, current.length * 2);
        }
        long end = current[last];
        current[last + 1] = item(blocks(end) + lengthBytes / Layout.BLOCK_SIZE, entries(end) + entryCount);
        items = current;
        count = last + 1;
    }

    int count() {
        return count;
    }

    /// The group that holds the entry at `indexInSegment`, which must be one of those counted.
    int find(long indexInSegment) {
        int high = count;
        long[] current = items;
        int low = 0;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (entries(current[middle]) <= indexInSegment) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// In bytes from the start of the segment; that of group `count` is the end of the last.
    long offset(int group) {
        return blocks(items[group]) * Layout.BLOCK_SIZE;
    }

    /// First index of a group, counted from the segment's first; that of group `count` is the number of entries.
    long firstInSegment(int group) {
        return entries(items[group]);
    }

    long end() {
        return offset(count);
    }

    long entryCount() {
        return firstInSegment(count);
    }

    long itemAt(int group) {
        return items[group];
    }

    private static long blocks(long item) {
        return item >>> 32;
    }

    private static long entries(long item) {
        return item & 0xffff_ffffL;
    }
}
