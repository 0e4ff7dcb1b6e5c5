package org.sealpost.seal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.TileCoordinates;

/// The hashes of leaves as the tree's files hold them: what is left of a leaf whose entry is gone. They are not checked
/// here; whoever uses them has the root of the newest seal to check them by. Belongs to one thread.
public final class KeptHashes {
    private final TileFiles files;
    private long tileIndex = -1;
    private Optional<byte[]> tile = Optional.empty();

    private KeptHashes(TileFiles files) {
        this.files = files;
    }

    /// @param directory of a [Tree]
    public static KeptHashes of(Path directory) {
        return new KeptHashes(new TileFiles(directory));
    }

    /// Empty where the tile is missing: that of the newest entries, fewer than 256, is never a file.
    public Optional<Hash> leaf(long index) throws IOException {
        long wanted = index / TileCoordinates.FULL;
        if (wanted != tileIndex) {
            tile = files.read(0, wanted);
            tileIndex = wanted;
        }
        return tile.map(bytes -> Hash.of(bytes, (int) (index % TileCoordinates.FULL) * Hash.SIZE));
    }
}
