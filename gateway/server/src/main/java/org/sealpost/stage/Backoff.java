package org.sealpost.stage;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before trying again: twice as long after each failure, up to a limit, and never quite the same, so
/// that many who failed together do not come back together. Not for several threads.
public final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private Duration ceiling;

    /// @param first ceiling of the first wait, more than zero
    /// @param longest ceiling of all waits, at least `first`
    public Backoff(Duration first, Duration longest, RandomGenerator random) {
        if (!first.isPositive() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "waits from %s to %s, expected more than zero and growing".formatted(first, longest));
        }
        this.first = first;
        this.longest = longest;
        this.random = random;
        this.ceiling = first;
    }

    /// The next wait: between half of its ceiling and all of it.
    public Duration next() {
        long half = ceiling.toNanos() / 2;
        Duration wait = ceiling.minusNanos(half == 0 ? 0 : random.nextLong(half + 1));
        ceiling = ceiling.compareTo(longest.dividedBy(2)) > 0 ? longest : ceiling.multipliedBy(2);
        return wait;
    }

    /// After a success: the next wait is a short one again.
    public void reset() {
        ceiling = first;
    }
}
