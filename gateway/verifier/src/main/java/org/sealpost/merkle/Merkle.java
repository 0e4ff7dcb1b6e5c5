package org.sealpost.merkle;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/// The hashes of RFC 9162 §2.1.1: leaves and nodes are hashed apart, so that neither can pass for the other.
public final class Merkle {
    private static final ThreadLocal<MessageDigest> SHA256 = ThreadLocal.withInitial(Merkle::newSha256);

    private Merkle() {}

    /// SHA-256(0x00 ‖ leaf).
    public static Hash leafHash(byte[] leaf) {
        var sha256 = SHA256.get();
        sha256.update((byte) 0);
        return Hash.owning(sha256.digest(leaf));
    }

    /// SHA-256(0x01 ‖ left ‖ right).
    public static Hash nodeHash(Hash left, Hash right) {
        var sha256 = SHA256.get();
        sha256.update((byte) 1);
        sha256.update(left.shared());
        return Hash.owning(sha256.digest(right.shared()));
    }

    /// The root of the tree without leaves: SHA-256 of nothing.
    public static Hash emptyRoot() {
        return Hash.owning(SHA256.get().digest());
    }

    /// The root of a tree from its complete subtrees, largest (leftmost) first.
    static Hash fold(List<Hash> peaks) {
        if (peaks.isEmpty()) return emptyRoot();
        var root = peaks.getLast();
        for (int i = peaks.size() - 2; i >= 0; i--) root = nodeHash(peaks.get(i), root);
        return root;
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
