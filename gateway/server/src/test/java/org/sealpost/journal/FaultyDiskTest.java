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
            int count = 0;
            for (byte value : disk.contents("a")) {
                count += value;
            }
            ones.add(count);
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
    void aCopyGoesItsOwnWay() throws IOException {
        FaultyDisk disk = written();
        FaultyDisk copy = disk.copy();
        copy.overwrite("a", 0, (byte) 9);
        copy.delete("a");
        assertArrayEquals(new byte[] {1}, Arrays.copyOf(disk.contents("a"), 1));
        assertFalse(copy.list().contains("a"));
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
