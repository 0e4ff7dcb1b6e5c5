package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// A folder of the file system.
record FolderStick(Path folder) implements Stick {
    @Override
    public List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public StickFile open(String name) throws IOException {
        var file = folder.resolve(name);
        return new ChannelFile(file, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /// A file that is only read; it may lie on a stick that is protected against writing.
    static StickFile openToRead(Path file) throws IOException {
        return new ChannelFile(file, FileChannel.open(file, StandardOpenOption.READ));
    }

    @Override
    public StickFile create(String name) throws IOException {
        var channel = FileChannel.open(
                folder.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FolderFiles.force(folder);
            return new ChannelFile(folder.resolve(name), channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Files.delete(folder.resolve(name));
        FolderFiles.force(folder);
    }

    @Override
    public long usableBytes() {
        return folder.toFile().getUsableSpace();
    }

    @Override
    public String describe(String name) {
        return folder.resolve(name).toString();
    }

    /// What the system says of a failed read or write does not name the file.
    private record ChannelFile(Path path, FileChannel channel) implements StickFile {
        @Override
        public long size() throws IOException {
            return named(channel::size);
        }

        @Override
        public void read(long offset, ByteBuffer target) throws IOException {
            int start = target.position();
            while (target.hasRemaining()) {
                if (named(() -> channel.read(target, offset + target.position() - start)) < 0) return;
            }
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            int start = source.position();
            while (source.hasRemaining()) named(() -> channel.write(source, offset + source.position() - start));
        }

        @Override
        public void cut(long size) throws IOException {
            named(() -> channel.truncate(size));
        }

        @Override
        public void force() throws IOException {
            named(() -> {
                channel.force(true);
                return path;
            });
        }

        private interface Call<T> {
            T run() throws IOException;
        }

        private <T> T named(Call<T> call) throws IOException {
            try {
                return call.run();
            } catch (IOException e) {
                throw new IOException(path + ": " + e.getMessage(), e);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
