package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AtOnceTest {
    /// None gets through the barrier before all are there.
    @Test
    void allAreAskedAtTheSameTime() throws Exception {
        var barrier = new CyclicBarrier(3);
        var answers = AtOnce.ask(Set.of(1L, 2L, 3L), number -> {
            try {
                barrier.await(1, TimeUnit.MINUTES);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return number * 10;
        });
        assertEquals(Map.of(1L, 10L, 2L, 20L, 3L, 30L), answers);
    }

    @Test
    void ofOneThatFailsThereIsNoAnswer() throws Exception {
        var ended = new AtomicInteger();
        var answers = AtOnce.ask(Set.of(1L, 2L, 3L), number -> {
            ended.incrementAndGet();
            if (number == 2) throw new AnchorageSetback("away", "none needed");
            return number;
        });
        assertEquals(Map.of(1L, 1L, 3L, 3L), answers);
        assertEquals(3, ended.get());
        assertThrows(ArithmeticException.class, () -> AtOnce.ask(Set.of(0L), number -> 1 / number));
    }

    @Test
    void whatIsAskedBesideHasEndedBeforeAnythingGoesOn() throws Exception {
        var asked = new CountDownLatch(1);
        var ended = new AtomicInteger();
        assertThrows(IllegalStateException.class, () -> {
            try (var beside = AtOnce.begin(() -> {
                asked.countDown();
                Thread.yield();
                return ended.incrementAndGet();
            })) {
                asked.await();
                throw new IllegalStateException("what its asker does failed");
            }
        });
        assertEquals(1, ended.get());
        try (var beside = AtOnce.begin(() -> 7)) {
            assertEquals(7, beside.answer());
        }
    }
}
