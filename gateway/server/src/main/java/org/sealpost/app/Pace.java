package org.sealpost.app;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/// How fast a figure grows, over running time: a clock that is set does not disturb it. Keeps a bounded number of
/// samples; once they are full, the oldest goes with each new one. Any thread.
final class Pace {
    private final long intervalNanos;
    private final Duration atLeast;
    private final LongSupplier nanoTime;

    private final long[] times;
    private final long[] values;
    private int oldest;
    private int count;

    /// @param over running time that it was measured over
    record Measured(double perSecond, Duration over) {}

    /// @param interval between samples
    /// @param atLeast  nothing is said before so much time was measured
    /// @param longest  what is older does not count
    Pace(Duration interval, Duration atLeast, Duration longest, LongSupplier nanoTime) {
        this.intervalNanos = interval.toNanos();
        this.atLeast = atLeast;
        this.nanoTime = nanoTime;
        int samples = Math.toIntExact(longest.dividedBy(interval)) + 1;
        this.times = new long[samples];
        this.values = new long[samples];
    }

    /// Takes a sample, if it is time for one. To be called at least once an interval.
    synchronized void note(long value) {
        long now = nanoTime.getAsLong();
        if (count > 0 && now - times[(oldest + count - 1) % times.length] < intervalNanos) return;
        int next = (oldest + count) % times.length;
        times[next] = now;
        values[next] = value;
        if (count < times.length) count++;
        else oldest = (oldest + 1) % times.length;
    }

    /// From the oldest sample to this value; empty as long as too little time was measured.
    synchronized Optional<Measured> upTo(long value) {
        if (count == 0) return Optional.empty();
        var over = Duration.ofNanos(nanoTime.getAsLong() - times[oldest]);
        if (over.compareTo(atLeast) < 0 || over.isZero()) return Optional.empty();
        double seconds = over.toNanos() / 1e9;
        return Optional.of(new Measured((value - values[oldest]) / seconds, over));
    }
}
