package org.sealpost.anchor;

import java.util.Arrays;
import java.util.OptionalLong;

/// Where in the relay's journal the final heads stand, by size: 16 bytes for each, the rest stays on the disk.
///
/// The relay's thread adds, any thread asks; nobody waits for more than a look into an array.
final class FinalHeads {
    private long[] sizes = new long[64];
    private long[] entries = new long[64];
    private int count;

    /// @param size larger than all before
    synchronized void add(long size, long entry) {
        if (count > 0 && sizes[count - 1] >= size) {
            throw new IllegalStateException("head of size " + size + " is final after " + sizes[count - 1]);
        }
        if (count == sizes.length) {
            sizes = Arrays.copyOf(sizes, count * 2);
            entries = Arrays.copyOf(entries, count * 2);
        }
        sizes[count] = size;
        entries[count++] = entry;
    }

    /// Forgets the heads above this size.
    synchronized void cut(long size) {
        while (count > 0 && sizes[count - 1] > size) count--;
    }

    /// The entry of the smallest head that covers this index of the log.
    synchronized OptionalLong covering(long index) {
        int at = Arrays.binarySearch(sizes, 0, count, index + 1);
        if (at < 0) at = -at - 1;
        return at < count ? OptionalLong.of(entries[at]) : OptionalLong.empty();
    }

    /// The largest size; 0 if there is none.
    synchronized long largest() {
        return count == 0 ? 0 : sizes[count - 1];
    }

    /// The largest size below this one; 0 if there is none.
    synchronized long before(long size) {
        int at = Arrays.binarySearch(sizes, 0, count, size);
        int below = at < 0 ? -at - 2 : at - 1;
        return below < 0 ? 0 : sizes[below];
    }
}
