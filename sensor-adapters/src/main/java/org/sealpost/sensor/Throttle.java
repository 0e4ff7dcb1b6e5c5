package org.sealpost.sensor;

import java.util.concurrent.TimeUnit;

/// Lets so many a second pass, and a burst of at least ten.
final class Throttle {
    private static final int MIN_BURST = 10;

    private final int perSecond;
    private final double burst;
    private double left;
    private long last;

    Throttle(int perSecond, long tick) {
        this.perSecond = perSecond;
        this.burst = Math.max(MIN_BURST, perSecond);
        this.left = burst;
        this.last = tick;
    }

    boolean admits(long tick) {
        if (!hasRoom(tick)) return false;
        left -= 1;
        return true;
    }

    boolean hasRoom(long tick) {
        left = Math.min(burst, left + (tick - last) * (double) perSecond / TimeUnit.SECONDS.toNanos(1));
        last = tick;
        return left >= 1;
    }
}
