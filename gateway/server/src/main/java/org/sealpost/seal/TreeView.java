package org.sealpost.seal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.HashReader;
import org.sealpost.merkle.Proofs;
import org.sealpost.merkle.TileCoordinates;
import org.sealpost.merkle.TileNodes;
import org.sealpost.merkle.TiledTree;
import org.sealpost.merkle.TreeHash;

/// The tree up to one size, which never changes: whoever reads it waits for nobody who makes it grow.
///
/// @param edges the unfinished tile of each level, copied
record TreeView(long size, List<TileNodes> edges, FullTiles full, TreeHash hash) {
    Hash root(long treeSize) {
        requireSize(treeSize);
        return Proofs.root(nodes(), treeSize);
    }

    List<Hash> inclusion(long index, long treeSize) {
        requireSize(treeSize);
        return Proofs.inclusion(nodes(), index, treeSize);
    }

    List<Hash> consistency(long oldSize, long newSize) {
        requireSize(newSize);
        return Proofs.consistency(nodes(), oldSize, newSize);
    }

    Optional<byte[]> tile(TileCoordinates tile, long treeSize) {
        requireSize(treeSize);
        long count = treeSize >>> 8 * tile.level();
        if (tile.index() >= count / Tree.WIDTH + 1 || tile.index() * Tree.WIDTH + tile.width() > count) {
            return Optional.empty();
        }
        return Optional.of(tile(tile.level(), tile.index()).tile(tile.width()));
    }

    private HashReader nodes() {
        return new TiledTree(tile -> tile(tile.level(), tile.index()), size, hash);
    }

    private TileNodes tile(int level, long index) {
        if (index == (size >>> 8 * level) / Tree.WIDTH) return edges.get(level);
        try {
            // A full tile has its root in the level above, which so has an edge at least.
            return full.tile(
                    level, index, () -> tile(level + 1, index / Tree.WIDTH).node(0, (int) (index % Tree.WIDTH)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void requireSize(long treeSize) {
        if (treeSize < 1 || treeSize > size) throw new IllegalArgumentException("size " + treeSize + " of " + size);
    }
}
