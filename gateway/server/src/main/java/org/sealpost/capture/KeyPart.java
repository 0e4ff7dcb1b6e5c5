package org.sealpost.capture;

import java.util.Arrays;

/// The fingerprints of the newest entries and their indexes, in memory until they are written to a file.
/// Several keys may have one fingerprint: whoever asks gets all candidates and decides. The writer's; once it
/// is closed, anybody's.
///
/// Two arrays in the order of arrival, and a hash table of places in them (open addressing, linear probing)
/// that is at most half full: 24 bytes a key.
final class KeyPart {
    private static final long[] NONE = {};
    private static final int EMPTY = -1;

    private final long first;
    private final long beforeMillis;
    private long[] fingerprints = new long[64];
    private long[] indexes = new long[64];
    private int[] table = newTable(128);
    private int count;

    /// A part to which nothing is added any more.
    ///
    /// @param next       the entry behind the last one that it covers, all of which were forced
    /// @param lastMillis running time at that last one
    record Closed(KeyPart part, long next, long lastMillis) {}

    /// @param first        the first entry that it covers, with a key or without
    /// @param beforeMillis running time before that
    KeyPart(long first, long beforeMillis) {
        this.first = first;
        this.beforeMillis = beforeMillis;
    }

    long first() {
        return first;
    }

    long beforeMillis() {
        return beforeMillis;
    }

    int count() {
        return count;
    }

    KeyFile.Item item(int place) {
        return new KeyFile.Item(fingerprints[place], indexes[place]);
    }

    void add(long fingerprint, long index) {
        if (count == fingerprints.length) grow();
        fingerprints[count] = fingerprint;
        indexes[count] = index;
        insert(count++);
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

    private void grow() {
        fingerprints = Arrays.copyOf(fingerprints, count * 2);
        indexes = Arrays.copyOf(indexes, count * 2);
        table = newTable(count * 4);
        for (int i = 0; i < count; i++) insert(i);
    }

    private void insert(int place) {
        int slot = home(fingerprints[place]);
        while (table[slot] != EMPTY) slot = next(slot);
        table[slot] = place;
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
