package org.sealpost.ota.release;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Files that are there whole or not at all: written aside, forced, renamed, and the rename forced.
final class NewFile {
    private static final Set<StandardOpenOption> NEW = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);

    /// What a file that is not whole yet ends with. Whoever reads a repository passes over such names.
    static final String UNFINISHED = ".part";

    private NewFile() {}

    /// Writes the file, or replaces it.
    static void write(Path file, byte[] content) throws IOException {
        aside(file, content);
        rename(unfinished(file), file);
    }

    /// Writes what [#rename] makes the file of.
    static void aside(Path file, byte[] content) throws IOException {
        Path unfinished = unfinished(file);
        Files.deleteIfExists(unfinished);
        write(unfinished, content, PosixFilePermissions.fromString("rw-r--r--"));
    }

    /// Writes a file for its owner alone, in a folder for its owner alone, where there was none.
    static void secret(Path file, byte[] content) {
        Path folder = file.toAbsolutePath().getParent();
        try {
            if (folder != null && !Files.isDirectory(folder)) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            write(file, content, PosixFilePermissions.fromString("rw-------"));
            forceFolderOf(file);
        } catch (FileAlreadyExistsException taken) {
            throw new Refusal("there is a file " + file + " already, and a key is never written over", taken);
        } catch (IOException failed) {
            throw new Refusal(file + " cannot be written: " + reason(failed), failed);
        }
    }

    static Path unfinished(Path file) {
        return file.resolveSibling(file.getFileName() + UNFINISHED);
    }

    /// Gives a forced file its name, and makes that durable.
    static void rename(Path unfinished, Path file) throws IOException {
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolderOf(file);
    }

    /// What a person can read of a failure: the JDK's message is often the file's name alone.
    static String reason(IOException failed) {
        return switch (failed) {
            case FileSystemException where when where.getReason() != null -> where.getFile() + ": " + where.getReason();
            case NoSuchFileException where -> "there is no " + where.getFile();
            case AccessDeniedException where -> "access to " + where.getFile() + " is denied";
            default -> String.valueOf(failed.getMessage());
        };
    }

    private static void write(Path file, byte[] content, Set<PosixFilePermission> allowed) throws IOException {
        FileAttribute<?> permissions = PosixFilePermissions.asFileAttribute(allowed);
        try (var channel = FileChannel.open(file, NEW, permissions)) {
            for (var rest = ByteBuffer.wrap(content); rest.hasRemaining(); ) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    /// Makes durable what was renamed or deleted beside this file.
    static void forceFolderOf(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            return;
        }
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
