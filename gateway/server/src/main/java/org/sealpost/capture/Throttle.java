package org.sealpost.capture;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Slows down what is taken while the disk fills up, so that the room up to the refuse mark lasts for a day:
/// somebody can be told and come. The less room, the slower. Any thread, no lock held.
///
/// The generic cell rate algorithm, as in [Quota], over bytes and for all together.
final class Throttle {
    /// What a record takes on the disk beside its payload at such a pace: a block of entries and one of seals.
    static final int OVERHEAD_BYTES = 8192;

    private static final long SECOND = 1_000_000_000L;
    private static final long LASTS_SECONDS = Duration.ofDays(1).toSeconds();

    private final IntakeConfig config;
    private final LongSupplier nanoTime;
    private final long start;
    private final AtomicLong usedUpTo = new AtomicLong();

    // 0 as long as nothing is slowed down. Written by the writer.
    private volatile long bytesPerSecond;

    Throttle(IntakeConfig config, LongSupplier nanoTime) {
        this.config = config;
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    /// Somebody has looked how full the disk is.
    void adapt(double usedPercent, long totalBytes) {
        double room = config.refuseAtUsedPercent() - usedPercent;
        boolean on = usedPercent > config.throttleAtUsedPercent() && room >= 0;
        bytesPerSecond = on ? Math.max(1, (long) (totalBytes / 100.0 * room / LASTS_SECONDS)) : 0;
    }

    boolean isOn() {
        return bytesPerSecond > 0;
    }

    /// How many bytes a second may be taken; 0 if they are not counted.
    long bytesPerSecond() {
        return bytesPerSecond;
    }

    /// Uses what a record takes and answers zero; or uses nothing and answers how long to wait. A second's
    /// worth may come at once, and a record a second may come, however large it is.
    Duration take(int payloadSize) {
        long rate = bytesPerSecond;
        if (rate == 0) return Duration.ZERO;
        long step = (long) Math.min(SECOND, (payloadSize + (double) OVERHEAD_BYTES) * SECOND / rate);
        long now = nanoTime.getAsLong() - start;
        while (true) {
            long used = usedUpTo.get();
            long next = Math.max(used, now) + step;
            long tooEarly = next - now - SECOND;
            if (tooEarly > 0) return Duration.ofNanos(tooEarly);
            if (usedUpTo.compareAndSet(used, next)) return Duration.ZERO;
        }
    }
}
