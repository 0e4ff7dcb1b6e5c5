package org.sealpost.seal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.HashReader;
import org.sealpost.merkle.Merkle;
import org.sealpost.merkle.Proofs;
import org.sealpost.merkle.TileCoordinates;
import org.sealpost.merkle.TiledTree;

/// The Merkle tree of an origin, kept in tiles of 256 hashes (C2SP tlog-tiles).
///
/// Full tiles are files, the unfinished one of each level is in memory. All of it is derived from the entries journal:
/// what a crash or a bad disk did to a tile is found when the tile is read, because its root must stand in the level
/// above, up to the head that was sealed; such a tile is made again from the journal.
/// Thread-safe: the sealer appends, others read proofs and tiles.
public final class Tree {
    static final int WIDTH = TileCoordinates.FULL;
    static final int TILE_SIZE_BYTES = WIDTH * Hash.SIZE;
    private static final int CACHED_TILES = 256;
    private static final int LEAVES_AT_ONCE = 4096;

    /// The leaf hashes of entries, as the journal has them.
    public interface LeafHashes {
        /// Hashes of the entries `from` to `from + count − 1`, all of them durable.
        List<Hash> read(long from, int count) throws IOException;
    }

    private final TileFiles files;
    private final LeafHashes leaves;
    private final List<Edge> edges = new ArrayList<>();
    private final Map<TileName, byte[]> cache = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TileName, byte[]> eldest) {
            return size() > CACHED_TILES;
        }
    };
    private long size;

    private record TileName(int level, long index) {}

    /// The right end of one level: how many hashes the level has, and those of its unfinished tile.
    private static final class Edge {
        final byte[] tile = new byte[TILE_SIZE_BYTES];
        long count;
    }

    private Tree(TileFiles files, LeafHashes leaves) {
        this.files = files;
        this.leaves = leaves;
    }

    /// Opens the tree at the newest sealed head: from the tiles where they lead to `root`, else from the journal alone.
    ///
    /// @param sealedSize 0 for a log without a seal
    /// @param root       of the first `sealedSize` entries; empty only if there are none
    /// @throws TreeDamaged if even the journal's entries do not lead to `root`
    public static Tree open(Path directory, LeafHashes leaves, long sealedSize, Optional<Hash> root)
            throws IOException {
        var tree = new Tree(new TileFiles(directory), leaves);
        if (sealedSize == 0) return tree;
        if (tree.loadEdges(sealedSize) && root.equals(Optional.of(tree.root(sealedSize)))) return tree;
        tree.rebuild(sealedSize, root.orElseThrow());
        return tree;
    }

    public synchronized long size() {
        return size;
    }

    /// Hashes of the next entries, in their order.
    public synchronized void append(List<Hash> leafHashes) throws IOException {
        for (var hash : leafHashes) {
            append(0, hash);
            size++;
        }
    }

    /// Root of the first `treeSize` entries, 1 to [#size].
    public synchronized Hash root(long treeSize) {
        requireSize(treeSize);
        return Proofs.root(nodes(), treeSize);
    }

    /// The path from an entry to the root of the first `treeSize` entries.
    public synchronized List<Hash> inclusion(long index, long treeSize) {
        requireSize(treeSize);
        return Proofs.inclusion(nodes(), index, treeSize);
    }

    /// The proof that the first `oldSize` entries are the beginning of the first `newSize`.
    public synchronized List<Hash> consistency(long oldSize, long newSize) {
        requireSize(newSize);
        return Proofs.consistency(nodes(), oldSize, newSize);
    }

    /// A tile for whoever follows the log; empty where the first `treeSize` entries have not so much of it.
    public synchronized Optional<byte[]> tile(TileCoordinates tile, long treeSize) {
        requireSize(treeSize);
        long count = treeSize >>> 8 * tile.level();
        if (tile.index() >= count / WIDTH + 1 || tile.index() * WIDTH + tile.width() > count) return Optional.empty();
        return Optional.of(Arrays.copyOf(tile(tile.level(), tile.index()), tile.width() * Hash.SIZE));
    }

    private HashReader nodes() {
        return new TiledTree(tile -> tile(tile.level(), tile.index()), size);
    }

    private void requireSize(long treeSize) {
        if (treeSize < 1 || treeSize > size) throw new IllegalArgumentException("size " + treeSize + " of " + size);
    }

    private void append(int level, Hash hash) throws IOException {
        if (level == edges.size()) edges.add(new Edge());
        var edge = edges.get(level);
        int place = (int) (edge.count % WIDTH);
        hash.writeTo(edge.tile, place * Hash.SIZE);
        if (place == WIDTH - 1) {
            long index = edge.count / WIDTH;
            files.write(level, index, edge.tile);
            cache.put(new TileName(level, index), edge.tile.clone());
            append(level + 1, rootOf(edge.tile));
        }
        // Counted on the way back, when every file is written: a disk that refuses one leaves all levels as they were,
        // and the same leaf can be appended again.
        edge.count++;
    }

    /// Fills the right end of every level for this size: leaves from the journal, what is above from the tiles below.
    private boolean loadEdges(long treeSize) throws IOException {
        long count = treeSize;
        for (int level = 0; count > 0; level++, count /= WIDTH) {
            var edge = new Edge();
            edge.count = count;
            int open = (int) (count % WIDTH);
            int at = 0;
            if (level == 0 && open > 0) {
                for (var hash : leaves.read(count - open, open)) hash.writeTo(edge.tile, at++ * Hash.SIZE);
            }
            for (; at < open; at++) {
                var below = files.read(level - 1, count - open + at);
                if (below.isEmpty()) return false;
                rootOf(below.get()).writeTo(edge.tile, at * Hash.SIZE);
            }
            edges.add(edge);
        }
        size = treeSize;
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

    private byte[] tile(int level, long index) {
        var edge = edges.get(level);
        if (index == edge.count / WIDTH) return edge.tile;
        var name = new TileName(level, index);
        var cached = cache.get(name);
        if (cached != null) return cached;
        try {
            var tile = checkedTile(level, index);
            cache.put(name, tile);
            return tile;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] checkedTile(int level, long index) throws IOException {
        var above = tile(level + 1, index / WIDTH);
        var expected = Hash.of(above, (int) (index % WIDTH) * Hash.SIZE);
        var stored = files.read(level, index);
        if (stored.isPresent() && rootOf(stored.get()).equals(expected)) return stored.get();
        var remade = remake(level, index);
        if (!rootOf(remade).equals(expected)) {
            throw new TreeDamaged("tile " + level + "/" + index + " made from the journal has root "
                    + rootOf(remade).hex() + ", but the sealed tree says " + expected.hex());
        }
        files.write(level, index, remade);
        return remade;
    }

    /// A tile from the journal alone: what it could be checked against is the tile that we are making.
    private byte[] remake(int level, long index) throws IOException {
        var tile = new byte[TILE_SIZE_BYTES];
        int at = 0;
        if (level == 0) {
            for (var hash : leaves.read(index * WIDTH, WIDTH)) hash.writeTo(tile, at++ * Hash.SIZE);
        } else {
            for (; at < WIDTH; at++)
                rootOf(remake(level - 1, index * WIDTH + at)).writeTo(tile, at * Hash.SIZE);
        }
        return tile;
    }

    private static Hash rootOf(byte[] tile) {
        var hashes = new Hash[WIDTH];
        for (int i = 0; i < WIDTH; i++) hashes[i] = Hash.of(tile, i * Hash.SIZE);
        for (int count = WIDTH; count > 1; count /= 2) {
            for (int i = 0; i < count / 2; i++) hashes[i] = Merkle.nodeHash(hashes[2 * i], hashes[2 * i + 1]);
        }
        return hashes[0];
    }
}
