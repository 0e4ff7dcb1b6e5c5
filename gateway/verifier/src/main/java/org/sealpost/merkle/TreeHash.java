package org.sealpost.merkle;

/// The hash that a tree is made with: RFC 9162 §2.1.1 over the hash function of an origin's suite. Any thread.
///
/// Leaves and nodes are hashed apart, so that neither can pass for the other.
public interface TreeHash {
    TreeHash SHA256 = new Sha256Tree();
    TreeHash SM3 = new Sm3Tree();

    /// H(0x00 ‖ leaf), of a leaf that may lie in a larger array.
    Hash leaf(byte[] bytes, int offset, int length);

    /// H(0x01 ‖ left ‖ right).
    Hash node(Hash left, Hash right);

    /// The root of the tree without leaves: the hash of nothing.
    Hash empty();
}
