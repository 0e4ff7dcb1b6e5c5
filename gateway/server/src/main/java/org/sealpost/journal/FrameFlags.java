package org.sealpost.journal;

/// What the flags of a frame say: `docs/formats.md` §7.
final class FrameFlags {
    static final int WHOLE = 0;

    private static final int BODY_ERASED = 1;
    private static final int BODY_LOST = 2;
    private static final int LEAF_LOST = 4;

    /// The hash that stands for a leaf.
    private static final int HASH_SIZE = 32;

    private FrameFlags() {}

    static int of(EntryState state) {
        return switch (state) {
            case WHOLE -> WHOLE;
            case BODY_ERASED -> BODY_ERASED;
            case BODY_LOST -> BODY_LOST;
            case LEAF_LOST -> BODY_LOST | LEAF_LOST;
        };
    }

    /// @throws Flaw if no version up to this one writes such a frame
    static EntryState state(int flags, int leafLength, long index, long offset) throws Flaw {
        if (flags == WHOLE) {
            return EntryState.WHOLE;
        }
        if (flags == BODY_ERASED) {
            return EntryState.BODY_ERASED;
        }
        if (flags == BODY_LOST) {
            return EntryState.BODY_LOST;
        }
        if (flags == (BODY_LOST | LEAF_LOST) && leafLength == HASH_SIZE) {
            return EntryState.LEAF_LOST;
        }
        throw Flaw.field("frame of entry " + index, offset, "flags", flags, "0, 1, 2, or 6 with a leaf of 32 bytes");
    }
}
