package org.sealpost.seal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.merkle.TileCoordinates;

/// The hashes of leaves as the tree's files hold them, and the leaf archive: what is left of a leaf
/// whose entry is gone, or was given up. They are not checked here; whoever uses them has the root
/// of the newest seal to check them by. Belongs to one thread.
public final class KeptHashes {
    private final List<Place> places;
    private long tileIndex = -1;
    private Optional<byte[]> tile = Optional.empty();

    /// Where 256 hashes may lie.
    private interface Place {
        Optional<byte[]> tile(long number) throws IOException;
    }

    private KeptHashes(List<Place> places) {
        this.places = places;
    }

    /// The same hashes by both orders of looking, that of the tiles first: where the file that is looked into first is
    /// there and wrong, the other order finds what is right.
    ///
    /// @param tree   directory of a [Tree]
    /// @param leaves that of a [LeafArchive], which need not exist
    public static List<KeptHashes> inEachOrder(Path tree, Path leaves) {
        var files = new TileFiles(tree);
        var bundles = new BundleFiles(new BundleDirectory(leaves));
        Place ofTiles = number -> files.read(0, number);
        Place ofBundles = number -> bundles.find(number).map(KeptHashes::hashes);
        return List.of(new KeptHashes(List.of(ofTiles, ofBundles)), new KeptHashes(List.of(ofBundles, ofTiles)));
    }

    /// Empty where neither has it: the tile of the newest entries, fewer than 256, is never a file.
    public Optional<Hash> leaf(long index) throws IOException {
        long wanted = index / TileCoordinates.FULL;
        if (wanted != tileIndex) {
            tile = find(wanted);
            tileIndex = wanted;
        }
        return tile.map(bytes -> Hash.of(bytes, (int) (index % TileCoordinates.FULL) * Hash.SIZE));
    }

    private Optional<byte[]> find(long number) throws IOException {
        for (var place : places) {
            var found = place.tile(number);
            if (found.isPresent()) return found;
        }
        return Optional.empty();
    }

    private static byte[] hashes(List<byte[]> leaves) {
        var tile = new byte[leaves.size() * Hash.SIZE];
        for (int i = 0; i < leaves.size(); i++) Merkle.leafHash(leaves.get(i)).writeTo(tile, i * Hash.SIZE);
        return tile;
    }
}
