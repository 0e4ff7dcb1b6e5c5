package org.sealpost.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.HandOverWrong;
import org.sealpost.evidence.P256Key;
import org.sealpost.hsm.SigningKey;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.record.HandOver;

/// What a rotation leaves behind, whatever comes between its steps.
class RotationTest {
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    /// More than a rotation has operations on a disk.
    private static final int OPERATIONS = 30;

    @TempDir
    Path folder;

    private FaultyDisk entriesDisk = new FaultyDisk();
    private FaultyDisk sealsDisk = new FaultyDisk();
    private FaultyDisk handOversDisk = new FaultyDisk();
    private final List<SoftwareKey> keys = new ArrayList<>(List.of(SoftwareKey.p256()));

    @Test
    void theFirstHeadThatCoversTheHandOverIsTheNewKeys() throws Exception {
        var log = open();
        log.capture(5);
        log.sealer.step();
        var old = log.key;
        log.capture(3);
        rotate(log, HandOver.Reason.PLANNED);
        log.close();

        log = open();
        assertEquals(9, log.identity.keys().handOvers().getFirst().handOver().index());
        assertTrue(log.sealer.step() > 0);
        var head = log.seals.newest().orElseThrow();
        assertEquals(10, head.size());
        assertTrue(head.seal().isSignedBy(P256Key.of(log.key.spki()), head.root()));
        var before = log.seals.ofSize(6).orElseThrow();
        assertTrue(before.seal().isSignedBy(P256Key.of(old.spki()), before.root()));
        assertEquals(P256Key.of(old.spki()), log.identity.keys().inForce(9).key());
        assertEquals(P256Key.of(log.key.spki()), log.identity.keys().inForce(10).key());
    }

    /// Who the keys are is read from the leaf archive then.
    @Test
    void aHandOverIsKnownAfterItsSegmentWasGivenUp() throws Exception {
        var log = open();
        log.capture(5);
        log.sealer.step();
        rotate(log, HandOver.Reason.PLANNED);
        log.close();
        log = open();
        log.capture(20_000);
        log.sealer.step();
        log.giveUp(20_000);
        assertTrue(log.entries.firstIndex() > 10_000, "the first segment is gone");
        log.close();

        log = open();
        var handOver = log.identity.keys().handOvers().getFirst();
        assertEquals(6, handOver.handOver().index());
        assertArrayEquals(handOver.encode(), log.leaves.leaf(6));
        log.capture(1);
        log.sealer.step();
        var head = log.seals.newest().orElseThrow();
        assertEquals(20_008, head.size());
        assertTrue(head.seal().isSignedBy(P256Key.of(keys.getLast().spki()), head.root()));
    }

    /// A checkpoint of the last head that the old key sealed would have to be the old key's, too.
    @Test
    void theNewKeyMakesNoCheckpointOfAHeadOfTheOldOnes() throws Exception {
        var log = open();
        log.capture(5);
        log.sealer.step();
        long published = log.seals.newestCheckpoint().orElseThrow().head().size();
        log.capture(1);
        log.sealer.step();
        assertEquals(
                published, log.seals.newestCheckpoint().orElseThrow().head().size());
        rotate(log, HandOver.Reason.EXPOSED);
        log.close();

        log = open();
        var away = new IllegalStateException("token away");
        log.key.failure = away;
        var running = log;
        running.micros += 10_000_000;
        assertEquals(away, assertThrows(IllegalStateException.class, running.sealer::step));
        assertEquals(
                published, log.seals.newestCheckpoint().orElseThrow().head().size());
        log.key.failure = null;
        log.sealer.step();
        assertEquals(8, log.seals.newestCheckpoint().orElseThrow().head().size());
    }

    /// I15. What the old key did not come to seal is sealed together with the hand-over, however little is taken at
    /// once.
    @Test
    void theNewKeySealsAndPublishesNothingBeforeTheHandOver() throws Exception {
        var log = open();
        log.capture(2);
        log.sealer.step();
        log.capture(1);
        log.sealer.step();
        assertEquals(3, log.seals.newestCheckpoint().orElseThrow().head().size());
        log.capture(5);
        rotate(log, HandOver.Reason.PLANNED);
        log.close();

        log = open();
        log.micros += 10_000_000;
        var slow = sealer(log, log.key, 2);
        for (int left = 3; left > 0; left--) {
            slow.step();
            boolean behind = left > 1;
            assertEquals(behind ? 4 : 10, log.seals.sealedSize());
            assertEquals(
                    behind ? 3 : 10,
                    log.seals.newestCheckpoint().orElseThrow().head().size());
        }
        var head = log.seals.newest().orElseThrow();
        assertTrue(head.seal().isSignedBy(P256Key.of(log.key.spki()), head.root()));
    }

    @Test
    void aKeyThatTheLogDoesNotNameSealsNothing() throws Exception {
        var log = open();
        rotate(log, HandOver.Reason.PLANNED);
        log.close();
        var rotated = open();
        for (var other : List.of(keys.getFirst(), SoftwareKey.p256())) {
            assertThrows(IllegalArgumentException.class, () -> sealer(rotated, other, 2));
        }
    }

    private static Sealer sealer(LogOnDisk log, SoftwareKey key, int atOnce) {
        return new Sealer(
                log.identity,
                log.entries,
                log.tree,
                log.seals,
                new SealingKeys(key, Optional.empty()),
                log::now,
                new SealerConfig(Duration.ofSeconds(1), DEADLINE, atOnce),
                () -> {});
    }

