package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryDiskTest extends DiskContract {
    @TempDir
    Path folder;

    @Override
    Disk disk() throws IOException {
        return DirectoryDisk.open(folder.resolve("data/entries"));
    }

    @Test
    void aReaderThatIsInterruptedTakesNothingAwayFromOthers() throws IOException {
        try (DiskFile file = disk().create("a", 100)) {
            file.write(0, text("x"));
            Thread.currentThread().interrupt();
            assertEquals('x', read(file, 0, 1)[0]);
            assertTrue(Thread.interrupted(), "the interrupt is still to be seen");
            file.write(1, text("y"));
            file.force();
            assertEquals('y', read(file, 1, 1)[0]);
        }
    }

    @Test
    void theRoomIsAskedOfTheDirectory() throws IOException {
        var disk = disk();
        long told = Files.getFileStore(folder).getUsableSpace();
        assertEquals(told, disk.usableBytes(), told / 10.0, "others write here, too, but not that much");
    }

    @Test
    void aDiskToReadMakesAndWritesNothing() throws IOException {
        disk().create("a", 100).close();
        var toRead = DirectoryDisk.toRead(folder.resolve("data/entries"));
        try (var held = toRead.lock();
                DiskFile file = toRead.open("a")) {
            assertEquals(0, read(file, 7, 1)[0]);
            assertThrows(RuntimeException.class, () -> file.write(0, text("x")), "a channel to read");
            assertThrows(IOException.class, () -> disk().lock(), "held");
            assertTrue(Files.exists(folder.resolve("data/entries")), held::toString);
        }
        var nowhere = DirectoryDisk.toRead(folder.resolve("nowhere"));
        assertThrows(IOException.class, nowhere::list);
        assertFalse(Files.exists(folder.resolve("nowhere")));
    }

    /// EPERM is what a file system says that knows none, and Linux of a directory.
    @Test
    void onlyWhereFilesHaveOneNameASecondOneIsUnsupported() throws IOException {
        var disk = disk();
        disk.create("a", 100).close();
        Files.createDirectory(folder.resolve("data/entries/folder"));
        assertThrows(UnsupportedOperationException.class, () -> disk.link("folder", "second"));
        assertThrows(IOException.class, () -> disk.link("a", "x".repeat(300)), "too long a name is another setback");
        assertThrows(IOException.class, () -> disk.link("b", "second"), "no file");
        disk.link("a", "second");
        assertThrows(IOException.class, () -> disk.link("a", "second"), "there is one");
    }

    @Test
    void aDirectoryThatIsGoneHasNoKnownRoom() throws IOException {
        var disk = disk();
        Files.delete(folder.resolve("data/entries"));
        var unknown = assertThrows(IOException.class, disk::usableBytes);
        assertTrue(unknown.getMessage().contains("how much room"), unknown.getMessage());
    }

    /// Another process, since a lock inside one process is told apart by other means.
    @Test
    void aSecondProcessIsRefused() throws Exception {
        disk().lock().close();
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process holder = new ProcessBuilder(
                        java.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        folder.resolve("data/entries").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals('L', holder.getInputStream().read());
            IOException refused = assertThrows(IOException.class, disk()::lock);
            assertTrue(refused.getMessage().contains("in use by another process"), refused.getMessage());
        } finally {
            holder.destroyForcibly().waitFor();
        }
        disk().lock().close();
    }

    /// Takes the lock, says so, and holds it until it is killed.
    static final class Holder {
        public static void main(String[] arguments) throws Exception {
            var lock = DirectoryDisk.open(Path.of(arguments[0])).lock();
            System.out.print('L');
            System.out.flush();
            System.in.read();
            lock.close();
        }
    }

    /// A file system that is all memory, where there is one: what direct I/O cannot do there is done otherwise.
    @Test
    void aFileIsFilledWhereverItLies() throws IOException {
        assumeTrue(Files.isWritable(Path.of("/dev/shm")), "no /dev/shm");
        Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "sealpost");
        try {
            Disk disk = DirectoryDisk.open(memory);
            try (DiskFile file = disk.create("a", 3 * 4096 + 1)) {
                file.write(0, text("x"));
                disk.clear("a");
                assertArrayEquals(new byte[3 * 4096 + 1], read(file, 0, 3 * 4096 + 1));
            }
            disk.delete("a");
        } finally {
            Files.delete(memory);
        }
    }

    /// What cannot be opened for direct writing is not begun: the caller fills it through its own channel.
    @Test
    void nothingIsFilledDirectlyThatCannotBeWritten() throws IOException {
        assertEquals(0, DirectZeros.write(folder, 8192), "a directory");
        Path file = Files.write(folder.resolve("small"), new byte[] {1, 2, 3});
        assertEquals(0, DirectZeros.write(file, 3), "no whole block");
        assertEquals(3, Files.size(file));
    }

    @Test
    void aJournalSurvivesReopeningOnARealDisk() throws IOException {
        JournalConfig config = new JournalConfig("entries", 256 * 1024, 8192, 64 * 1024);
        for (int round = 0; round < 4; round++) {
            try (Journal journal = Journal.open(disk(), config, round * 200L)) {
                assertEquals(round * 200L, journal.size());
                for (int entry = 0; entry < 200; entry++) {
                    long index = journal.append(new byte[] {(byte) entry}, new byte[700 + entry]);
                    if (entry % 7 == 0) {
                        journal.force();
                        assertEquals(index, journal.read(index).index());
                    }
                }
                journal.force();
                long[] seen = {0};
                journal.scan(0, Integer.MAX_VALUE, entry -> {
                    assertEquals(seen[0]++, entry.index());
                    assertEquals((byte) (entry.index() % 200), entry.leaf()[0]);
                });
                assertEquals(journal.size(), seen[0]);
            }
        }
        assertTrue(Files.exists(folder.resolve("data/entries/0000000000000002.segment")));
    }
}
