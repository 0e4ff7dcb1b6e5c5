package org.sealpost.journal;

/// What is left of an entry.
public enum EntryState {
    WHOLE,
    /// Its body was erased by policy or by order.
    BODY_ERASED,
    /// Damage took its body; salvage said so.
    BODY_LOST,
    /// Damage took leaf and body; the hash of the leaf stands for it.
    LEAF_LOST
}
