package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.journal.Entries.SMALL;
import static org.sealpost.journal.Entries.append;
import static org.sealpost.journal.Entries.body;
import static org.sealpost.journal.Entries.group;
import static org.sealpost.journal.Entries.leaf;
import static org.sealpost.journal.ExaminationTest.frame;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What is left of a damaged journal goes on under its old indexes, and no crash makes it worse.
class SalvageTest {
    private static final String FIRST = "0000000000000000.segment";
    private static final String THIRD = "0000000000000002.segment";
    private static final byte[] NOTE = "{\"lost\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    private final FaultyDisk damaged = new FaultyDisk();
    private final FaultyDisk target = new FaultyDisk();

    private long write() throws IOException {
        try (Journal journal = Journal.open(damaged, SMALL, 0)) {
            while (!damaged.list().contains(THIRD)) {
                group(journal, 4, 0);
            }
            group(journal, 4, 0);
            return journal.size();
        }
    }

    private static byte[] hash(long index) {
        return ByteBuffer.allocate(32).putLong(24, index + 1).array();
    }

    private void salvage(long floor) throws IOException {
        long operations = damaged.operations();
        Salvage.of(damaged, "entries", floor).writeTo(target, SMALL, SalvageTest::hash, NOTE);
        assertEquals(operations, damaged.operations(), "the damaged journal is not written to");
    }

    /// Every entry is as it was, or says what it lost; and the journal goes on.
    private static List<EntryState> assertSalvaged(FaultyDisk disk, long first, long size) throws IOException {
        assertTrue(Salvage.isFinished(disk));
        assertArrayEquals(NOTE, Salvage.note(disk).orElseThrow());
        List<EntryState> states = new ArrayList<>();
        try (Journal journal = Journal.open(disk, SMALL, size)) {
            assertEquals(first, journal.firstIndex());
            assertEquals(size, journal.size());
            journal.scan(first, Integer.MAX_VALUE, entry -> {
                states.add(entry.state());
                long index = entry.index();
                assertEquals(entry.state(), journal.read(index).state());
                boolean leafLost = entry.state() == EntryState.LEAF_LOST;
                assertArrayEquals(leafLost ? hash(index) : leaf(index, 0), entry.leaf());
                assertArrayEquals(entry.isLost() ? new byte[0] : body(index, 0), entry.body());
            });
            append(journal, size, 0);
            journal.force();
        }
        try (Journal journal = Journal.open(disk, SMALL, size + 1)) {
            Entries.assertEntry(journal.read(size), 0);
        }
        assertEquals(size - first, states.size());
        return states;
    }

    @Test
    void whatIsReadableStaysAndTheRestSaysWhatItLost() throws IOException {
        long size = write();
        byte[] segment = damaged.contents(FIRST);
        damaged.flipBit(FIRST, frame(segment, 5) + 48 + 24, 1);
        damaged.flipBit(FIRST, frame(segment, 9) + 48, 1);
        damaged.flipBit(FIRST, frame(segment, 10) + 2, 1);
        salvage(size);
        List<EntryState> states = assertSalvaged(target, 0, size);
        for (int index = 0; index < size; index++) {
            EntryState expected = switch (index) {
                case 5 -> EntryState.BODY_LOST;
                case 9, 10 -> EntryState.LEAF_LOST;
                default -> EntryState.WHOLE;
            };
            assertEquals(expected, states.get(index), "entry " + index);
        }
    }

    @Test
    void lostLeavesAreToldToWhoeverReadsLeaves() throws IOException {
        long size = write();
        damaged.flipBit(FIRST, frame(damaged.contents(FIRST), 9) + 48, 1);
        salvage(size);
        List<Long> seen = new ArrayList<>();
        List<Long> lost = new ArrayList<>();
        try (Journal journal = Journal.open(target, SMALL, size)) {
            journal.scanLeaves(0, Integer.MAX_VALUE, new Journal.LeafVisitor() {
                @Override
                public void visit(long index, byte[] leaf) {
                    seen.add(index);
                }

                @Override
                public void lost(long index, byte[] leafHash) {
                    assertArrayEquals(hash(index), leafHash);
                    lost.add(index);
                }
            });
        }
        assertEquals(List.of(9L), lost);
        assertEquals(size - 1, seen.size());
    }

