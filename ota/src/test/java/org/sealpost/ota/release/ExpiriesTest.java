package org.sealpost.ota.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.ota.tuf.Role;

class ExpiriesTest {
    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00.123Z");

    @Test
    void areLongEnoughForAStickUnlessSaidOtherwise() {
        var expiries = Expiries.of(List.of(), NOW, false);
        assertEquals(Instant.parse("2027-11-25T10:00:00Z"), expiries.of(Role.ROOT));
        assertEquals(Instant.parse("2027-02-23T10:00:00Z"), expiries.of(Role.TARGETS));
        assertEquals(Instant.parse("2026-12-25T10:00:00Z"), expiries.of(Role.SNAPSHOT));
        assertEquals(Instant.parse("2026-12-25T10:00:00Z"), expiries.of(Role.TIMESTAMP));
    }

    @Test
    void oneWordIsForAllButTheRootAndALaterWordOverridesIt() {
        var expiries = Expiries.of(List.of("12h", "timestamp=2026-11-26T00:00:00Z", "root=10d"), NOW, false);
        assertEquals(Instant.parse("2026-12-05T10:00:00Z"), expiries.of(Role.ROOT));
        assertEquals(Instant.parse("2026-11-25T22:00:00Z"), expiries.of(Role.TARGETS));
        assertEquals(Instant.parse("2026-11-26T00:00:00Z"), expiries.of(Role.TIMESTAMP));
    }

    @Test
    void thePastIsOnlySignedWhereItIsMeant() {
        var past = List.of("timestamp=2020-01-01T00:00:00Z");
        refuses(past, "--allow-expired");
        assertEquals(
                Instant.parse("2020-01-01T00:00:00Z"),
                Expiries.of(past, NOW, true).of(Role.TIMESTAMP));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "=", "30", "0d", "-1d", "1w", "30d ", "boxes=30d", "root=", "2027-01-31", "timestamp==1d"})
    void anythingElseIsRefusedWithTheForm(String word) {
        refuses(List.of(word), "must be WHEN or ROLE=WHEN");
    }

    @Test
    void noneIsLongerThanTenYears() {
        refuses(List.of("3651d"), "longer than 3650 days");
        refuses(List.of("+1000000000-12-31T00:00:00Z"), "longer than 3650 days");
        Expiries.of(List.of("3650d", "root=3650d"), NOW, false);
    }

    private static void refuses(List<String> words, String sentence) {
        var refusal = assertThrows(Refusal.class, () -> Expiries.of(words, NOW, false));
        assertTrue(refusal.getMessage().contains(sentence), refusal::getMessage);
    }
}
