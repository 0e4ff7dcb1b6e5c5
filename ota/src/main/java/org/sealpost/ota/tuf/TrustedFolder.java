package org.sealpost.ota.tuf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Trusted metadata in a folder: `root.json`, `timestamp.json`, `snapshot.json`, `targets.json`, each as it
/// came.
public final class TrustedFolder implements TrustedStore {
    private final Path folder;

    private TrustedFolder(Path folder) {
        this.folder = folder;
    }

    public static TrustedFolder open(Path folder) throws IOException {
        Files.createDirectories(folder);
        return new TrustedFolder(folder);
    }

    @Override
    public Optional<byte[]> load(Role role) throws IOException {
        try (InputStream in = Files.newInputStream(folder.resolve(role.file()))) {
            byte[] file = in.readNBytes(StrictJson.MAX_BYTES + 1);
            return file.length > StrictJson.MAX_BYTES ? Optional.empty() : Optional.of(file);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    @Override
    public void replace(Role role, byte[] file) throws IOException {
        var fresh = folder.resolve(role.file() + ".new");
        try (var channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            var bytes = ByteBuffer.wrap(file);
            while (bytes.hasRemaining()) channel.write(bytes);
            channel.force(true);
        }
        Files.move(fresh, folder.resolve(role.file()), StandardCopyOption.ATOMIC_MOVE);
        forceFolder();
    }

    @Override
    public void forget(Role role) throws IOException {
        if (Files.deleteIfExists(folder.resolve(role.file()))) forceFolder();
    }

    private void forceFolder() throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
