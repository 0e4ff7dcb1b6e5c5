package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.journal.Entries.SMALL;
import static org.sealpost.journal.Entries.assertEntry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A journal and a list that is always right, side by side, over a disk that loses its power.
class JournalCrashTest {
    private static final int SEEDS = 300;

    /// What the journal must hold: the entries that were forced, and behind them those that may or may not be there.
    private static final class Model {
        private final List<Long> salts = new ArrayList<>();
        private int forced;
        private int first;

        void check(Journal journal, String when) throws IOException {
            int size = (int) journal.size();
            assertTrue(
                    size >= forced && size <= salts.size(),
                    () -> "%s: size is %d, forced were %d, appended %d".formatted(when, size, forced, salts.size()));
            salts.subList(size, salts.size()).clear();
            forced = size;
            assertTrue(journal.firstIndex() >= first, when);
            first = (int) journal.firstIndex();
            int[] next = {first};
            journal.scan(first, Integer.MAX_VALUE, entry -> {
                assertEquals(next[0], entry.index(), when);
                assertEntry(entry, salts.get(next[0]++));
            });
            assertEquals(size, next[0], when);
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
                boolean finished = live(disk, model, new Random(11), 30, 0);
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

    /// Many lives of one journal: appended to, cut off, killed, filled up, recycled, and each time compared.
    @Test
    void aJournalAndItsModelAgreeOverManyLives() throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed * 0x9e37_79b9_7f4a_7c15L);
            FaultyDisk disk = new FaultyDisk();
            if (random.nextBoolean()) {
                disk.spoilSectors();
            }
            Model model = new Model();
            for (int life = 0; life < 6; life++) {
                String when = "seed " + seed + ", life " + life;
                switch (random.nextInt(5)) {
                    case 0 -> disk.cutPowerAfter(random.nextInt(12), seed);
                    case 1, 2 -> disk.cutPowerAfter(random.nextInt(120), seed);
                    default -> disk.cutPowerAfter(Long.MAX_VALUE, seed);
                }
                try {
                    live(disk, model, random, 1 + random.nextInt(40), life);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(when, e);
                }
                if (random.nextInt(3) == 0) {
                    disk.kill();
                } else {
                    disk.powerCut(seed * 100 + life);
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
        }
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

    /// Appends, forces, and now and then fails a force, gives up segments or reads.
    ///
    /// @return whether it came to its end; false when the disk failed
    private static boolean live(FaultyDisk disk, Model model, Random random, int groups, long life) throws IOException {
        try {
            Journal journal = Journal.open(disk, SMALL, model.forced);
            model.check(journal, "at opening");
            for (int group = 0; group < groups; group++) {
                int count = random.nextInt(9);
                for (int entry = 0; entry < count; entry++) {
                    long index = model.salts.size();
                    long salt = life * 1000 + group;
                    // Counted before: when the call fails, the entry may be there or not.
                    model.salts.add(salt);
                    long given = journal.append(Entries.leaf(index, salt), Entries.body(index, salt));
                    assertEquals(index, given);
                    model.forced = Math.max(model.forced, (int) journal.size());
                }
                if (random.nextInt(60) == 0) {
                    disk.failNextForceAndDropPages(random.nextLong());
                }
                journal.force();
                model.forced = model.salts.size();
                assertEquals(model.forced, journal.size());
                if (random.nextInt(10) == 0) {
                    journal.recycle(random.nextInt(model.forced + 1));
                }
                if (model.forced > journal.firstIndex()) {
                    long index = random.nextLong(journal.firstIndex(), model.forced);
                    assertEntry(journal.read(index), model.salts.get((int) index));
                }
            }
            journal.close();
            return true;
        } catch (JournalFailed | FaultyDisk.PowerCut failed) {
            return false;
        }
    }
}
