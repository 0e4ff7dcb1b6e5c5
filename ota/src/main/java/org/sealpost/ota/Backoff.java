package org.sealpost.ota;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before trying again: twice as long after each failure, up to a limit, and never quite the
/// same, so that a fleet that failed together does not come back together. Not for several threads.
final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private Duration ceiling;

    Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
        this.ceiling = first;
    }

    /// The next wait: between half of its ceiling and all of it.
    long nextNanos() {
        long nanos = ceiling.toNanos();
        ceiling = ceiling.compareTo(longest.dividedBy(2)) > 0 ? longest : ceiling.multipliedBy(2);
        return nanos - random.nextLong(nanos / 2 + 1);
    }

    void reset() {
        ceiling = first;
    }
}
