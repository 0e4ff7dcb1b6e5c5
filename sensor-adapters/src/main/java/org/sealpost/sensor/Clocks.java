package org.sealpost.sensor;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// The time of the box, for people and records, and a count of nanoseconds that no correction of that time moves,
/// for everything that is due.
record Clocks(InstantSource wall, LongSupplier nanos) {
    Instant now() {
        return wall.instant();
    }

    long tick() {
        return nanos.getAsLong();
    }

    /// What the time of the box was at an earlier tick, as far as it can be told now.
    Instant at(long tick) {
        return now().minusNanos(tick() - tick);
    }

    static long nanos(Duration duration) {
        return duration.toNanos();
    }
}
