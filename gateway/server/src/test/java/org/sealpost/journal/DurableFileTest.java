package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a power cut leaves of small files [JournalCrashTest] cannot show; here is what their callers see.
class DurableFileTest {
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

    /// The file system that a mount point is in may know of nothing to force, as that of the kernel's own files does;
    /// what is no mount point there is none of ours.
    @Test
    void aMountPointIsThereThoughNothingAboveItCanBeForced() throws Exception {
        var above = List.of(Path.of("/sys/fs"), Path.of("/sys"), Path.of("/proc")).stream()
                .filter(DurableFileTest::cannotBeForced)
                .toList();
        var mounted = Path.of("/sys/fs/cgroup");
        assumeTrue(above.contains(mounted.getParent()) && isMounted(mounted), "nothing is mounted there");
        DurableFile.makeDirectories(mounted);
        var ordinary = Path.of("/sys/kernel");
        assumeTrue(above.contains(ordinary.getParent()) && Files.isDirectory(ordinary), "no such directory");
        assertThrows(IOException.class, () -> DurableFile.makeDirectories(ordinary));
    }

    private static boolean isMounted(Path directory) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .anyMatch(line -> line.split(" ")[1].equals(directory.toString()));
    }

    private static boolean cannotBeForced(Path directory) {
        try (var channel = FileChannel.open(directory)) {
            channel.force(true);
            return false;
        } catch (AccessDeniedException e) {
            return false;
        } catch (IOException e) {
            return Files.isDirectory(directory);
        }
    }
}
