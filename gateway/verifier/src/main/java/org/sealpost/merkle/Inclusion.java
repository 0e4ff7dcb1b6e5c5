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
        if (Long.compareUnsigned(index, size) >= 0) return Optional.empty();
        long node = index;
        long last = size - 1;
        var hash = leafHash;
        for (var sibling : path) {
            if (last == 0) return Optional.empty();
            if ((node & 1) == 1 || node == last) {
                hash = Merkle.nodeHash(sibling, hash);
                // On the right edge, levels without a sibling are passed over.
                while ((node & 1) == 0 && node != 0) {
                    node >>>= 1;
                    last >>>= 1;
                }
            } else {
                hash = Merkle.nodeHash(hash, sibling);
            }
            node >>>= 1;
            last >>>= 1;
        }
        return last == 0 ? Optional.of(hash) : Optional.empty();
    }

    public static boolean verify(Hash leafHash, long index, long size, List<Hash> path, Hash root) {
        return rootFrom(leafHash, index, size, path).filter(root::equals).isPresent();
    }
}
