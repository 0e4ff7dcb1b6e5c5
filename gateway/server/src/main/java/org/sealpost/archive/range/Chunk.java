package org.sealpost.archive.range;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/// A piece of a range file with checksums of its own, so that what is whole of a torn file counts
/// (docs/formats.md §19).
///
/// @param number place in its file, from 0
/// @param offset where its header begins
/// @param bytes  what it holds
record Chunk(Kind kind, int number, long offset, byte[] bytes) {
    static final int MAX_BYTES = 64 << 20;

    /// So that what is remembered of each has a bound.
    static final int MAX_COUNT = 1 << 16;

    static final int HEADER_BYTES = 32;
    static final long MAGIC = 0x31_4b_4e_55_48_43_50_53L; // SPCHUNK1, little-endian

    private static final int ALIGNED = 8;

    enum Kind {
        HEAD,
        ENTRIES,
        END;

        int number() {
            return ordinal() + 1;
        }

        static Optional<Kind> of(int number) {
            return Arrays.stream(values())
                    .filter(kind -> kind.number() == number)
                    .findFirst();
        }
    }

    /// Where the next one begins.
    long end() {
        return offset + size(bytes.length);
    }

    /// What a chunk takes in its file.
    static long size(long length) {
        return HEADER_BYTES + (length + ALIGNED - 1) / ALIGNED * ALIGNED;
    }

    /// As it lies in a file: header, bytes, zeros.
    ByteBuffer encode() {
        var out = ByteBuffer.allocate((int) size(bytes.length)).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(MAGIC).putInt(kind.number()).putInt(number).putLong(bytes.length);
        out.putInt(crc(bytes, 0, bytes.length));
        out.putInt(crc(out.array(), 0, HEADER_BYTES - Integer.BYTES));
        out.put(bytes).position(0);
        return out;
    }

    static int crc(byte[] bytes, int offset, int length) {
        var crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
