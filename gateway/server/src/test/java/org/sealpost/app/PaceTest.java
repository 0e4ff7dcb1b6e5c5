package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final Duration EVERY = Duration.ofMinutes(10);

    private final AtomicLong nanos = new AtomicLong(-77);
    private final Pace pace = new Pace(EVERY, EVERY, Duration.ofHours(2), nanos::get);

    @Test
    void nothingIsSaidBeforeEnoughTimeWasMeasured() {
        assertEquals(Optional.empty(), pace.upTo(5));
        pace.note(0);
        pass(EVERY.minusNanos(1));
        assertEquals(Optional.empty(), pace.upTo(5));
        pass(Duration.ofNanos(1));
        assertEquals(Optional.of(new Pace.Measured(2, EVERY)), pace.upTo(1200));
    }

    @Test
    void oneSampleIsTakenInAnInterval() {
        pace.note(0);
        for (int i = 0; i < 599; i++) {
            pass(Duration.ofSeconds(1));
            pace.note(1_000_000);
        }
        pass(Duration.ofSeconds(1));
        assertEquals(2, pace.upTo(1200).orElseThrow().perSecond());
    }

    /// A burst is forgotten once it is older than the window.
    @Test
    void whatIsOlderThanTheWindowDoesNotCount() {
        pace.note(0);
        long value = 1_000_000_000;
        for (int i = 0; i < 100; i++) {
            pass(EVERY);
            value += 600;
            pace.note(value);
        }
        var measured = pace.upTo(value).orElseThrow();
        assertEquals(1, measured.perSecond());
        assertEquals(Duration.ofHours(2), measured.over());
    }

    @Test
    void aFigureMayStandStillOrShrink() {
        pace.note(600);
        pass(EVERY);
        assertEquals(0, pace.upTo(600).orElseThrow().perSecond());
        assertEquals(-1, pace.upTo(0).orElseThrow().perSecond());
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
