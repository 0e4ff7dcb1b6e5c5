package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.journal.Entries.assertEntry;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Readers beside the writer, on a real disk, while segments are rolled over and recycled.
class JournalReadersTest {
    @TempDir
    java.nio.file.Path folder;

    @Test
    void readersSeeForcedEntriesOnlyWhileSegmentsComeAndGo() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (Journal journal = Journal.open(DirectoryDisk.open(folder), Entries.SMALL, 0);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<Long>> readers = new ArrayList<>();
            for (int reader = 0; reader < 3; reader++) {
                Random random = new Random(reader);
                Callable<Long> reading =
                        reader == 0 ? () -> follow(journal, done) : () -> readAnywhere(journal, random, done);
                readers.add(threads.submit(reading));
            }
            try {
                for (int group = 0; group < 400; group++) {
                    Entries.group(journal, 1 + group % 7, 0);
                    if (group % 100 == 99) {
                        journal.recycle(journal.size() / 2);
                    }
                }
            } finally {
                done.set(true);
            }
            assertEquals(journal.size(), readers.getFirst().get());
            for (Future<Long> reader : readers) {
                assertTrue(reader.get() > 0);
            }
        }
    }

    /// Readers, one of which is interrupted again and again, beside the writer and one who erases what is
    /// closed.
    @Test
    void readersGoOnWhileBodiesAreErased() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (Journal journal = Journal.open(DirectoryDisk.open(folder), Entries.SMALL, 0);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<Long>> readers = new ArrayList<>();
            for (int reader = 0; reader < 3; reader++) {
                Random random = new Random(reader);
                boolean interrupted = reader == 0;
                readers.add(threads.submit(() -> readErased(journal, random, done, interrupted)));
            }
            Future<Long> erased = threads.submit(() -> eraseAll(journal, done));
            try {
                for (int group = 0; group < 300; group++) {
                    Entries.group(journal, 1 + group % 7, 0);
                }
            } finally {
                done.set(true);
            }
            for (Future<Long> reader : readers) {
                assertTrue(reader.get() > 0);
            }
            eraseAll(journal, done);
            assertTrue(erased.get() > 0);
            for (ClosedSegment segment : journal.closedSegments()) {
                journal.scan(segment.firstIndex(), (int) (segment.nextIndex() - segment.firstIndex()), entry -> {
                    assertEquals(entry.index() % 5 == 0, entry.bodyErased());
                });
            }
        }
    }

    private static long eraseAll(Journal journal, AtomicBoolean done) throws Exception {
        long count = 0;
        do {
            for (ClosedSegment segment : journal.closedSegments()) {
                count += journal.eraseBodies(segment.number(), index -> index % 5 == 0);
            }
        } while (!done.get());
        return count;
    }

    private static long readErased(Journal journal, Random random, AtomicBoolean done, boolean interrupted)
            throws Exception {
        long count = 0;
        while (!done.get() || count == 0) {
            long size = journal.size();
            if (size > 0) {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                long first = random.nextLong(size);
                assertWholeOrErased(journal.read(first));
                journal.scan(first, 100, JournalReadersTest::assertWholeOrErased);
                count++;
            }
        }
        Thread.interrupted();
        return count;
    }

    private static void assertWholeOrErased(JournalEntry entry) {
        if (entry.bodyErased()) {
            assertEquals(0, entry.index() % 5);
        } else {
            assertEntry(entry, 0);
        }
    }

    /// As a stage does: from the last entry seen, whatever is there.
    private static long follow(Journal journal, AtomicBoolean done) throws Exception {
        long[] next = {0};
        while (!done.get() || next[0] < journal.size()) {
            next[0] = Math.max(next[0], journal.firstIndex());
            try {
                journal.scan(next[0], 50, entry -> {
                    assertEquals(next[0], entry.index());
                    assertEntry(entry, 0);
                    next[0]++;
                });
            } catch (IndexOutOfBoundsException recycled) {
                assertTrue(next[0] < journal.firstIndex(), recycled.getMessage());
            }
            Thread.onSpinWait();
        }
        return next[0];
    }

    private static long readAnywhere(Journal journal, Random random, AtomicBoolean done) throws Exception {
        long count = 0;
        while (!done.get() || count == 0) {
            long size = journal.size();
            long first = journal.firstIndex();
            if (size > first) {
                long index = random.nextLong(first, size);
                try {
                    assertEntry(journal.read(index), 0);
                    count++;
                } catch (IndexOutOfBoundsException recycled) {
                    assertTrue(index < journal.firstIndex(), recycled.getMessage());
                }
            }
        }
        return count;
    }
}
