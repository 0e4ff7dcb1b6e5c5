package org.sealpost.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.Signer;
import org.sealpost.evidence.Verdict;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.merkle.Inclusion;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.ClockReading;
import org.sealpost.record.SourceKind;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.SoftwareKey;

/// The oldest segments of a log, and who may give them up: nothing goes that is not final on every required
/// anchorage.
@Timeout(180)
class RetentionTest {
    private static final Duration MONTH = Duration.ofDays(30);
    private static final int MOST_STEPS = 500;

    @TempDir
    private Path folder;

    private final FaultyDisk entriesDisk = new FaultyDisk();
    private final FaultyDisk sealsDisk = new FaultyDisk();
    private final SoftwareKey key = SoftwareKey.p256();

    private RetainedLog open() throws IOException {
        return new RetainedLog(entriesDisk, sealsDisk, folder, key);
    }

    /// Some ten segments, all of them sealed and final.
    private RetainedLog filled() throws Exception {
        var log = open();
        for (int i = 0; i < 6; i++) log.capture(200);
        log.allFinal();
        return log;
    }

    private static int run(Retention retention) throws IOException {
        int steps = 0;
        while (retention.step() > 0) assertTrue(steps++ < MOST_STEPS, "it comes to an end");
        return steps;
    }

    private static void pass(RetainedLog log, Duration time) {
        log.nowMillis += time.toMillis();
    }

    private static void assertSame(List<byte[]> before, RetainedLog log) throws IOException {
        var now = log.allLeaves();
        assertEquals(before.size(), now.size());
        for (int i = 0; i < now.size(); i++) assertArrayEquals(before.get(i), now.get(i));
    }

