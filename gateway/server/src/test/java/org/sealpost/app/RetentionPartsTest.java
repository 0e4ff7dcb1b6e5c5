package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.stage.StageHealth;

/// What health says of policies that erase.
class RetentionPartsTest {
    private static final StageHealth WORKS =
            new StageHealth("erasing-policies", false, Optional.empty(), Optional.empty(), 0, Optional.empty());
    private static final StageHealth FAILS = new StageHealth(
            "erasing-policies", true, Optional.of("no room"), Optional.of(Instant.EPOCH), 3, Optional.empty());

    @Test
    void whatWaitsIsWellAndWhatHasStoppedIsNot() {
        var waits = RetentionParts.erasingPart("erasing-policies", "not final on evm", "", WORKS);
        assertTrue(waits.well());
        assertEquals("not final on evm", waits.cause());

        var stopped = RetentionParts.erasingPart("erasing-policies", "not final on evm", "250000 stretches", WORKS);
        assertFalse(stopped.well());
        assertEquals("250000 stretches", stopped.cause());
        assertTrue(stopped.remedy().contains("erase-after"), stopped.remedy());

        var fails = RetentionParts.erasingPart("erasing-policies", "", "250000 stretches", FAILS);
        assertFalse(fails.well());
        assertEquals("no room", fails.cause(), "what can be mended first");
    }
}
