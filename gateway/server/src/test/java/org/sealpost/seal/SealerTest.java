package org.sealpost.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.VerifierKey;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.merkle.Consistency;

class SealerTest {
    @TempDir
    Path folder;

    private final FaultyDisk entriesDisk = new FaultyDisk();
    private final FaultyDisk sealsDisk = new FaultyDisk();
    private final SoftwareKey key = SoftwareKey.p256();

    @Test
    void aGenesisAloneIsNotSealed() throws Exception {
        var log = open();
        assertEquals(1, log.sealer.step());
        assertTrue(log.seals.newest().isEmpty());
    }

    @Test
    void oneSealCoversAllThatCameSinceTheLastOne() throws Exception {
        var log = open();
        log.capture(500);
        log.sealer.step();
        var head = log.seals.newest().orElseThrow();
        assertEquals(501, head.size());
        assertTrue(head.seal().isSignedBy(P256Key.of(key.spki()), head.root()));
        assertEquals(log.identity.genesisHash(), head.seal().genesisHash());
        assertEquals(0, log.sealer.step(), "nothing new, nothing sealed");
    }

    /// I4: what was written and not forced is not there for the sealer.
    @Test
    void whatWasNotForcedIsNotSealed() throws Exception {
        var log = open();
        log.capture(3);
        log.entries.append("not forced".getBytes(), new byte[0]);
        log.sealer.step();
        assertEquals(4, log.seals.sealedSize());
    }

    @Test
    void eachHeadExtendsTheOneBefore() throws Exception {
        var log = open();
        var last = java.util.Optional.<SealedHead>empty();
        for (int round = 1; round < 40; round++) {
            log.capture(round * 3);
            log.sealer.step();
            var head = log.seals.newest().orElseThrow();
            if (last.isPresent()) {
                var proof = log.tree.consistency(last.get().size(), head.size());
                assertTrue(Consistency.verify(last.get().size(), last.get().root(), head.size(), head.root(), proof));
            }
            assertEquals(
                    head.size(), log.seals.ofSize(head.size()).orElseThrow().size());
            assertEquals(
                    head.size(),
                    log.seals.firstCovering(head.size() - 1).orElseThrow().size());
            assertTrue(log.seals.firstCovering(head.size()).isEmpty());
            last = java.util.Optional.of(head);
        }
        assertEquals(4, log.seals.firstCovering(0).orElseThrow().size());
        assertEquals(10, log.seals.firstCovering(4).orElseThrow().size());
        assertTrue(log.seals.ofSize(5).isEmpty());
    }

    /// P4: the token goes away, records wait as captured, and one seal covers them all when it is back.
    @Test
    void aTokenThatIsAwayHoldsUpNothingButSeals() throws Exception {
        var log = open();
        key.failure = new IllegalStateException("token away");
        for (int i = 0; i < 5; i++) {
            log.capture(10);
            assertThrows(IllegalStateException.class, log.sealer::step);
        }
        key.failure = null;
        log.sealer.step();
        assertEquals(51, log.seals.sealedSize());
    }

    @Test
    void aSignatureThatDoesNotHoldIsNeverKept() throws Exception {
        var log = open();
        log.capture(1);
        key.lies = true;
        assertThrows(SignatureWrong.class, log.sealer::step);
        assertTrue(log.seals.newest().isEmpty());
        key.lies = false;
        log.sealer.step();
        assertEquals(2, log.seals.sealedSize());
    }

    @Test
    void checkpointsComeAtMostOnceAnIntervalAndVerify() throws Exception {
        var log = open();
        var verifier = VerifierKey.p256(log.identity.origin(), P256Key.of(key.spki()));
        int made = 0;
        long last = 0;
        for (int tenth = 0; tenth < 50; tenth++) {
            log.micros += 100_000;
            log.capture(1);
            log.sealer.step();
            var checkpoint = log.seals.newestCheckpoint().orElseThrow();
            if (checkpoint.head().size() != last) made++;
            last = checkpoint.head().size();
            assertTrue(verifier.verifies(checkpoint.note()));
        }
        assertEquals(5, made);
        log.micros += 1_000_000;
        log.sealer.step();
        assertEquals(51, log.seals.newestCheckpoint().orElseThrow().head().size(), "the last head gets one, too");
    }

