package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Disk;

/// A folder of the file system. One thread.
final class FolderFiles implements MirrorPlace {
    private static final String UNFINISHED = ".new";

    private final Path folder;
    private final TreeSet<Path> changed = new TreeSet<>();

    FolderFiles(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    @Override
    public List<String> names() throws IOException {
        if (!Files.exists(folder)) return List.of();
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(UNFINISHED))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public Optional<byte[]> read(String path, int maxBytes) throws IOException {
        try (var in = Files.newInputStream(folder.resolve(path))) {
            var bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) throw new IOException(path + " has more than " + maxBytes + " bytes");
            return Optional.of(bytes);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void write(String path, byte[] bytes) throws IOException {
        var file = folder.resolve(path);
        var unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        make(file.getParent());
        try (var channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            for (var rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) channel.write(rest);
            channel.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        changed.add(file.getParent());
    }

    private void make(Path directory) throws IOException {
        if (Files.isDirectory(directory)) return;
        make(directory.getParent());
        Files.createDirectory(directory);
        changed.add(directory.getParent());
    }

    @Override
    public void settle() throws IOException {
        for (var directory : changed) force(directory);
        changed.clear();
    }

    @Override
    public Disk journal(String kind) throws IOException {
        return DirectoryDisk.open(folder.resolve(kind));
    }

    @Override
    public Path tiles() {
        return folder.resolve("log");
    }

    static void force(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
