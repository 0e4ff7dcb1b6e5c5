package org.sealpost.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.SegmentUse;

/// Block 0 of a file of keys: docs/formats.md §16.
///
/// @param count        of fingerprints
/// @param segment      the segment in which all its entries lie, and the use of it that was read
/// @param first        the first entry covered, with a key or without
/// @param next         the one behind the last
/// @param beforeMillis running time before the first of them
/// @param lastMillis   running time at the last of them
record KeyFileHeader(
        int count,
        long segment,
        SegmentUse use,
        long first,
        long next,
        long beforeMillis,
        long lastMillis,
        long secretId) {
    static final String SUFFIX = ".keys";
    static final int PER_BLOCK = 341;

    private static final String MAGIC = "SEALPKEY";

    String fileName() {
        return "%016d%s".formatted(first, SUFFIX);
    }

    int blocks() {
        return (count + PER_BLOCK - 1) / PER_BLOCK;
    }

    ByteBuffer encode() {
        ByteBuffer block = WindowFile.firstBlock(MAGIC).putInt(count).putLong(segment);
        put(block, use);
        block.putLong(first)
                .putLong(next)
                .putLong(beforeMillis)
                .putLong(lastMillis)
                .putLong(secretId);
        return WindowFile.seal(block);
    }

    static KeyFileHeader read(DiskFile file, String name) throws java.io.IOException, WindowFileBad {
        ByteBuffer block = WindowFile.firstBlock(file, name, MAGIC);
        var header = new KeyFileHeader(
                block.getInt(12),
                block.getLong(16),
                use(block, 24),
                block.getLong(40),
                block.getLong(48),
                block.getLong(56),
                block.getLong(64),
                block.getLong(72));
        if (header.count < 0 || header.first < 0 || header.first >= header.next) {
            throw new WindowFileBad(name, "covers no entries");
        }
        long size = (1L + header.blocks()) * WindowFile.BLOCK;
        if (file.size() != size) {
            throw new WindowFileBad(name, "has %d bytes, expected %d".formatted(file.size(), size));
        }
        return header;
    }

    /// The nonce's bytes, in their order.
    static void put(ByteBuffer block, SegmentUse use) {
        block.order(ByteOrder.BIG_ENDIAN).putLong(use.high()).putLong(use.low());
        block.order(ByteOrder.LITTLE_ENDIAN);
    }

    static SegmentUse use(ByteBuffer block, int offset) {
        ByteBuffer bytes = block.duplicate().order(ByteOrder.BIG_ENDIAN);
        return new SegmentUse(bytes.getLong(offset), bytes.getLong(offset + 8));
    }
}
