package org.sealpost.journal;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A directory of the file system.
public final class DirectoryDisk implements Disk {
    /// What an exception says of a directory that somebody else holds.
    public static final String IN_USE = " is in use";

    private static final String LOCK = "lock";
    private static final int FULL_BELOW_BYTES = 1024 * 1024;

    private final Path directory;
    private final boolean toRead;

    private DirectoryDisk(Path directory, boolean toRead) {
        this.directory = directory;
        this.toRead = toRead;
    }

    /// Makes the directory if it is missing, durably.
    public static DirectoryDisk open(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        DurableFile.makeDirectories(absolute);
        return new DirectoryDisk(absolute, false);
    }

    /// A directory that exists, whose files cannot be written: it may lie on a file system that is mounted read-only.
    public static DirectoryDisk toRead(Path directory) {
        return new DirectoryDisk(directory.toAbsolutePath().normalize(), true);
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new ChannelFile(directory.resolve(name), toRead);
    }

    @Override
    public DiskFile create(String name, long sizeBytes) throws IOException {
        if (usableBytes() < sizeBytes) {
            throw new DiskFull(
                    "%s has %d usable bytes, expected %d for %s".formatted(directory, usableBytes(), sizeBytes, name),
                    null);
        }
        Path path = directory.resolve(name);
        Files.deleteIfExists(path);
        Files.createFile(path);
        ChannelFile file = new ChannelFile(path, false);
        try {
            zero(path, file, sizeBytes);
            return file;
        } catch (IOException e) {
            // Asked before the file is deleted: afterwards there is room again. The text of the error is the system's,
            // in the system's language.
            boolean full = usableBytes() < FULL_BELOW_BYTES;
            file.close();
            Files.deleteIfExists(path);
            throw full || isNoSpace(e) ? new DiskFull("no room for %s in %s".formatted(name, directory), e) : e;
        }
    }

    @Override
    public void clear(String name) throws IOException {
        Path path = directory.resolve(name);
        try (ChannelFile file = new ChannelFile(path, false)) {
            zero(path, file, file.size());
        }
    }

    private static void zero(Path path, DiskFile file, long sizeBytes) throws IOException {
        Zeros.write(file, DirectZeros.write(path, sizeBytes), sizeBytes);
        file.force();
    }

    private static boolean isNoSpace(IOException e) {
        String text = String.valueOf(e.getMessage());
        return text.contains("No space left") || text.contains("quota exceeded");
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(
                directory.resolve(from),
                directory.resolve(to),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void link(String name, String second) throws IOException {
        try {
            Files.createLink(directory.resolve(second), directory.resolve(name));
        } catch (FileSystemException e) {
            if (!isUnknown(e)) {
                throw e;
            }
            UnsupportedOperationException unknown = new UnsupportedOperationException(e.getMessage());
            unknown.initCause(e);
            throw unknown;
        }
    }

    /// A file system that knows no second names says EPERM, EOPNOTSUPP or ENOSYS, for which the JDK has no exceptions
    /// of their own. In doubt it is a setback, so that the call is tried again.
    private static boolean isUnknown(FileSystemException e) {
        String reason = String.valueOf(e.getReason()).toLowerCase(Locale.ROOT);
        return Stream.of("operation not permitted", "not supported", "not implemented")
                .anyMatch(reason::contains);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public void forceDirectory() throws IOException {
        forceDirectory(directory);
    }

    private static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public Closeable lock() throws IOException {
        if (toRead && !Files.isWritable(directory)) {
            // Nobody else can write there, either.
            return () -> {};
        }
        FileChannel channel =
                FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException(directory + IN_USE + " by this process already");
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new IOException(directory + IN_USE + " by another process");
    }

    @Override
    public long usableBytes() throws IOException {
        // Not by Files.getFileStore: that looks for an entry in the table of mounts, which a bare chroot has
        // not.
        File here = directory.toFile();
        long usable = here.getUsableSpace();
        if (usable == 0 && here.getTotalSpace() == 0) {
            throw new IOException("the system does not say how much room there is in " + directory);
        }
        return usable;
    }

    @Override
    public void inBackground(Runnable task) {
        Thread.ofPlatform().daemon().name("journal-spare").start(task);
    }

    /// A file through two channels. The JDK closes a channel under a thread that is interrupted while it reads; so
    /// readers have one of their own, which is opened again, and can never take the writer's away.
    private static final class ChannelFile implements DiskFile {
        private final Path path;
        private final FileChannel writing;
        private volatile @Nullable FileChannel reading;
        private volatile boolean closed;

        ChannelFile(Path path, boolean toRead) throws IOException {
            this.path = path;
            this.writing = toRead
                    ? FileChannel.open(path, StandardOpenOption.READ)
                    : FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                // At once: later the name may be another file's.
                this.reading = FileChannel.open(path, StandardOpenOption.READ);
            } catch (IOException e) {
                writing.close();
                throw e;
            }
        }

        @Override
        public int read(long offset, ByteBuffer target) throws IOException {
            int start = target.position();
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return readFully(readChannel(), offset, target, start);
                    } catch (ClosedByInterruptException e) {
                        interrupted |= Thread.interrupted();
                    } catch (ClosedChannelException e) {
                        if (closed) {
                            throw e;
                        }
                    }
                    target.position(start);
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private static int readFully(FileChannel channel, long offset, ByteBuffer target, int start)
                throws IOException {
            while (target.hasRemaining()) {
                if (channel.read(target, offset + target.position() - start) < 0) {
                    break;
                }
            }
            return target.position() - start;
        }

        private FileChannel readChannel() throws IOException {
            FileChannel channel = reading;
            if (channel != null && channel.isOpen()) {
                return channel;
            }
            synchronized (this) {
                if (closed) {
                    throw new ClosedChannelException();
                }
                channel = reading;
                if (channel == null || !channel.isOpen()) {
                    channel = FileChannel.open(path, StandardOpenOption.READ);
                    reading = channel;
                }
                return channel;
            }
        }

        @Override
        public void write(long offset, ByteBuffer... sources) throws IOException {
            long position = offset;
            for (ByteBuffer source : sources) {
                while (source.hasRemaining()) {
                    position += writing.write(source, position);
                }
            }
        }

        @Override
        public void force() throws IOException {
            // Not the metadata: the size never changes after the file was filled.
            writing.force(false);
        }

        @Override
        public long size() throws IOException {
            return writing.size();
        }

        @Override
        public void close() throws IOException {
            closed = true;
            synchronized (this) {
                FileChannel channel = reading;
                if (channel != null) {
                    channel.close();
                }
                writing.close();
            }
        }
    }
}
