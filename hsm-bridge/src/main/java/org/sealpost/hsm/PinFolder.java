package org.sealpost.hsm;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The folder of a PIN file, and how files beside the PIN file are made: a power cut leaves each of them whole
/// or not there at all, and whoever may use the PIN file may use them.
///
/// So they get the PIN file's owner, and its group where that may read it. What root does for a gateway of
/// another user leaves nothing that the gateway could not use. Where there is no PIN file yet, the folder's
/// owner is meant, as where the PIN is a systemd credential, whose memory lies in another folder.
final class PinFolder {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_AND_GROUP = PosixFilePermissions.fromString("rw-rw----");
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(OWNER);
    private static final String UNFINISHED = ".new";

    private final PinPlace place;
    private final Runnable beforeEachStep;

    /// Of a credential; guarded by this. The hash is slow, and one start of a service has one file.
    private @Nullable Seen seen;

    private record Seen(String file, String content) {}

    PinFolder(Path pinFile) {
        this(PinPlace.inFile(pinFile));
    }

    PinFolder(PinPlace place) {
        this(place, () -> {});
    }

    PinFolder(Path pinFile, Runnable beforeEachStep) {
        this(PinPlace.inFile(pinFile), beforeEachStep);
    }

    /// @param beforeEachStep run before anything on the disk is changed; a test cuts the power there
    private PinFolder(PinPlace place, Runnable beforeEachStep) {
        this.place = place;
        this.beforeEachStep = beforeEachStep;
    }

    PinPlace place() {
        return place;
    }

    /// Where the PIN is read.
    Path pinFile() {
        return place.file();
    }

    Path beside(String ending) {
        return place.memory().resolveSibling(place.memory().getFileName() + ending);
    }

    /// Another one when another PIN was supplied: when the PIN file is written anew, or a credential has
    /// another content.
    ///
    /// @throws IOException in words, if there is none
    String pinVersion() throws IOException {
        String file;
        try {
            var attributes = Files.readAttributes(place.file(), BasicFileAttributes.class);
            file = attributes.fileKey() + " " + attributes.lastModifiedTime();
        } catch (NoSuchFileException missing) {
            throw new IOException("there is no PIN file " + place.file(), missing);
        }
        return place.isCredential() ? contentOf(file) : file;
    }

    private synchronized String contentOf(String file) throws IOException {
        Seen before = seen;
        if (before != null && before.file().equals(file)) {
            return before.content();
        }
        try (PinFile pin = PinFile.read(place.file())) {
            String content = PinDigest.of(pin.pin(), this);
            seen = new Seen(file, content);
            return content;
        }
    }

    /// Replaces a file; its content and its name are durable when this returns.
    void write(Path file, byte[] content) throws IOException {
        Path making = create(file);
        beforeEachStep.run();
        // Not a channel: that leaves a copy in a buffer which the JDK keeps.
        try (FileOutputStream out = new FileOutputStream(making.toFile())) {
            out.write(content);
            out.getFD().sync();
        }
        move(making, file);
    }

    /// As [#write], and never in the place of another one.
    ///
    /// @throws FileAlreadyExistsException if there is one
    void writeNew(Path file, byte[] content) throws IOException {
        Path making = create(file);
        try (FileOutputStream out = new FileOutputStream(making.toFile())) {
            out.write(content);
            out.getFD().sync();
        }
        // A second name, since a move would take the place of whatever came meanwhile.
        try {
            beforeEachStep.run();
            Files.createLink(file, making);
        } finally {
            Files.delete(making);
        }
        force();
    }

    /// Whether [#write] could do it now.
    void requireWritable(Path file) throws IOException {
        Path made = create(file);
        beforeEachStep.run();
        Files.delete(made);
    }

