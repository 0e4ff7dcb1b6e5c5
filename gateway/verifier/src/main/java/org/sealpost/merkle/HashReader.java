package org.sealpost.merkle;

/// Answers with nodes of a stored tree.
@FunctionalInterface
public interface HashReader {
    /// A node over a complete subtree of 2^level leaves.
    ///
    /// @param level 0 for leaf hashes
    /// @param index place in its level, from 0
    Hash node(int level, long index);

    /// What the nodes are made with.
    default TreeHash hash() {
        return TreeHash.SHA256;
    }
}
