package org.sealpost.journal;

/// Sizes and places in a segment, as `docs/formats.md` §7 has them.
final class Layout {
    static final int BLOCK_SIZE = 4096;
    static final int GROUP_HEADER_SIZE = 64;
    static final int FRAME_HEADER_SIZE = 48;
    static final int FRAME_CHECKSUM_AT = FRAME_HEADER_SIZE - 4;
    static final int FRAME_ALIGNMENT = 8;
    static final int TABLE_ITEM_SIZE = 4;
    static final int FOOTER_ITEM_SIZE = 8;
    static final int TRAILER_SIZE = 64;
    static final int NONCE_SIZE = 16;

    private Layout() {}

    static long toBlocks(long sizeBytes) {
        return (sizeBytes + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE;
    }

    /// The bytes that an entry of `entrySizeBytes` takes in its group, without its item in the table.
    static long frameSize(long entrySizeBytes) {
        return (FRAME_HEADER_SIZE + entrySizeBytes + FRAME_ALIGNMENT - 1) / FRAME_ALIGNMENT * FRAME_ALIGNMENT;
    }

    /// The bytes of a group whose frames end at `framesEnd`.
    static long groupSize(long framesEnd, int count) {
        return toBlocks(framesEnd + (long) TABLE_ITEM_SIZE * count);
    }

    static long footerSize(int groupCount) {
        return toBlocks(TRAILER_SIZE + (long) FOOTER_ITEM_SIZE * groupCount);
    }
}
