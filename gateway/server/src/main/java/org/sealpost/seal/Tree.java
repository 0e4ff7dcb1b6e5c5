package org.sealpost.seal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.TileCoordinates;
import org.sealpost.merkle.TileNodes;
import org.sealpost.merkle.TreeHash;

/// The Merkle tree of an origin, kept in tiles of 256 hashes (C2SP tlog-tiles).
///
/// Full tiles are files, the unfinished one of each level is in memory. All of it is derived from the entries
/// journal: what a crash or a bad disk did to a tile is found when the tile is read, because its root must
/// stand in the level above, up to the head that was sealed; such a tile is made again from the journal. One
/// thread appends, the sealer's. All others read a view that it leaves behind after each [#append], so neither
/// waits for the other, however slow the disk is that a tile is read from.
public final class Tree {
    static final int WIDTH = TileCoordinates.FULL;
    static final int TILE_SIZE_BYTES = WIDTH * Hash.SIZE;
    private static final int LEAVES_AT_ONCE = 4096;

    /// The leaf hashes of entries, as the journal has them. Any thread.
    public interface LeafHashes {
        /// Hashes of the entries `from` to `from + count − 1`, all of them durable.
        List<Hash> read(long from, int count) throws IOException;

        /// What they are made with, and so the whole tree is.
        default TreeHash hash() {
            return TreeHash.SHA256;
        }
    }

    private final LeafHashes leaves;
    private final FullTiles full;

    // Owned by whoever appends.
    private final List<Edge> edges = new ArrayList<>();
    private long size;

    private volatile TreeView view;

    /// The right end of one level: its unfinished tile, and how many full ones stand before it.
    private static final class Edge {
        TileNodes nodes;
        long index;

        Edge(TileNodes nodes, long index) {
            this.nodes = nodes;
            this.index = index;
        }
    }

    private Tree(Path directory, LeafHashes leaves) {
        this.leaves = leaves;
        this.full = new FullTiles(directory, leaves);
        this.view = view();
    }

    /// Opens the tree at the newest sealed head: from the tiles where they lead to `root`, else from the journal alone.
    ///
    /// @param sealedSize 0 for a log without a seal
    /// @param root       of the first `sealedSize` entries; empty only if there are none
    /// @throws TreeDamaged if even the journal's entries do not lead to `root`
    public static Tree open(Path directory, LeafHashes leaves, long sealedSize, Optional<Hash> root)
            throws IOException {
        var tree = new Tree(directory, leaves);
        if (sealedSize == 0) return tree;
        if (tree.loadEdges(sealedSize) && root.equals(Optional.of(tree.root(sealedSize)))) return tree;
        tree.rebuild(sealedSize, root.orElseThrow());
        return tree;
    }

    /// How many entries readers see.
    public long size() {
        return view.size();
    }

    /// Hashes of the next entries, in their order; readers see them when it returns. Where it fails, they see
    /// those before the one that it failed at, and [#size] says how many.
    public void append(List<Hash> leafHashes) throws IOException {
        try {
            for (var hash : leafHashes) {
                append(0, hash);
                size++;
            }
        } finally {
            view = view();
        }
    }

    /// Root of the first `treeSize` entries, 1 to [#size].
    public Hash root(long treeSize) {
        return view.root(treeSize);
    }

    /// The path from an entry to the root of the first `treeSize` entries.
    public List<Hash> inclusion(long index, long treeSize) {
        return view.inclusion(index, treeSize);
    }

    /// The proof that the first `oldSize` entries are the beginning of the first `newSize`.
    public List<Hash> consistency(long oldSize, long newSize) {
        return view.consistency(oldSize, newSize);
    }

    /// A tile for whoever follows the log; empty where the first `treeSize` entries have not so much of it.
    public Optional<byte[]> tile(TileCoordinates tile, long treeSize) {
        return view.tile(tile, treeSize);
    }

    /// What it is made with.
    TreeHash hash() {
        return leaves.hash();
    }

    private TreeView view() {
        return new TreeView(size, edges.stream().map(edge -> edge.nodes.copy()).toList(), full, leaves.hash());
    }

    private void append(int level, Hash hash) throws IOException {
        if (level == edges.size()) edges.add(new Edge(TileNodes.empty(leaves.hash()), 0));
        var edge = edges.get(level);
        if (edge.nodes.width() < WIDTH - 1) {
            edge.nodes.add(hash);
            return;
        }
        var filled = edge.nodes.copy();
        filled.add(hash);
        full.write(level, edge.index, filled);
        append(level + 1, filled.root());
        // Counted on the way back, when every file is written: a disk that refuses one leaves all levels as they were,
        // and the same leaf can be appended again.
        edge.nodes = TileNodes.empty(leaves.hash());
        edge.index++;
    }

    /// Fills the right end of every level for this size: leaves from the journal, what is above from the tiles below.
    private boolean loadEdges(long treeSize) throws IOException {
        long count = treeSize;
        for (int level = 0; count > 0; level++, count /= WIDTH) {
            var nodes = TileNodes.empty(leaves.hash());
            int open = (int) (count % WIDTH);
            if (level == 0 && open > 0) leaves.read(count - open, open).forEach(nodes::add);
            while (nodes.width() < open) {
                var below = full.stored(level - 1, count - open + nodes.width());
                if (below.isEmpty()) return false;
                nodes.add(below.get().root());
            }
            edges.add(new Edge(nodes, count / WIDTH));
        }
        size = treeSize;
        view = view();
        return true;
    }

    private void rebuild(long sealedSize, Hash root) throws IOException {
        edges.clear();
        size = 0;
        while (size < sealedSize) append(leaves.read(size, (int) Math.min(LEAVES_AT_ONCE, sealedSize - size)));
        if (!root(sealedSize).equals(root)) {
            throw new TreeDamaged("the first " + sealedSize + " entries of the journal have root "
                    + root(sealedSize).hex() + ", but the newest seal says " + root.hex());
        }
    }
}
