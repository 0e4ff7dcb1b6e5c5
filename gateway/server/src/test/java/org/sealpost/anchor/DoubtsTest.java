package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DoubtsTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final Doubts doubts = new Doubts(nanos::get, Duration.ofSeconds(30));

    @Test
    void eachLastsByItself() {
        doubt(5);
        pass(Duration.ofSeconds(20));
        doubt(6);
        pass(Duration.ofSeconds(10));
        assertEquals("5", longest());
        doubts.settled(5);
        assertEquals("none", longest());
        pass(Duration.ofSeconds(20));
        assertEquals("6", longest());
        doubts.settled();
        assertEquals("none", longest());
    }

    /// A block that the chain took back is never confirmed, and nobody asks for it.
    @Test
    void whatNobodyAsksForAnyMoreIsForgotten() {
        doubt(5);
        doubt(6);
        pass(Doubts.FORGOTTEN.minusNanos(1));
        assertEquals("5", longest());
        doubt(6);
        pass(Duration.ofNanos(1));
        assertEquals("6", longest());
    }

    @Test
    void theOldestOfTooManyAreKept() {
        for (int i = 0; i < Doubts.MOST + 1; i++) doubt(i);
        pass(Duration.ofSeconds(30));
        for (int i = 0; i < Doubts.MOST; i++) {
            assertEquals(Integer.toString(i), longest());
            doubts.settled(i);
        }
        assertEquals("none", longest());
    }

    private void doubt(int about) {
        doubts.doubted(about, Integer.toString(about), "look");
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private String longest() {
        return doubts.longest().map(Anchored.Trouble::cause).orElse("none");
    }
}
