package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private static final Session CRANE = new Session("crane-7");

    // Beginning below 0, as System.nanoTime() may.
    private final AtomicLong nanos = new AtomicLong(-5);
    private final Sessions sessions = new Sessions(nanos::get, new SecureRandom(), 3);

    @Test
    void anIdNamesItsSessionAndNothingElseDoes() {
        var id = sessions.open(CRANE);
        assertEquals(43, id.length());
        assertEquals(Optional.of(CRANE), sessions.find(id));
        assertEquals(Optional.empty(), sessions.find(id + "="));
        assertEquals(Optional.empty(), sessions.find(""));
    }

    @Test
    void idsNeverRepeat() {
        var seen = new HashSet<String>();
        for (int i = 0; i < 1000; i++) assertTrue(seen.add(sessions.open(CRANE)));
    }

    @Test
    void theOldestEndsWhereThereAreTooMany() {
        var first = sessions.open(CRANE);
        nanos.incrementAndGet();
        var second = sessions.open(CRANE);
        for (int i = 0; i < 2; i++) {
            nanos.incrementAndGet();
            sessions.open(CRANE);
        }
        assertEquals(Optional.empty(), sessions.find(first));
        assertEquals(Optional.of(CRANE), sessions.find(second));
    }

    @Test
    void onlyTheClientOfThatNameIsTheOwner() {
        assertTrue(new Session("owner").isOwner());
        assertFalse(CRANE.isOwner());
        assertFalse(new Session("Owner").isOwner());
    }
}
