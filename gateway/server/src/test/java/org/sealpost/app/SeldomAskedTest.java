package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.merkle.Hash;

class SeldomAskedTest {
    private static final AnchorIdentity LEDGER =
            new AnchorIdentity.Fabric("anchors", Hash.ofHex("ab".repeat(32)), "sealpost");

    private final AtomicInteger asked = new AtomicInteger();
    private boolean isSo;
    private long nanos = Long.MAX_VALUE - 1;
    private final SeldomAsked seldom = new SeldomAsked(
            _ -> {
                asked.incrementAndGet();
                return isSo;
            },
            () -> nanos);

    @Test
    void aNoHoldsForAWhileAndAYesForGood() {
        assertFalse(seldom.test(LEDGER));
        isSo = true;
        nanos += SeldomAsked.NO_HOLDS.toNanos() - 1;
        assertFalse(seldom.test(LEDGER));
        assertEquals(1, asked.get());
        nanos++;
        assertTrue(seldom.test(LEDGER));
        nanos += 10 * SeldomAsked.NO_HOLDS.toNanos();
        assertTrue(seldom.test(LEDGER));
        assertEquals(2, asked.get());
    }
}
