package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;

class MainTest {
    @TempDir
    Path folder;

    /// A journal that lost entries which were sealed is a broken promise, whoever finds it; the exit code tells a
    /// supervisor that no other configuration would help.
    @Test
    void damageFoundAtTheStartEndsWithItsOwnExitCode() throws Exception {
        var config = new JournalConfig("entries", 1 << 20, 4096, 1 << 16);
        try (var journal = Journal.open(DirectoryDisk.open(folder), config, 5)) {
            throw new AssertionError("opened with " + journal.size() + " of 5 entries");
        } catch (BrokenPromise damaged) {
            assertEquals(70, Refusal.of(damaged).orElseThrow().exitCode());
        }
    }

    @Test
    void whatMustBeChangedFirstHasAnother() {
        assertEquals(
                78,
                Refusal.of(new ConfigRefused("data is missing")).orElseThrow().exitCode());
        assertEquals(
                78, Refusal.of(new StartRefused("no PIN file")).orElseThrow().exitCode());
        assertEquals(Optional.empty(), Refusal.of(new IOException("unforeseen")));
    }

    /// A disk that fails: whoever starts the gateway gets a sentence, and a supervisor a code that says not to try
    /// again.
    @Test
    void aDiskThatFailsAtTheStartIsToldInWords() throws Exception {
        assertEquals("ready", Main.inWords(() -> "ready"));
        var refused = assertThrows(
                StartRefused.class,
                () -> Main.inWords(() -> {
                    throw new UncheckedIOException(new IOException("Input/output error"));
                }));
        var told = Refusal.of(refused).orElseThrow();
        assertEquals(78, told.exitCode());
        assertTrue(told.sentence().startsWith("a file cannot be used: Input/output error; see that"), told.sentence());
    }
}
