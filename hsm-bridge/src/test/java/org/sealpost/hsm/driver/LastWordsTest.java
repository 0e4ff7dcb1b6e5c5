package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LastWordsTest {
    @Test
    void aCrashIsFoundInWhatTheJvmSays() {
        var words = new LastWords("box");
        words.follow(text("""
                #
                # A fatal error has been detected by the Java Runtime Environment:
                #
                #  SIGSEGV (0xb) at pc=0x00007f0001, pid=1, tid=2
                #
                # Problematic frame:
                # C  [libvendor.so+0x1189]  C_Sign+0x20
                #
                """));
        assertEquals(Optional.of("signal 11 (SIGSEGV) in [libvendor.so+0x1189]  C_Sign+0x20"), words.crash());
    }

    @Test
    void aCrashIsFoundAmongWhatTheLibrarySays() {
        var words = new LastWords("box");
        words.libraryMaySpeak();
        words.follow(text("""
                # PIN 1234
                pin: 1234sealpost-driver| INFO: of both
                # A fatal error has been detected by the Java Runtime Environment:
                #  SIGSEGV (0xb) at pc=0x00007f0001, pid=1, tid=2
                PIN 1234
                # C  [libvendor.so+0x1189]  C_Sign+0x20
                PIN 1234"""));
        assertEquals(Optional.of("signal 11 (SIGSEGV) in [libvendor.so+0x1189]  C_Sign+0x20"), words.crash());
        assertEquals(Optional.of("# C  [libvendor.so+0x1189]  C_Sign+0x20"), words.last());
    }

    @Test
    void theLibraryIsNotQuoted() throws Exception {
        var printed = new ByteArrayOutputStream();
        try (var own = new OwnWords(printed)) {
            own.write("INFO: ready\n\tat org.sealpost\nhalf a line".getBytes(StandardCharsets.US_ASCII));
        }
        printed.writeBytes("PIN 1234\n".getBytes(StandardCharsets.US_ASCII));
        var words = new LastWords("box");
        words.libraryMaySpeak();
        words.follow(new ByteArrayInputStream(printed.toByteArray()));
        assertEquals(Optional.of("\tat org.sealpost".replace('\t', '?')), words.last());
        words.follow(text("Terminating due to java.lang.OutOfMemoryError: Java heap space\nPIN 1234\n"));
        assertEquals(Optional.of("Terminating due to java.lang.OutOfMemoryError: Java heap space"), words.last());
    }

    @Test
    void aLineWithoutEndIsCutAndAFloodIsBounded() {
        var words = new LastWords("box");
        words.follow(text("x".repeat(1_000_000) + "\n" + "flood\n".repeat(LastWords.MAX_LINES) + "\u0007last"));
        assertEquals(Optional.of("?last"), words.last());
        words.follow(text("y".repeat(10_000)));
        assertTrue(words.last().orElseThrow().length() <= LastWords.MAX_CHARACTERS);
        assertEquals(Optional.empty(), words.crash());
    }

    private static ByteArrayInputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
