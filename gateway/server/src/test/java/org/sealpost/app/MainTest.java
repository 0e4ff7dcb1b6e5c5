package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
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
            assertEquals(OptionalInt.of(70), Main.exitCode(damaged));
        }
    }

    @Test
    void whatMustBeChangedFirstHasAnother() {
        assertEquals(OptionalInt.of(78), Main.exitCode(new ConfigRefused("data is missing")));
        assertEquals(OptionalInt.of(78), Main.exitCode(new StartRefused("no PIN file")));
        assertEquals(OptionalInt.empty(), Main.exitCode(new IOException("unforeseen")));
    }
}
