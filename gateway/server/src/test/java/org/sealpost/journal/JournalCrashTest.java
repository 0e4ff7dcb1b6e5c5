package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.journal.Entries.SMALL;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A journal and a list that is always right, side by side, over a disk that loses its power.
class JournalCrashTest {
    private static final int SEEDS = 330;
    private static final int POWER_CUTS = 10_000;
    private static final int CUTS_OF_COMPLETIONS = 100;

    /// In one operation of so many the power goes, and the life goes on beside it.
    private static final int BRANCHES = 4;

    /// After each cut; where nothing was freed that takes no time.
    private static final int ERASED_LOOKED_FOR = 5;

    private static final FaultyDisk.Call[] CALLS = FaultyDisk.Call.values();

    private record Appended(byte[] leaf, byte[] body) {}

    /// What the journal must hold: the entries that were forced, and behind them those that may or may not be there.
    private static final class Model {
        private final List<Appended> entries = new ArrayList<>();

        // In the order in which they were erased.
        private final LinkedHashSet<Long> erased = new LinkedHashSet<>();

        // What an erasure that was cut off was about.
        private final Set<Long> erasing = new HashSet<>();

        private int forced;
        private int first;

        Model copy() {
            Model copy = new Model();
            copy.entries.addAll(entries);
            copy.erased.addAll(erased);
            copy.erasing.addAll(erasing);
            copy.forced = forced;
            copy.first = first;
            return copy;
        }

        void check(Journal journal, String when) throws IOException {
            int size = (int) journal.size();
            assertTrue(
                    size >= forced && size <= entries.size(),
                    () -> "%s: size is %d, forced were %d, appended %d".formatted(when, size, forced, entries.size()));
            entries.subList(size, entries.size()).clear();
            forced = size;
            assertTrue(journal.firstIndex() >= first, when);
            first = (int) journal.firstIndex();
            int[] next = {first};
            journal.scan(first, Integer.MAX_VALUE, entry -> {
                assertEquals(next[0]++, entry.index(), when);
                check(entry, when);
            });
            assertEquals(size, next[0], when);
            erasing.clear();
        }

        void check(JournalEntry entry, String when) {
            Appended expected = entries.get((int) entry.index());
            assertArrayEquals(expected.leaf, entry.leaf(), when);
            if (entry.state() == EntryState.WHOLE) {
                assertFalse(erased.contains(entry.index()), () -> when + ": body is back, entry " + entry.index());
                assertArrayEquals(expected.body, entry.body(), when);
                return;
            }
            assertEquals(EntryState.BODY_ERASED, entry.state(), when);
            assertTrue(
                    erased.contains(entry.index()) || erasing.contains(entry.index()),
                    () -> when + ": body is gone, entry " + entry.index());
            erased.add(entry.index());
        }
    }

    /// The power goes during some operations of a life, and each time the journal is compared with what was promised
    /// by then.
    private static final class Cuts implements FaultyDisk.Branches {
        private final Model model;
        private final Random random;
        private int count;
        private int cutAgain;

        Cuts(Model model, Random random) {
            this.model = model;
            this.random = random;
        }

        @Override
        public boolean wants() {
            return random.nextInt(BRANCHES) == 0;
        }

        @Override
        public void take(FaultyDisk branch) throws IOException {
            count++;
            branch.keepFreedBlocks();
            branch.powerCut(random.nextLong());
            Model promised = model.copy();
            List<Long> underWay = List.copyOf(promised.erasing);
            try {
                if (branch.list().stream().anyMatch(name -> name.startsWith("erasing."))) {
                    cutAgain(branch, promised.forced);
                }
                try (Journal journal = Journal.open(branch, SMALL, promised.forced)) {
                    promised.check(journal, "cut " + count);
                }
                Stream.concat(
                                promised.erased.reversed().stream().limit(ERASED_LOOKED_FOR),
                                underWay.stream()
                                        .filter(promised.erased::contains)
                                        .limit(ERASED_LOOKED_FOR))
                        .distinct()
                        .forEach(index -> checkGone(branch, index, promised));
            } catch (IOException | RuntimeException e) {
                // Not one of those that a life expects.
                throw new AssertionError("cut " + count, e);
            }
        }

        /// The power goes once more while the erasure is completed, or just after.
        private void cutAgain(FaultyDisk branch, long forced) throws IOException {
            branch.cutPowerAfter(random.nextInt(12), random.nextLong());
            try (Journal journal = Journal.open(branch, SMALL, forced)) {
                assertTrue(journal.size() >= forced);
            } catch (FaultyDisk.PowerCut cut) {
                assertTrue(branch.isWithoutPower());
                cutAgain++;
            }
            branch.powerCut(random.nextLong());
        }

        /// What was erased before the cut, or by it, lies in no block that is free.
        private void checkGone(FaultyDisk branch, long index, Model promised) {
            byte[] body = promised.entries.get((int) index).body;
            if (body.length >= 12) {
                assertFalse(branch.freeBlocksHold(body), () -> "cut " + count + ": freed with the body of " + index);
            }
        }
    }

