package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.journal.Entries.SMALL;
import static org.sealpost.journal.Entries.assertEntry;
import static org.sealpost.journal.Entries.assertHolds;
import static org.sealpost.journal.Entries.group;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is erased or given up is in no file any more, whatever happens meanwhile; what is not is as it was.
@Timeout(120)
class JournalErasureTest {
    private static final LongPredicate EVERY_THIRD = index -> index % 3 == 0;
    private static final LongPredicate NONE = index -> false;

    private final FaultyDisk disk = new FaultyDisk();

    /// Some closed segments and an open one. The copy of the tail holds entries of the first segment, behind a
    /// short one of the last.
    private static void fill(FaultyDisk disk) throws IOException {
        try (Journal journal = Journal.open(disk, SMALL, 0)) {
            group(journal, 12, 0);
        }
        try (Journal journal = Journal.open(disk, SMALL, 12)) {
            while (journal.closedSegments().size() < 3) {
                group(journal, 4, 0);
            }
            group(journal, 1, 0);
        }
    }

    private Journal filled() throws IOException {
        fill(disk);
        return Journal.open(disk, SMALL, 0);
    }

    private static void assertIs(Journal journal, LongPredicate erased) throws IOException {
        for (long index = journal.firstIndex(); index < journal.size(); index++) {
            assertIs(journal.read(index), erased);
        }
        long[] next = {journal.firstIndex()};
        journal.scan(next[0], Integer.MAX_VALUE, entry -> {
            assertEquals(next[0]++, entry.index());
            assertIs(entry, erased);
        });
        assertEquals(journal.size(), next[0]);
    }

    private static void assertIs(JournalEntry entry, LongPredicate erased) {
        if (!erased.test(entry.index())) {
            assertEquals(EntryState.WHOLE, entry.state());
            assertEntry(entry, 0);
            return;
        }
        assertEquals(EntryState.BODY_ERASED, entry.state(), () -> "entry " + entry.index());
        assertEquals(0, entry.body().length);
        assertArrayEquals(Entries.leaf(entry.index(), 0), entry.leaf());
    }

    private static LongPredicate inside(ClosedSegment segment, LongPredicate which) {
        return index -> index >= segment.firstIndex() && index < segment.nextIndex() && which.test(index);
    }

    private static long count(ClosedSegment segment, LongPredicate which) {
        long count = 0;
        for (long index = segment.firstIndex(); index < segment.nextIndex(); index++) {
            count += which.test(index) ? 1 : 0;
        }
        return count;
    }

    /// @param nameless whether also in files that have no name any more
    private static void assertGone(FaultyDisk disk, ClosedSegment segment, LongPredicate erased, boolean nameless) {
        for (long index = segment.firstIndex(); index < segment.nextIndex(); index++) {
            byte[] body = Entries.body(index, 0);
            if (erased.test(index) && body.length >= 12) {
                Set<String> found = disk.whereIs(Arrays.copyOf(body, Math.min(body.length, 40)));
                if (!nameless) {
                    found.remove("(no name)");
                }
                assertEquals(Set.of(), found, "body of entry " + index);
            }
        }
    }

    @Test
    void erasedBodiesAreInNoFileAndAllElseIsAsItWas() throws IOException {
        try (Journal journal = filled()) {
            ClosedSegment segment = journal.closedSegments().getFirst();
            assertTrue(disk.whereIs(Entries.body(11, 0)).contains(TailCopy.NAME), "left behind by an earlier opening");
            byte[] nonce = Arrays.copyOfRange(disk.contents("0000000000000000.segment"), 40, 56);
            assertEquals(count(segment, EVERY_THIRD), journal.eraseBodies(segment.number(), EVERY_THIRD));
            assertIs(journal, inside(segment, EVERY_THIRD));
            assertGone(disk, segment, EVERY_THIRD, true);
            assertEquals(Set.of(), disk.whereIs(nonce), "what was derived from the earlier use is stale");
            assertEquals(0, journal.eraseBodies(segment.number(), EVERY_THIRD), "there is nothing left to do");

            ClosedSegment again = journal.closedSegments().getFirst();
            assertNotEquals(segment.use(), again.use());
            assertEquals(segment, new ClosedSegment(0, 0, again.nextIndex(), again.sizeBytes(), segment.use()));
            long rest = journal.eraseBodies(segment.number(), index -> true);
            assertEquals(count(segment, index -> true) - count(segment, EVERY_THIRD), rest);
            assertGone(disk, segment, index -> true, true);
            group(journal, 30, 0);
        }
        try (Journal journal = Journal.open(disk, SMALL, 0)) {
            assertIs(journal, inside(journal.closedSegments().getFirst(), index -> true));
        }
    }

