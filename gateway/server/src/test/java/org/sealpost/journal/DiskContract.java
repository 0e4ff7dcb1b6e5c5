package org.sealpost.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What the journal relies on, of a real disk and of the one that plays tricks.
abstract class DiskContract {
    abstract Disk disk() throws IOException;

    @Test
    void aNewFileHasItsSizeAndHoldsZeros() throws IOException {
        Disk disk = disk();
        try (DiskFile file = disk.create("a", 5000)) {
            assertEquals(5000, file.size());
            assertArrayEquals(new byte[5000], read(file, 0, 5000));
        }
        assertTrue(disk.list().contains("a"));
    }

    /// More than one piece, and an end that no block ends at.
    @Test
    void aFileOfAnySizeIsMadeZerosAndClearedAgain() throws IOException {
        Disk disk = disk();
        int size = 2 * 1024 * 1024 + 4096 + 77;
        try (DiskFile file = disk.create("a", size)) {
            assertArrayEquals(new byte[size], read(file, 0, size));
            for (int offset : new int[] {0, 4095, 1024 * 1024, size - 6}) {
                file.write(offset, text("secret"));
            }
            // One piece is on the disk and the other ones still in the cache when it is cleared.
            file.force();
            file.write(1024 * 1024 + 9000, text("secret"));
            disk.clear("a");
            assertArrayEquals(new byte[size], read(file, 0, size), "through a handle that was open before, too");
        }
        try (DiskFile file = disk.open("a")) {
            assertArrayEquals(new byte[size], read(file, 0, size));
        }
        assertThrows(IOException.class, () -> disk.clear("b"));
        assertFalse(disk.list().contains("b"), "clearing makes no file");
    }

    @Test
    void buffersAreWrittenOneBehindTheOtherAndReadBack() throws IOException {
        try (DiskFile file = disk().create("a", 8192)) {
            file.write(4090, text("group"), text("commit"));
            file.force();
            assertEquals("groupcommit", new String(read(file, 4090, 11), UTF_8));
            assertEquals(8192, file.size());
        }
    }

    @Test
    void aReadPastTheEndIsShort() throws IOException {
        try (DiskFile file = disk().create("a", 100)) {
            assertEquals(40, file.read(60, ByteBuffer.allocate(1000)));
            assertEquals(0, file.read(100, ByteBuffer.allocate(10)));
            assertEquals(0, file.read(5000, ByteBuffer.allocate(10)));
        }
    }

    @Test
    void anOpenFileIsReadThroughBothOfItsNames() throws IOException {
        Disk disk = disk();
        disk.create("a", 10).close();
        try (DiskFile before = disk.open("a")) {
            before.write(0, text("x"));
            disk.rename("a", "b");
            try (DiskFile after = disk.open("b")) {
                assertEquals("x", new String(read(after, 0, 1), UTF_8));
            }
        }
        assertFalse(disk.list().contains("a"));
        assertThrows(IOException.class, () -> disk.open("a"));
    }

    @Test
    void renamingReplacesAndDeletingRemoves() throws IOException {
        Disk disk = disk();
        disk.create("a", 10).close();
        disk.create("b", 20).close();
        disk.rename("a", "b");
        try (DiskFile file = disk.open("b")) {
            assertEquals(10, file.size());
        }
        disk.delete("b");
        disk.forceDirectory();
        assertFalse(disk.list().contains("b"));
    }

    /// What is erased is zeroed through its handle once another file has its name.
    @Test
    void aFileThatWasReplacedIsReadAndWrittenThroughItsHandle() throws IOException {
        Disk disk = disk();
        disk.create("a", 10).close();
        disk.create("b", 10).close();
        try (DiskFile old = disk.open("b")) {
            disk.rename("a", "b");
            old.write(0, text("old"));
            old.force();
            assertEquals("old", new String(read(old, 0, 3), UTF_8));
            try (DiskFile replacement = disk.open("b")) {
                assertArrayEquals(new byte[3], read(replacement, 0, 3));
            }
        }
    }

    /// What is replaced keeps its second name until it is zeroed.
    @Test
    void aFileOfTwoNamesIsOneUntilAnotherTakesOneOfThem() throws IOException {
        Disk disk = disk();
        disk.create("a", 10).close();
        disk.link("a", "second");
        try (DiskFile file = disk.open("a")) {
            file.write(0, text("old"));
            file.force();
        }
        disk.create("b", 10).close();
        assertThrows(IOException.class, () -> disk.link("b", "second"));
        disk.rename("b", "a");
        disk.forceDirectory();
        try (DiskFile second = disk.open("second");
                DiskFile first = disk.open("a")) {
            assertEquals("old", new String(read(second, 0, 3), UTF_8));
            assertArrayEquals(new byte[3], read(first, 0, 3));
        }
        disk.delete("second");
        assertTrue(disk.list().contains("a"));
        assertFalse(disk.list().contains("second"));
    }

    @Test
    void aFileThatFindsNoRoomLeavesNothing() throws IOException {
        Disk disk = disk();
        assertThrows(DiskFull.class, () -> disk.create("a", 1L << 60));
        assertFalse(disk.list().contains("a"));
    }

    @Test
    void onlyOneHoldsTheLock() throws IOException {
        Disk disk = disk();
        Closeable lock = disk.lock();
        IOException refused = assertThrows(IOException.class, disk::lock);
        assertTrue(refused.getMessage().contains("in use"), refused.getMessage());
        lock.close();
        disk.lock().close();
    }

    @Test
    void aTaskInTheBackgroundIsRun() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        disk().inBackground(ran::countDown);
        assertTrue(ran.await(30, TimeUnit.SECONDS));
    }

    static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    static byte[] read(DiskFile file, long offset, int length) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(length);
        assertEquals(length, file.read(offset, target));
        return target.array();
    }
}
