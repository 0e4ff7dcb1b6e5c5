package org.sealpost.archive.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Which rows of a guide a term has: all of them in one block, so that whoever looks reads one (docs/formats.md §17).
final class GuideRows {
    static final int A_BLOCK = 511;

    private static final int A_TERM = 5;
    private static final int BITS = 10;

    private GuideRows() {}

    /// Of times there are too many, and the ends of a part tell enough of them; those of damage everybody looks for.
    static boolean tell(Term.Kind kind) {
        return switch (kind) {
            case KEY, BUSINESS_KEY, SOURCE, SOURCE_KIND -> true;
            case TIME, LOST -> false;
        };
    }

    /// The term's own number, spread evenly.
    static long of(Term.Kind kind, long value) {
        long spread = value + (kind.ordinal() + 1) * 0x9e3779b97f4a7c15L;
        spread = (spread ^ (spread >>> 30)) * 0xbf58476d1ce4e5b9L;
        spread = (spread ^ (spread >>> 27)) * 0x94d049bb133111ebL;
        return spread ^ (spread >>> 31);
    }

    static int block(long number, int blocks) {
        return (int) Math.unsignedMultiplyHigh(number, blocks);
    }

    /// Its rows within that block, some of them perhaps the same.
    static int[] rows(long number) {
        int[] rows = new int[A_TERM];
        for (int i = 0; i < A_TERM; i++) rows[i] = (int) (number >>> (BITS * i) & (1 << BITS) - 1) % A_BLOCK;
        return rows;
    }

    /// Which columns have all rows of a term.
    static long columns(ByteBuffer block, long number) {
        long columns = -1;
        for (int row : rows(number)) columns &= block.getLong(row * Long.BYTES);
        return columns;
    }

    /// Of a block of rows with its number.
    static int checksum(ByteBuffer block, int number, int headerChecksum) {
        var all = ByteBuffer.allocate(PartHeader.BLOCK + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        all.putInt(headerChecksum).putInt(number).put(block.array(), 0, PartHeader.BLOCK - Integer.BYTES);
        return PartHeader.crc(all.array(), 0, all.position());
    }

    /// The column of one part: a bit for each row.
    static final class Column {
        private final long[] bits;
        private final int blocks;

        Column(int blocks) {
            this.blocks = blocks;
            this.bits = new long[Math.ceilDiv(blocks * A_BLOCK, Long.SIZE)];
        }

        void add(Term.Kind kind, long value) {
            long number = of(kind, value);
            int first = block(number, blocks) * A_BLOCK;
            for (int row : rows(number)) bits[(first + row) / Long.SIZE] |= 1L << (first + row);
        }

        boolean has(int block, int row) {
            int place = block * A_BLOCK + row;
            return (bits[place / Long.SIZE] >>> place & 1) != 0;
        }
    }
}