    /// Larger groups need a larger copy; the blocks of the smaller one go back to the file system. Whatever is cut
    /// off meanwhile: nothing that is durable rests on it.
    @Test
    void aCopyOfTheTailThatBecameTooSmallLeavesNothingInFreeBlocks() throws IOException {
        JournalConfig larger = new JournalConfig(SMALL.kind(), 64 * 1024, 6000, 32 * 1024);
        fill(disk);
        byte[] body = Arrays.copyOf(Entries.body(11, 0), 40);
        assertTrue(disk.whereIs(body).contains(TailCopy.NAME));
        for (long operations = 0; ; operations++) {
            FaultyDisk cut = disk.copy();
            cut.keepFreedBlocks();
            cut.cutPowerAfter(operations, operations);
            boolean done = false;
            try (Journal journal = Journal.open(cut, larger, 0)) {
                done = true;
            } catch (IOException e) {
                // The power goes here.
            }
            if (!done) cut.powerCut(operations);
            else cut.kill();
            assertFalse(cut.freeBlocksHold(body), "after " + operations + " operations");
            try (Journal journal = Journal.open(cut, larger, 0)) {
                assertIs(journal, NONE);
            }
            if (done) return;
        }
    }

    /// As when the segment that is written to is closed early, because what is in it must go.
    @Test
    void theLastSegmentIsErasedOnceItIsClosed() throws IOException {
        try (Journal journal = filled()) {
            long open = journal.openSegment().orElseThrow().number();
            assertThrows(IllegalArgumentException.class, () -> journal.eraseBodies(open, EVERY_THIRD));
            assertThrows(IllegalArgumentException.class, () -> journal.eraseBodies(open + 1, EVERY_THIRD));
            journal.closeSegment();
            ClosedSegment last = journal.closedSegments().getLast();
            assertEquals(open, last.number());
            byte[] body = Entries.body(journal.size() - 1, 0);
            assertTrue(disk.whereIs(body).contains(TailCopy.NAME));
            assertEquals(count(last, index -> true), journal.eraseBodies(open, index -> true));
            assertGone(disk, last, index -> true, true);
            assertIs(journal, inside(last, index -> true));
            group(journal, 30, 0);
            assertIs(journal, inside(last, index -> true));
        }
        try (Journal journal = Journal.open(disk, SMALL, 0)) {
            assertIs(journal, inside(journal.closedSegments().get(3), index -> true));
        }
    }

    @Test
    void aPowerCutAtEveryOperationOfAnErasureLosesNothingAndRepeatingItRemovesTheBytes() throws IOException {
        fill(disk);
        FaultyDisk closed = disk.copy();
        try (Journal journal = Journal.open(closed, SMALL, 0)) {
            journal.closeSegment();
        }
        assertTrue(cutWhileErasing(disk, 0) > 15);
        assertTrue(cutWhileErasing(closed, 3) > 8);
    }

