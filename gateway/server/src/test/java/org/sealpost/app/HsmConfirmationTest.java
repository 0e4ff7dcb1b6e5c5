package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class HsmConfirmationTest {
    private static final String FINGERPRINT = "0123456789abcdef".repeat(4);

    @Test
    void sixteenDigitsOrMoreConfirm() {
        for (int digits = 16; digits <= 64; digits++) {
            assertTrue(HsmConfirmation.confirms(FINGERPRINT.substring(0, digits), FINGERPRINT));
        }
        assertTrue(HsmConfirmation.confirms(" " + FINGERPRINT.toUpperCase(Locale.ROOT) + "\n", FINGERPRINT));
    }

    @Test
    void nothingElseDoes() {
        for (var typed : List.of(
                "",
                " ".repeat(16),
                "0" + " ".repeat(15),
                FINGERPRINT.substring(0, 15),
                FINGERPRINT.substring(0, 15) + " ",
                "0123456789abcdee",
                "x123456789abcdef",
                "0123 456789abcdef",
                FINGERPRINT + "0",
                FINGERPRINT.substring(1))) {
            assertFalse(HsmConfirmation.confirms(typed, FINGERPRINT), typed);
        }
    }
}
