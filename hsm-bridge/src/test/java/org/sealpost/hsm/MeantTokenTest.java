package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// Modules with more tokens than a test can have.
class MeantTokenTest {
    private static final long INITIALISED = 0x400;
    private static final long WRITE_PROTECTED = 0x2;

    private static final Map<Long, TokenLabel> TOKENS = Map.of(
            1L, token("", "", WRITE_PROTECTED),
            2L, token("box", "A", INITIALISED),
            3L, token("box", "B", INITIALISED),
            4L, token("", "C", 0),
            5L, token("", "D", 0));

    @Test
    void ofSeveralEmptyTokensNoneIsGuessed() {
        var refused = assertThrows(IllegalStateException.class, () -> any().empty(TOKENS));
        assertEquals(
                "it is not told which empty token is meant, of slot 4 (serial \"C\"), slot 5 (serial \"D\"): give its"
                        + " serial or, where it has none yet, its slot",
                refused.getMessage());
        assertEquals(4, of("C").empty(TOKENS));
        assertEquals(5, of("D").empty(TOKENS));
        assertEquals(5, in(5).empty(TOKENS));
    }

    @Test
    void whatIsNotEmptyIsNotMeant() {
        for (MeantToken meant : new MeantToken[] {of("A"), of("E"), in(1), in(2), in(6)}) {
            var refused = assertThrows(IllegalStateException.class, () -> meant.empty(TOKENS));
            assertTrue(refused.getMessage().startsWith("there is no empty token "), refused.getMessage());
        }
        var none = assertThrows(IllegalStateException.class, () -> any().empty(Map.of(2L, TOKENS.get(2L))));
        assertEquals("the module shows no empty token", none.getMessage());
        assertEquals(4, any().empty(Map.of(1L, TOKENS.get(1L), 4L, TOKENS.get(4L))));
    }

    @Test
    void aTokenOfTheLabelIsOursOnlyWithOurSerial() {
        assertEquals(Optional.of(3L), of("B").labelled(TOKENS));
        assertEquals(Optional.empty(), of("C").labelled(TOKENS));
    }

    @Test
    void aRandomPinIsAsLongAsTheTokenTakes() {
        assertEquals(20, told(0, 0).pinLength());
        assertEquals(20, told(-1, -1).pinLength());
        assertEquals(20, told(4, 255).pinLength());
        assertEquals(8, told(4, 8).pinLength());
        assertEquals(15, told(6, 15).pinLength());
        assertEquals(32, told(32, 64).pinLength());
        assertEquals(8, told(9, 8).pinLength());
        assertTrue(told(4, 8).takesPinOf(8));
        assertFalse(told(4, 8).takesPinOf(9));
        assertFalse(told(4, 8).takesPinOf(3));
        assertTrue(told(0, -1).takesPinOf(255));
    }

    private static MeantToken any() {
        return new MeantToken("box", Optional.empty(), OptionalLong.empty());
    }

    private static MeantToken of(String serial) {
        return new MeantToken("box", Optional.of(serial), OptionalLong.empty());
    }

    private static MeantToken in(long slot) {
        return new MeantToken("box", Optional.of("A"), OptionalLong.of(slot));
    }

    private static TokenLabel told(long min, long max) {
        return new TokenLabel("", "", "", "", 0, min, max);
    }

    private static TokenLabel token(String label, String serial, long flags) {
        return new TokenLabel(label, "", "", serial, flags, 4, 255);
    }
}
