package org.sealpost.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.function.LongToIntFunction;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.P256Key;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.SealDraft;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;
import org.sealpost.record.ClockReading.State;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;

/// The last proven time, which a box needs after it was off; and what stays when seals are given up.
class SealLogTest {
    private static final Hash ANY = Hash.of(new byte[Hash.SIZE]);
    private static final int NEAR = 1024;

    /// A batch is a few segments of 15 seals.
    private static final SealThinning.Pace SMALL = new SealThinning.Pace(50, 40, 7);

    private static final LongPredicate NEEDED = size -> size % 37 == 0;

    /// Behind the entries 20, 21 and 60 another key seals.
    private static final LongToIntFunction HAND_OVERS = size -> size > 60 ? 3 : size > 21 ? 2 : size > 20 ? 1 : 0;

    private static final byte[] ONES = new byte[64];

    static {
        ONES[31] = 1;
        ONES[63] = 1;
    }

    private FaultyDisk disk = new FaultyDisk();
    private FaultyDisk keptDisk = new FaultyDisk();
    private int segmentSizeBytes = 1 << 20;
    private SealLog log;
    private int sealed = 1;
    private int stepMillis = 1;

    SealLogTest() throws IOException {
        log = open();
    }

    @Test
    void aLogThatNeverHadAGoodClockProvesNoTime() throws Exception {
        assertEquals(Optional.empty(), log.lastProven());
        seal(State.UNTRUSTED, 3);
        seal(State.HOLDOVER, 3);
        assertEquals(Optional.empty(), log.lastProven());
        reopen();
        assertEquals(Optional.empty(), log.lastProven());
    }

    @Test
    void theNewestSealWithAGoodClockIsRememberedAcrossRestarts() throws Exception {
        seal(State.SYNCED, 5);
        seal(State.HOLDOVER, NEAR - 1);
        assertEquals(5, provenSeal());
        reopen();
        assertEquals(5, provenSeal());
        seal(State.SYNCED, 1);
        seal(State.UNTRUSTED, 1);
        reopen();
        assertEquals(5 + NEAR, provenSeal());
    }

    /// Many seals without a good clock, as after months without a network: the last good one is found by
    /// halves.
    @Test
    void whatIsFarBackIsFound() throws Exception {
        seal(State.SYNCED, 1300);
        seal(State.UNTRUSTED, 3 * NEAR);
        reopen();
        assertEquals(1300, provenSeal());
    }

    @Test
    void theVeryFirstSealIsFoundFromFarAway() throws Exception {
        seal(State.SYNCED, 1);
        seal(State.UNTRUSTED, 2 * NEAR + 7);
        reopen();
        assertEquals(1, provenSeal());
    }

    /// Between the looks something newer may lie; what is found is never newer than what was proven.
    @Test
    void aGoodClockBetweenTheLooksMayBeMissedButNeverInvented() throws Exception {
        seal(State.SYNCED, 10);
        seal(State.UNTRUSTED, NEAR);
        seal(State.SYNCED, 1);
        seal(State.UNTRUSTED, 2 * NEAR);
        reopen();
        int found = provenSeal();
        assertTrue(found == 10 || found == 10 + NEAR + 1, "seal " + found);
    }

    /// Seals of 520 heads, one in 11 seconds, with a clock that comes, and goes for good at last, and
    /// checkpoints.
    private void sealForAWhile() throws Exception {
        log.close();
        disk = new FaultyDisk();
        keptDisk = new FaultyDisk();
        segmentSizeBytes = 1 << 16;
        stepMillis = 11_000;
        log = open();
        for (int i = 0; i < 40; i++) {
            seal(i % 7 == 3 ? State.HOLDOVER : State.SYNCED, 9);
            seal(i % 5 == 2 ? State.UNTRUSTED : State.SYNCED, 1);
            if (i < 25) log.append(checkpoint(sealed));
        }
        seal(State.HOLDOVER, 120);
    }

