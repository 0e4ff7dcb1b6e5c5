package org.sealpost.merkle;

import java.util.ArrayList;
import java.util.List;

/// Checks that one tree is the beginning of another (RFC 9162 §2.1.4.2). Sizes are unsigned numbers of 64 bits.
public final class Consistency {
    private Consistency() {}

    /// From size 0 it is always refused: the empty tree is the beginning of every tree, so such a proof says nothing
    /// and must not be taken for one that does.
    public static boolean verify(long oldSize, Hash oldRoot, long newSize, Hash newRoot, List<Hash> proof) {
        return verify(TreeHash.SHA256, oldSize, oldRoot, newSize, newRoot, proof);
    }

    /// The same for trees of any hash.
    public static boolean verify(
            TreeHash hash, long oldSize, Hash oldRoot, long newSize, Hash newRoot, List<Hash> proof) {
        if (oldSize == 0 || Long.compareUnsigned(oldSize, newSize) > 0) return false;
        if (oldSize == newSize) return proof.isEmpty() && oldRoot.equals(newRoot);
        if (proof.isEmpty()) return false;

        var hashes = new ArrayList<Hash>(proof.size() + 1);
        if (Long.bitCount(oldSize) == 1) hashes.add(oldRoot);
        hashes.addAll(proof);

        long node = oldSize - 1;
        long last = newSize - 1;
        while ((node & 1) == 1) {
            node >>>= 1;
            last >>>= 1;
        }
        var oldHash = hashes.getFirst();
        var newHash = hashes.getFirst();
        for (var sibling : hashes.subList(1, hashes.size())) {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last) {
                oldHash = hash.node(sibling, oldHash);
                newHash = hash.node(sibling, newHash);
                while ((node & 1) == 0 && node != 0) {
                    node >>>= 1;
                    last >>>= 1;
                }
            } else {
                newHash = hash.node(newHash, sibling);
            }
            node >>>= 1;
            last >>>= 1;
        }
        return last == 0 && oldHash.equals(oldRoot) && newHash.equals(newRoot);
    }
}
