package org.sealpost.hsm;

import java.time.Duration;

/// Keeps the finalisation of a module apart from calls into it: PKCS#11 leaves it undefined what C_Finalize does
/// to a thread that is inside another function.
final class Gate {
    private int inside;
    private boolean shut;

    /// Whether the caller may make native calls now; if so, it calls [#leave] afterwards.
    synchronized boolean enter() {
        if (shut) {
            return false;
        }
        inside++;
        return true;
    }

    synchronized void leave() {
        inside--;
        notifyAll();
    }

    /// Lets nobody in any more and waits for those inside. Returns false if some did not come out in time.
    synchronized boolean shut(Duration patience) throws InterruptedException {
        shut = true;
        long end = System.nanoTime() + patience.toNanos();
        while (inside > 0) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000 + 1);
        }
        return true;
    }

    synchronized void open() {
        shut = false;
    }

    synchronized int inside() {
        return inside;
    }
}
