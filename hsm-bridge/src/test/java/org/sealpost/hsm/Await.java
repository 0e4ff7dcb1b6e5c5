package org.sealpost.hsm;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits in tests for something to become true; fails with what it saw last.
public final class Await {
    private Await() {}

    public static void until(Duration patience, Supplier<?> lastSeen, BooleanSupplier condition) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + patience.toSeconds() + " s; last seen: " + lastSeen.get());
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    public static void state(Token token, TokenHealth.State state) {
        until(Duration.ofMinutes(2), token::health, () -> token.health().state() == state);
    }
}
