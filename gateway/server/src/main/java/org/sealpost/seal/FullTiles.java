package org.sealpost.seal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.TileNodes;

/// The full tiles of a tree: files, each checked against the tile above it when it is read, and made again from
/// the journal where it does not stand there. The newest that were used stay in memory with all their nodes.
///
/// Any thread reads; no lock is held while a disk is, but by those who make a tile again, and the sealer does
/// not.
final class FullTiles {
    /// 16 KiB each.
    private static final int CACHED = 256;

    private final TileFiles files;
    private final Tree.LeafHashes leaves;
    private final Object remaking = new Object();
    private final Map<Name, TileNodes> cache = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Name, TileNodes> eldest) {
            return size() > CACHED;
        }
    };

    private record Name(int level, long index) {}

    FullTiles(Path directory, Tree.LeafHashes leaves) {
        this.files = new TileFiles(directory);
        this.leaves = leaves;
    }

    /// Keeps a tile that was just filled; nothing of it may change from now on. Sealer's thread.
    void write(int level, long index, TileNodes tile) throws IOException {
        files.write(level, index, tile.tile(Tree.WIDTH));
        cached(new Name(level, index), tile);
    }

    /// The stored tile as it lies there, unchecked: for an opening, which checks what comes of it.
    Optional<TileNodes> stored(int level, long index) throws IOException {
        return files.read(level, index).map(bytes -> TileNodes.of(bytes, leaves.hash()));
    }

    /// @param root of the tile, as the tile above it has it; asked for only if the tile must be read
    /// @throws TreeDamaged if even the journal's entries do not lead to this root
    TileNodes tile(int level, long index, Supplier<Hash> root) throws IOException {
        var name = new Name(level, index);
        var known = cached(name);
        if (known != null) return known;
        var expected = root.get();
        var tile = stored(level, index).filter(found -> found.root().equals(expected));
        return cached(name, tile.isPresent() ? tile.get() : again(level, index, expected));
    }

    private TileNodes again(int level, long index, Hash expected) throws IOException {
        // One at a time: two that write the same file would take it from under each other's hands.
        synchronized (remaking) {
            var remade = remake(level, index);
            if (!remade.root().equals(expected)) {
                throw new TreeDamaged("tile " + level + "/" + index + " made from the journal has root "
                        + remade.root().hex() + ", but the sealed tree says " + expected.hex());
            }
            files.write(level, index, remade.tile(Tree.WIDTH));
            return remade;
        }
    }

    /// A tile from the journal alone: what it could be checked against is the tile that we are making.
    private TileNodes remake(int level, long index) throws IOException {
        var tile = TileNodes.empty(leaves.hash());
        if (level == 0) {
            for (var hash : leaves.read(index * Tree.WIDTH, Tree.WIDTH)) tile.add(hash);
        } else {
            for (int i = 0; i < Tree.WIDTH; i++)
                tile.add(remake(level - 1, index * Tree.WIDTH + i).root());
        }
        return tile;
    }

    private @Nullable TileNodes cached(Name name) {
        synchronized (cache) {
            return cache.get(name);
        }
    }

    private TileNodes cached(Name name, TileNodes tile) {
        synchronized (cache) {
            cache.put(name, tile);
        }
        return tile;
    }
}
