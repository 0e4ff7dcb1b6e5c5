package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StopwatchTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Stopwatch watch = new Stopwatch(nanos::get);

    @Test
    void callsAtTheSameTimeCountOnce() {
        watch.begin("a");
        nanos.addAndGet(1);
        watch.begin("a");
        watch.begin("b");
        nanos.addAndGet(10);
        watch.end("a");
        nanos.addAndGet(100);
        watch.end("a");
        nanos.addAndGet(1000);
        watch.end("b");
        assertEquals(Map.of("a", 111L, "b", 1110L), watch.lap());
        assertEquals(Map.of("a", 0L, "b", 0L), watch.lap());
    }

    @Test
    void whatIsUnderWayCountsToTheNextTime() {
        watch.begin("a");
        nanos.addAndGet(1);
        assertEquals(Map.of("a", 0L), watch.lap());
        watch.end("a");
        assertEquals(Map.of("a", 1L), watch.lap());
    }

    @Test
    void aCallThatFailsIsMeasuredAndFailsAsItDid() {
        var failure = new IOException("as it did");
        Callable<?> timed = watch.around(Callable.class, () -> {
            nanos.addAndGet(7);
            throw failure;
        });
        assertSame(failure, assertThrows(IOException.class, timed::call));
        assertEquals(Map.of("call", 7L), watch.lap());
    }

    @Test
    void callsOfOneNameCountOnceWhateverTheirMethods() throws Exception {
        Callable<?> timed = watch.around(Callable.class, () -> nanos.addAndGet(7), _ -> "all");
        watch.begin("all");
        timed.call();
        watch.end("all");
        assertEquals(Map.of("all", 7L), watch.lap());
    }
}
