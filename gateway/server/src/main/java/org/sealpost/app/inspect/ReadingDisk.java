package org.sealpost.app.inspect;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;

/// A directory that a journal can be opened in without anything being changed: what the opening writes stays in
/// memory, and nobody is kept away. So the journal's own reader and its own checks tell what is there, also
/// while a gateway runs.
///
/// A directory that is not there has no files. One thread.
public final class ReadingDisk implements Disk {
    private final Path directory;
    private final Predicate<String> shown;
    private final Map<String, MadeFile> made = new HashMap<>();

    /// @param shown which of the directory's files are there
    ReadingDisk(Path directory, Predicate<String> shown) {
        this.directory = directory;
        this.shown = shown;
    }

    /// All of a journal but what was given up, and what an erasure has not come to the end of: an opening zeroes both
    /// and changes their names, which cannot be done here. No entry is missed: what replaces a segment has its name
    /// from the moment on at which the earlier file loses it.
    public static ReadingDisk of(Path directory) {
        return new ReadingDisk(directory, name -> !name.equals("recycled.segment") && !name.startsWith("erasing."));
    }

    @Override
    public List<String> list() throws IOException {
        if (!Files.isDirectory(directory)) return List.of();
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(shown)
                    .toList();
        }
    }

    @Override
    public DiskFile open(String name) throws IOException {
        var own = made.get(name);
        return own != null ? own : new ReadFile(directory.resolve(name));
    }

    @Override
    public DiskFile create(String name, long sizeBytes) {
        var file = new MadeFile(sizeBytes);
        made.put(name, file);
        return file;
    }

    @Override
    public void rename(String from, String to) {
        var file = made.remove(from);
        if (file != null) made.put(to, file);
    }

    @Override
    public void delete(String name) {
        made.remove(name);
    }

    @Override
    public void forceDirectory() {}

    @Override
    public Closeable lock() {
        return () -> {};
    }

    @Override
    public long usableBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public void inBackground(Runnable task) {}

    /// A file of the directory, and over it what was written here.
    private static final class ReadFile implements DiskFile {
        private final FileChannel channel;
        private final long size;
        private final List<Patch> patches = new ArrayList<>();
        private long claimed;

        private record Patch(long offset, byte[] bytes) {}

        ReadFile(Path path) throws IOException {
            channel = FileChannel.open(path, StandardOpenOption.READ);
            size = channel.size();
            claimed = size;
        }

        @Override
        public int read(long offset, ByteBuffer target) throws IOException {
            int start = target.position();
            int wanted = (int) Math.max(0, Math.min(target.remaining(), claimed - offset));
            int limit = target.limit();
            target.limit(start + wanted);
            while (target.hasRemaining() && channel.read(target, offset + target.position() - start) >= 0) {}
            // Room that a file which was cut is given back.
            while (target.hasRemaining()) target.put((byte) 0);
            target.limit(limit);
            for (var patch : patches) patch(patch, offset, start, wanted, target);
            return wanted;
        }

        private static void patch(Patch patch, long offset, int start, int wanted, ByteBuffer target) {
            long from = Math.max(offset, patch.offset);
            long to = Math.min(offset + wanted, patch.offset + patch.bytes.length);
            if (from >= to) return;
            target.put((int) (start + from - offset), patch.bytes, (int) (from - patch.offset), (int) (to - from));
        }

        @Override
        public void write(long offset, ByteBuffer... sources) {
            long at = offset;
            for (var source : sources) {
                var bytes = new byte[source.remaining()];
                source.get(bytes);
                // Behind its end an opening writes zeros only, which reading makes up.
                if (at < size) patches.add(new Patch(at, bytes));
                at += bytes.length;
            }
            claimed = Math.max(claimed, at);
        }

        @Override
        public void force() {}

        @Override
        public long size() {
            return size;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /// A file that only the opening thinks it has made. Nobody reads it.
    private static final class MadeFile implements DiskFile {
        private final long size;

        MadeFile(long size) {
            this.size = size;
        }

        @Override
        public int read(long offset, ByteBuffer target) {
            return 0;
        }

        @Override
        public void write(long offset, ByteBuffer... sources) {
            for (var source : sources) source.position(source.limit());
        }

        @Override
        public void force() {}

        @Override
        public long size() {
            return size;
        }

        @Override
        public void close() {}
    }
}
