package org.sealpost.hsm;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Ends calls whose time is over. One thread for all tokens of a process.
///
/// Nearly every call is answered long before, so the thread is not told of each: it sleeps until the earliest
/// deadline that it knows, and is woken for an earlier one only.
public final class Deadlines {
    /// What has a deadline, on the clock of [System#nanoTime].
    public interface Timed {
        long deadline();

        /// On the one thread of all deadlines, so it must not block, nor run a caller's code.
        void expire();
    }

    private static final System.Logger LOG = System.getLogger(Deadlines.class.getName());
    private static final Deadlines SHARED = new Deadlines();

    private final Set<Timed> waiting = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile long wakes = Long.MAX_VALUE;

    /// Somebody came since the last look. The permit to park alone would not tell: a lock that is waited for on the
    /// way takes it.
    private volatile boolean newcomer;

    Deadlines() {
        thread = Thread.ofPlatform().daemon().name("hsm-deadlines").start(this::run);
    }

    /// @throws IllegalArgumentException if a caller leaves no time at all
    public static void requirePositive(Duration deadline) {
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("a deadline must be positive, not " + deadline);
        }
    }

    /// On the clock of [System#nanoTime]; however long the patience, it can be compared.
    static long after(Duration patience) {
        return System.nanoTime() + Math.min(TimeUnit.NANOSECONDS.convert(patience), Long.MAX_VALUE / 4);
    }

    /// The one of this process.
    public static Deadlines shared() {
        return SHARED;
    }

    /// From now on; expired at its deadline or soon after, unless it is removed before.
    public void add(Timed timed) {
        waiting.add(timed);
        // After it was added, so that either the thread sees it or we see that the thread sleeps too long.
        long wake = wakes;
        if (wake == Long.MAX_VALUE || timed.deadline() - wake < 0) {
            newcomer = true;
            LockSupport.unpark(thread);
        }
    }

    public void remove(Timed timed) {
        waiting.remove(timed);
    }

    private void run() {
        while (true) {
            long now = System.nanoTime();
            // Told before the look, so that who comes meanwhile wakes us.
            wakes = Long.MAX_VALUE;
            newcomer = false;
            long earliest = Long.MAX_VALUE;
            boolean any = false;
            for (Timed timed : waiting) {
                if (timed.deadline() - now <= 0) {
                    expire(timed);
                } else if (!any || timed.deadline() - earliest < 0) {
                    earliest = timed.deadline();
                    any = true;
                }
            }
            if (any) {
                sleepUntil(earliest);
            } else if (!newcomer) {
                LockSupport.park(this);
            }
        }
    }

    private void expire(Timed timed) {
        try {
            timed.expire();
        } catch (Throwable bug) {
            // The other calls' deadlines must not end with this one: a process that may start no more threads now may
            // do so later.
            waiting.remove(timed);
            LOG.log(System.Logger.Level.ERROR, "a deadline could not be kept", bug);
        }
    }

    /// Between the look and this, somebody earlier may have come and unparked us: then parking returns at once.
    private void sleepUntil(long earliest) {
        wakes = earliest;
        long left = earliest - System.nanoTime();
        if (left > 0 && !newcomer) {
            LockSupport.parkNanos(this, left);
        }
    }
}