    /// What any look-up gave before.
    private record Before(List<SealedHead> heads, Optional<Checkpoint> checkpoint, Optional<ClockReading> proven) {
        /// Those that must stay, by the text of the formats.
        List<SealedHead> kept() {
            var kept = new ArrayList<SealedHead>();
            for (int i = 0; i < heads.size(); i++) {
                var head = heads.get(i);
                if (i + SMALL.newest() >= heads.size()) {
                    kept.add(head);
                    continue;
                }
                var next = heads.get(i + 1);
                boolean lastOfMinute = minute(head) != minute(next);
                boolean lastProven = proven(head) && !proven(next);
                boolean published =
                        checkpoint.filter(c -> c.head().size() == head.size()).isPresent();
                if (lastOfMinute || lastProven || published || NEEDED.test(head.size())) kept.add(head);
            }
            return kept;
        }

        private static long minute(SealedHead head) {
            return head.seal().time().timeMillis() / 60_000;
        }

        private static boolean proven(SealedHead head) {
            return head.seal().time().state() == State.SYNCED;
        }
    }

    private Before before() throws IOException {
        var heads = new ArrayList<SealedHead>();
        for (int size = 2; size <= sealed; size++) heads.add(log.ofSize(size).orElseThrow());
        return new Before(heads, log.newestCheckpoint(), log.lastProven());
    }

    private void answersAs(Before before) throws IOException {
        assertEquals(before.heads.getLast().size(), log.sealedSize());
        assertEquals(
                before.checkpoint.map(Checkpoint::format),
                log.newestCheckpoint().map(Checkpoint::format));
        assertEquals(
                before.proven.orElseThrow().timeMillis(),
                log.lastProven().orElseThrow().timeMillis());
        var kept = before.kept();
        for (var head : kept) isFound(head);
        int next = 0;
        for (int index = 0; index < before.heads.getLast().size(); index++) {
            while (kept.get(next).size() <= index) next++;
            long found = log.firstCovering(index).orElseThrow().size();
            assertTrue(found > index && found <= kept.get(next).size(), "entry " + index + " is covered by " + found);
        }
    }

    private void isFound(SealedHead head) throws IOException {
        var found = log.ofSize(head.size()).orElseThrow();
        assertArrayEquals(head.seal().bytes(), found.seal().bytes());
    }

    private void thin() throws IOException {
        while (log.thin(NEEDED, HAND_OVERS) > 0) {}
    }

    @Test
    void fewSealsAreNotThinned() throws Exception {
        seal(State.SYNCED, SMALL.newest() + SMALL.batch() - 1);
        assertEquals(0, log.thin(_ -> false, HAND_OVERS));
        seal(State.SYNCED, 1);
        assertEquals(SMALL.step(), log.thin(_ -> false, HAND_OVERS));
    }

    @Test
    void whatIsNeededIsFoundAfterOldSealsWereGivenUp() throws Exception {
        sealForAWhile();
        var before = before();
        long written = log.bytesWritten();
        thin();
        answersAs(before);
        assertEquals(Optional.empty(), log.ofSize(sealedInTheMiddleOfAMinute(before)));
        reopen();
        answersAs(before);
        assertTrue(log.bytesWritten() < written / 2, log.bytesWritten() + " of " + written);

        seal(State.SYNCED, 200);
        thin();
        assertEquals(before.heads.size() + 200, log.sealedSize() - 1);
        for (var head : before.kept().subList(0, before.kept().size() - SMALL.newest())) {
            isFound(head);
        }
    }

    /// Whoever follows so many hand-overs at once only goes by the heads between, years later.
    @Test
    void theFirstCheckpointBehindEachHandOverStays() throws Exception {
        for (int i = 1; i <= 300; i++) {
            seal(State.SYNCED, 1);
            if (i % 7 == 0) log.append(checkpoint(log.sealedSize()));
        }
        assertEquals(22, checkpointFrom(21, 300), "before thinning");
        thin();
        reopen();
        thin();
        assertEquals(22, checkpointFrom(21, 21 + 40));
        assertEquals(22, log.ofSize(22).orElseThrow().size(), "its seal, too");
        assertEquals(64, checkpointFrom(61, 300));
        assertEquals(64, checkpointFrom(23, 300), "no other one stayed");
        assertEquals(Optional.empty(), log.checkpointFrom(23, 63));
        assertEquals(295, checkpointFrom(289, 300), "a new one");
    }

