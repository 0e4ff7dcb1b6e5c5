package org.sealpost.capture;

import java.time.Duration;

/// The sizes that follow from how many keys are remembered, and for how long.
///
/// @param rememberedKeys at least so many of the newest, if they are not too old
/// @param forMillis      of running time
/// @param partKeys       how many are gathered in memory before they are written to a file
/// @param generationKeys how many the files under one filter have together, before the next filter is begun
/// @param filterBlocks   of 64 bytes: some 17 bits a key
record WindowSizes(int rememberedKeys, long forMillis, int partKeys, int generationKeys, int filterBlocks) {
    // With what may wait for the same force (65,536 records) a part has 163,840 keys at most.
    private static final int MOST_PART_KEYS = 98_304;
    private static final int KEYS_PER_BLOCK = 30;

    static WindowSizes of(int rememberedKeys, Duration window) {
        int part = Math.clamp(rememberedKeys / 32, 1, MOST_PART_KEYS);
        int generation = Math.max(part, rememberedKeys / 8);
        int blocks = generation / KEYS_PER_BLOCK + 1;
        return new WindowSizes(rememberedKeys, window.toMillis(), part, generation, blocks);
    }

    /// A part is closed when it is that old, so that keys are forgotten hour by hour where few come.
    long partMillis() {
        return forMillis / 24;
    }
}
