package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
    void aPinThatWasTakenBeforeHasThreeTriesAndThenOneEachPause() throws Exception {
        assertFalse(odd().isClosed(true));
        for (int i = 0; i < OddRefusals.MAX; i++) {
            assertFalse(odd().isClosed(true));
            odd().count();
        }
        assertTrue(odd().isClosed(true));
        now = now.plus(OddRefusals.PAUSE);
        assertFalse(odd().isClosed(true));
        odd().count();
        assertTrue(odd().isClosed(true));
        odd().forget();
        assertFalse(odd().isClosed(true));
    }

    @Test
    void aPinThatWasNeverTakenHasTwoTriesAndNoMore() throws Exception {
        for (int i = 0; i < OddRefusals.MAX_NEVER_TAKEN; i++) {
            assertFalse(odd().isClosed(false));
            odd().count();
        }
        assertTrue(odd().isClosed(false));
        assertFalse(odd().isClosed(true));
        now = now.plus(OddRefusals.PAUSE.multipliedBy(100));
        assertTrue(odd().isClosed(false));
    }

    @Test
    void aTryThatWasAnsweredDoesNotCount() throws Exception {
        odd().count().takeBack();
        assertFalse(Files.exists(odd().file()));
        odd().count();
        String before = Files.readString(odd().file());
        now = now.plusSeconds(1);
        odd().count().takeBack();
        assertEquals(before, Files.readString(odd().file()));
    }

    /// The PIN file was written by a clock that was right, and the box has started with one that was not.
    @Test
    void aClockThatIsBehindThePinFileOpensNothing() throws Exception {
        Files.setLastModifiedTime(pinFile, FileTime.from(now.plus(OddRefusals.PAUSE)));
        for (int i = 0; i < OddRefusals.MAX; i++) {
            odd().count();
        }
        assertTrue(odd().isClosed(true));
        assertTrue(odd().isClosed(false));
    }

    /// As earlier versions of this program wrote it.
    @Test
    void aFileWithoutTheVersionOfThePinFileIsUnderstood() throws Exception {
        Files.writeString(odd().file(), "sealpost odd-refusals 1\n3\n" + now.toEpochMilli() + "\n");
        assertTrue(odd().isClosed(true));
        Files.setLastModifiedTime(pinFile, FileTime.from(now.plusSeconds(1)));
        assertFalse(odd().isClosed(true));
    }

    @Test
    void aPinFileThatIsWrittenAnewIsTriedOnce() throws Exception {
        for (int i = 0; i < OddRefusals.MAX; i++) {
            odd().count();
        }
        now = now.plusSeconds(10);
        Files.setLastModifiedTime(pinFile, FileTime.from(now));
        assertFalse(odd().isClosed(true));
        now = now.plusSeconds(1);
        odd().count();
        assertTrue(odd().isClosed(true));
    }

    /// As from somebody who does not know which it is.
    @Test
    void aPinThatComesBackIsNotAnotherOne() throws Exception {
        odd("a").count();
        odd("a").count();
        assertTrue(odd("a").isClosed(false));
        assertFalse(odd("b").isClosed(false));
        odd("b").count();
        for (String pin : List.of("a", "b", "a", "b")) {
            assertTrue(odd(pin).isClosed(false), pin);
        }
        odd("c").count().takeBack();
        assertFalse(odd("c").isClosed(false));
        odd("a").forget();
        assertFalse(odd("b").isClosed(false));
    }

    @Test
    void theNewestPinsAreKnownAgain() throws Exception {
        for (int pin = 0; pin <= OddRefusals.MAX_VERSIONS; pin++) {
            odd("pin " + pin).count();
        }
        assertTrue(odd("pin 1").isClosed(false));
        assertFalse(odd("pin 0").isClosed(false));
        assertEquals(
                3 + OddRefusals.MAX_VERSIONS, Files.readAllLines(odd().file()).size());
    }

    @Test
    void aClockThatWasAheadClosesNothingForEver() throws Exception {
        for (int i = 0; i < OddRefusals.MAX; i++) {
            odd().count();
        }
        now = now.minus(OddRefusals.PAUSE);
        Files.setLastModifiedTime(pinFile, FileTime.from(now.minusSeconds(1)));
        assertFalse(odd().isClosed(true));
    }

    @Test
    void aFileThatIsNotUnderstoodIsNoPermission() throws Exception {
        for (String damaged : List.of("", "other\n1\n2\n", "sealpost odd-refusals 1\nx\n2\n")) {
            Files.writeString(odd().file(), damaged);
            assertThrows(IOException.class, () -> odd().isClosed(true), damaged);
        }
    }

    private OddRefusals odd(String pin) {
        return new OddRefusals(new PinFolder(pinFile), ".odd", pin.getBytes(StandardCharsets.US_ASCII), () -> now);
    }

    private OddRefusals odd() {
        return new OddRefusals(new PinFolder(pinFile), () -> now);
    }
}
