package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SubmitOutcome;

/// A box and a courier lodge for the same log, and the courier is quicker, between two steps of the box: the
/// box asks what is there, each head is there once, and both know it.
abstract class TwoLodgeOneLog {
    private static final AtomicInteger LOGS = new AtomicInteger();

    private final SignedLog log = new SignedLog("two/" + LOGS.incrementAndGet(), 33_000 + LOGS.get());

    abstract FabricLedger ledger();

    abstract LodgedOnChannel lodged();

    private interface Act {
        void run() throws Exception;
    }

    /// Its first call of this method comes too late: somebody else has done something before.
    private Anchorage late(String method, Act before) {
        var calls = new AtomicInteger();
        return (Anchorage) Proxy.newProxyInstance(
                Anchorage.class.getClassLoader(), new Class<?>[] {Anchorage.class}, (_, called, arguments) -> {
                    if (called.getName().equals(method) && calls.getAndIncrement() == 0) before.run();
                    try {
                        return called.invoke(ledger(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /// Peers have signed what was read before; the block comes too late for it (MVCC_READ_CONFLICT).
    @Test
    void theSameHeadIsThereOnce() throws Exception {
        log.growTo(5);
        var courier = new FabricRelay(ledger(), log);
        var box = new FabricRelay(late("submit", courier::untilFinal), log);
        box.untilFinal();
        assertEquals(List.of(5L), lodged().sizes(log.originId()));
        assertEquals(
                courier.relay().newestFinal().orElseThrow().place(),
                box.relay().newestFinal().orElseThrow().place());
        assertEquals(List.of("Opened", "Prepared 5", "Sent 5", "Included 5", "Final 5"), box.entries());
        assertEquals(List.of(), box.setbacks());
        goesOn(box, 9);
        assertEquals(List.of(5L, 9L), lodged().sizes(log.originId()));
    }

    @Test
    void aSmallerHeadThatIsLateIsCovered() throws Exception {
        log.growTo(5);
        var courier = new FabricRelay(ledger(), log);
        var box = new FabricRelay(
                late("submit", () -> {
                    log.growTo(8);
                    courier.untilFinal();
                }),
                log);
        box.untilFinal();
        assertEquals(List.of(8L), lodged().sizes(log.originId()));
        assertEquals(8, box.relay().firstFinalCovering(3).orElseThrow().size());
        goesOn(box, 9);
        assertEquals(List.of(8L, 9L), lodged().sizes(log.originId()));
    }

    /// Peers sign that it is there already, and that changes nothing.
    @Test
    void whatIsThereByNowIsLodgedToNoEffect() throws Exception {
        log.growTo(5);
        var courier = new FabricRelay(ledger(), log);
        var box = new FabricRelay(late("prepare", courier::untilFinal), log);
        box.untilFinal();
        assertEquals(List.of(5L), lodged().sizes(log.originId()));
        assertEquals(
                courier.relay().newestFinal().orElseThrow().place(),
                box.relay().newestFinal().orElseThrow().place());
        assertEquals(List.of(), box.setbacks());
    }

    /// Its proof begins where the newest head was, so no peer signs it (`not-consistent`).
    @Test
    void whatAHeadBuildsOnIsAskedForAnew() throws Exception {
        log.growTo(3);
        new FabricRelay(ledger(), log).untilFinal();
        log.growTo(8);
        var box = new FabricRelay(late("prepare", this::lodgeFive), log);
        box.untilFinal();
        assertEquals(List.of(3L, 5L, 8L), lodged().sizes(log.originId()));
        var asked = box.setbacks();
        assertEquals(1, asked.size(), asked::toString);
        assertTrue(asked.getFirst().endsWith("; none needed"), asked::toString);
    }

    private void lodgeFive() throws Exception {
        var five = assertInstanceOf(Preparation.Ready.class, ledger().prepare(log.head(5), 3, log.consistency(3, 5)));
        assertInstanceOf(SubmitOutcome.Accepted.class, ledger().submit(five.request()));
        assertInstanceOf(RequestState.Final.class, ledger().status(five.request()));
    }

    private void goesOn(FabricRelay box, long size) throws Exception {
        log.growTo(size);
        box.untilFinal();
        assertEquals(Optional.empty(), box.relay().trouble());
    }
}
