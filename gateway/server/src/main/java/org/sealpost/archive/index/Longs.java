package org.sealpost.archive.index;

import java.util.ArrayList;
import java.util.List;

/// A list of numbers that grows by small arrays, so that nothing is copied and no array is large ([MemoryTable]).
final class Longs {
    private static final int CHUNK = 1024;

    private final List<long[]> chunks = new ArrayList<>();
    private int size;

    int size() {
        return size;
    }

    long get(int place) {
        return chunks.get(place / CHUNK)[place % CHUNK];
    }

    void add(long number) {
        if (size % CHUNK == 0) chunks.add(new long[CHUNK]);
        chunks.get(size / CHUNK)[size % CHUNK] = number;
        size++;
    }

    /// Those from one place up to another.
    Longs of(int from, int to) {
        var part = new Longs();
        for (int place = from; place < to; place++) part.add(get(place));
        return part;
    }

    /// Where the first one stands that is not below a number, of those in ascending order.
    int firstFrom(long number) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle) < number) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
