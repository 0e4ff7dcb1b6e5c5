package org.sealpost.seal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.sealpost.merkle.TileCoordinates;

/// Full hash tiles as files in the layout of C2SP tlog-tiles.
///
/// Written without a force: tiles are derived, and [Tree] checks each one against the tree above it when it reads it.
final class TileFiles {
    private final Path directory;

    TileFiles(Path directory) {
        this.directory = directory;
    }

    Optional<byte[]> read(int level, long index) throws IOException {
        try {
            var bytes = Files.readAllBytes(path(level, index));
            return bytes.length == Tree.TILE_SIZE_BYTES ? Optional.of(bytes) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    void write(int level, long index, byte[] tile) throws IOException {
        var path = path(level, index);
        var unfinished = path.resolveSibling(path.getFileName() + ".new");
        try {
            Files.write(unfinished, tile);
        } catch (NoSuchFileException e) {
            Files.createDirectories(path.getParent());
            Files.write(unfinished, tile);
        }
        Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path path(int level, long index) {
        return directory.resolve(new TileCoordinates(level, index, TileCoordinates.FULL).path());
    }
}