    private static long cutWhileErasing(FaultyDisk from, long number) throws IOException {
        for (long operation = 0; ; operation++) {
            for (long seed = 0; seed < 4; seed++) {
                FaultyDisk cut = from.copy();
                cut.spoilSectors();
                cut.keepFreedBlocks();
                Journal journal = Journal.open(cut, SMALL, 0);
                cut.cutPowerAfter(operation, seed);
                try {
                    journal.eraseBodies(number, EVERY_THIRD);
                    return operation;
                } catch (FaultyDisk.PowerCut | JournalFailed expected) {
                    if (seed == 3) {
                        cut.kill();
                    } else {
                        cut.powerCut(seed);
                    }
                }
                String when = "operation " + operation + ", seed " + seed;
                Examination found = Examination.of(cut, "entries", journal.size());
                assertTrue(found.isWhole(), () -> when + ": " + found.explanation());
                try (Journal again = Journal.open(cut, SMALL, journal.size())) {
                    ClosedSegment segment = again.closedSegments().get((int) number);
                    boolean done = again.read(segment.firstIndex() + 2).bodyErased()
                            || again.read(segment.firstIndex() + 1).bodyErased()
                            || again.read(segment.firstIndex()).bodyErased();
                    assertIs(again, done ? inside(segment, EVERY_THIRD) : NONE);
                    long erased = again.eraseBodies(number, EVERY_THIRD);
                    assertEquals(done ? 0 : count(segment, EVERY_THIRD), erased, when);
                    assertGone(cut, segment, EVERY_THIRD, true);
                    assertIs(again, inside(segment, EVERY_THIRD));
                    for (String name : List.of(Upkeep.PARTIAL, Upkeep.LINKED, Upkeep.REPLACED)) {
                        assertFalse(cut.list().contains(name), when + ": " + name);
                    }
                    if (seed > 0) {
                        continue;
                    }
                    // Also of what went later, no copy that was begun before is left.
                    again.eraseBodies(number, index -> true);
                    assertGone(cut, segment, index -> true, true);
                }
            }
        }
    }

    @Test
    void aPowerCutAtEveryOperationOfGivingUpLosesNothingElse() throws IOException {
        fill(disk);
        long operations = Long.MAX_VALUE;
        for (long operation = 0; operation < operations; operation++) {
            for (long seed = 0; seed < 4; seed++) {
                FaultyDisk cut = disk.copy();
                cut.spoilSectors();
                cut.keepFreedBlocks();
                Journal journal = Journal.open(cut, SMALL, 0);
                var segments = journal.closedSegments();
                long below = segments.get(1).nextIndex();
                cut.cutPowerAfter(operation, seed);
                try {
                    assertEquals(below, journal.recycle(below));
                    operations = operation;
                } catch (FaultyDisk.PowerCut | JournalFailed expected) {
                    assertTrue(operation < 30, "it comes to an end");
                }
                if (seed == 3) {
                    cut.kill();
                } else {
                    cut.powerCut(seed);
                }
                try (Journal again = Journal.open(cut, SMALL, journal.size())) {
                    assertHolds(again, journal.size(), 0);
                    for (ClosedSegment segment : segments.subList(0, 2)) {
                        assertGone(cut, segment, index -> index < again.firstIndex(), true);
                    }
                    again.recycle(below);
                    assertEquals(below, again.firstIndex());
                    for (ClosedSegment segment : segments.subList(0, 2)) {
                        assertGone(cut, segment, index -> true, true);
                    }
                    assertFalse(cut.list().contains(Spare.RECYCLED));
                    group(again, 30, 0);
                    assertHolds(again, journal.size() + 30, 0);
                }
            }
        }
        assertTrue(operations > 10, "operations " + operations);
    }

    /// A setback leaves a journal that goes on, and what was not erased yet; a failed force of the directory
    /// ends it.
    @Test
    void whateverCallFailsErasingCanBeRepeated() throws IOException {
        fill(disk);
        int ended = 0;
        for (FaultyDisk.Call call : FaultyDisk.Call.values()) {
            boolean failed = true;
            for (int count = 0; failed; count++) {
                String when = call + " " + count;
                FaultyDisk failing = disk.copy();
                Journal journal = Journal.open(failing, SMALL, 0);
                ClosedSegment segment = journal.closedSegments().getFirst();
                failing.failAfter(call, count);
                try {
                    journal.eraseBodies(0, EVERY_THIRD);
                    failed = false;
                } catch (JournalFailed end) {
                    ended++;
                    failing.kill();
                    journal = Journal.open(failing, SMALL, 0);
                } catch (IOException setback) {
                    assertTrue(setback.getMessage().contains(" failed"), when + ": " + setback);
                }
                failing.failAfter(call, Integer.MAX_VALUE);
                assertFalse(failing.list().contains(Upkeep.PARTIAL), when);
                journal.eraseBodies(0, EVERY_THIRD);
                assertIs(journal, inside(segment, EVERY_THIRD));
                assertGone(failing, segment, EVERY_THIRD, false);
                group(journal, 30, 0);
                journal.close();
            }
        }
        assertEquals(1, ended);
    }

