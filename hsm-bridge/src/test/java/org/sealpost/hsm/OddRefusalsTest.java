package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OddRefusalsTest {
    @TempDir
    Path folder;

    private Path pinFile;
    private Instant now = Instant.parse("2026-03-01T00:00:00Z");

    @BeforeEach
    void writeAPinFile() throws IOException {
        pinFile = folder.resolve("pin");
        Files.writeString(pinFile, "1234");
        Files.setLastModifiedTime(pinFile, FileTime.from(now.minusSeconds(1)));
    }

    @Test
    void afterThreeThereIsOneTryEachPause() throws Exception {
        assertFalse(odd().isClosed());
        for (int i = 0; i < OddRefusals.MAX; i++) {
            assertFalse(odd().isClosed());
            odd().count();
        }
        assertTrue(odd().isClosed());
        now = now.plus(OddRefusals.PAUSE);
        assertFalse(odd().isClosed());
        odd().count();
        assertTrue(odd().isClosed());
        odd().forget();
        assertFalse(odd().isClosed());
    }

    @Test
    void aPinFileThatIsWrittenAnewIsTriedOnce() throws Exception {
        for (int i = 0; i < OddRefusals.MAX; i++) {
            odd().count();
        }
        now = now.plusSeconds(10);
        Files.setLastModifiedTime(pinFile, FileTime.from(now));
        assertFalse(odd().isClosed());
        now = now.plusSeconds(1);
        odd().count();
        assertTrue(odd().isClosed());
    }

    @Test
    void aClockThatWasAheadClosesNothingForEver() throws Exception {
        for (int i = 0; i < OddRefusals.MAX; i++) {
            odd().count();
        }
        now = now.minus(OddRefusals.PAUSE);
        Files.setLastModifiedTime(pinFile, FileTime.from(now.minusSeconds(1)));
        assertFalse(odd().isClosed());
    }

    @Test
    void aFileThatIsNotUnderstoodIsNoPermission() throws Exception {
        for (String damaged : List.of("", "other\n1\n2\n", "sealpost odd-refusals 1\nx\n2\n")) {
            Files.writeString(odd().file(), damaged);
            assertThrows(IOException.class, () -> odd().isClosed(), damaged);
        }
    }

    private OddRefusals odd() {
        return new OddRefusals(new PinFolder(pinFile), () -> now);
    }
}
