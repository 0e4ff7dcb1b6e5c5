package org.sealpost.anchor;

import java.util.Arrays;
import java.util.OptionalLong;

/// Where in a journal the entries about heads stand, by the heads' sizes: 16 bytes for each, the rest stays on the
/// disk.
///
/// The relay's thread adds, any thread asks; nobody waits for more than a look into an array.
final class EntriesBySize {
    private long[] sizes = new long[64];
    private long[] entries = new long[64];
    private int count;

    /// Of two entries about one size the later one counts.
    synchronized void put(long size, long entry) {
        int at = Arrays.binarySearch(sizes, 0, count, size);
        if (at >= 0) {
            entries[at] = entry;
            return;
        }
        int place = -at - 1;
        if (count == sizes.length) {
            sizes = Arrays.copyOf(sizes, count * 2);
            entries = Arrays.copyOf(entries, count * 2);
        }
        System.arraycopy(sizes, place, sizes, place + 1, count - place);
        System.arraycopy(entries, place, entries, place + 1, count - place);
        sizes[place] = size;
        entries[place] = entry;
        count++;
    }

    /// Forgets the heads above this size.
    synchronized void cut(long size) {
        while (count > 0 && sizes[count - 1] > size) count--;
    }

    /// Forgets the head of this size, unless another entry than this one counts by now.
    synchronized void forget(long size, long entry) {
        int at = Arrays.binarySearch(sizes, 0, count, size);
        if (at < 0 || entries[at] != entry) return;
        System.arraycopy(sizes, at + 1, sizes, at, count - at - 1);
        System.arraycopy(entries, at + 1, entries, at, count - at - 1);
        count--;
    }

    /// The entry about the head of exactly this size.
    synchronized OptionalLong at(long size) {
        int at = Arrays.binarySearch(sizes, 0, count, size);
        return at >= 0 ? OptionalLong.of(entries[at]) : OptionalLong.empty();
    }

    /// The entry of the smallest head that covers this index of the log.
    synchronized OptionalLong covering(long index) {
        int at = Arrays.binarySearch(sizes, 0, count, index + 1);
        if (at < 0) at = -at - 1;
        return at < count ? OptionalLong.of(entries[at]) : OptionalLong.empty();
    }

    /// The smallest size whose entry is this one or a later one; if there is none, the one above the largest.
    synchronized long firstFrom(long entry) {
        for (int at = 0; at < count; at++) {
            if (entries[at] >= entry) return sizes[at];
        }
        return count == 0 ? 0 : sizes[count - 1] + 1;
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
