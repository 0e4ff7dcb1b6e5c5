package org.sealpost.archive.index;

import java.nio.ByteBuffer;

/// One line of the index: what kind of value, the value or its hash, and the entry that has it. In its 17 bytes
/// it sorts by kind, value and entry (docs/formats.md §17).
record Term(Kind kind, long value, long index) {
    static final int SIZE = 17;

    /// By what an entry is found. In the order of their numbers, from 1.
    enum Kind {
        KEY,
        BUSINESS_KEY,
        TIME,
        SOURCE,
        SOURCE_KIND,
        LOST
    }

    static byte[] encode(Kind kind, long value, long index) {
        return ByteBuffer.allocate(SIZE)
                .put((byte) (kind.ordinal() + 1))
                .putLong(value)
                .putLong(index)
                .array();
    }

    static boolean isOf(Kind kind, byte[] encoded) {
        return encoded[0] == kind.ordinal() + 1;
    }

    static long valueIn(byte[] encoded) {
        return ByteBuffer.wrap(encoded).getLong(1);
    }

    static long indexIn(byte[] encoded) {
        return ByteBuffer.wrap(encoded).getLong(1 + Long.BYTES);
    }
}
