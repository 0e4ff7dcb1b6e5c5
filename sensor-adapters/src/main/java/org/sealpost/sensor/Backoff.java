package org.sealpost.sensor;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before an adapter is opened again: 1 s, doubling up to 60 s, each with up to a quarter less, so
/// that several sensors at one device do not knock in step.
record Backoff(RandomGenerator random) {
    private static final long FIRST_MILLIS = 1_000;
    private static final long LAST_MILLIS = 60_000;

    /// `failures` counts from 1.
    Duration after(int failures) {
        long millis = Math.min(LAST_MILLIS, FIRST_MILLIS << Math.min(failures - 1, 10));
        return Duration.ofMillis(millis - random.nextLong(millis / 4 + 1));
    }
}
