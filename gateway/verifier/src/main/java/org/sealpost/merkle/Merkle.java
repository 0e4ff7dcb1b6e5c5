package org.sealpost.merkle;

/// The hashes of RFC 9162 §2.1.1 in suite 1: those of [TreeHash#SHA256], for whoever knows no other.
public final class Merkle {
    private Merkle() {}

    /// SHA-256(0x00 ‖ leaf).
    public static Hash leafHash(byte[] leaf) {
        return TreeHash.SHA256.leaf(leaf, 0, leaf.length);
    }

    /// SHA-256(0x01 ‖ left ‖ right).
    public static Hash nodeHash(Hash left, Hash right) {
        return TreeHash.SHA256.node(left, right);
    }

    /// The root of the tree without leaves: SHA-256 of nothing.
    public static Hash emptyRoot() {
        return TreeHash.SHA256.empty();
    }
}
