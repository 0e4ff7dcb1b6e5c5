package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.ForwardingDisk;
import org.sealpost.journal.ForwardingFile;

/// A mirror's place that goes away at a given operation: its files as they were then, its journals as a power
/// cut leaves them.
final class CutPlace implements MirrorPlace {
    private final FolderFiles files;
    private final Map<String, FaultyDisk> disks = new HashMap<>();
    long operationsLeft = Long.MAX_VALUE;
    long operations;

    CutPlace(Path folder) {
        files = new FolderFiles(folder);
    }

    void powerCut(long seed) {
        operationsLeft = Long.MAX_VALUE;
        for (var disk : disks.values()) disk.powerCut(seed);
    }

    private void operation() throws IOException {
        operations++;
        if (operationsLeft-- <= 0) throw new IOException("the power is gone");
    }

    @Override
    public List<String> names() throws IOException {
        return files.names();
    }

    @Override
    public Optional<byte[]> read(String path, int maxBytes) throws IOException {
        return files.read(path, maxBytes);
    }

    @Override
    public void write(String path, byte[] bytes) throws IOException {
        operation();
        files.write(path, bytes);
    }

    @Override
    public void settle() throws IOException {
        operation();
        files.settle();
    }

    @Override
    public Path tiles() {
        return files.tiles();
    }

    @Override
    public Disk journal(String kind) {
        return new ForwardingDisk(disks.computeIfAbsent(kind, _ -> new FaultyDisk())) {
            @Override
            public DiskFile open(String name) throws IOException {
                return new CutFile(super.open(name));
            }

            @Override
            public DiskFile create(String name, long sizeBytes) throws IOException {
                operation();
                return new CutFile(super.create(name, sizeBytes));
            }

            @Override
            public void rename(String from, String to) throws IOException {
                operation();
                super.rename(from, to);
            }

            @Override
            public void forceDirectory() throws IOException {
                operation();
                super.forceDirectory();
            }

            @Override
            public void inBackground(Runnable task) {
                // The next segment is made when it is needed, so that each operation has its place in the row.
            }
        };
    }

    private final class CutFile extends ForwardingFile {
        CutFile(DiskFile file) {
            super(file);
        }

        @Override
        public void write(long offset, ByteBuffer... sources) throws IOException {
            operation();
            super.write(offset, sources);
        }

        @Override
        public void force() throws IOException {
            operation();
            super.force();
        }
    }
}
