package org.sealpost.merkle;

import java.util.List;
import java.util.Optional;

/// Checks that a leaf is in a tree (RFC 9162 §2.1.3.2). Index and size are unsigned numbers of 64 bits.
public final class Inclusion {
    private Inclusion() {}

    /// The root that this path leads to, or nothing if the path has not the length of one from `index` in a tree
    /// of `size`. The caller compares it with a root that is signed together with the size: the shape of the path
    /// alone does not fix the size.
    public static Optional<Hash> rootFrom(Hash leafHash, long index, long size, List<Hash> path) {
        return rootFrom(TreeHash.SHA256, leafHash, index, size, path);
    }

    /// The same for trees of any hash.
    public static Optional<Hash> rootFrom(TreeHash hash, Hash leafHash, long index, long size, List<Hash> path) {
        if (Long.compareUnsigned(index, size) >= 0) return Optional.empty();
        long place = index;
        long last = size - 1;
        var node = leafHash;
        for (var sibling : path) {
            if (last == 0) return Optional.empty();
            if ((place & 1) == 1 || place == last) {
                node = hash.node(sibling, node);
                // On the right edge, levels without a sibling are passed over.
                while ((place & 1) == 0 && place != 0) {
                    place >>>= 1;
                    last >>>= 1;
                }
            } else {
                node = hash.node(node, sibling);
            }
            place >>>= 1;
            last >>>= 1;
        }
        return last == 0 ? Optional.of(node) : Optional.empty();
    }

    public static boolean verify(Hash leafHash, long index, long size, List<Hash> path, Hash root) {
        return verify(TreeHash.SHA256, leafHash, index, size, path, root);
    }

    /// The same for trees of any hash.
    public static boolean verify(TreeHash hash, Hash leafHash, long index, long size, List<Hash> path, Hash root) {
        return rootFrom(hash, leafHash, index, size, path).filter(root::equals).isPresent();
    }
}