    /// What comes after a quiet time is sealed at once; what comes right behind it, together.
    @Test
    void sealsKeepTheirDistance() throws Exception {
        var log = open();
        assertEquals(Duration.ZERO, log.sealer.pause());
        log.capture(1);
        log.sealer.step();
        assertEquals(SealerConfig.DEFAULT.minInterval(), log.sealer.pause());
        log.micros += 15_000;
        assertEquals(Duration.ofMillis(5), log.sealer.pause());
        log.sealer.step();
        assertEquals(Duration.ofMillis(5), log.sealer.pause(), "a step without a seal changes nothing");
        log.micros += 5_000;
        assertEquals(Duration.ZERO, log.sealer.pause());
    }

    /// In the first hour of a process nothing is given up: an update may be taken back that long.
    @Test
    void nothingIsThinnedInTheFirstHour() throws Exception {
        var log = open();
        log.sealer.thinAllBut(_ -> false);
        for (int i = 0; i < 200; i++) {
            log.capture(1);
            log.sealer.step();
        }
        assertEquals(2, log.seals.firstCovering(0).orElseThrow().size());
        log.micros += TimeUnit.HOURS.toMicros(1) - 2_000_000;
        log.sealer.step();
        assertEquals(2, log.seals.firstCovering(0).orElseThrow().size());
        log.micros += 2_000_000;
        while (log.sealer.step() > 0) {}
        long first = log.seals.firstCovering(0).orElseThrow().size();
        assertTrue(first > 90, "the first seal that is left covers " + first);
        assertEquals(201, log.seals.sealedSize());
    }

    /// An old seal that cannot be read stays where it is, and new ones are made all the same.
    @Test
    void whatCannotBeThinnedHoldsUpNoSeal() throws Exception {
        var log = open();
        log.sealer.thinAllBut(_ -> false);
        for (int i = 0; i < 200; i++) {
            log.capture(1);
            log.sealer.step();
        }
        var oldest = sealsDisk.list().stream().sorted().findFirst().orElseThrow();
        sealsDisk.flipBit(oldest, 5 * 4096 + 200, 1);
        log.micros += TimeUnit.HOURS.toMicros(1);
        log.capture(1);
        log.sealer.step();
        log.capture(1);
        log.sealer.step();
        assertEquals(203, log.seals.sealedSize());
        assertEquals(203, log.seals.ofSize(203).orElseThrow().size());
    }

    /// I7: after a crash at any point the sealer goes on from its own newest seal, and never seals a size twice.
    @Test
    void goesOnAfterAnyPowerCut() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        for (int round = 0; round < 60; round++) {
            var log = open();
            if (round % 3 == 0) key.failure = new IllegalStateException("token away");
            try {
                log.capture(1 + round % 7);
                sealsDisk.cutPowerAfter(round % 5, seed + round);
                log.sealer.step();
                log.sealer.step();
            } catch (IOException | RuntimeException expected) {
                // The power is gone, the token is away: both are what the next opening is for.
            }
            key.failure = null;
            sealsDisk.powerCut(seed - round);
            entriesDisk.powerCut(seed - round);
        }
        var log = open();
        log.sealer.step();
        assertEquals(log.entries.size(), log.seals.sealedSize());
        assertEquals(
                log.tree.root(log.tree.size()), log.seals.newest().orElseThrow().root());
    }

    private LogOnDisk open() throws IOException {
        return new LogOnDisk(entriesDisk, sealsDisk, folder, key);
    }
}
