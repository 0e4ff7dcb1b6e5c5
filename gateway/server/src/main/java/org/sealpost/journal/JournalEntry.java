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

    /// Whether the body's bytes are gone, by policy or by damage.
    public boolean bodyErased() {
        return state != EntryState.WHOLE;
    }
}
