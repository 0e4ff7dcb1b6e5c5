package org.sealpost.seal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.FaultyDisk;

/// Bundles of a leaf archive on a disk that forgets, tears and fails.
public record FaultyBundles(FaultyDisk disk) implements BundleFolder {
    @Override
    public Optional<byte[]> read(String path) throws IOException {
        if (!disk.list().contains(path)) return Optional.empty();
        try (DiskFile file = disk.open(path)) {
            var bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return Optional.of(bytes.array());
        }
    }

    @Override
    public void write(String path, byte[] bytes) throws IOException {
        var unfinished = path + ".new";
        try (DiskFile file = disk.create(unfinished, bytes.length)) {
            file.write(0, ByteBuffer.wrap(bytes));
            file.force();
        }
        disk.rename(unfinished, path);
    }

    @Override
    public void forceName(String path) throws IOException {
        disk.forceDirectory();
    }

    @Override
    public String place(String path) {
        return "leaves/" + path;
    }
}
