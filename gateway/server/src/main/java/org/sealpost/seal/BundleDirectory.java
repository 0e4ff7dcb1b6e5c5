package org.sealpost.seal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Bundles as files below a directory, which is made when there is something to keep.
record BundleDirectory(Path folder) implements BundleFolder {
    @Override
    public Optional<byte[]> read(String path) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(folder.resolve(path)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void write(String name, byte[] content) throws IOException {
        var path = folder.resolve(name);
        var unfinished = path.resolveSibling(path.getFileName() + ".new");
        Files.createDirectories(path.getParent());
        try (var file = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            var bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) file.write(bytes);
            file.force(true);
        }
        Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// All directories that lead to it.
    @Override
    public void forceName(String name) throws IOException {
        var above = folder.toAbsolutePath().normalize().getParent();
        for (var directory = folder.resolve(name).toAbsolutePath().normalize().getParent();
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

    @Override
    public String place(String path) {
        return folder.resolve(path).toString();
    }
}
