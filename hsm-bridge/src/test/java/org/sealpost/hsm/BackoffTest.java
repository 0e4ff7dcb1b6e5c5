package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void waitsLongerEachTimeUpToTenSeconds() {
        Backoff backoff = new Backoff(new Random(7));
        assertEquals(Duration.ZERO, backoff.before(0));
        long nominal = 250;
        for (int attempt = 1; attempt < 1000; attempt++) {
            long millis = backoff.before(attempt).toMillis();
            assertTrue(millis >= nominal * 3 / 4 && millis <= nominal, attempt + ": " + millis);
            nominal = Math.min(10_000, nominal * 2);
        }
    }
}
