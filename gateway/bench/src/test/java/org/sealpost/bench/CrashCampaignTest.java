package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What a campaign says of itself; its course is for [ProcessCrashIT].
class CrashCampaignTest {
    private static String text(String... findings) {
        return new CrashCampaign.Outcome(
                        7, Map.of("any time", 2, "starting", 1), 40, 38, 3, 50, 4, 2, 1, 1, 9, List.of(findings))
                .text();
    }

    @Test
    void theFirstLineSaysWhichPromiseWasBroken() {
        var lines = text("record 3 twice, at 5 and 10", "two roots for size 10")
                .lines()
                .toList();
        assertTrue(lines.getFirst().startsWith("seed 7: 3 kills"), lines.getFirst());
        assertTrue(lines.getFirst().endsWith("2 promises broken: record 3 twice, at 5 and 10"), lines.getFirst());
        assertEquals(List.of("  two roots for size 10"), lines.subList(1, lines.size()));
        assertTrue(text().endsWith("0 promises broken"), text());
    }
}
