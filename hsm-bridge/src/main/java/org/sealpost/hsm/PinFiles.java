package org.sealpost.hsm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// The PIN file, and beside it, while a change of PIN is under way, the new PIN in `<pin-file>.next`.
///
/// `.next` is there exactly as long as it is not known on this disk which of the two the token has: it appears
/// whole before the token is asked to change, and goes, by taking the PIN file's place or by being deleted, after
/// the token has answered. Each step is durable before the next.
record PinFiles(Path pinFile) {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    Path next() {
        return beside(".next");
    }

    boolean isChanging() {
        return Files.exists(next());
    }

    void announce(byte[] fresh) throws IOException {
        Path making = beside(".next.new");
        Files.deleteIfExists(making);
        Files.createFile(making, OWNER_ONLY);
        try (FileChannel out = FileChannel.open(making, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(fresh);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(making, next(), StandardCopyOption.ATOMIC_MOVE);
        forceFolder();
    }

    /// The token has the new PIN.
    void promote() throws IOException {
        Files.move(next(), pinFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder();
    }

    /// The token has the old PIN.
    void drop() throws IOException {
        Files.delete(next());
        forceFolder();
    }

    /// Held by one process from reading a PIN until the token has answered to it, so that nobody tries a PIN that
    /// another is just changing. Empty if somebody holds it.
    Optional<FileChannel> lock() throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    beside(".lock"), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNER_ONLY);
        } catch (IOException refused) {
            throw new IOException(
                    "the folder of " + pinFile + " must be writable, so that a refused PIN can be remembered: "
                            + refused,
                    refused);
        }
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException heldInThisProcess) {
            // As if by another.
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        return lock == null ? Optional.empty() : Optional.of(channel);
    }

    private Path beside(String ending) {
        return pinFile.resolveSibling(pinFile.getFileName() + ending);
    }

    private void forceFolder() throws IOException {
        try (FileChannel folder = FileChannel.open(pinFile.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
