package org.sealpost.ota.tuf;

import java.time.Duration;

/// Whether a transfer keeps the least rate, window by window. A server that sends a byte now and then would
/// else hold up an update for ever (slow retrieval).
final class Pace {
    private final HttpLimits limits;
    private long end;
    private long bytes;
    private boolean kept = true;

    Pace(HttpLimits limits) {
        this.limits = limits;
        end = System.nanoTime() + limits.window().toNanos();
    }

    void came(int count) {
        bytes += count;
    }

    Duration remaining() {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    boolean isKept() {
        if (System.nanoTime() - end >= 0) {
            kept &= bytes >= limits.leastRate();
            bytes = 0;
            end = System.nanoTime() + limits.window().toNanos();
        }
        return kept;
    }
}
