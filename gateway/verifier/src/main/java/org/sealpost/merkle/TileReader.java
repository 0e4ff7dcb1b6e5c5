package org.sealpost.merkle;

/// Answers with the bytes of tiles.
@FunctionalInterface
public interface TileReader {
    /// At least `tile.width()` × 32 bytes: a wider stored form of the same tile begins with the narrower one.
    byte[] tile(TileCoordinates tile);
}