    /// Every operation on the disk of one short life is the last one, once; several outcomes of each.
    @Test
    void acknowledgedEntriesSurviveAPowerCutAtEveryOperation() throws IOException {
        long operations = Long.MAX_VALUE;
        int cuts = 0;
        for (long operation = 0; operation < operations; operation++) {
            for (int outcome = 0; outcome < 3; outcome++) {
                long seed = operation * 3 + outcome;
                FaultyDisk disk = new FaultyDisk();
                disk.spoilSectors();
                disk.cutPowerAfter(operation, seed);
                Model model = new Model();
                boolean finished = live(disk, model, new Random(11), 30, 0, false);
                if (finished) {
                    operations = operation;
                    break;
                }
                cuts++;
                disk.powerCut(seed);
                try (Journal journal = Journal.open(disk, SMALL, model.forced)) {
                    model.check(journal, "operation " + operation + ", seed " + seed);
                }
            }
        }
        assertTrue(cuts > 200, "cuts " + cuts);
    }

    /// An opening is killed at each operation, and while the next one repeats it the power goes: at no moment are both
    /// the last group and its copy being written.
    @Test
    void theLastGroupSurvivesAPowerCutWhileAKilledOpeningIsRepeated() throws IOException {
        FaultyDisk begun = new FaultyDisk();
        begun.spoilSectors();
        try (Journal journal = Journal.open(begun, SMALL, 0)) {
            Entries.group(journal, 3, 1);
            Entries.group(journal, 8, 1);
        }
        begun.powerCut(1);
        for (int killedAt = 0; killedAt < 8; killedAt++) {
            for (int cutAt = 0; cutAt < 8; cutAt++) {
                for (long seed = 0; seed < 12; seed++) {
                    FaultyDisk disk = begun.copy();
                    disk.cutPowerAfter(killedAt, seed);
                    open(disk, 11);
                    disk.kill();
                    disk.cutPowerAfter(cutAt, seed);
                    open(disk, 11);
                    disk.powerCut(seed);
                    try (Journal journal = Journal.open(disk, SMALL, 11)) {
                        Entries.assertHolds(journal, 11, 1);
                    }
                }
            }
        }
    }

    /// The process is killed while a segment is given up, and the power goes while the next opening completes it:
    /// nothing is zeroed whose name may come back.
    @Test
    void aSegmentIsGivenUpOrThereWhateverCutsTheOpeningThatCompletesIt() throws IOException {
        FaultyDisk begun = new FaultyDisk();
        try (Journal journal = Journal.open(begun, SMALL, 0)) {
            for (int segment = 0; segment < 3; segment++) {
                Entries.group(journal, 4, 1);
                journal.closeSegment();
            }
        }
        begun.powerCut(1);
        for (int killedAt = 0; killedAt < 6; killedAt++) {
            for (int cutAt = 0; cutAt < 14; cutAt++) {
                for (long seed = 0; seed < 6; seed++) {
                    FaultyDisk disk = begun.copy();
                    giveUp(disk, killedAt, seed);
                    disk.kill();
                    disk.cutPowerAfter(cutAt, seed);
                    open(disk, 12);
                    disk.powerCut(seed);
                    try (Journal journal = Journal.open(disk, SMALL, 12)) {
                        assertTrue(Set.of(0L, 4L).contains(journal.firstIndex()));
                        Entries.assertHolds(journal, 12, 1);
                    }
                }
            }
        }
    }

    private static void giveUp(FaultyDisk disk, int killedAt, long seed) throws IOException {
        Journal journal = Journal.open(disk, SMALL, 12);
        disk.cutPowerAfter(killedAt, seed);
        try {
            journal.recycle(4);
        } catch (JournalFailed | FaultyDisk.PowerCut cut) {
            assertTrue(disk.isWithoutPower());
        }
    }

    private static void open(FaultyDisk disk, long size) throws IOException {
        try (Journal journal = Journal.open(disk, SMALL, size)) {
            assertEquals(size, journal.size());
        } catch (FaultyDisk.PowerCut cut) {
            assertTrue(disk.isWithoutPower());
        }
    }

