package org.sealpost.journal;

/// One entry as the journal keeps it. The arrays belong to whoever asked for the entry.
///
/// @param index its place, from 0
/// @param leaf what the tree hashes; of a lost leaf its hash, 32 bytes, which must not be hashed again
/// @param body what lies beside the leaf; empty when it is gone
/// @param state what is there of it
public record JournalEntry(long index, byte[] leaf, byte[] body, EntryState state) {
    public JournalEntry(long index, byte[] leaf, byte[] body) {
        this(index, leaf, body, EntryState.WHOLE);
    }

    /// Whether the body was erased by policy: the leaf is intact, the body's bytes are gone.
    public boolean bodyErased() {
        return state == EntryState.BODY_ERASED;
    }

    /// Whether the body is there; else it was erased, or lost with or without its leaf.
    public boolean hasBody() {
        return state == EntryState.WHOLE;
    }

    /// Whether damage took the body, and perhaps the leaf.
    public boolean isLost() {
        return state == EntryState.BODY_LOST || state == EntryState.LEAF_LOST;
    }
}
