package org.sealpost.seal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sealpost.merkle.TileCoordinates;

/// Full entry bundles as files in the layout of C2SP tlog-tiles (docs/formats.md §5, §20): 256 leaves, each
/// with its length before it. A bundle has no checksum; the tree tells whether its leaves are the right ones.
final class BundleFiles {
    private static final int LENGTH_SIZE = 2;

    private final Path folder;

    BundleFiles(Path folder) {
        this.folder = folder;
    }

    /// @throws IOException if it is missing, or no bundle of 256 leaves
    List<byte[]> read(long number) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(path(number));
        } catch (NoSuchFileException e) {
            return missing(number);
        }
        var leaves = new ArrayList<byte[]>(Tree.WIDTH);
        int at = 0;
        while (at + LENGTH_SIZE <= bytes.length && leaves.size() < Tree.WIDTH) {
            int begin = at + LENGTH_SIZE;
            at = begin + Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(at));
            if (at > bytes.length) break;
            leaves.add(Arrays.copyOfRange(bytes, begin, at));
        }
        if (at != bytes.length || leaves.size() != Tree.WIDTH) {
            throw new IOException(path(number) + " has " + bytes.length + " bytes and is no bundle of 256 leaves: "
                    + "bring it back from a copy of the data directory, or from whoever follows the log");
        }
        return leaves;
    }

    List<byte[]> missing(long number) throws IOException {
        throw new IOException("the journal gave up the entries from " + number * Tree.WIDTH + " on, and "
                + path(number) + " is not there: bring it back from a copy of the data directory, or from whoever"
                + " follows the log");
    }

    /// The file is durable when it returns, its name only after [#forceName].
    void write(long number, List<byte[]> leaves) throws IOException {
        var out = new ByteArrayOutputStream(leaves.size() * 128);
        for (var leaf : leaves) {
            out.write(leaf.length >>> 8);
            out.write(leaf.length);
            out.writeBytes(leaf);
        }
        var path = path(number);
        var unfinished = path.resolveSibling(path.getFileName() + ".new");
        Files.createDirectories(path.getParent());
        try (var file = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            var bytes = ByteBuffer.wrap(out.toByteArray());
            while (bytes.hasRemaining()) file.write(bytes);
            file.force(true);
        }
        Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// Forces the directories that lead to this bundle, so that it is found after a power cut.
    void forceName(long number) throws IOException {
        var above = folder.toAbsolutePath().normalize().getParent();
        for (var directory = path(number).toAbsolutePath().normalize().getParent();
                !directory.equals(above);
                directory = directory.getParent()) {
            force(directory);
        }
        force(above);
    }

    private static void force(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private Path path(long number) {
        return folder.resolve(new TileCoordinates(0, number, TileCoordinates.FULL).entriesPath());
    }
}