    private static byte[] payload(long index) {
        return RetainedLog.payload(index).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void oldSegmentsGoAndTheirLeavesStay() throws Exception {
        var log = filled();
        var before = log.allLeaves();
        var segments = log.entries.closedSegments();
        assertTrue(segments.size() > 8, segments::toString);
        assertFalse(entriesDisk.whereIs(payload(3)).isEmpty());
        var retention = log.retention(RetainedLog.dropAfter(MONTH));
        pass(log, MONTH.minusSeconds(1));
        assertEquals(0, run(retention));
        assertEquals("", retention.waitsFor());
        assertEquals(0, log.entries.firstIndex());

        pass(log, Duration.ofSeconds(1));
        run(retention);
        // The last one that is closed ends in a bundle that is not full.
        long first = log.entries.firstIndex();
        assertTrue(first > 900, "given up below " + first);
        assertTrue(first <= log.tree.size() / 256 * 256);
        assertTrue(retention.waitsFor().contains("fewer than 256"), retention::waitsFor);
        assertEquals(Set.of(), entriesDisk.whereIs(payload(3)));
        assertEquals(Set.of(), entriesDisk.whereIs(payload(first - 1)));
        assertFalse(entriesDisk.whereIs(payload(first + 1)).isEmpty());
        assertSame(before, log);
        assertEquals("0-" + segments.getFirst().nextIndex() + " retention.drop-after", log.notes.getFirst());
        assertEquals(
                segments.stream()
                        .filter(segment -> segment.nextIndex() <= first)
                        .count(),
                log.notes.size());

        log.close();
        log = open();
        assertSame(before, log);
        assertEquals(first, log.entries.firstIndex());
        log.capture(200);
        log.allFinal();
        pass(log, MONTH);
        run(log.retention(RetainedLog.dropAfter(MONTH)));
        assertTrue(log.entries.firstIndex() > first);
    }

    @Test
    void theLargestSizeIsKept() throws Exception {
        var log = filled();
        log.clockState = ClockReading.State.UNTRUSTED;
        var retention = log.retention(RetainedLog.maxSize(400_000));
        assertTrue(log.entries.bytesOnDisk() > 600_000);
        run(retention);
        assertTrue(log.entries.bytesOnDisk() <= 400_000, () -> "takes " + log.entries.bytesOnDisk());
        assertTrue(log.entries.bytesOnDisk() + (1 << 16) > 400_000, "no more than it takes");
        assertTrue(log.notes.getFirst().endsWith("retention.max-size"));
    }

    @Test
    void nothingThatIsNotFinalOnEveryRequiredAnchorageIsTouched() throws Exception {
        var log = filled();
        pass(log, MONTH);
        var retention = log.retention(new RetentionPolicy(Optional.of(MONTH), OptionalLong.of(1)));
        var second = log.entries.closedSegments().get(1);
        log.evm.finalSize = second.firstIndex() - 1;
        assertEquals(0, run(retention));
        assertEquals(0, log.entries.firstIndex(), "the last entry of the first segment is not final there");
        assertTrue(retention.waitsFor().contains("not final on evm"), retention::waitsFor);
        log.evm.finalSize = second.firstIndex();
        log.fabric.finalSize = 0;
        run(retention);
        assertEquals(0, log.entries.firstIndex());
        assertTrue(retention.waitsFor().endsWith("not final on fabric"), retention::waitsFor);
        log.fabric.finalSize = log.entries.size();
        run(retention);
        assertEquals(second.firstIndex(), log.entries.firstIndex());
        assertFalse(Files.exists(folder.resolve("leaves/tile/entries/002")), "no leaf is kept that need not be");
    }

    /// Telling the log takes a force: meanwhile another history may be seen there, or the chain be rolled back.
    @Test
    void whatIsNotFinalAnyMoreWhenTheLogHasBeenToldStays() throws Exception {
        var log = filled();
        var retention = log.retention(RetainedLog.maxSize(400_000));
        log.meanwhile = () -> log.fabric.finalSize = 0;
        run(retention);
        assertEquals(1, log.notes.size(), "the log was told");
        assertEquals(0, log.entries.firstIndex());
        assertFalse(entriesDisk.whereIs(payload(3)).isEmpty());
        assertTrue(retention.waitsFor().contains("not final on fabric"), retention::waitsFor);

        log.meanwhile = () -> log.neededFrom = 1;
        log.allFinal();
        run(retention);
        assertEquals(0, log.entries.firstIndex());

        log.meanwhile = () -> {};
        log.neededFrom = Long.MAX_VALUE;
        run(retention);
        assertTrue(log.entries.firstIndex() > 0);
    }

    @Test
    void whereNoAnchorageIsRequiredNothingEverGoes() throws Exception {
        var log = filled();
        pass(log, MONTH);
        var policy = new RetentionPolicy(Optional.of(MONTH), OptionalLong.of(1));
        var retention = log.retention(policy, new Finality(List.of()));
        assertEquals(0, run(retention));
        assertEquals(0, log.entries.firstIndex());
        assertTrue(retention.waitsFor().contains("no anchorage is required"), retention::waitsFor);
        run(log.retention(policy, new Finality(List.of(log.evm))));
        assertTrue(log.entries.firstIndex() > 900);
    }

    @Test
    void whatIsNeededToKnowRepeatsStaysWhateverTheSize() throws Exception {
        var log = filled();
        pass(log, MONTH);
        var retention = log.retention(new RetentionPolicy(Optional.of(MONTH), OptionalLong.of(1)));
        log.neededFrom = 0;
        assertEquals(0, run(retention));
        assertTrue(retention.waitsFor().contains("needed to know repeats"), retention::waitsFor);
        var third = log.entries.closedSegments().get(2);
        log.neededFrom = third.nextIndex() - 1;
        run(retention);
        assertEquals(third.firstIndex(), log.entries.firstIndex());
    }

    /// An age counts from a proven time to a proven time.
    @Test
    void aClockThatIsNotSynchronisedMakesNothingOld() throws Exception {
        var log = open();
        log.clockState = ClockReading.State.UNTRUSTED;
        for (int i = 0; i < 4; i++) log.capture(200);
        log.clockState = ClockReading.State.HOLDOVER;
        log.capture(100);
        log.allFinal();
        var retention = log.retention(RetainedLog.dropAfter(MONTH));
        log.clockState = ClockReading.State.SYNCED;
        pass(log, MONTH.multipliedBy(12));
        assertEquals(0, run(retention));
        assertTrue(retention.waitsFor().contains("no seal over them was made by a synchronised clock"));

        // From here on the time is proven: what came before is as old as this.
        log.capture(100);
        log.allFinal();
        assertEquals(0, run(retention));
        pass(log, MONTH.minusSeconds(1));
        assertEquals(0, run(retention));
        for (var state : List.of(ClockReading.State.UNTRUSTED, ClockReading.State.HOLDOVER)) {
            log.clockState = state;
            pass(log, MONTH);
            assertEquals(0, run(retention), "by a clock in " + state);
            assertTrue(retention.waitsFor().contains("the clock is not synchronised"), retention::waitsFor);
            pass(log, MONTH.negated());
        }
        log.clockState = ClockReading.State.SYNCED;
        pass(log, MONTH.multipliedBy(-3));
        assertEquals(0, run(retention), "before anything was sealed");
        assertEquals(0, log.entries.firstIndex());
        pass(log, MONTH.multipliedBy(3).plusSeconds(1));
        run(retention);
        assertTrue(log.entries.firstIndex() > 500);
    }

    /// A receiver whose weeks have begun anew, and a clock that runs ahead: what they sealed is as old as a later
    /// seal has it.
    @Test
    void aClockThatWasWrongMakesNothingOld() throws Exception {
        var log = open();
        log.capture(30);
        pass(log, MONTH.multipliedBy(-6));
        for (int i = 0; i < 3; i++) log.capture(200);
        pass(log, MONTH.multipliedBy(600));
        log.capture(200);
        pass(log, MONTH.multipliedBy(-594));
        log.capture(200);
        log.allFinal();
        pass(log, MONTH.minusSeconds(1));
        assertEquals(0, run(log.retention(RetainedLog.dropAfter(MONTH))));
        assertEquals(0, log.entries.firstIndex());

        // Nor where its beginning is gone when it starts.
        log.neededFrom = 400;
        run(log.retention(RetainedLog.maxSize(1)));
        long first = log.entries.firstIndex();
        assertTrue(first > 100, "given up below " + first);
        log.neededFrom = Long.MAX_VALUE;
        var retention = log.retention(RetainedLog.dropAfter(MONTH));
        assertEquals(0, run(retention));
        assertEquals(first, log.entries.firstIndex());
        assertEquals("", retention.waitsFor(), "its age is known");
        pass(log, Duration.ofSeconds(1));
        run(retention);
        assertTrue(log.entries.firstIndex() > first);
    }

    /// Seals without a proven time are looked at a bounded number a step, and none twice.
    @Test
    void aLongRowOfSealsWithoutAProvenTimeIsSearchedInSteps() throws Exception {
        var log = open();
        log.clockState = ClockReading.State.UNTRUSTED;
        for (int i = 0; i < 1300; i++) log.capture(1);
        log.clockState = ClockReading.State.SYNCED;
        log.capture(300);
        log.allFinal();
        pass(log, MONTH);
        var retention = log.retention(RetainedLog.dropAfter(MONTH));
        assertEquals(1, retention.step());
        assertEquals(0, log.entries.firstIndex());
        assertTrue(retention.waitsFor().contains("is not known"), retention::waitsFor);
        for (int step = 0; log.entries.firstIndex() == 0; step++) {
            assertTrue(step < 10);
            retention.step();
        }
    }

    /// Whatever comes in whatever order, what is gone was final and not needed.
    @Test
    void nothingGoesThatMayNotWhateverHappens() throws Exception {
        long first = System.nanoTime() & 0xffffL;
        System.out.println("retention: seeds " + first + " to " + (first + 19));
        for (long seed = first; seed < first + 20; seed++) {
            var random = new Random(seed);
            var home = folder.resolve("seed-" + seed);
            var entries = new FaultyDisk();
            var seals = new FaultyDisk();
            var log = new RetainedLog(entries, seals, home, key);
            long gone = 0;
            for (int i = 0; i < 60; i++) {
                if (random.nextInt(3) == 0) log.capture(1 + random.nextInt(90));
                // Also back: another history was seen there, or a chain was rolled back.
                if (random.nextBoolean()) log.evm.finalSize = random.nextLong(log.entries.size() + 1);
                if (random.nextBoolean()) log.fabric.finalSize = random.nextLong(log.entries.size() + 1);
                log.neededFrom = random.nextLong(log.entries.size() + 1);
                log.clockState = ClockReading.State.values()[random.nextInt(3)];
                log.nowMillis += random.nextLong(2 * MONTH.toMillis());
                long may = Math.min(log.neededFrom, Math.min(log.evm.finalSize, log.fabric.finalSize));
                var retention = log.retention(new RetentionPolicy(Optional.of(MONTH), OptionalLong.of(300_000)));
                run(retention);
                long now = log.entries.firstIndex();
                assertTrue(now == gone || now <= may, "seed " + seed + ": below " + now + ", allowed was " + may);
                gone = now;
                if (random.nextInt(8) == 0) {
                    var kept = log;
                    log.close();
                    entries.powerCut(seed + i);
                    log = new RetainedLog(entries, seals, home, key);
                    log.nowMillis = kept.nowMillis;
                }
            }
            assertEquals(log.entries.size(), log.allLeaves().size());
            log.close();
        }
    }

    /// The power goes at each operation of the journal's disk in turn.
    @Test
    void aCutAtAnyOperationLosesNoLeafAndGivesUpNoMoreThanWasToGo() throws Exception {
        var log = filled();
        var before = log.allLeaves();
        long next = log.entries.closedSegments().get(2).nextIndex();
        log.close();
        for (int cut = 0; ; cut++) {
            var entries = entriesDisk.copy();
            var seals = sealsDisk.copy();
            var home = folder.resolve("cut-" + cut);
            var life = new RetainedLog(entries, seals, home, key);
            life.allFinal();
            life.neededFrom = next;
            entries.cutPowerAfter(cut, cut);
            boolean wasCut = false;
            try {
                run(life.retention(RetainedLog.maxSize(1)));
            } catch (IOException | BrokenPromise e) {
                wasCut = true;
            }
            entries.powerCut(cut);
            seals.powerCut(cut);
            try (var after = new RetainedLog(entries, seals, home, key)) {
                long first = after.entries.firstIndex();
                assertTrue(first <= next, "cut " + cut + ": below " + first);
                assertSame(before, after);
                after.allFinal();
                after.neededFrom = next;
                run(after.retention(RetainedLog.maxSize(1)));
                assertEquals(next, after.entries.firstIndex());
                assertEquals(Set.of(), entries.whereIs(payload(3)), "cut " + cut);
                assertSame(before, after);
            }
            delete(home);
            if (!wasCut) {
                assertTrue(cut > 10, cut + " operations");
                return;
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    @Test
    void aDiskThatFailsOnceIsASetback() throws Exception {
        var log = filled();
        var before = log.allLeaves();
        var retention = log.retention(RetainedLog.maxSize(400_000));
        // Bytes of the first segment cannot be removed at once.
        entriesDisk.failAfter(FaultyDisk.Call.WRITE, 0);
        assertThrows(IOException.class, () -> run(retention));
        long first = log.entries.firstIndex();
        assertTrue(first > 0);
        assertFalse(entriesDisk.whereIs(payload(first - 1)).isEmpty());
        log.evm.finalSize = 0;
        run(retention);
        assertEquals(first, log.entries.firstIndex());
        assertEquals(Set.of(), entriesDisk.whereIs(payload(first - 1)), "removed although nothing else may go");
        log.allFinal();
        run(retention);
        assertSame(before, log);
    }

    @Test
    void whereNoLeafCanBeKeptNothingGoes() throws Exception {
        var log = filled();
        var before = log.allLeaves();
        var inTheWay = Files.writeString(folder.resolve(LeafArchive.FOLDER), "no room for a folder");
        var retention = log.retention(RetainedLog.maxSize(1));
        for (int i = 0; i < 3; i++) assertThrows(IOException.class, retention::step);
        assertEquals(0, log.entries.firstIndex());
        assertEquals(List.of(), log.notes);
        Files.delete(inTheWay);
        run(retention);
        assertTrue(log.entries.firstIndex() > 900);
        assertSame(before, log);
    }

    @Test
    void nothingGoesThatTheLogCannotBeToldOf() throws Exception {
        var log = filled();
        var retention = log.retention(RetainedLog.maxSize(1));
        log.trailFailure = Optional.of(new IOException("the intake has more to do than it can hold"));
        assertThrows(IOException.class, () -> run(retention));
        assertEquals(0, log.entries.firstIndex());
        log.trailFailure = Optional.empty();
        run(retention);
        assertTrue(log.entries.firstIndex() > 900);
    }

    /// The process goes on: whoever needs what is damaged finds it, too.
    @Test
    void aDamagedSegmentStaysAsItIs() throws Exception {
        var log = filled();
        // In the frames of the first group, behind the block of the header.
        entriesDisk.flipBit("0000000000000000.segment", 4096 + 64 + 48 + 3, 1);
        var retention = log.retention(RetainedLog.maxSize(1));
        var setback = assertThrows(IOException.class, () -> run(retention));
        assertTrue(setback.getMessage().contains("entries/0000000000000000.segment"), setback.getMessage());
        assertEquals(0, log.entries.firstIndex());
    }

    // --- what everybody sees of a log whose beginning is gone

    @Test
    void aRecordThatWasGivenUpIsKnownAsSuch() throws Exception {
        var log = filled();
        assertEquals(Optional.empty(), log.archive.givenUp(3));
        run(log.retention(RetainedLog.maxSize(1)));
        long first = log.entries.firstIndex();
        for (long index : new long[] {1, 3, first - 1}) {
            assertEquals(Optional.empty(), log.archive.find(index));
            assertFalse(log.archive.isLost(index));
            var left = log.archive.givenUp(index).orElseThrow();
            assertEquals(index, left.index());
            assertEquals("default", left.leaf().profile());
            assertEquals(SourceKind.HTTP, left.leaf().source());
            assertEquals(RecordState.SEALED, left.state());
            assertEquals(
                    RetainedLog.BEGINNING, left.firstSeal().orElseThrow().time().timeMillis());
            assertThrows(IndexOutOfBoundsException.class, () -> log.archive.evidence(index));
        }
        assertEquals(Optional.empty(), log.archive.givenUp(0), "the genesis is no record");
        assertEquals(Optional.empty(), log.archive.givenUp(first));
        assertEquals(Optional.empty(), log.archive.givenUp(-1));
        assertEquals(Optional.empty(), log.archive.givenUp(log.entries.size()));
        assertEquals(first, log.archive.find(first).orElseThrow().index());
    }

    /// Evidence of what is left, that which was handed out before, proofs of what is gone, and a tree that is
    /// made again from nothing but the leaves.
    @Test
    void proofsHoldAndTheTreeIsMadeAgain() throws Exception {
        var log = filled();
        var handedOut = log.archive.evidence(3).orElseThrow();
        run(log.retention(RetainedLog.maxSize(1)));
        long first = log.entries.firstIndex();
        log.close();
        delete(folder.resolve("log"));

        log = open();
        log.capture(100);
        var head = log.seals.newest().orElseThrow();
        for (long index : new long[] {0, 3, first - 1, first}) {
            var path = log.tree.inclusion(index, head.size());
            assertTrue(
                    Inclusion.verify(Merkle.leafHash(log.leaves.leaf(index)), index, head.size(), path, head.root()));
        }
        assertIntact(handedOut, log);
        assertIntact(log.archive.evidence(first).orElseThrow(), log);
    }

    private static void assertIntact(byte[] evidence, RetainedLog log) throws Exception {
        var verdict = EvidenceVerifier.verify(evidence, log.trust(), AnchorCheck.OFFLINE);
        assertInstanceOf(
                Signer.Trusted.class,
                assertInstanceOf(Verdict.Intact.class, verdict).signer());
    }

    private static final SelfCheck.Index NO_INDEX = new SelfCheck.Index() {
        @Override
        public List<Long> parts() {
            return List.of();
        }

        @Override
        public Optional<String> objection(long firstEntry, RandomGenerator random) {
            return Optional.empty();
        }
    };

    /// Round after round while segments go: what is gone is not red.
    @Test
    void theSelfCheckFindsSuchALogWell() throws Exception {
        var log = filled();
        long[] nanos = {5};
        var retention = log.retention(RetainedLog.maxSize(1));
        var check = SelfCheck.open(
                new SelfCheck.Log(log.archive, log.entries, log.seals, log.tree, folder.resolve("log"), NO_INDEX),
                evidence -> {
                    requireIntact(evidence, log);
                    return Optional.empty();
                },
                new SelfCheck.Memory() {
                    @Override
                    public Optional<List<String>> read() {
                        return Optional.empty();
                    }

                    @Override
                    public void write(String text) {}
                },
                new SelfCheck.Surroundings(() -> nanos[0], () -> log.now().time(), new Random(3)));
        for (int round = 0; round < 4; round++) {
            nanos[0] += Duration.ofHours(25).toNanos();
            int steps = 0;
            while (check.step() > 0) {
                assertTrue(steps++ < MOST_STEPS);
                if (steps % 10 == 0) retention.step();
            }
            assertEquals(List.of(), check.findings());
        }
        assertTrue(log.entries.firstIndex() > 500);
    }

    private static void requireIntact(byte[] evidence, RetainedLog log) throws IOException {
        try {
            assertIntact(evidence, log);
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
