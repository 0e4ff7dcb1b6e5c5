package org.sealpost.capture;

import java.util.Arrays;

/// The newest fingerprints of idempotency keys and the indexes of their entries. Several keys may have one
/// fingerprint: whoever asks gets all candidates and decides. Not thread-safe.
///
/// A ring keeps the order of arrival, a hash table of ring positions (open addressing, linear probing) finds
/// them; both are arrays of numbers that grow up to the bound, at most half full, 24 bytes a key.
final class KeyWindow {
    private static final long[] NONE = {};
    private static final int EMPTY = -1;

    private final int maxKeys;
    private long[] fingerprints = new long[64];
    private long[] indexes = new long[64];
    private int[] table = newTable(128);
    private int oldest;
    private int count;

    /// @param maxKeys from 1 to 2^27
    KeyWindow(int maxKeys) {
        this.maxKeys = maxKeys;
    }

    int count() {
        return count;
    }

    /// The indexes of all entries whose key has this fingerprint, in no order.
    long[] candidates(long fingerprint) {
        long[] found = NONE;
        for (int slot = home(fingerprint); table[slot] != EMPTY; slot = next(slot)) {
            if (fingerprints[table[slot]] == fingerprint) {
                found = Arrays.copyOf(found, found.length + 1);
                found[found.length - 1] = indexes[table[slot]];
            }
        }
        return found;
    }

    /// Remembers a key, and forgets the oldest one if there are too many.
    void add(long fingerprint, long index) {
        if (count == maxKeys) forgetOldest();
        if (count == fingerprints.length) grow();
        int position = (oldest + count) & (fingerprints.length - 1);
        fingerprints[position] = fingerprint;
        indexes[position] = index;
        count++;
        insert(position);
    }

    private void insert(int position) {
        int slot = home(fingerprints[position]);
        while (table[slot] != EMPTY) slot = next(slot);
        table[slot] = position;
    }

    private void forgetOldest() {
        int slot = home(fingerprints[oldest]);
        while (table[slot] != oldest) slot = next(slot);
        close(slot);
        oldest = (oldest + 1) & (fingerprints.length - 1);
        count--;
    }

    /// Empties a slot and moves back those behind it that would not be found across the hole.
    private void close(int hole) {
        int slot = hole;
        while (true) {
            slot = next(slot);
            if (table[slot] == EMPTY) break;
            int home = home(fingerprints[table[slot]]);
            // Distances around the table: an item may move into the hole if its home is not between hole and slot.
            if (((slot - home) & (table.length - 1)) >= ((slot - hole) & (table.length - 1))) {
                table[hole] = table[slot];
                hole = slot;
            }
        }
        table[hole] = EMPTY;
    }

    private void grow() {
        int size = fingerprints.length;
        long[] widerFingerprints = new long[size * 2];
        long[] widerIndexes = new long[size * 2];
        for (int i = 0; i < count; i++) {
            int position = (oldest + i) & (size - 1);
            widerFingerprints[i] = fingerprints[position];
            widerIndexes[i] = indexes[position];
        }
        fingerprints = widerFingerprints;
        indexes = widerIndexes;
        oldest = 0;
        table = newTable(size * 4);
        for (int i = 0; i < count; i++) insert(i);
    }

    private int home(long fingerprint) {
        // Fingerprints are hashes already; the multiplication is for the weak ones of tests.
        return (int) ((fingerprint * 0x9E3779B97F4A7C15L) >>> 32) & (table.length - 1);
    }

    private int next(int slot) {
        return (slot + 1) & (table.length - 1);
    }

    private static int[] newTable(int size) {
        int[] table = new int[size];
        Arrays.fill(table, EMPTY);
        return table;
    }
}
