package org.sealpost.capture.http;

import java.util.concurrent.atomic.AtomicLong;

/// How many bytes of bodies may be in memory while they are being received, of all requests together. Any thread.
final class BodyBudget {
    private final long maxBytes;
    private final AtomicLong used = new AtomicLong();

    BodyBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    boolean take(int bytes) {
        if (used.addAndGet(bytes) <= maxBytes) return true;
        used.addAndGet(-bytes);
        return false;
    }

    void giveBack(int bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }
}