    @Test
    void bytesThatCouldNotBeRemovedWhenASegmentWasGivenUpAreRemovedByTheNextCall() throws IOException {
        fill(disk);
        for (boolean reopened : new boolean[] {false, true}) {
            FaultyDisk failing = disk.copy();
            Journal journal = Journal.open(failing, SMALL, 0);
            ClosedSegment first = journal.closedSegments().getFirst();
            failing.failAfter(FaultyDisk.Call.WRITE, 1);
            assertThrows(IOException.class, () -> journal.recycle(first.nextIndex()));
            assertEquals(first.nextIndex(), journal.firstIndex());
            assertHolds(journal, journal.size(), 0);
            assertNotEquals(Set.of(), failing.whereIs(Entries.body(first.nextIndex() - 1, 0)));
            if (reopened) {
                journal.close();
                Journal.open(failing, SMALL, 0).close();
            } else {
                journal.recycle(0);
            }
            assertGone(failing, first, index -> true, true);
        }
    }

    @Test
    void withoutRoomForTheNewFileNothingIsErased() throws IOException {
        try (Journal journal = filled()) {
            disk.capacity(0);
            assertThrows(DiskFull.class, () -> journal.eraseBodies(0, EVERY_THIRD));
            assertIs(journal, NONE);
            disk.capacity(1 << 30);
            assertTrue(journal.eraseBodies(0, EVERY_THIRD) > 0);
        }
    }

    /// On a file system that needs room for what is written again, too: so what was begun cannot be zeroed, and stays
    /// until it can.
    @Test
    void aDiskThatFillsUpInTheMidstOfTheCopyIsASetback() throws IOException {
        byte[] body = Entries.body(3, 0);
        try (Journal journal = filled()) {
            disk.fullAfter(20_000);
            IOException full = assertThrows(IOException.class, () -> journal.eraseBodies(0, EVERY_THIRD));
            assertTrue(full.getMessage().contains("No space left"), full.getMessage());
            assertTrue(disk.list().contains(Upkeep.PARTIAL));
            assertIs(journal, NONE);
            disk.fullAfter(Long.MAX_VALUE);
            assertTrue(journal.eraseBodies(0, EVERY_THIRD) > 0);
            assertFalse(disk.list().contains(Upkeep.PARTIAL));
            assertEquals(Set.of(), disk.whereIs(body));
        }
    }

    @Test
    void nothingIsErasedFromADamagedSegment() throws IOException {
        try (Journal journal = filled()) {
            ClosedSegment segment = journal.closedSegments().getFirst();
            int group = Entries.groupOffsets(disk.contents("0000000000000000.segment"))
                    .get(2);
            disk.flipBit("0000000000000000.segment", group + 64 + 48 + 2, 0);
            JournalDamaged refused = assertThrows(JournalDamaged.class, () -> journal.eraseBodies(0, EVERY_THIRD));
            assertEquals(segment.nextIndex() - 1, refused.lastIndex());
            assertFalse(disk.list().contains(Upkeep.PARTIAL));
            assertIs(journal.read(0), NONE);
            assertTrue(journal.eraseBodies(1, EVERY_THIRD) > 0, "the others can be");
        }
    }

    @Test
    void ofASegmentThatWasGivenUpThereIsNothingToErase() throws IOException {
        try (Journal journal = filled()) {
            journal.recycle(journal.closedSegments().getFirst().nextIndex());
            assertEquals(0, journal.eraseBodies(0, EVERY_THIRD));
        }
    }

