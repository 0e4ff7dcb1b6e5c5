package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final Instant NOW = Instant.parse("2026-05-04T10:00:00Z");
    private static final long MINUTE = Pace.minute(NOW);

    @Test
    void whatWaitsTakesAsLongAsWhatCameThrough() {
        var pace = new Pace(Map.of(MINUTE - 9, 300L, MINUTE, 300L));
        assertEquals(Optional.of(Duration.ofMinutes(100)), pace.drain(6000, NOW), "60 a minute");
        assertEquals(Optional.empty(), pace.drain(0, NOW));
    }

    @Test
    void whatIsOlderThanAnHourOrOfAClockThatRanAheadTellsNothing() {
        assertEquals(Optional.empty(), new Pace(Map.of()).drain(5, NOW));
        assertEquals(Optional.empty(), new Pace(Map.of(MINUTE - 60, 7L)).drain(5, NOW));
        assertEquals(Optional.empty(), new Pace(Map.of(MINUTE + 1, 7L)).drain(5, NOW));
        assertEquals(Optional.of(Duration.ofMinutes(60)), new Pace(Map.of(MINUTE - 59, 7L)).drain(7, NOW));
    }
}
