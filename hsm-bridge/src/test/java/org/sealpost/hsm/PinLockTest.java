package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One holder at a time, in one process or in two.
class PinLockTest {
    @TempDir
    Path folder;

    private Path pinFile;

    @BeforeEach
    void writeAPin() throws Exception {
        pinFile = folder.resolve("pin");
        SoftHsm.write(pinFile, "a-pin\n");
    }

    @Test
    void onlyOneHolderInThisProcess() throws Exception {
        for (int round = 0; round < 2; round++) {
            try (var _ = take()) {
                assertTrue(lock().isEmpty());
            }
        }
    }

    /// Closed twice, it does not free what is somebody else's by then.
    @Test
    void aLockThatIsClosedTwiceIsFreedOnce() throws Exception {
        PinLock first = take();
        first.close();
        try (var _ = take()) {
            first.close();
            assertTrue(lock().isEmpty());
        }
    }

    /// Whoever closes a channel to a file loses all the locks of its process on it, so the system says.
    @Test
    void whoAsksInVainDoesNotLoseTheLockForTheHolder() throws Exception {
        try (var _ = take()) {
            assertTrue(lock().isEmpty());
            assertEquals("refused", askInAnotherProcess());
            assertTrue(lock().isEmpty());
        }
        assertEquals("given", askInAnotherProcess());
    }

    /// By another way to the same file.
    @Test
    void aLinkToTheFolderLeadsToTheSameLock() throws Exception {
        Path link = folder.resolveSibling(folder.getFileName() + "-link");
        Files.createSymbolicLink(link, folder);
        try (var _ = take()) {
            assertTrue(new PinFolder(link.resolve("pin")).lock().isEmpty());
        } finally {
            Files.delete(link);
        }
    }

    private PinLock take() throws Exception {
        return lock().orElseThrow();
    }

    private Optional<PinLock> lock() throws Exception {
        return new PinFolder(pinFile).lock();
    }

    private String askInAnotherProcess() throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PinLockTest.class.getName(),
                        pinFile.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
        return said.strip();
    }

    /// The other process.
    public static void main(String[] args) throws Exception {
        System.out.println(new PinFolder(Path.of(args[0])).lock().isPresent() ? "given" : "refused");
    }
}
