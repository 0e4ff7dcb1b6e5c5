package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The faults are there: a test on a disk that is kinder than it claims would prove nothing.
class FaultyDiskTest extends DiskContract {
    @Override
    Disk disk() {
        return new FaultyDisk();
    }

    @Test
    void anUnforcedWriteMayBeThereInPartInFullOrNotAtAll() throws IOException {
        Set<Integer> ones = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            FaultyDisk disk = written();
            disk.powerCut(seed);
            ones.add(ones(disk.contents("a")));
        }
        assertTrue(ones.contains(0) && ones.contains(1024) && ones.contains(512) && ones.size() > 20, "" + ones);
    }

    @Test
    void aForcedWriteSurvivesAndAKilledProcessLosesNothing() throws IOException {
        FaultyDisk disk = written();
        disk.kill();
        assertEquals(1, disk.contents("a")[700]);
        try (DiskFile file = disk.open("a")) {
            file.force();
        }
        disk.powerCut(1);
        assertEquals(1, disk.contents("a")[700]);
    }

    @Test
    void aFailedForceMayDropWhatReadsStillShowAndTheNextOneSucceeds() throws IOException {
        boolean lost = false;
        for (long seed = 0; seed < 20; seed++) {
            FaultyDisk disk = written();
            disk.failNextForceAndDropPages(seed);
            try (DiskFile file = disk.open("a")) {
                assertThrows(IOException.class, file::force);
                file.force();
                assertEquals(1, disk.contents("a")[700]);
            }
            disk.powerCut(seed);
            lost |= disk.contents("a")[700] == 0;
        }
        assertTrue(lost);
    }

    @Test
    void aNameIsDurableOnlyOnceTheDirectoryIsForced() throws IOException {
        boolean kept = false;
        boolean lost = false;
        for (long seed = 0; seed < 20; seed++) {
            FaultyDisk disk = written();
            disk.rename("a", "b");
            disk.powerCut(seed);
            kept |= disk.list().contains("a");
            lost |= disk.list().contains("b");
        }
        assertTrue(kept && lost);
    }

    @Test
    void theSectorBeingRewrittenMayBeSpoilt() throws IOException {
        boolean spoilt = false;
        for (long seed = 0; seed < 50; seed++) {
            FaultyDisk disk = written();
            disk.spoilSectors();
            try (DiskFile file = disk.open("a")) {
                file.force();
                file.write(0, ByteBuffer.wrap(disk.contents("a")));
            }
            byte[] before = disk.contents("a");
            disk.powerCut(seed);
            spoilt |= !Arrays.equals(before, disk.contents("a"));
        }
        assertTrue(spoilt);
    }

    @Test
    void thePowerGoesInTheMiddleOfAWrite() throws IOException {
        FaultyDisk disk = written();
        DiskFile file = disk.open("a");
        disk.cutPowerAfter(1, 3);
        file.write(0, ByteBuffer.allocate(10));
        assertThrows(FaultyDisk.PowerCut.class, () -> file.write(0, ByteBuffer.allocate(1024)));
        assertThrows(FaultyDisk.PowerCut.class, file::force);
        disk.powerCut(3);
        assertThrows(IOException.class, () -> file.read(0, ByteBuffer.allocate(1)));
        disk.open("a").force();
    }

    @Test
    void theCallThatIsAskedForFailsOnceAndChangesNothing() throws IOException {
        for (FaultyDisk.Call call : FaultyDisk.Call.values()) {
            FaultyDisk disk = written();
            DiskFile file = disk.open("a");
            disk.failAfter(call, 1);
            perform(disk, file, call);
            byte[] before = disk.contents("a");
            IOException failed = assertThrows(IOException.class, () -> perform(disk, file, call));
            assertTrue(failed.getMessage().contains(call.name()), failed.getMessage());
            if (call != FaultyDisk.Call.WRITE) {
                assertArrayEquals(before, disk.contents("a"));
            }
            perform(disk, file, call);
        }
    }

    /// Can be done three times.
    private static void perform(FaultyDisk disk, DiskFile file, FaultyDisk.Call call) throws IOException {
        switch (call) {
            case CREATE -> disk.create("b", 10).close();
            case OPEN -> disk.open("a").close();
            case READ -> file.read(0, ByteBuffer.allocate(10));
            case WRITE -> file.write(0, ByteBuffer.allocate(1024));
            case RENAME -> disk.rename("a", "a");
            case LINK -> {
                if (disk.list().contains("d")) {
                    disk.delete("d");
                }
                disk.link("a", "d");
            }
            case DELETE -> {
                disk.create("c", 10).close();
                disk.delete("c");
            }
            case FORCE_DIRECTORY -> disk.forceDirectory();
        }
    }

    @Test
    void aFailingWriteLeavesAPart() throws IOException {
        Set<Integer> left = new HashSet<>();
        for (long seed = 0; seed < 50; seed++) {
            FaultyDisk disk = written();
            disk.cutPowerAfter(Long.MAX_VALUE, seed);
            disk.failAfter(FaultyDisk.Call.WRITE, 0);
            try (DiskFile file = disk.open("a")) {
                assertThrows(IOException.class, () -> file.write(0, ByteBuffer.allocate(1024)));
            }
            left.add(ones(disk.contents("a")));
        }
        assertTrue(left.size() > 20, "" + left);
    }

    @Test
    void aDiskThatIsFullInTheMiddleOfAWriteTakesWhatThereIsRoomFor() throws IOException {
        FaultyDisk disk = written();
        disk.fullAfter(1124);
        try (DiskFile file = disk.open("a")) {
            file.write(0, ByteBuffer.allocate(1024));
            byte[] ones = new byte[512];
            Arrays.fill(ones, (byte) 1);
            IOException full = assertThrows(IOException.class, () -> file.write(0, ByteBuffer.wrap(ones)));
            assertTrue(full.getMessage().contains("No space left"), full.getMessage());
            assertThrows(IOException.class, () -> file.write(0, ByteBuffer.wrap(ones)));
        }
        assertEquals(100, ones(disk.contents("a")));
    }

    @Test
    void bytesAreFoundWhereverTheyLie() throws IOException {
        FaultyDisk disk = written();
        byte[] wanted = {1, 1, 1};
        assertEquals(Set.of("a"), disk.whereIs(wanted));
        try (DiskFile file = disk.open("a")) {
            file.force();
            file.write(0, ByteBuffer.allocate(1024));
            assertEquals(Set.of("a"), disk.whereIs(wanted), "on the medium they still are");
            disk.rename("a", "b");
            disk.delete("b");
            disk.forceDirectory();
            assertEquals(Set.of("(no name)"), disk.whereIs(wanted));
            file.force();
        }
        assertEquals(Set.of(), disk.whereIs(wanted));
    }

    /// What has one name left, or had none that was durable, differs after a restart.
    @Test
    void whatWasFreedIsFoundWhereItIsAskedFor() throws IOException {
        byte[] wanted = {1, 1, 1};
        for (boolean second : new boolean[] {false, true}) {
            FaultyDisk disk = written();
            disk.keepFreedBlocks();
            try (DiskFile file = disk.open("a")) {
                file.force();
            }
            if (second) {
                disk.link("a", "b");
            }
            disk.delete("a");
            disk.forceDirectory();
            disk.powerCut(1);
            assertEquals(Set.of(second ? "b" : "(free blocks)"), disk.whereIs(wanted));
        }
    }

    @Test
    void aCopyGoesItsOwnWay() throws IOException {
        FaultyDisk disk = written();
        FaultyDisk copy = disk.copy();
        copy.overwrite("a", 0, (byte) 9);
        copy.delete("a");
        assertArrayEquals(new byte[] {1}, Arrays.copyOf(disk.contents("a"), 1));
        assertFalse(copy.list().contains("a"));
    }

    private static int ones(byte[] bytes) {
        int count = 0;
        for (byte value : bytes) {
            count += value;
        }
        return count;
    }

    /// A file "a" with a durable name and two sectors of ones that were never forced.
    private static FaultyDisk written() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (DiskFile file = disk.create("a", 2048)) {
            disk.forceDirectory();
            byte[] ones = new byte[1024];
            Arrays.fill(ones, (byte) 1);
            file.write(0, ByteBuffer.wrap(ones));
        }
        return disk;
    }
}