    @Test
    void aReaderGoesOnInTheEarlierFileWhichIsZeroedOnceItIsDone() throws Exception {
        byte[] body = Entries.body(3, 0);
        try (Journal journal = filled();
                ExecutorService threads = Executors.newCachedThreadPool()) {
            ClosedSegment segment = journal.closedSegments().getFirst();
            var goOn = new CountDownLatch(1);
            Future<?> reading = readSlowly(threads, journal, segment, goOn);
            try {
                Future<Long> erasing = threads.submit(() -> journal.eraseBodies(0, EVERY_THIRD));
                while (journal.closedSegments().getFirst().equals(segment)) {
                    Thread.onSpinWait();
                }
                assertIs(journal, inside(segment, EVERY_THIRD));
                // It has another name by then.
                while (!disk.whereIs(body).contains(Upkeep.REPLACED)) {
                    Thread.onSpinWait();
                }
                assertFalse(erasing.isDone());
                goOn.countDown();
                reading.get();
                assertEquals(count(segment, EVERY_THIRD), erasing.get());
                assertEquals(Set.of(), disk.whereIs(body));
            } finally {
                goOn.countDown();
            }
        }
    }

    @Test
    void aJournalCanBeClosedWhileAnErasureWaitsForAReader() throws Exception {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Journal journal = filled();
            ClosedSegment segment = journal.closedSegments().getFirst();
            var goOn = new CountDownLatch(1);
            Future<?> reading = readSlowly(threads, journal, segment, goOn);
            try {
                Future<Long> erasing = threads.submit(() -> journal.eraseBodies(0, EVERY_THIRD));
                while (journal.closedSegments().getFirst().equals(segment)) {
                    Thread.onSpinWait();
                }
                // What it is called by now is for the next opening to remove.
                while (!disk.list().contains(Upkeep.REPLACED)) {
                    Thread.onSpinWait();
                }
                journal.close();
                ExecutionException left = assertThrows(ExecutionException.class, erasing::get);
                assertInstanceOf(IOException.class, left.getCause());
            } finally {
                goOn.countDown();
            }
            reading.get();
            try (Journal again = Journal.open(disk, SMALL, 0)) {
                assertEquals(0, again.eraseBodies(0, EVERY_THIRD));
                assertIs(again, inside(segment, EVERY_THIRD));
                assertGone(disk, segment, EVERY_THIRD, true);
            }
        }
    }

    /// A directory of which nobody knows what an earlier process did last: what has two names may be the segment.
    @Test
    void aSegmentThatHasTwoNamesLosesTheOtherOne() throws IOException {
        fill(disk);
        disk.link("0000000000000001.segment", Upkeep.LINKED);
        Journal.open(disk, SMALL, 0).close();
        assertFalse(disk.list().contains(Upkeep.LINKED));
        FaultyDisk damaged = disk.copy();
        damaged.link("0000000000000001.segment", Upkeep.LINKED);
        damaged.flipBit("0000000000000001.segment", 20, 3);
        byte[] bytes = damaged.contents("0000000000000001.segment");
        assertThrows(JournalDamaged.class, () -> Journal.open(damaged, SMALL, 0));
        assertArrayEquals(bytes, damaged.contents("0000000000000001.segment"), "nothing of it is zeroed");
        try (Journal journal = Journal.open(disk, SMALL, 0)) {
            assertIs(journal, NONE);
        }
    }

    /// As on a file system of memory cards.
    @Test
    void whereFilesHaveOneNameEachTheOldFileIsZeroedWithoutOne() throws IOException {
        fill(disk);
        Disk without = new ForwardingDisk(disk) {
            @Override
            public void link(String name, String second) {
                throw new UnsupportedOperationException("no file has a second name here");
            }
        };
        try (Journal journal = Journal.open(without, SMALL, 0)) {
            ClosedSegment segment = journal.closedSegments().getFirst();
            journal.eraseBodies(0, EVERY_THIRD);
            assertIs(journal, inside(segment, EVERY_THIRD));
            assertGone(disk, segment, EVERY_THIRD, true);
        }
    }

    /// Returns once a reader is in the midst of the segment.
    private static Future<?> readSlowly(
            ExecutorService threads, Journal journal, ClosedSegment segment, CountDownLatch goOn) throws Exception {
        var begun = new CountDownLatch(1);
        Future<?> reading = threads.submit(() -> {
            journal.scan(segment.firstIndex(), (int) (segment.nextIndex() - segment.firstIndex()), entry -> {
                assertIs(entry, NONE);
                begun.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            });
            return null;
        });
        begun.await();
        return reading;
    }
}