    /// Many lives of one journal: appended to, erased, given up, cut off, killed, with calls that fail, and
    /// each time compared. Only power cuts during an operation are counted, those of openings included: what a cut
    /// between two of them leaves is what one in the next may leave.
    @Test
    void aJournalAndItsModelAgreeOverManyLives() throws IOException {
        int cuts = 0;
        int cutAgain = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed * 0x9e37_79b9_7f4a_7c15L);
            FaultyDisk disk = new FaultyDisk();
            if (random.nextBoolean()) {
                disk.spoilSectors();
            }
            Model model = new Model();
            Cuts branches = new Cuts(model, new Random(~seed * 0x9e37_79b9_7f4a_7c15L));
            disk.branch(branches);
            for (int life = 0; life < 6; life++) {
                String when = "seed " + seed + ", life " + life;
                switch (random.nextInt(5)) {
                    case 0 -> disk.cutPowerAfter(random.nextInt(12), seed);
                    case 1, 2 -> disk.cutPowerAfter(random.nextInt(120), seed);
                    default -> disk.cutPowerAfter(Long.MAX_VALUE, seed);
                }
                if (random.nextInt(6) == 0) {
                    disk.failAfter(CALLS[random.nextInt(CALLS.length)], random.nextInt(20));
                }
                boolean cut = false;
                try {
                    cut = !live(disk, model, random, 1 + random.nextInt(40), life, true) && disk.isWithoutPower();
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(when, e);
                }
                if (random.nextInt(3) == 0) {
                    disk.kill();
                } else {
                    disk.powerCut(seed * 100 + life);
                    cuts += cut ? 1 : 0;
                }
                if (random.nextInt(4) == 0) {
                    failToOpen(disk, model, seed * 100 + life);
                }
                int floor = random.nextBoolean() ? model.forced : random.nextInt(model.forced + 1);
                try (Journal journal = Journal.open(disk, SMALL, floor)) {
                    model.check(journal, when);
                } catch (RuntimeException e) {
                    throw new AssertionError(when, e);
                }
                disk.powerCut(seed * 100 + life + 50);
                try (Journal journal = Journal.open(disk, SMALL, model.forced)) {
                    model.check(journal, when + ", second opening");
                    assertEquals(model.forced, journal.size(), when);
                }
            }
            cuts += branches.count;
            cutAgain += branches.cutAgain;
        }
        assertTrue(cuts >= POWER_CUTS, "power cuts " + cuts);
        assertTrue(cutAgain >= CUTS_OF_COMPLETIONS, "power cuts while an erasure is completed " + cutAgain);
    }

    /// An opening whose force fails, and loses part of what it wrote. Nothing was shown to anybody, so nothing is
    /// settled.
    private static void failToOpen(FaultyDisk disk, Model model, long seed) {
        disk.failNextForceAndDropPages(seed);
        try (Journal journal = Journal.open(disk, SMALL, model.forced)) {
            // It had nothing to force.
            assertTrue(journal.size() >= model.forced);
        } catch (IOException refused) {
            assertEquals("force failed", refused.getMessage());
        }
        if (seed % 3 == 0) {
            disk.powerCut(seed);
        } else {
            disk.kill();
        }
    }

    /// Appends, forces, and now and then fails a force, erases bodies, closes or gives up segments, or reads.
    ///
    /// @return whether it came to its end; false when the disk failed
    private static boolean live(FaultyDisk disk, Model model, Random random, int groups, long life, boolean forcesFail)
            throws IOException {
        try {
            Journal journal = Journal.open(disk, SMALL, model.forced);
            model.check(journal, "at opening");
            for (int group = 0; group < groups; group++) {
                int count = random.nextInt(9);
                for (int entry = 0; entry < count; entry++) {
                    long index = model.entries.size();
                    long salt = life * 1000 + group;
                    var appended = new Appended(Entries.leaf(index, salt), Entries.body(index, salt));
                    // Counted before: when the call fails, the entry may be there or not.
                    model.entries.add(appended);
                    long given = journal.append(appended.leaf, appended.body);
                    assertEquals(index, given);
                    model.forced = Math.max(model.forced, (int) journal.size());
                }
                if (random.nextInt(60) == 0 && forcesFail) {
                    disk.failNextForceAndDropPages(random.nextLong());
                }
                journal.force();
                model.forced = model.entries.size();
                assertEquals(model.forced, journal.size());
                if (random.nextInt(10) == 0) {
                    journal.recycle(random.nextInt(model.forced + 1));
                }
                if (random.nextInt(20) == 0) {
                    journal.closeSegment();
                }
                if (random.nextInt(12) == 0) {
                    erase(journal, model, random);
                }
                if (model.forced > journal.firstIndex()) {
                    long index = random.nextLong(journal.firstIndex(), model.forced);
                    model.check(journal.read(index), "while it is written");
                }
            }
            journal.close();
            return true;
        } catch (JournalFailed failed) {
            return false;
        } catch (IOException failed) {
            if (failed instanceof FaultyDisk.PowerCut || failed.getMessage().endsWith(" failed")) {
                return false;
            }
            throw failed;
        }
    }

    private static void erase(Journal journal, Model model, Random random) throws IOException {
        List<ClosedSegment> segments = journal.closedSegments();
        if (segments.isEmpty()) {
            return;
        }
        ClosedSegment segment = segments.get(random.nextInt(segments.size()));
        int every = 1 + random.nextInt(4);
        for (long index = segment.firstIndex(); index < segment.nextIndex(); index++) {
            if (index % every == 0) {
                model.erasing.add(index);
            }
        }
        journal.eraseBodies(segment.number(), index -> index % every == 0);
        model.erased.addAll(model.erasing);
        model.erasing.clear();
    }
}
