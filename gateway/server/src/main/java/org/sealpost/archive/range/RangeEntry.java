package org.sealpost.archive.range;

import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;

/// An entry as a range file carries it. Owns its arrays: nobody changes them.
///
/// @param leaf as the tree hashes it, 1 to 65,535 bytes; its hash where it was lost
/// @param body empty unless it is [State#WHOLE], and there where the leaf has none
public record RangeEntry(long index, byte[] leaf, byte[] body, State state) {
    /// What became of the body.
    public enum State {
        WHOLE,
        /// Erased where the file was made, or the entry was given up there.
        BODY_ERASED,
        /// Lost to damage there.
        BODY_LOST,
        /// Left out of the file, as whoever made it wished.
        BODY_LEFT_OUT,
        /// Lost to damage there with its leaf, of which the hash is left.
        LEAF_LOST
    }

    public RangeEntry {
        if (state != State.WHOLE && body.length > 0) throw new IllegalArgumentException("a body that is not there");
        if (state == State.LEAF_LOST && leaf.length != Hash.SIZE) throw new IllegalArgumentException("not a hash");
    }

    /// As it stands in the tree.
    Hash leafHash() {
        return state == State.LEAF_LOST ? Hash.of(leaf) : Merkle.leafHash(leaf);
    }
}
