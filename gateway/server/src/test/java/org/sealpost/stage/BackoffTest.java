package org.sealpost.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void waitsGrowToTheLimitAndStayBetweenHalfAndAllOfTheirCeiling() {
        for (long seed = 0; seed < 50; seed++) {
            Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(3), new Random(seed));
            for (long ceiling : new long[] {100, 200, 400, 800, 1600, 3000, 3000, 3000}) {
                Duration wait = backoff.next();
                assertTrue(wait.toMillis() <= ceiling && wait.toMillis() >= ceiling / 2, seed + ": " + wait);
            }
        }
    }

    @Test
    void waitsDifferFromOneAnother() {
        Set<Duration> waits = new HashSet<>();
        for (long seed = 0; seed < 20; seed++) {
            waits.add(new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(1), new Random(seed)).next());
        }
        assertTrue(waits.size() > 15, "" + waits);
    }

    @Test
    void aSuccessMakesTheNextWaitShortAgain() {
        Backoff backoff = new Backoff(Duration.ofMillis(10), Duration.ofDays(1), new Random(1));
        for (int failure = 0; failure < 100; failure++) {
            backoff.next();
        }
        assertTrue(backoff.next().compareTo(Duration.ofHours(12)) >= 0);
        backoff.reset();
        assertTrue(backoff.next().compareTo(Duration.ofMillis(10)) <= 0);
    }

    @Test
    void theShortestWaitsWork() {
        Backoff backoff = new Backoff(Duration.ofNanos(1), Duration.ofNanos(1), new Random(1));
        assertEquals(Duration.ofNanos(1), backoff.next());
    }

    @Test
    void nonsenseIsRefused() {
        Random random = new Random(1);
        assertThrows(IllegalArgumentException.class, () -> new Backoff(Duration.ZERO, Duration.ofSeconds(1), random));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1), random));
    }
}
