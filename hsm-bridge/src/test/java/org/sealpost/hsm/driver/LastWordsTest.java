package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
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
