package org.sealpost.merkle;

/// The nodes of a tree that is stored as tiles.
///
/// @param size leaves; no node beyond them is asked for
public record TiledTree(TileReader tiles, long size, TreeHash hash) implements HashReader {
    @Override
    public Hash node(int level, long index) {
        int tileLevel = level / 8;
        int above = level % 8;
        long first = index << above;
        var tile = TileCoordinates.holding(tileLevel, first + (1L << above) - 1, size);
        return tiles.tile(tile).node(above, (int) (first % TileCoordinates.FULL) >>> above);
    }
}
