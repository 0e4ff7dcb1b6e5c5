package org.sealpost.anchor;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// How fast publications became final of late.
///
/// @param minutes how many did in which minute since 1970, of the newest hour in which any did
public record Pace(Map<Long, Long> minutes) {
    private static final int REACHES_MINUTES = 60;

    public Pace {
        minutes = Map.copyOf(minutes);
    }

    static long minute(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), 60);
    }

    /// The first minute of the hour that ends with this one.
    static long since(long minute) {
        return minute - REACHES_MINUTES + 1;
    }

    /// How long so many take that wait, if it goes on as within the last hour since the first that became final in it;
    /// empty where none did, or none waits.
    ///
    /// @param now of the clock by which the minutes were counted
    public Optional<Duration> drain(long waiting, Instant now) {
        long end = minute(now);
        long from = Long.MAX_VALUE;
        long count = 0;
        for (var one : minutes.entrySet()) {
            if (one.getKey() < since(end) || one.getKey() > end) continue;
            from = Math.min(from, one.getKey());
            count += one.getValue();
        }
        if (count == 0 || waiting <= 0) return Optional.empty();
        // The first of them became final somewhere in its minute: a whole one is counted, rather too slow than too
        // fast.
        double perSecond = count / (60.0 * (end - from + 1));
        return Optional.of(Duration.ofSeconds((long) Math.ceil(waiting / perSecond)));
    }
}
