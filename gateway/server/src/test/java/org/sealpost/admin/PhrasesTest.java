package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PhrasesTest {
    @Test
    void durationsHaveTheUnitsThatTellSomething() {
        assertEquals("0 s", Phrases.duration(Duration.ofMillis(-5)));
        assertEquals("59 s", Phrases.duration(Duration.ofSeconds(59)));
        assertEquals("1 min", Phrases.duration(Duration.ofSeconds(60)));
        assertEquals("9 min 59 s", Phrases.duration(Duration.ofSeconds(599)));
        assertEquals("10 min", Phrases.duration(Duration.ofSeconds(659)));
        assertEquals("1 h", Phrases.duration(Duration.ofSeconds(3659)));
        assertEquals("23 h 59 min", Phrases.duration(Duration.ofSeconds(86_399)));
        assertEquals("1 day 1 h", Phrases.duration(Duration.ofHours(25)));
        assertEquals("400 days", Phrases.duration(Duration.ofDays(400)));
    }

    @Test
    void sizesHaveThreeDigits() {
        assertEquals("0 B", Phrases.bytes(0));
        assertEquals("1023 B", Phrases.bytes(1023));
        assertEquals("1.00 KiB", Phrases.bytes(1024));
        assertEquals("0.98 MiB", Phrases.bytes(1000 * 1024));
        assertEquals("12.4 GiB", Phrases.bytes((long) (12.4 * (1L << 30))));
        assertEquals("8192 PiB", Phrases.bytes(Long.MAX_VALUE));
    }

    @Test
    void aPercentageStaysOnOneLine() {
        assertEquals("95\u00a0%", Phrases.percent(95, 100));
        assertEquals("0\u00a0%", Phrases.percent(0, 0));
    }

    @Test
    void ofAHashTheBeginningIsToldAndATimeReadsAsEveryOtherOne() {
        assertEquals(
                "Block 615 (0123abcd…) and 0x0123abcd… of 2026-11-28 10:11:45 UTC",
                Phrases.told("block 615 (" + "0123abcd".repeat(8) + ") and 0x" + "0123abcd".repeat(8)
                        + " of 2026-11-28T10:11:45Z"));
        var others = "contract 0x" + "12".repeat(20) + ", " + "ab".repeat(33) + " and 2026-11-28";
        assertEquals(others, Phrases.legible(others));
    }

    @Test
    void nothingIsSaidToHaveHappenedInTheFuture() {
        var now = Instant.parse("2026-11-25T18:04:05Z");
        assertEquals("2026-11-25 18:04:00 UTC, 5 s ago", Phrases.timeAndAge(now.minusSeconds(5), now));
        assertEquals("2026-11-25 18:04:06 UTC", Phrases.timeAndAge(now.plusSeconds(1), now));
    }
}
