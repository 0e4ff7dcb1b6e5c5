package org.sealpost.evidence;

/// What asking for an anchor brought. The texts are whole, printable and of our own making.
public sealed interface AnchorFinding {
    /// The ledger holds this root at this size, whether in the block that the file's proof names or in another one.
    record Confirmed(String how) implements AnchorFinding {}

    /// The ledger was asked and holds another root, or none.
    record Contradicted(String reason) implements AnchorFinding {}

    /// Nobody could be asked.
    record NotChecked(String reason) implements AnchorFinding {}
}
