package org.sealpost.merkle;

/// Answers with tiles.
@FunctionalInterface
public interface TileReader {
    /// A tile of at least `tile.width()` hashes: a wider form of the same tile begins with the narrower one.
    TileNodes tile(TileCoordinates tile);
}
