package org.sealpost.stage;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Wakes one idle thread. Rings coalesce, and a ring before the wait is not lost: whoever finds nothing to do and then
/// waits is woken by a ring that came in between.
///
/// Any thread rings, without blocking; one thread at a time waits.
public final class Doorbell {
    private final AtomicBoolean rung = new AtomicBoolean();

    // Written by the waiting thread before it looks at `rung`; read by the ringing one after it has set it.
    private volatile @Nullable Thread waiting;

    public void ring() {
        if (rung.compareAndSet(false, true)) {
            LockSupport.unpark(waiting);
        }
    }

    /// Waits until somebody rings, or has rung since the last wait ended.
    ///
    /// @return true if somebody rang, false if `longest` passed without
    public boolean await(Duration longest) {
        long deadline = System.nanoTime() + saturated(longest);
        boolean interrupted = false;
        waiting = Thread.currentThread();
        try {
            while (!rung.getAndSet(false)) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(this, left);
                // An interrupt does not end the wait: it would also close files under the thread later.
                interrupted |= Thread.interrupted();
            }
            return true;
        } finally {
            waiting = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // Half of what a long holds, so that the deadline cannot wrap.
    private static long saturated(Duration duration) {
        Duration most = Duration.ofNanos(Long.MAX_VALUE / 2);
        return duration.compareTo(most) > 0 ? most.toNanos() : duration.toNanos();
    }
}
