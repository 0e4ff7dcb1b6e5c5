package org.sealpost.journal;

/// What is there of an entry.
public enum EntryState {
    WHOLE,
    /// The body was erased by policy or order; the leaf is intact.
    BODY_ERASED,
    /// The body was damaged and could not be saved by a salvage; the leaf is intact.
    BODY_LOST,
    /// Leaf and body were damaged; a salvage kept the leaf's hash, which the tree still had.
    LEAF_LOST;

    // Bits of a frame's flags.
    private static final int ERASED = 1;
    private static final int LOST = 2;
    private static final int HASH_ONLY = 4;

    /// Says what a frame's flags mean.
    ///
    /// @throws Flaw if this version does not know them
    static EntryState of(int flags, long index, long offset) throws Flaw {
        return switch (flags) {
            case 0 -> WHOLE;
            case ERASED -> BODY_ERASED;
            case LOST -> BODY_LOST;
            case LOST | HASH_ONLY -> LEAF_LOST;
            default ->
                throw Flaw.field(
                        "frame of entry " + index, offset, "flags", flags, "0, 1, 2 or 6, as this version knows them");
        };
    }

    int flags() {
        return switch (this) {
            case WHOLE -> 0;
            case BODY_ERASED -> ERASED;
            case BODY_LOST -> LOST;
            case LEAF_LOST -> LOST | HASH_ONLY;
        };
    }
}
