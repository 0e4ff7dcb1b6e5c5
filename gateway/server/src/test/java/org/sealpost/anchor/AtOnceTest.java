package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Set;
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
    void whereOneFailsTheOthersHaveEnded() {
        var ended = new AtomicInteger();
        var failed = assertThrows(
                AnchorageSetback.class,
                () -> AtOnce.ask(Set.of(1L, 2L, 3L), number -> {
                    ended.incrementAndGet();
                    if (number > 1) throw new AnchorageSetback("away " + number, "none needed");
                    return number;
                }));
        assertEquals("away 2", failed.getMessage());
        assertEquals(3, ended.get());
        assertThrows(ArithmeticException.class, () -> AtOnce.ask(Set.of(0L), number -> 1 / number));
    }
}
