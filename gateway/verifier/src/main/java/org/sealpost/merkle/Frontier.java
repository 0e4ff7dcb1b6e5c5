package org.sealpost.merkle;

import java.util.ArrayList;
import java.util.List;

/// The right edge of a growing tree: the roots of its complete subtrees, one for each bit of its size.
///
/// All that appending needs: 64 hashes at most, however large the tree. Not thread-safe.
public final class Frontier {
    private final ArrayList<Hash> peaks;
    private final TreeHash hash;
    private final NodeSink sink;
    private long size;

    private Frontier(TreeHash hash, long size, List<Hash> peaks, NodeSink sink) {
        this.hash = hash;
        this.size = size;
        this.peaks = new ArrayList<>(peaks);
        this.sink = sink;
    }

    public static Frontier empty(NodeSink sink) {
        return empty(TreeHash.SHA256, sink);
    }

    public static Frontier empty(TreeHash hash, NodeSink sink) {
        return new Frontier(hash, 0, List.of(), sink);
    }

    /// The frontier of a tree that is stored already; only later nodes go to the sink.
    public static Frontier at(HashReader nodes, long size, NodeSink sink) {
        if (size < 0) throw new IllegalArgumentException("size " + size);
        var peaks = new ArrayList<Hash>();
        long start = 0;
        for (int level = 62; level >= 0; level--) {
            if ((size >>> level & 1) == 0) continue;
            peaks.add(nodes.node(level, start >>> level));
            start += 1L << level;
        }
        return new Frontier(nodes.hash(), size, peaks, sink);
    }

    /// A tree of which only the complete subtrees are known.
    ///
    /// @param peaks their roots, largest (leftmost) first: one for each bit of `size`
    public static Frontier of(long size, List<Hash> peaks) {
        if (size < 0 || peaks.size() != Long.bitCount(size)) {
            throw new IllegalArgumentException(peaks.size() + " subtrees for a tree of " + size);
        }
        return new Frontier(TreeHash.SHA256, size, peaks, NodeSink.NOWHERE);
    }

    /// Appends a leaf and hands every node it completes to the sink, lowest first, the leaf hash itself
    /// included.
    public void append(Hash leafHash) {
        append(0, leafHash);
    }

    /// Appends 2^level leaves of which only the root of their complete subtree is known.
    ///
    /// @throws IllegalArgumentException if no such subtree begins at this size
    public void append(int level, Hash root) {
        long leaves = 1L << level;
        if (size > Long.MAX_VALUE - leaves) throw new IllegalStateException("the tree is full");
        if (level < 0 || level > 62 || (size & leaves - 1) != 0) {
            throw new IllegalArgumentException("no subtree of 2^" + level + " leaves begins at " + size);
        }
        var node = root;
        sink.completed(level, size >>> level, node);
        int above = level;
        for (long bits = size >>> level; (bits & 1) == 1; bits >>>= 1) {
            node = hash.node(peaks.removeLast(), node);
            above++;
            sink.completed(above, size >>> above, node);
        }
        peaks.add(node);
        size += leaves;
    }

    /// The roots of its complete subtrees, largest first.
    public List<Hash> peaks() {
        return List.copyOf(peaks);
    }

    /// Number of leaves.
    public long size() {
        return size;
    }

    public Hash root() {
        return Proofs.fold(hash, peaks);
    }
}