    /// Takes the other's place; durable when this returns.
    void move(Path file, Path other) throws IOException {
        beforeEachStep.run();
        Files.move(file, other, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force();
    }

    /// Durable when this returns; whether it was there.
    boolean delete(Path file) throws IOException {
        beforeEachStep.run();
        boolean there = Files.deleteIfExists(file);
        if (there) {
            force();
        }
        return there;
    }

    /// What a power cut may have left of [#write], which nobody will finish.
    void deleteUnfinished(Path file) throws IOException {
        delete(unfinished(file));
    }

    /// Empty if somebody holds it.
    ///
    /// @throws IOException in words, if this user may not take it
    Optional<PinLock> lock() throws IOException {
        requireMemory();
        requireUsableLock();
        Path file = lockFile();
        try {
            return PinLock.take(folder().toRealPath().resolve(file.getFileName()), () -> openLock(file));
        } catch (FileSystemException refused) {
            throw new IOException(
                    "the folder of " + place.memory() + " must be writable, so that a refused PIN can be remembered: "
                            + refused,
                    refused);
        }
    }

    /// @throws IOException if another user's lock is there
    void requireUsableLock() throws IOException {
        Path file = lockFile();
        if (Files.exists(file) && !Files.isWritable(file)) {
            throw new IOException(file + " belongs to " + Files.getOwner(file)
                    + ", and this user may not use it: give it to the owner of the PIN file (chown)");
        }
    }

    private Path lockFile() {
        return beside(".lock");
    }

    private FileChannel openLock(Path file) throws IOException {
        try {
            Files.createFile(file, OWNER_ONLY);
            share(file);
        } catch (FileAlreadyExistsException there) {
            shareIfAllowed(file);
        }
        return FileChannel.open(file, StandardOpenOption.WRITE);
    }

    /// Of a credential, a gateway's data directory. It is not made here: it would belong to whoever comes first, be
    /// it root, and not to the gateway's user.
    private void requireMemory() throws IOException {
        if (place.isCredential() && !Files.isDirectory(folder())) {
            throw new IOException("the data directory " + folder() + ", in which it is kept what the token says of the"
                    + " PIN, is not there: start the gateway, which makes it, or make it for the gateway's user");
        }
    }

    private Path create(Path file) throws IOException {
        requireMemory();
        Path making = unfinished(file);
        beforeEachStep.run();
        Files.deleteIfExists(making);
        Files.createFile(making, OWNER_ONLY);
        share(making);
        return making;
    }

    private static Path unfinished(Path file) {
        return file.resolveSibling(file.getFileName() + UNFINISHED);
    }

    /// Made by a run before this one, perhaps of another user: root sets it right, others cannot and need not.
    private void shareIfAllowed(Path file) {
        try {
            share(file);
        } catch (IOException notOurs) {
            // Opening it tells whether it can be used.
        }
    }

    private void share(Path file) throws IOException {
        // Of a credential nobody but systemd chooses the owner.
        boolean there = !place.isCredential() && Files.exists(place.file());
        PosixFileAttributes model = Files.readAttributes(there ? place.file() : folder(), PosixFileAttributes.class);
        boolean group = there && model.permissions().contains(PosixFilePermission.GROUP_READ);
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        PosixFileAttributes now = view.readAttributes();
        if (group && !now.group().equals(model.group())) {
            view.setGroup(model.group());
        }
        Set<PosixFilePermission> wanted = group ? OWNER_AND_GROUP : OWNER;
        if (!now.permissions().equals(wanted)) {
            view.setPermissions(wanted);
        }
        if (!now.owner().equals(model.owner())) {
            try {
                view.setOwner(model.owner());
            } catch (IOException notRoot) {
                if (there && !group) {
                    throw new IOException(
                            "the PIN file " + place.file() + " belongs to " + model.owner() + ", who could not use "
                                    + file + ": run this as that user or as root",
                            notRoot);
                }
            }
        }
    }

    private void force() throws IOException {
        beforeEachStep.run();
        try (FileChannel folder = FileChannel.open(folder(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private Path folder() {
        return place.memory().toAbsolutePath().getParent();
    }
}
