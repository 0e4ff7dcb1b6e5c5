package org.sealpost.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Writes zeros, in pieces. Nothing of it is forced.
final class Zeros {
    private static final int PIECE_BYTES = 1024 * 1024;

    private Zeros() {}

    static void write(DiskFile file, long from, long to) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(Math.clamp(to - from, 1, PIECE_BYTES));
        for (long offset = from; offset < to; offset += zeros.limit()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), to - offset));
            file.write(offset, zeros);
        }
    }
}
