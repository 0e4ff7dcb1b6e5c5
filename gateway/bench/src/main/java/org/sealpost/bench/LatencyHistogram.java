package org.sealpost.bench;

import java.time.Duration;

/// Counts durations in buckets that are at most 1/32 wide of their value, from a nanosecond to a century, in 15 KiB.
/// Not for several threads: each counts in its own, then they are [added][#add].
final class LatencyHistogram {
    // Below 64 each value has its bucket; above, each power of two is divided into 32.
    private static final int EXACT = 64;
    private static final int STEPS = 32;

    private final long[] counts = new long[EXACT + (63 - 6) * STEPS];
    private long count;

    void record(long nanos) {
        counts[bucket(Math.max(0, nanos))]++;
        count++;
    }

    void add(LatencyHistogram other) {
        for (int i = 0; i < counts.length; i++) counts[i] += other.counts[i];
        count += other.count;
    }

    long count() {
        return count;
    }

    /// The duration that the given share of all counted does not exceed, rounded up to its bucket's end; zero if
    /// nothing was counted.
    ///
    /// @param share above 0, at most 1
    Duration percentile(double share) {
        if (!(share > 0 && share <= 1)) throw new IllegalArgumentException("share: above 0, at most 1");
        if (count == 0) return Duration.ZERO;
        long wanted = (long) Math.ceil(share * count);
        long seen = 0;
        int bucket = -1;
        while (seen < wanted) seen += counts[++bucket];
        return Duration.ofNanos(last(bucket));
    }

    private static int bucket(long value) {
        if (value < EXACT) return (int) value;
        int power = 63 - Long.numberOfLeadingZeros(value);
        return EXACT + (power - 6) * STEPS + (int) (value >>> (power - 5)) - STEPS;
    }

    /// The greatest value of a bucket.
    private static long last(int bucket) {
        if (bucket < EXACT) return bucket;
        int power = 6 + (bucket - EXACT) / STEPS;
        long step = STEPS + (bucket - EXACT) % STEPS;
        return ((step + 1) << (power - 5)) - 1;
    }
}
