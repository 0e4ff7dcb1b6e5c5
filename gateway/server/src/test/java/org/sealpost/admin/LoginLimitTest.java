package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoginLimitTest {
    private static final int MAX_ADDRESSES = 8;
    private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");

    private final AtomicLong nanos = new AtomicLong(-1_000_000);
    private final LoginLimit limit = new LoginLimit(nanos::get, MAX_ADDRESSES);

    @Test
    void fiveMayBeWrongAtOnceAndThenOneEachTwentySeconds() {
        for (int i = 0; i < 5; i++) {
            assertEquals(Duration.ZERO, limit.wait(HERE));
            limit.failed(HERE);
        }
        assertEquals(Duration.ofSeconds(20), limit.wait(HERE));
        pass(Duration.ofSeconds(20));
        assertEquals(Duration.ZERO, limit.wait(HERE));
        limit.failed(HERE);
        assertEquals(Duration.ofSeconds(20), limit.wait(HERE));
        pass(Duration.ofSeconds(100));
        for (int i = 0; i < 5; i++) {
            assertEquals(Duration.ZERO, limit.wait(HERE));
            limit.failed(HERE);
        }
        assertTrue(limit.wait(HERE).isPositive());
    }

    @Test
    void anotherAddressDoesNotWait() {
        for (int i = 0; i < 5; i++) limit.failed(HERE);
        assertEquals(Duration.ZERO, limit.wait(InetAddress.ofLiteral("192.0.2.2")));
    }

    @Test
    void whoHasAnIpv6NetworkHasOneShareOfIt() {
        for (int i = 0; i < 5; i++) limit.failed(InetAddress.ofLiteral("2001:db8:0:1::" + i));
        assertTrue(limit.wait(InetAddress.ofLiteral("2001:db8:0:1::ffff")).isPositive());
        assertEquals(Duration.ZERO, limit.wait(InetAddress.ofLiteral("2001:db8:0:2::1")));
    }

    /// Many addresses do not make it grow, and do not free one that is slowed down.
    @Test
    void addressesAreBounded() {
        for (int i = 0; i < 6; i++) limit.failed(HERE);
        for (int i = 0; i < 1000; i++) limit.failed(InetAddress.ofLiteral("198.51.100." + i % 250));
        assertTrue(limit.addresses() <= MAX_ADDRESSES);
        assertTrue(limit.wait(HERE).isPositive());
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
