package org.sealpost.hsm;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the n-th try: at once, then doubling from 250 ms up to 10 s, each with a quarter of
/// jitter so that several boxes on one network HSM do not knock in step.
public record Backoff(RandomGenerator random) {
    private static final long FIRST_MILLIS = 250;
    private static final long LAST_MILLIS = 10_000;

    /// `attempt` counts from 0.
    public Duration before(int attempt) {
        if (attempt == 0) {
            return Duration.ZERO;
        }
        long millis = Math.min(LAST_MILLIS, FIRST_MILLIS << Math.min(attempt - 1, 10));
        return Duration.ofMillis(millis * 3 / 4 + random.nextLong(millis / 4 + 1));
    }
}