    /// Many bits anywhere, whole blocks gone, a segment missing.
    @Test
    void whateverIsDamagedTheRestIsSalvaged() throws IOException {
        long size = write();
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            FaultyDisk bad = damaged.copy();
            bad.delete(TailCopy.NAME);
            List<String> segments =
                    bad.list().stream().filter(SegmentHeader::isName).toList();
            for (int hit = random.nextInt(6); hit >= 0; hit--) {
                String name = segments.get(random.nextInt(segments.size()));
                int offset = random.nextInt(64 * 1024);
                switch (random.nextInt(3)) {
                    case 0 -> bad.flipBit(name, offset, random.nextInt(8));
                    case 1 -> bad.overwrite(name, offset / 512 * 512, new byte[512]);
                    default -> bad.overwrite(name, offset / 4096 * 4096, new byte[4096]);
                }
            }
            if (random.nextInt(5) == 0) {
                bad.delete(segments.get(random.nextInt(segments.size())));
            }
            FaultyDisk made = new FaultyDisk();
            Salvage salvage = Salvage.of(bad, "entries", size);
            try {
                salvage.writeTo(made, SMALL, SalvageTest::hash, NOTE);
            } catch (IOException e) {
                throw new AssertionError(
                        "seed " + seed + ": " + salvage.examination().explanation(), e);
            }
            // A first segment that is missing looks like one that was given up.
            long first = salvage.examination().firstIndex();
            long lost = assertSalvaged(made, first, size).stream()
                    .filter(state -> state == EntryState.LEAF_LOST)
                    .count();
            long told = salvage.examination().damages().stream()
                    .filter(Damage::leavesGone)
                    .mapToLong(damage -> damage.lastIndex() - damage.firstIndex() + 1)
                    .sum();
            assertEquals(told, lost, "seed " + seed);
        }
    }

    @Test
    void aPowerCutAtAnyMomentLeavesABeginningThatTheNextTryReplaces() throws IOException {
        long size = write();
        damaged.flipBit(FIRST, frame(damaged.contents(FIRST), 9) + 48, 1);
        salvage(size);
        long operations = target.operations();
        int finished = 0;
        for (long operation = 0; operation < operations; operation++) {
            for (long seed = 0; seed < 4; seed++) {
                FaultyDisk cut = new FaultyDisk();
                cut.cutPowerAfter(operation, seed);
                Salvage salvage = Salvage.of(damaged, "entries", size);
                assertThrows(IOException.class, () -> attempt(salvage, cut));
                cut.powerCut(seed);
                if (Salvage.isFinished(cut)) {
                    finished++;
                } else {
                    salvage.writeTo(cut, SMALL, SalvageTest::hash, NOTE);
                }
                assertSalvaged(cut, 0, size);
            }
        }
        assertTrue(finished > 0, "cut between the note and the end");
    }

    private static void attempt(Salvage salvage, FaultyDisk disk) throws IOException {
        try {
            salvage.writeTo(disk, SMALL, SalvageTest::hash, NOTE);
        } catch (JournalFailed failed) {
            throw new IOException(failed);
        }
    }

    @Test
    void aFullDiskIsSaidAndTheNextTryNeedsNothing() throws IOException {
        long size = write();
        target.capacity(100 * 1024);
        assertThrows(IOException.class, () -> salvage(size));
        assertFalse(Salvage.isFinished(target));
        target.capacity(1 << 30);
        salvage(size);
        assertSalvaged(target, 0, size);
    }

    @Test
    void whatNoSalvageBeganIsLeftAlone() throws IOException {
        long size = write();
        target.create("letters", 10).close();
        IOException refused = assertThrows(IOException.class, () -> salvage(size));
        assertTrue(String.valueOf(refused.getMessage()).contains("letters"), refused::getMessage);
        target.delete("letters");
        salvage(size);
        assertThrows(IOException.class, () -> salvage(size), "a finished one is not replaced");
        Salvage.noteTaken(target);
        assertFalse(Salvage.isFinished(target));
    }

    @Test
    void aSecondSalvageKeepsWhatTheFirstOneSaid() throws IOException {
        long size = write();
        damaged.flipBit(FIRST, frame(damaged.contents(FIRST), 9) + 48, 1);
        salvage(size);
        target.flipBit(FIRST, frame(target.contents(FIRST), 3) + 48 + 24, 1);
        FaultyDisk second = new FaultyDisk();
        Salvage.of(target, "entries", size).writeTo(second, SMALL, index -> new byte[32], NOTE);
        List<EntryState> states = assertSalvaged(second, 0, size);
        assertEquals(EntryState.LEAF_LOST, states.get(9));
        assertEquals(EntryState.BODY_LOST, states.get(3));
    }

    @Test
    void aJournalWhoseBeginningWasGivenUpBeginsThereAgain() throws IOException {
        long size = write();
        long first;
        try (Journal journal = Journal.open(damaged, SMALL, size)) {
            journal.recycle(size);
            first = journal.firstIndex();
        }
        assertTrue(first > 0);
        Salvage.of(damaged, "entries", size).writeTo(target, SMALL, SalvageTest::hash, NOTE);
        assertSalvaged(target, first, size);
    }

    @Test
    void anEntryLargerThanTodaysLimitIsCarriedOver() throws IOException {
        long size = write();
        JournalConfig narrow = new JournalConfig("entries", 16 * 1024, 1000, 8 * 1024);
        Salvage.of(damaged, "entries", size).writeTo(target, narrow, SalvageTest::hash, NOTE);
        assertSalvaged(target, 0, size);
    }
}
