package org.sealpost.capture;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// How many records a second each client may send; a second's worth may come at once. Any thread, no lock held.
///
/// The generic cell rate algorithm (ITU-T I.371, annex A): one number for each client, the time up to which it
/// has used its share. Clients are those of the credentials file, so their number is bounded.
final class Quota {
    private static final long SECOND = 1_000_000_000L;

    private final int recordsPerSecond;
    private final LongSupplier nanoTime;
    private final long start;
    private final ConcurrentHashMap<String, AtomicLong> usedUpTo = new ConcurrentHashMap<>();

    /// @param recordsPerSecond 0 for no limit
    Quota(int recordsPerSecond, LongSupplier nanoTime) {
        this.recordsPerSecond = recordsPerSecond;
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    /// Uses one record of the client's share and answers zero; or uses nothing and answers how long to wait.
    Duration take(String client) {
        if (recordsPerSecond == 0) return Duration.ZERO;
        AtomicLong share = usedUpTo.computeIfAbsent(client, name -> new AtomicLong());
        long step = SECOND / recordsPerSecond;
        long now = nanoTime.getAsLong() - start;
        while (true) {
            long used = share.get();
            long next = Math.max(used, now) + step;
            long tooEarly = next - now - SECOND;
            if (tooEarly > 0) return Duration.ofNanos(tooEarly);
            if (share.compareAndSet(used, next)) return Duration.ZERO;
        }
    }
}
