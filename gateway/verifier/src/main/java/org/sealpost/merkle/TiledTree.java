package org.sealpost.merkle;

import java.util.ArrayList;

/// The nodes of a tree that is stored as tiles: those between the stored levels are hashed anew from one tile.
///
/// @param size leaves; no node beyond them is asked for
public record TiledTree(TileReader tiles, long size) implements HashReader {
    @Override
    public Hash node(int level, long index) {
        int tileLevel = level / 8;
        int above = level % 8;
        long first = index << above;
        var tile = TileCoordinates.holding(tileLevel, first + (1L << above) - 1, size);
        var bytes = tiles.tile(tile);
        if (bytes.length < tile.width() * Hash.SIZE) {
            throw new IllegalStateException(
                    tile.path() + " has " + bytes.length + " bytes, expected " + tile.width() * Hash.SIZE);
        }
        int offset = (int) (first % TileCoordinates.FULL);
        var hashes = new ArrayList<Hash>();
        for (int i = 0; i < 1 << above; i++) hashes.add(Hash.of(bytes, (offset + i) * Hash.SIZE));
        for (int count = hashes.size(); count > 1; count /= 2) {
            for (int i = 0; i < count / 2; i++) {
                hashes.set(i, Merkle.nodeHash(hashes.get(2 * i), hashes.get(2 * i + 1)));
            }
        }
        return hashes.getFirst();
    }
}
