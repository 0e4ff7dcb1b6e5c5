package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SealDelaysTest {
    private static String metrics(long first, long second, long all) {
        return """
                # TYPE sealpost_ack_to_seal_seconds histogram
                sealpost_ack_to_seal_seconds_bucket{le="0.005"} %d
                sealpost_ack_to_seal_seconds_bucket{le="0.05"} %d
                sealpost_ack_to_seal_seconds_bucket{le="+Inf"} %d
                sealpost_ack_to_seal_seconds_sum 1.5
                """.formatted(first, second, all);
    }

    @Test
    void whatCameBetweenTwoLooksHasItsOwnPercentiles() {
        var before = SealDelays.parse(metrics(1000, 1000, 1000));
        var since = SealDelays.parse(metrics(1098, 1099, 1100)).since(before);
        assertEquals(100, since.count());
        assertEquals(Duration.ofMillis(5), since.percentile(0.98));
        assertEquals(Duration.ofMillis(50), since.percentile(0.99));
        assertEquals(Duration.ofDays(365), since.percentile(1));
    }

    @Test
    void nothingCountedIsNoTime() {
        var same = SealDelays.parse(metrics(7, 8, 9));
        assertEquals(Duration.ZERO, same.since(same).percentile(0.99));
        assertEquals(Duration.ZERO, SealDelays.parse("").percentile(0.99));
    }
}