    private long checkpointFrom(long size, long upTo) throws IOException {
        return log.checkpointFrom(size, upTo).orElseThrow().head().size();
    }

    private static long sealedInTheMiddleOfAMinute(Before before) {
        var kept = before.kept();
        return before.heads.stream()
                .mapToLong(SealedHead::size)
                .filter(size -> kept.stream().noneMatch(head -> head.size() == size))
                .findFirst()
                .orElseThrow();
    }

    /// I7. At every operation of either disk; what the cut left is thinned by the same steps afterwards.
    @Test
    void aPowerCutAnywhereLosesNoSealThatIsNeeded() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        sealForAWhile();
        var before = before();
        log.close();
        var disks = new FaultyDisk[] {disk, keptDisk};
        int cuts = 0;
        for (int which = 0; which < 2; which++) {
            boolean cut = true;
            for (int operations = 0; cut; operations++) {
                disk = disks[0].copy();
                keptDisk = disks[1].copy();
                log = open();
                (which == 0 ? disk : keptDisk).cutPowerAfter(operations, seed + operations);
                try {
                    thin();
                    cut = false;
                } catch (IOException | RuntimeException gone) {
                    cuts++;
                }
                disk.powerCut(seed + operations);
                keptDisk.powerCut(seed - operations);
                log = open();
                answersAs(before);
                thin();
                answersAs(before);
            }
        }
        assertTrue(cuts > 40, cuts + " cuts");
    }

    /// Readers search while what they look at is given up.
    @Test
    void readersFindTheSameWhileSealsAreGivenUp() throws Exception {
        sealForAWhile();
        var before = before();
        try (var readers = Executors.newFixedThreadPool(2)) {
            var reading = new ArrayList<Future<?>>();
            for (int i = 0; i < 2; i++) {
                reading.add(readers.submit(() -> {
                    for (int round = 0; round < 10; round++) answersAs(before);
                    return null;
                }));
            }
            thin();
            for (var reader : reading) reader.get(10, TimeUnit.MINUTES);
        }
    }

    /// It has seals that the newest one does not cover: nothing may be sealed over that.
    @Test
    void aLostJournalOfSealsIsTold() throws Exception {
        sealForAWhile();
        thin();
        log.close();
        disk = new FaultyDisk();
        assertThrows(TreeDamaged.class, this::open);
    }

    private Checkpoint checkpoint(long size) {
        var key = SoftwareKey.p256();
        var unsigned = Checkpoint.unsigned(new Head(new Origin("test/1"), size, ANY));
        return unsigned.with(P256Key.of(key.spki()), P256Signature.ofRaw(ONES));
    }

    private void reopen() throws IOException {
        log.close();
        log = open();
    }

    private SealLog open() throws IOException {
        return SealLog.open(
                Journal.open(disk, new JournalConfig("seals", segmentSizeBytes, 4096, 16384), 0),
                Journal.open(keptDisk, new JournalConfig("seals-kept", segmentSizeBytes, 4096, 16384), 0),
                SMALL);
    }

    /// The n-th seal is of n + 1 entries, and its clock says n times the step.
    private void seal(State state, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            var time = new ClockReading(
                    (long) sealed * stepMillis,
                    state,
                    ClockReading.Source.NTP,
                    OptionalLong.empty(),
                    new byte[16],
                    sealed);
            sealed++;
            var draft = new SealDraft(new Origin("test/1"), Suite.SHA256_P256, ANY, sealed, time, ANY);
            log.append(new SealedHead(ANY, draft.signed(P256Signature.ofRaw(ONES))));
        }
    }

    private int provenSeal() {
        return (int) log.lastProven().orElseThrow().timeMillis();
    }
}
