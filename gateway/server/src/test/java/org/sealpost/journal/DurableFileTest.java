package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a power cut leaves of small files [JournalCrashTest] cannot show; here is what their
/// callers see, also of directories of this machine's kernel, which forces none of its own.
class DurableFileTest {
    /// The place of the mount point in a line, proc(5).
    private static final int MOUNT_POINT = 4;

    @TempDir
    private Path folder;

    @Test
    void directoriesAreMadeAsFarAsTheyAreMissing() throws Exception {
        var inner = folder.resolve("a/b/c");
        var allowed = PosixFilePermissions.fromString("rwx------");
        DurableFile.makeDirectories(inner, PosixFilePermissions.asFileAttribute(allowed));
        assertEquals(allowed, Files.getPosixFilePermissions(folder.resolve("a")));
        assertEquals(allowed, Files.getPosixFilePermissions(inner));
        DurableFile.makeDirectories(inner);
        DurableFile.makeDirectories(inner.resolve("d"));
        assertTrue(Files.isDirectory(inner.resolve("d")));
    }

    @Test
    void whatIsNoDirectoryIsNotTakenForOne() throws Exception {
        var file = Files.writeString(folder.resolve("file"), "");
        assertThrows(IOException.class, () -> DurableFile.makeDirectories(file));
        assertThrows(IOException.class, () -> DurableFile.makeDirectories(file.resolve("inside")));
    }

    /// Nobody made it, so there is no name to be forced; what it is mounted in may know of nothing to force.
    @Test
    void aMountPointIsThereWhateverItIsMountedIn() throws IOException {
        var mounted = mountedWhereNothingIsForced();
        assumeTrue(mounted.isPresent(), "no mount point lies where the kernel forces nothing");
        assertThrows(IOException.class, () -> DurableFile.forceDirectoryOf(mounted.get()));
        assertDoesNotThrow(() -> DurableFile.makeDirectories(mounted.get()), mounted::toString);
    }

    /// A directory that somebody made is not durable only because it is there.
    @Test
    void whatCannotBeForcedElsewhereIsToldOf() {
        var made = Path.of("/proc/self/task");
        assumeTrue(Files.isDirectory(made), "no /proc");
        assertThrows(IOException.class, () -> DurableFile.makeDirectories(made));
    }

    private static Optional<Path> mountedWhereNothingIsForced() throws IOException {
        var mounts = Path.of("/proc/self/mountinfo");
        if (!Files.exists(mounts)) return Optional.empty();
        return Files.readAllLines(mounts).stream()
                .map(line -> Path.of(line.split(" ")[MOUNT_POINT]))
                .filter(path -> path.getParent() != null && Files.isDirectory(path))
                .filter(DurableFileTest::isForcedByNobody)
                .findFirst();
    }

    private static boolean isForcedByNobody(Path mounted) {
        try {
            var parent = mounted.getParent();
            if (Files.getFileStore(mounted).equals(Files.getFileStore(parent))) return false;
            DurableFile.forceDirectoryOf(mounted);
            return false;
        } catch (AccessDeniedException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
