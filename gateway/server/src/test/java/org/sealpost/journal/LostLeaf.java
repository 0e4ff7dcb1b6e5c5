package org.sealpost.journal;

import java.io.IOException;

/// What salvage leaves of an entry whose leaf was damaged, for tests elsewhere.
public final class LostLeaf {
    private LostLeaf() {}

    /// @param hash of the leaf
    public static void append(Journal journal, byte[] hash) throws IOException {
        journal.append(hash, new byte[0], EntryState.LEAF_LOST);
        journal.force();
    }
}
