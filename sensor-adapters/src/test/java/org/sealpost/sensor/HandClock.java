package org.sealpost.sensor;

import java.time.Duration;
import java.time.Instant;

/// A clock that a test moves.
final class HandClock {
    static final Instant START = Instant.parse("2026-11-25T10:00:00Z");

    private long nanos;
    private Duration correction = Duration.ZERO;

    Clocks clocks() {
        return new Clocks(this::now, () -> nanos);
    }

    Instant now() {
        return START.plusNanos(nanos).plus(correction);
    }

    void advance(Duration duration) {
        nanos += duration.toNanos();
    }

    /// Sets the time of the box; nothing becomes due by that.
    void correct(Duration by) {
        correction = correction.plus(by);
    }
}
