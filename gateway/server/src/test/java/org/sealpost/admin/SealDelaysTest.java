package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.sealpost.capture.AcknowledgedGroups;

/// How long entries waited for their seal, as a histogram says it.
class SealDelaysTest {
    private static final String NAME = "sealpost_ack_to_seal_seconds";

    private final AcknowledgedGroups acknowledged = new AcknowledgedGroups();
    private final SealDelays delays = new SealDelays(acknowledged);

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private String figure(String of) {
        var out = new StringBuilder();
        delays.write(out);
        return out.toString()
                .lines()
                .filter(line -> line.startsWith(NAME + of + " "))
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .findFirst()
                .orElseThrow();
    }

    private String within(String seconds) {
        return figure("_bucket{le=\"" + seconds + "\"}");
    }

    @Test
    void eachEntryCountsOnceBySealAndTime() {
        acknowledged.add(5, 8, millis(100));
        acknowledged.add(8, 10, millis(103));
        // Over the first group, and one of the second.
        delays.sealed(9, millis(105));
        assertEquals("1", within("0.002"));
        assertEquals("1", within("0.004"));
        assertEquals("4", within("0.005"));
        assertEquals("4", figure("_count"));
        delays.sealed(9, millis(200));
        assertEquals("4", figure("_count"), "nothing is counted twice");
        delays.sealed(10, millis(203) + 1);
        assertEquals("4", within("0.1"), "a bucket does not hold what took longer by a nanosecond");
        assertEquals("5", within("0.125"));
        assertEquals("5", within("+Inf"));
        assertEquals(0.117, Double.parseDouble(figure("_sum")), 1e-6);
    }

    /// A sealer at work may find entries that are durable before their writer comes to answer them.
    @Test
    void whatIsSealedBeforeItIsAnsweredDidNotWait() {
        acknowledged.add(0, 4, millis(100));
        delays.sealed(9, millis(103));
        acknowledged.add(4, 7, millis(104));
        acknowledged.add(7, 11, millis(105));
        assertEquals("5", within("0.001"), "at once, though no seal comes for hours");
        assertEquals("9", figure("_count"));
        delays.sealed(11, TimeUnit.HOURS.toNanos(2));
        assertEquals("9", within("3600.0"));
        assertEquals("11", figure("_count"));
        assertEquals(0.012 + 2 * (7200 - 0.105), Double.parseDouble(figure("_sum")), 1e-6);
    }

    @Test
    void whatTookLongerThanAnyBucketIsCounted() {
        acknowledged.add(0, 1, 0);
        delays.sealed(1, TimeUnit.HOURS.toNanos(30));
        assertEquals("0", within("3600.0"));
        assertEquals("1", within("+Inf"));
    }

    /// As while a token is away for days: memory is bounded, and nothing seems to have waited for less than it has.
    @Test
    void manyGroupsAreHeldForOne() {
        int groups = AcknowledgedGroups.MOST + 1000;
        for (int i = 0; i < groups; i++) acknowledged.add(2L * i, 2L * i + 2, millis(i));
        delays.sealed(2L * groups, millis(groups));
        assertEquals(Integer.toString(2 * groups), figure("_count"));
        long shortest = groups - (AcknowledgedGroups.MOST - 1);
        assertTrue(shortest > 1000 && shortest < 2000, "the last group is as old as its first entry");
        assertEquals("0", within("1.0"));
        assertTrue(Long.parseLong(within("2.0")) > 2000);
    }
}
