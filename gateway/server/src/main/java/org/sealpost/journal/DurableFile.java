package org.sealpost.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Small files that a power cut leaves whole: as they were before, or as they are after.
public final class DurableFile {
    private static final Set<StandardOpenOption> NEW_FILE =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);

    private static final int ZEROS_AT_ONCE = 64 << 10;

    private DurableFile() {}

    /// Replaces the file. Its content and its name are durable when this returns.
    ///
    /// @param permissions as `ls` shows them, from the first byte on and whatever the umask is
    public static void replace(Path file, byte[] content, String permissions) throws IOException {
        var unfinished = file.resolveSibling(file.getFileName() + ".tmp");
        write(unfinished, content, permissions);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectoryOf(file);
    }

    /// Writes the file anew. Its content is durable when this returns, its name after [#forceDirectoryOf].
    public static void write(Path file, byte[] content, String permissions) throws IOException {
        Files.deleteIfExists(file);
        var allowed = PosixFilePermissions.fromString(permissions);
        try (var channel = FileChannel.open(file, NEW_FILE, PosixFilePermissions.asFileAttribute(allowed))) {
            Files.setPosixFilePermissions(file, allowed);
            for (var rest = ByteBuffer.wrap(content); rest.hasRemaining(); ) channel.write(rest);
            channel.force(true);
        }
    }

    /// Deletes the file, if it is there, once zeros stand in its place. Durable when this returns.
    public static void erase(Path file) throws IOException {
        if (zeroAndDelete(file)) forceDirectoryOf(file);
    }

    /// The same, and that the name is gone is durable only after [#forceDirectoryOf].
    ///
    /// @return whether it was there
    public static boolean zeroAndDelete(Path file) throws IOException {
        if (!Files.exists(file)) return false;
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            var zeros = ByteBuffer.allocate(ZEROS_AT_ONCE);
            long size = channel.size();
            for (long at = 0; at < size; ) {
                at += channel.write(zeros.clear().limit((int) Math.min(ZEROS_AT_ONCE, size - at)), at);
            }
            channel.force(true);
        }
        Files.delete(file);
        return true;
    }

    /// Makes the directory and those above it, as far as they are missing, each durably before the next one.
    /// So is the last one that is there: whoever made it may have been killed before it was.
    ///
    /// @param directory absolute
    public static void makeDirectories(Path directory, FileAttribute<?>... attributes) throws IOException {
        if (Files.isDirectory(directory)) {
            forceMade(directory);
            return;
        }
        var parent = directory.getParent();
        if (parent == null) throw new IOException(directory + " is not a directory");
        makeDirectories(parent, attributes);
        Files.createDirectory(directory, attributes);
        forceDirectoryOf(directory);
    }

    private static void forceMade(Path directory) throws IOException {
        try {
            forceDirectoryOf(directory);
        } catch (AccessDeniedException e) {
            // Somebody else made it: who does not see what is beside it made nothing there.
        } catch (IOException e) {
            // Nobody makes a mount point, and the file system that it is in may know of nothing to force.
            if (!isMountPoint(directory)) throw e;
        }
    }

    private static boolean isMountPoint(Path directory) throws IOException {
        var parent = directory.toAbsolutePath().getParent();
        return parent != null && !Files.getFileStore(directory).equals(Files.getFileStore(parent));
    }

    /// Makes durable what was created, renamed or deleted beside this file.
    public static void forceDirectoryOf(Path file) throws IOException {
        var directory = file.toAbsolutePath().getParent();
        if (directory == null) return;
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
