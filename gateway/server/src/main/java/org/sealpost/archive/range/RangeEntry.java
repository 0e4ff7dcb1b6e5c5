package org.sealpost.archive.range;

/// An entry as a range file carries it. Owns its arrays: nobody changes them.
///
/// @param leaf as the tree hashes it, 1 to 65,535 bytes
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
        BODY_LEFT_OUT
    }

    public RangeEntry {
        if (state != State.WHOLE && body.length > 0) throw new IllegalArgumentException("a body that is not there");
    }
}
