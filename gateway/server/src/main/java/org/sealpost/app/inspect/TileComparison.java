package org.sealpost.app.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.NodeSink;
import org.sealpost.merkle.TileCoordinates;

/// Compares each tile file with the nodes of a tree that grows from the leaves alone.
final class TileComparison implements NodeSink {
    private static final int HEIGHT = 8;
    private static final int FULL = TileCoordinates.FULL;

    private final Path folder;
    private final Consumer<String> differs;

    // By level of tiles: the one that is being filled.
    private final List<byte[]> open = new ArrayList<>();
    private long compared;

    /// @param folder  in which `tile/` lies
    /// @param differs told of each file that is not what it should be
    TileComparison(Path folder, Consumer<String> differs) {
        this.folder = folder;
        this.differs = differs;
    }

    @Override
    public void completed(int level, long index, Hash hash) {
        if (level % HEIGHT != 0) return;
        int tileLevel = level / HEIGHT;
        while (open.size() <= tileLevel) open.add(new byte[FULL * Hash.SIZE]);
        int place = (int) (index % FULL);
        hash.writeTo(open.get(tileLevel), place * Hash.SIZE);
        if (place == FULL - 1) compare(new TileCoordinates(tileLevel, index / FULL, FULL), open.get(tileLevel));
    }

    private void compare(TileCoordinates tile, byte[] expected) {
        compared++;
        try {
            var found = Files.readAllBytes(folder.resolve(tile.path()));
            if (!Arrays.equals(found, expected)) differs.accept(tile.path() + ": " + difference(found, expected));
        } catch (NoSuchFileException e) {
            differs.accept(tile.path() + " is missing; it is made anew when it is read");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String difference(byte[] found, byte[] expected) {
        if (found.length != expected.length) return found.length + " bytes, expected " + expected.length;
        return "hash " + Arrays.mismatch(found, expected) / Hash.SIZE
                + " is not the one that the journal's entries lead to; it is made anew when it is read";
    }

    /// Looks for files of more entries than there are, and compares partial ones.
    ///
    /// @return how many tiles were compared
    long finish(long entries) throws IOException {
        if (!Files.isDirectory(folder)) return compared;
        try (var files = Files.walk(folder)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                var path = folder.relativize(file).toString().replace('\\', '/');
                TileCoordinates.parse(path).ifPresent(tile -> stored(tile, entries >>> HEIGHT * tile.level()));
            });
        }
        return compared;
    }

    /// @param count of hashes in this level
    private void stored(TileCoordinates tile, long count) {
        if (tile.index() > count / FULL || tile.index() * FULL + tile.width() > count) {
            differs.accept(tile.path() + ": the journal has not so many entries");
        } else if (!tile.isFull()) {
            whole(tile, count).ifPresent(hashes -> compare(tile, Arrays.copyOf(hashes, tile.width() * Hash.SIZE)));
        }
    }

    /// What a partial tile, as a mirror has them, is the beginning of; a full one was compared before, or is
    /// missing.
    private Optional<byte[]> whole(TileCoordinates tile, long count) {
        if (tile.index() == count / FULL) return Optional.of(open.get(tile.level()));
        try {
            var full = new TileCoordinates(tile.level(), tile.index(), FULL);
            return Optional.of(Files.readAllBytes(folder.resolve(full.path())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
