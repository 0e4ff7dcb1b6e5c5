package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    /// Against the sorted values themselves, over eighteen powers of ten: never below the true percentile, and at most
    /// one part in 32 above it.
    @Test
    void percentilesAreAtMostOneBucketAboveTheTruth() {
        long seed = System.nanoTime();
        System.out.println("LatencyHistogramTest seed " + seed);
        var random = new SplittableRandom(seed);
        long[] values = random.longs(10_000)
                .map(v -> (v & Long.MAX_VALUE) >>> random.nextInt(62))
                .toArray();
        var histogram = new LatencyHistogram();
        for (long value : values) histogram.record(value);
        Arrays.sort(values);

        for (double share : new double[] {0.0001, 0.01, 0.5, 0.9, 0.99, 0.9999, 1}) {
            long truth = values[(int) Math.ceil(share * values.length) - 1];
            long found = histogram.percentile(share).toNanos();
            assertTrue(found >= truth, () -> share + ": " + found + " is below " + truth);
            assertTrue(found - truth <= truth / 32, () -> share + ": " + found + " is far above " + truth);
        }
    }

    @Test
    void addsWhatAnotherCounted() {
        var one = new LatencyHistogram();
        var other = new LatencyHistogram();
        one.record(10);
        other.record(20);
        other.record(30);
        one.add(other);

        assertEquals(3, one.count());
        assertEquals(Duration.ofNanos(20), one.percentile(0.5));
        assertEquals(Duration.ofNanos(30), one.percentile(1));
    }

    @Test
    void countsTheLongestAndTheShortest() {
        var histogram = new LatencyHistogram();
        histogram.record(Long.MAX_VALUE);
        histogram.record(0);
        histogram.record(-5);

        assertEquals(Duration.ZERO, histogram.percentile(0.5));
        assertEquals(Long.MAX_VALUE, histogram.percentile(1).toNanos());
    }

    @Test
    void knowsNoPercentileOfNothingAndNoneOutOfRange() {
        var histogram = new LatencyHistogram();
        assertEquals(Duration.ZERO, histogram.percentile(0.99));
        assertThrows(IllegalArgumentException.class, () -> histogram.percentile(0));
        assertThrows(IllegalArgumentException.class, () -> histogram.percentile(1.01));
        assertThrows(IllegalArgumentException.class, () -> histogram.percentile(Double.NaN));
    }
}
