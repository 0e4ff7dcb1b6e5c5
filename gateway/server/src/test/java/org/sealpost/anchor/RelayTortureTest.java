package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.BrokenPromise;

/// Crashes everywhere over a disk that forgets and a ledger that loses, repeats, stays away and takes back.
class RelayTortureTest {
    private static final int SEEDS = Integer.getInteger("sealpost.relay.seeds", 40);
    private static final int ACTIONS = 150;

    /// Stops the process, or the power, after each number of steps in turn, and lets another one finish the
    /// work.
    @Test
    void aCrashBetweenAnyTwoStepsIsHarmless() throws Exception {
        for (int steps = 0; steps < 14; steps++) {
            for (boolean power : new boolean[] {false, true}) {
                var bench = new RelayBench(new FaultyLedger(1, 2));
                for (int i = 0; i < steps; i++) {
                    if (i == 0) bench.log.growTo(3);
                    if (i == 6) bench.log.growTo(7);
                    bench.step();
                    if (i % 2 == 1) bench.ledger.mine();
                }
                if (power) bench.powerCut(steps);
                else bench.kill();
                bench.log.growTo(9);
                finish(bench);
                assertTrue(bench.ledger.offeredFor(3) <= 1 && bench.ledger.offeredFor(7) <= 1, "after " + steps);
            }
        }
    }

    /// A courier lodges a head before each step in turn, and the process or the power goes after it.
    @Test
    void aCourierBetweenAnyTwoStepsIsSeenOnce() throws Exception {
        for (int steps = 0; steps < 14; steps++) {
            for (boolean power : new boolean[] {false, true}) {
                var bench = new RelayBench(new FaultyLedger(1, 2));
                bench.log.growTo(3);
                for (int i = 0; i < 14; i++) {
                    if (i == 4) bench.log.growTo(5);
                    if (i == 8) bench.log.growTo(7);
                    if (i == steps) {
                        bench.ledger.lodgeByAnother(bench.log.head(bench.log.size()));
                        if (power) bench.powerCut(steps);
                        else bench.kill();
                    }
                    bench.step();
                    if (i % 2 == 1) bench.ledger.mine();
                }
                bench.log.growTo(9);
                finish(bench);
                var entries = bench.entries();
                for (var size : bench.ledger.lodged(bench.log.originId()).keySet()) {
                    assertEquals(
                            1,
                            entries.stream().filter(("Final " + size)::equals).count(),
                            entries::toString);
                }
            }
        }
    }

    /// The same inside the steps: the power goes at each operation of the disk in turn.
    @Test
    void aPowerCutInsideAnyStepIsHarmless() throws Exception {
        for (int operation = 0; operation < 40; operation++) {
            var bench = new RelayBench(new FaultyLedger(1, 1));
            bench.log.growTo(3);
            bench.disk.cutPowerAfter(operation, operation);
            try {
                bench.run(8);
                bench.log.growTo(6);
                bench.run(8);
            } catch (IOException | BrokenPromise e) {
                // The process ends here.
            }
            bench.powerCut(operation);
            bench.log.growTo(6);
            finish(bench);
            assertTrue(bench.ledger.offeredFor(3) <= 1 && bench.ledger.offeredFor(6) <= 1, "at operation " + operation);
        }
    }

    /// Lives in which a courier lodged a head before our request for it was included, the next request was
    /// signed, and a reorganisation then lost the first: it would leave a nonce that nobody uses up.
    @Test
    void aRequestThatIsLostAfterItsHeadWasDoneHoldsUpNobody() throws Exception {
        for (long seed : new long[] {1631, 3184, 7_453_159}) torture(seed, true);
    }

    @Test
    void everySeedEndsWithEachHeadLodgedAtMostOnce() throws Exception {
        long first = Long.getLong("sealpost.relay.seed", System.nanoTime() & 0xffffff);
        for (long seed = first; seed < first + SEEDS; seed++) {
            try {
                torture(seed, false);
                torture(seed, true);
            } catch (AssertionError | Exception e) {
                throw new AssertionError("run again with -Dsealpost.relay.seed=" + seed, e);
            }
        }
    }

    /// @param couriers whether others lodge heads of the log, too
    private static void torture(long seed, boolean couriers) throws Exception {
        var random = new Random(seed * 0x9e37_79b9_7f4a_7c15L);
        var ledger = new FaultyLedger(seed, random.nextInt(4)).unkind(true);
        var bench = new RelayBench(ledger);
        for (int action = 0; action < ACTIONS; action++) {
            try {
                switch (random.nextInt(couriers ? 12 : 11)) {
                    case 0, 1 -> bench.log.growTo(bench.log.size() + 1 + random.nextInt(5));
                    case 2, 3, 4 -> ledger.tick();
                    case 5 -> {
                        if (random.nextInt(4) == 0) bench.powerCut(random.nextLong());
                        else if (random.nextInt(4) == 0) bench.kill();
                        else if (random.nextInt(8) == 0) bench.disk.cutPowerAfter(random.nextInt(6), random.nextLong());
                    }
                    case 11 -> {
                        if (bench.log.size() >= 2 && random.nextInt(5) == 0) {
                            ledger.lodgeByAnother(bench.log.head(2 + random.nextLong(bench.log.size() - 1)));
                        }
                    }
                    default -> bench.step();
                }
            } catch (AnchorageSetback e) {
                // Waited out.
            } catch (IOException | BrokenPromise e) {
                bench.powerCut(random.nextLong());
            }
        }
        ledger.unkind(false);
        bench.powerCut(seed);
        bench.log.growTo(bench.log.size() + 2);
        finish(bench);
        if (!couriers) {
            for (long size = 0; size <= bench.log.size(); size++) {
                assertTrue(ledger.offeredFor(size) <= 1, ledger.offeredFor(size) + " requests for size " + size);
            }
        }
    }

    /// Afterwards the newest head is final, and all that is said to be final is on the ledger, with the log's
    /// root.
    private static void finish(RelayBench bench) throws IOException {
        bench.runUntilFinal();
        var lodged = bench.ledger.lodged(bench.log.originId());
        lodged.forEach((size, root) -> assertEquals(bench.log.root(size), root));
        for (long index = 0; index < bench.log.size(); index++) {
            var head = bench.relay().firstFinalCovering(index).orElseThrow();
            assertTrue(head.size() > index);
            assertEquals(head.root(), lodged.get(head.size()), "size " + head.size());
        }
    }
}
