package org.sealpost.merkle;

import java.util.ArrayList;
import java.util.List;

/// Makes the proofs of RFC 9162 §2.1.3 and §2.1.4 from the stored nodes of a tree, with a number of reads that grows
/// with the logarithm of its size.
public final class Proofs {
    private Proofs() {}

    /// The path from a leaf to the root of the tree of this size, lowest node first.
    ///
    /// @param index from 0, below `size`
    public static List<Hash> inclusion(HashReader nodes, long index, long size) {
        if (index < 0 || index >= size) throw new IllegalArgumentException("index " + index + " of " + size);
        var path = new ArrayList<Hash>();
        long start = 0;
        long end = size;
        while (end - start > 1) {
            long middle = start + split(end - start);
            if (index < middle) {
                path.add(subtree(nodes, middle, end));
                end = middle;
            } else {
                path.add(subtree(nodes, start, middle));
                start = middle;
            }
        }
        return List.copyOf(path.reversed());
    }

    /// That the tree of `oldSize` is a beginning of the tree of `newSize`.
    ///
    /// @param oldSize from 1: that the empty tree is a beginning of any other proves nothing
    public static List<Hash> consistency(HashReader nodes, long oldSize, long newSize) {
        if (oldSize < 1 || oldSize > newSize) {
            throw new IllegalArgumentException("consistency of " + oldSize + " with " + newSize);
        }
        var proof = new ArrayList<Hash>();
        long start = 0;
        long end = newSize;
        while (oldSize < end) {
            long middle = start + split(end - start);
            if (oldSize <= middle) {
                proof.add(subtree(nodes, middle, end));
                end = middle;
            } else {
                proof.add(subtree(nodes, start, middle));
                start = middle;
            }
        }
        // What is left is the old tree's last subtree. If it is the whole old tree, the verifier has it: the old root.
        if (start > 0) proof.add(subtree(nodes, start, end));
        return List.copyOf(proof.reversed());
    }

    public static Hash root(HashReader nodes, long size) {
        if (size < 0) throw new IllegalArgumentException("size " + size);
        return size == 0 ? nodes.hash().empty() : subtree(nodes, 0, size);
    }

    /// The hash over the leaves `start` to `end`; `start` is a multiple of the largest power of two in their number.
    private static Hash subtree(HashReader nodes, long start, long end) {
        var peaks = new ArrayList<Hash>();
        while (start < end) {
            int level = 63 - Long.numberOfLeadingZeros(end - start);
            peaks.add(nodes.node(level, start >>> level));
            start += 1L << level;
        }
        return fold(nodes.hash(), peaks);
    }

    /// The root of a tree from its complete subtrees, largest (leftmost) first.
    static Hash fold(TreeHash hash, List<Hash> peaks) {
        if (peaks.isEmpty()) return hash.empty();
        var root = peaks.getLast();
        for (int i = peaks.size() - 2; i >= 0; i--) root = hash.node(peaks.get(i), root);
        return root;
    }

    /// The largest power of two smaller than `count`, which is 2 at least.
    private static long split(long count) {
        return Long.highestOneBit(count - 1);
    }
}
