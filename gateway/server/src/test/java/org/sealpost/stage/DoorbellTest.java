package org.sealpost.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DoorbellTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void aRingBeforeTheWaitIsNotLostAndManyRingsAreOne() {
        Doorbell bell = new Doorbell();
        bell.ring();
        bell.ring();
        assertTrue(bell.await(LONG));
        assertFalse(bell.await(Duration.ZERO));
    }

    @Test
    void nobodyRings() {
        assertFalse(new Doorbell().await(Duration.ofNanos(1)));
        assertFalse(new Doorbell().await(Duration.ofSeconds(-1)));
    }

    @Test
    void anInterruptIsKeptAndDoesNotEndTheWait() {
        Doorbell bell = new Doorbell();
        Thread.currentThread().interrupt();
        assertFalse(bell.await(Duration.ofMillis(1)));
        assertTrue(Thread.interrupted());
    }

    /// A producer adds and rings, a consumer takes all and waits. A single lost ring would leave it waiting for a
    /// minute.
    @Test
    void noWakeUpIsLost() throws Exception {
        for (boolean virtual : new boolean[] {false, true}) {
            int rounds = 20_000;
            Doorbell bell = new Doorbell();
            Doorbell taken = new Doorbell();
            AtomicLong made = new AtomicLong();
            CompletableFuture<Long> consumer = new CompletableFuture<>();
            Runnable consume = () -> {
                long seen = 0;
                boolean rung = true;
                while (seen < rounds && rung) {
                    long now = made.get();
                    if (now == seen) {
                        rung = bell.await(LONG);
                    } else {
                        seen = now;
                        taken.ring();
                    }
                }
                consumer.complete(seen);
            };
            Thread thread = virtual
                    ? Thread.ofVirtual().start(consume)
                    : Thread.ofPlatform().start(consume);
            for (int round = 0; round < rounds; round++) {
                made.incrementAndGet();
                bell.ring();
                if (round % 3 == 0) {
                    taken.await(LONG);
                }
            }
            assertEquals(rounds, consumer.get(90, TimeUnit.SECONDS));
            thread.join();
        }
    }
}
