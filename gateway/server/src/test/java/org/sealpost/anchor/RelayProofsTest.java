package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;

/// Relays that keep proofs of what is final.
class RelayProofsTest {
    private static final Duration RECHECK = Duration.ofMinutes(1);

    private static RelayBench bench() throws IOException {
        var bench = new RelayBench(new FaultyLedger(1, 1));
        bench.keepProofs(new FaultyDisk());
        return bench;
    }

    private static void lodge(RelayBench bench, int... sizes) throws IOException {
        for (int size : sizes) {
            bench.log.growTo(size);
            bench.runUntilFinal();
        }
    }

    private static void assertProven(RelayBench bench, int size) throws IOException {
        var head = bench.relay().firstFinalCovering(size - 1).orElseThrow();
        assertEquals(size, head.size());
        var kept = bench.relay().proof(head).orElseThrow(() -> new AssertionError("no proof of " + size));
        var made = FaultyLedger.proofOf(size, head.root(), head.place());
        assertArrayEquals(made.bytes(), kept.bytes());
        assertEquals(made.shared().size(), kept.shared().size());
    }

    private static boolean isProven(RelayBench bench, int size) throws IOException {
        return bench.relay()
                .proof(bench.relay().firstFinalCovering(size - 1).orElseThrow())
                .isPresent();
    }

    @Test
    void theProofIsFetchedOnceTheHeadIsFinal() throws Exception {
        var bench = bench();
        lodge(bench, 3);
        assertFalse(isProven(bench, 3), "final first: nothing waits for the proof");
        bench.step();
        assertProven(bench, 3);
        lodge(bench, 5);
        bench.step();
        assertProven(bench, 5);
        bench.powerCut(1);
        assertProven(bench, 3);
        assertProven(bench, 5);
    }

    /// Whoever began before there were proofs, or lost them, gets them one after the other, the newest first.
    @Test
    void lostProofsAreFetchedAgainTheNewestFirst() throws Exception {
        var bench = bench();
        lodge(bench, 3, 5, 8);
        bench.step();
        bench.keepProofs(new FaultyDisk());
        bench.step();
        assertFalse(isProven(bench, 8), "not before it was looked where it is");
        bench.step();
        assertTrue(isProven(bench, 8) && !isProven(bench, 5));
        bench.run(20);
        assertFalse(isProven(bench, 5), "one in each recheck");
        bench.pass(RECHECK);
        bench.step();
        assertTrue(isProven(bench, 5) && !isProven(bench, 3));
        bench.pass(RECHECK);
        bench.step();
        assertProven(bench, 3);
    }

    /// The proof is of no more use, and the chain has no other: evidence says less from then on.
    @Test
    void aHeadInAnotherBlockNeedsAnotherProof() throws Exception {
        var bench = bench();
        lodge(bench, 3);
        bench.step();
        bench.ledger.rollBackTo(0);
        bench.ledger.mine();
        bench.pass(RECHECK);
        bench.step();
        bench.runUntilFinal();
        bench.run(3);
        assertEquals(2, bench.entries().stream().filter("Final 3"::equals).count());
        assertProven(bench, 3);
        bench.ledger.withoutProofs(true);
        bench.keepProofs(new FaultyDisk());
        bench.run(3);
        assertFalse(isProven(bench, 3));
    }

    @Test
    void aDiskThatIsFullForProofsHoldsUpNoHead() throws Exception {
        var bench = new RelayBench(new FaultyLedger(1, 1));
        var full = new FaultyDisk();
        var proofs = AnchorProofs.open("test", Journal.open(full, RelayBench.PROOFS, 0));
        AnchorProofsTest.fill(full, proofs, bench.log.originId());
        bench.keepProofs(full);
        lodge(bench, 3);
        var refused = assertThrows(AnchorageSetback.class, bench::step);
        assertTrue(String.valueOf(refused.getMessage()).contains("no room for a proof"), refused.getMessage());
        lodge(bench, 5, 8);
    }

    /// The power goes at each operation of either disk in turn.
    @Test
    void aPowerCutInsideAnyStepIsHarmless() throws Exception {
        for (int operation = 0; operation < 30; operation++) {
            for (boolean ofProofs : new boolean[] {false, true}) {
                var bench = bench();
                var cut = ofProofs ? bench.proofs.orElseThrow() : bench.disk;
                cut.cutPowerAfter(operation, operation);
                try {
                    bench.log.growTo(3);
                    bench.run(6);
                    bench.log.growTo(6);
                    bench.run(6);
                } catch (IOException | BrokenPromise e) {
                    // The process ends here.
                }
                bench.powerCut(operation);
                bench.log.growTo(6);
                bench.runUntilFinal();
                for (int i = 0; i < 3; i++) {
                    bench.pass(RECHECK);
                    bench.run(2);
                }
                assertProven(bench, 6);
                var first = bench.relay().firstFinalCovering(0).orElseThrow();
                assertProven(bench, (int) first.size());
            }
        }
    }

    @Test
    void proofsOfAnotherOriginAreNotTakenForOurs() throws Exception {
        var bench = bench();
        lodge(bench, 3);
        bench.step();
        var other = new RelayBench(new FaultyLedger(1, 1));
        other.heads = new SignedLog("bench/other", 1).growTo(9);
        other.kill();
        other.run(2);
        assertThrows(IOException.class, () -> other.keepProofs(bench.proofs.orElseThrow()));
    }
}
