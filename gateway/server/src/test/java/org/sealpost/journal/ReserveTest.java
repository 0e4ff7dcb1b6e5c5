package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Room that is there when there is no other.
class ReserveTest {
    private static final long SIZE_BYTES = 10_000;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void place() {
        file = folder.resolve("reserve.bin");
    }

    @Test
    void itIsMadeOnceAndAnUnfinishedOneIsRemoved() throws IOException {
        Files.write(folder.resolve("reserve.bin.partial"), new byte[100]);
        Reserve.open(file, SIZE_BYTES);
        assertEquals(SIZE_BYTES, Files.size(file));
        assertFalse(Files.exists(folder.resolve("reserve.bin.partial")));
        var made = Files.getLastModifiedTime(file);
        Reserve.open(file, SIZE_BYTES);
        assertEquals(made, Files.getLastModifiedTime(file));
        Reserve.open(file, 2 * SIZE_BYTES);
        assertEquals(2 * SIZE_BYTES, Files.size(file), "as large as today's journals need");
    }

    @Test
    void itIsGivenUpOnce() throws IOException {
        Reserve reserve = Reserve.open(file, SIZE_BYTES);
        assertTrue(reserve.giveUp());
        assertFalse(Files.exists(file));
        assertFalse(reserve.giveUp());
    }

    @Test
    void aJournalBehindItGetsItsRoom() throws IOException {
        Reserve reserve = Reserve.open(file, SIZE_BYTES);
        FaultyDisk disk = new FaultyDisk();
        Disk small = reserve.behind(disk);
        small.create("a", 100).close();
        assertTrue(Files.exists(file), "as long as there is room elsewhere");
        disk.capacity(100);
        assertThrows(DiskFull.class, () -> small.create("b", 100));
        assertFalse(Files.exists(file));
        assertThrows(DiskFull.class, () -> small.create("b", 100));
        disk.capacity(200);
        small.create("b", 100).close();
    }

    @Test
    void whoIsAheadOfItWaitsUntilItIsThereAgain() throws IOException {
        Reserve reserve = Reserve.open(file, SIZE_BYTES);
        Disk large = reserve.ahead(new FaultyDisk());
        large.create("a", 100).close();
        assertTrue(reserve.giveUp());
        large.create("b", 100).close();
        assertEquals(SIZE_BYTES, Files.size(file));
    }

    @Test
    void withoutRoomForItNothingElseIsTaken() throws IOException {
        Reserve reserve = Reserve.open(file, Long.MAX_VALUE / 2);
        assertFalse(Files.exists(file));
        Disk large = reserve.ahead(new FaultyDisk());
        DiskFull full = assertThrows(DiskFull.class, () -> large.create("a", 100));
        assertTrue(full.getMessage().contains("comes first"), full::getMessage);
    }

    /// A journal goes on through the wrapped disk as on the disk itself.
    @Test
    void aJournalRunsOnEither() throws IOException {
        Reserve reserve = Reserve.open(file, SIZE_BYTES);
        for (Disk disk : new Disk[] {reserve.behind(new FaultyDisk()), reserve.ahead(new FaultyDisk())}) {
            try (Journal journal = Journal.open(disk, Entries.SMALL, 0)) {
                for (int group = 0; group < 30; group++) {
                    Entries.group(journal, 4, 0);
                }
            }
            try (Journal journal = Journal.open(disk, Entries.SMALL, 120)) {
                Entries.assertHolds(journal, 120, 0);
                assertTrue(journal.recycle(120) > 0);
            }
        }
    }
}
