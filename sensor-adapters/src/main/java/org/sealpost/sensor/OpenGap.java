package org.sealpost.sensor;

import java.time.Instant;
import java.util.OptionalLong;

/// A gap that has not ended yet. `counts` tells whether what is missing can be counted.
final class OpenGap {
    private static final int MAX_CAUSE = 240;

    private final boolean counts;
    private final Instant from;
    private final long since;
    private long missed;
    private String cause;

    OpenGap(Instant from, long tick, boolean counts, String cause) {
        this.from = from;
        this.since = tick;
        this.counts = counts;
        this.cause = cause;
    }

    Instant from() {
        return from;
    }

    void missed(long count) {
        missed += count;
    }

    /// Why it lasts; what was recorded of it keeps the cause of its beginning.
    OpenGap continued(Instant now, long tick, String cause) {
        return new OpenGap(now, tick, counts, cause);
    }

    boolean isEmpty() {
        return counts && missed == 0;
    }

    boolean isOlderThan(long nanos, long tick) {
        return tick - since >= nanos;
    }

    Gap endedAt(String sensor, String kind, Instant to) {
        String said = cause.length() > MAX_CAUSE ? cause.substring(0, MAX_CAUSE) + ".." : cause;
        // A corrected clock may have gone back in between.
        Instant end = to.isBefore(from) ? from : to;
        return new Gap(sensor, kind, from, end, counts ? OptionalLong.of(missed) : OptionalLong.empty(), said);
    }
}
