package org.sealpost.hsm;

import java.time.Duration;

/// Keeps the finalisation of a module apart from calls into it: PKCS#11 leaves it undefined what C_Finalize does
/// to a thread that is inside another function.
final class Gate {
    static final long REFUSED = 0;

    private long generation = 1;
    private int inside;
    private boolean shut;

    /// A pass for native calls, which the caller gives back with [#leave], or [#REFUSED].
    synchronized long enter() {
        if (shut) {
            return REFUSED;
        }
        inside++;
        return generation;
    }

    synchronized void leave(long pass) {
        if (isValid(pass)) {
            inside--;
            notifyAll();
        }
    }

    /// Whether the module is still the one that was entered; if not, handles of then must not be used, not even to
    /// close them, since they may be somebody else's by now.
    synchronized boolean isValid(long pass) {
        return pass == generation;
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

    /// Expects those inside no more; their passes are void. Returns how many there were.
    synchronized int writeOff() {
        int lost = inside;
        inside = 0;
        generation++;
        return lost;
    }

    synchronized void open() {
        shut = false;
        notifyAll();
    }

    /// For whoever was refused: returns when it is open, or after a moment. Not to be waited for in haste.
    synchronized void awaitOpening() throws InterruptedException {
        if (shut) {
            wait(1000);
        }
    }

    synchronized int inside() {
        return inside;
    }
}