    /// Entries that the lost key did not seal any more are covered by the new key's first head.
    @Test
    void aLostKeyIsReplacedWithoutItsSignature() throws Exception {
        var log = open();
        log.capture(2);
        log.sealer.step();
        log.key.failure = new IllegalStateException("lost");
        log.capture(2);
        rotate(log, HandOver.Reason.LOST);
        log.close();

        log = open();
        log.sealer.step();
        var head = log.seals.newest().orElseThrow();
        assertEquals(6, head.size());
        assertTrue(head.seal().isSignedBy(P256Key.of(keys.getLast().spki()), head.root()));
        assertTrue(log.identity.keys().handOvers().getFirst().handOver().isBreak());
    }

    /// I7. After a cut at any operation of any of the disks either key is in force, and the same again completes it.
    @Test
    void aPowerCutAnywhereLeavesOneKeyInForce() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        int oldKeys = 0;
        int newKeys = 0;
        var box = folder;
        for (boolean ofEntries : new boolean[] {false, true}) {
            for (int operations = 0; operations < OPERATIONS; operations++) {
                entriesDisk = new FaultyDisk();
                sealsDisk = new FaultyDisk();
                handOversDisk = new FaultyDisk();
                folder = box.resolve(ofEntries + "-" + operations);
                var disk = ofEntries ? entriesDisk : handOversDisk;
                var log = open();
                log.capture(1);
                log.sealer.step();
                int before = log.identity.keys().tenures().size();
                disk.cutPowerAfter(operations, seed + operations);
                try {
                    rotate(log, HandOver.Reason.PLANNED);
                } catch (IOException | BrokenPromise expected) {
                    // The power is gone.
                }
                powerCut(seed + operations);

                log = open();
                int after = log.identity.keys().tenures().size();
                if (after == before) oldKeys++;
                else newKeys++;
                assertTrue(after == before || after == before + 1);
                log.capture(1);
                log.sealer.step();
                var head = log.seals.newest().orElseThrow();
                assertEquals(log.entries.size(), head.size());
                assertTrue(head.seal().isSignedBy(log.identity.keys().last(), head.root()));
                if (after == before) {
                    rotate(log, HandOver.Reason.PLANNED);
                    powerCut(seed - operations);
                    assertEquals(before + 1, open().identity.keys().tenures().size());
                }
                powerCut(seed);
            }
        }
        assertTrue(oldKeys > 0 && newKeys > 0, oldKeys + " times the old key, " + newKeys + " times the new one");
    }

    /// Whoever lost the journal would seal over the hand-over with the old key.
    @Test
    void aHandOverThatTheJournalDoesNotNameIsNotSealedOver() throws Exception {
        var log = open();
        log.capture(2);
        log.sealer.step();
        rotate(log, HandOver.Reason.PLANNED);
        log.close();
        var without = new LogOnDisk(entriesDisk, sealsDisk, new FaultyDisk(), folder, keys);
        assertEquals(1, without.identity.keys().tenures().size());
        var stopped = assertThrows(TreeDamaged.class, without.sealer::step);
        assertTrue(stopped.getMessage().contains("entry 3 hands the log over"), stopped.getMessage());
        assertEquals(3, without.seals.sealedSize());
    }

    @Test
    void aTokenThatSignsWronglyHandsNothingOver() throws Exception {
        var log = open();
        log.capture(2);
        for (var wrong : List.of(log.key, SoftwareKey.p256())) {
            wrong.lies = true;
            var next = wrong == log.key ? SoftwareKey.p256() : wrong;
            assertThrows(
                    HandOverWrong.class,
                    () -> rotation(log)
                            .run(
                                    Optional.of(log.key),
                                    new Rotation.Order(next, "test", HandOver.Reason.PLANNED, List.of())));
            wrong.lies = false;
        }
        assertThrows(
                HandOverWrong.class,
                () -> rotation(log)
                        .run(
                                Optional.of(log.key),
                                new Rotation.Order(log.key, "test", HandOver.Reason.PLANNED, List.of())));
        assertEquals(3, log.entries.size());
        assertEquals(
                1,
                log.handOvers
                        .in(Leaves.of(log.entries), log.identity)
                        .identity()
                        .keys()
                        .tenures()
                        .size());
    }

    private void rotate(LogOnDisk log, HandOver.Reason reason) throws Exception {
        var next = SoftwareKey.p256();
        keys.add(next);
        Optional<SigningKey> old = reason == HandOver.Reason.LOST ? Optional.empty() : Optional.of(log.key);
        var chain = reason == HandOver.Reason.LOST ? List.of(new byte[] {0x30, 0}) : List.<byte[]>of();
        rotation(log).run(old, new Rotation.Order(next, "test 0002", reason, chain));
    }

    private static Rotation rotation(LogOnDisk log) {
        return new Rotation(log.identity, log.entries, log.handOvers, () -> LogOnDisk.CLOCK, DEADLINE);
    }

    private void powerCut(long seed) {
        entriesDisk.powerCut(seed);
        sealsDisk.powerCut(seed + 1);
        handOversDisk.powerCut(seed + 2);
    }

    private LogOnDisk open() throws IOException {
        return openWith(keys);
    }

    private LogOnDisk openWith(List<SoftwareKey> held) throws IOException {
        return new LogOnDisk(entriesDisk, sealsDisk, handOversDisk, folder, held);
    }
}
