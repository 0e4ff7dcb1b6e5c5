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

    /// Appends a leaf and hands every node it completes to the sink, lowest first, the leaf hash itself included.
    public void append(Hash leafHash) {
        if (size == Long.MAX_VALUE) throw new IllegalStateException("the tree is full");
        var node = leafHash;
        sink.completed(0, size, node);
        int level = 0;
        for (long bits = size; (bits & 1) == 1; bits >>>= 1) {
            node = hash.node(peaks.removeLast(), node);
            level++;
            sink.completed(level, size >>> level, node);
        }
        peaks.add(node);
        size++;
    }

    /// Number of leaves.
    public long size() {
        return size;
    }

    public Hash root() {
        return Proofs.fold(hash, peaks);
    }
}
