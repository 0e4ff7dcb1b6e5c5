package org.sealpost.journal;

/// One entry as the journal keeps it. The arrays belong to whoever asked for the entry.
///
/// @param index its place, from 0
/// @param leaf what the tree hashes
/// @param body what lies beside the leaf; empty when it was erased
/// @param bodyErased true when the body was erased by policy: the leaf is intact, the body's bytes are gone
public record JournalEntry(long index, byte[] leaf, byte[] body, boolean bodyErased) {
    public JournalEntry(long index, byte[] leaf, byte[] body) {
        this(index, leaf, body, false);
    }
}
