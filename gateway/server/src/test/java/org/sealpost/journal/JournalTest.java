package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.journal.Entries.SMALL;
import static org.sealpost.journal.Entries.append;
import static org.sealpost.journal.Entries.assertEntry;
import static org.sealpost.journal.Entries.assertHolds;
import static org.sealpost.journal.Entries.group;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class JournalTest {
    private final FaultyDisk disk = new FaultyDisk();

    private Journal open() throws IOException {
        return Journal.open(disk, SMALL, 0);
    }

    @Test
    void entriesAreSeenOnlyOnceTheyAreForced() throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, 0);
            append(journal, 1, 0);
            assertEquals(0, journal.size());
            assertThrows(IndexOutOfBoundsException.class, () -> journal.read(0));
            journal.scan(0, 10, entry -> {
                throw new AssertionError("nothing is forced yet");
            });
            journal.force();
            assertHolds(journal, 2, 0);
            append(journal, 2, 0);
            assertThrows(IndexOutOfBoundsException.class, () -> journal.read(2));
            assertHolds(journal, 2, 0);
        }
    }

    @Test
    void forcingNothingTouchesNothing() throws IOException {
        try (Journal journal = open()) {
            long before = disk.operations();
            journal.force();
            assertEquals(before, disk.operations());
        }
    }

    @Test
    void entriesKeepTheirIndexesOverManySegmentsAndOpenings() throws IOException {
        long size = 0;
        for (int round = 0; round < 6; round++) {
            try (Journal journal = Journal.open(disk, SMALL, size)) {
                assertHolds(journal, size, 0);
                for (int count = 1; count <= 12; count++) {
                    group(journal, count, 0);
                    size += count;
                }
                assertHolds(journal, size, 0);
            }
        }
        assertTrue(disk.list().stream().filter(SegmentHeader::isName).count() > 4, () -> "" + disk.list());
    }

    @Test
    void aScanBeginsAndEndsWhereItIsTold() throws IOException {
        try (Journal journal = open()) {
            for (int count = 0; count < 40; count++) {
                group(journal, 5, 0);
            }
            for (long from : new long[] {0, 1, 4, 5, 77, 199, 200}) {
                for (int max : new int[] {0, 1, 5, 60, 1000}) {
                    List<Long> seen = new ArrayList<>();
                    journal.scan(from, max, entry -> {
                        assertEntry(entry, 0);
                        assertEquals(from + seen.size(), entry.index());
                        seen.add(entry.index());
                    });
                    assertEquals(Math.min(max, 200 - from), seen.size());
                }
            }
            assertThrows(IndexOutOfBoundsException.class, () -> journal.scan(201, 1, entry -> {}));
            assertThrows(IndexOutOfBoundsException.class, () -> journal.read(-1));
        }
    }

    @Test
    void leafAndBodyMayBeEmptyOrAsLargeAsAllowed() throws IOException {
        try (Journal journal = open()) {
            journal.append(new byte[0], new byte[0]);
            journal.append(new byte[6000], new byte[0]);
            journal.append(new byte[1], new byte[5999]);
            journal.force();
            assertEquals(0, journal.read(0).leaf().length);
            assertEquals(6000, journal.read(1).leaf().length);
            assertEquals(5999, journal.read(2).body().length);
            assertFalse(journal.read(2).bodyErased());
            assertThrows(IllegalArgumentException.class, () -> journal.append(new byte[1], new byte[6000]));
            assertEquals(3, append(journal, 3, 0), "a refused entry takes no index");
        }
    }

    @Test
    void aFullGroupIsForcedBeforeTheNextEntry() throws IOException {
        try (Journal journal = open()) {
            for (int entry = 0; entry < 100; entry++) {
                journal.append(new byte[3000], new byte[3000]);
            }
            assertTrue(journal.size() >= 96, () -> "" + journal.size());
            assertThrows(IndexOutOfBoundsException.class, () -> journal.read(99));
            journal.force();
            assertEquals(100, journal.size());
        }
    }

    @Test
    void aFailedForceIsFinal() throws IOException {
        for (boolean drops : new boolean[] {false, true}) {
            FaultyDisk failing = new FaultyDisk();
            try (Journal journal = Journal.open(failing, SMALL, 0)) {
                group(journal, 3, 0);
                append(journal, 3, 0);
                if (drops) {
                    failing.failNextForceAndDropPages(7);
                } else {
                    failing.failNextForce();
                }
                assertThrows(JournalFailed.class, journal::force);
                long before = failing.operations();
                assertThrows(JournalFailed.class, journal::force);
                assertThrows(JournalFailed.class, () -> append(journal, 4, 0));
                assertThrows(JournalFailed.class, () -> journal.read(0));
                assertThrows(JournalFailed.class, () -> journal.scan(0, 1, entry -> {}));
                assertThrows(JournalFailed.class, () -> journal.recycle(0));
                assertEquals(3, journal.size());
                assertEquals(before, failing.operations(), "nothing is tried again");
            }
        }
    }

    @Test
    void aFailedWriteIsFinal() throws IOException {
        try (Journal journal = open()) {
            group(journal, 3, 0);
            append(journal, 3, 0);
            disk.cutPowerAfter(0, 1);
            assertThrows(JournalFailed.class, journal::force);
            disk.kill();
            assertThrows(JournalFailed.class, journal::force);
        }
    }

    @Test
    void aFailureWhileRollingOverIsFinal() throws IOException {
        for (int operation = 0; operation < 6; operation++) {
            FaultyDisk failing = new FaultyDisk();
            Journal journal = Journal.open(failing, SMALL, 0);
            while (!failing.list().contains(Spare.NAME)) {
                group(journal, 3, 0);
            }
            AtomicReference<JournalFailed> failure = new AtomicReference<>();
            String segment = Entries.lastSegment(failing);
            while (failure.get() == null) {
                byte[] body = new byte[5000];
                long index = journal.append(new byte[0], body);
                failing.cutPowerAfter(operation, 1);
                try {
                    journal.force();
                    journal.append(new byte[0], body);
                } catch (JournalFailed failed) {
                    failure.set(failed);
                }
                failing.cutPowerAfter(Long.MAX_VALUE, 1);
                assertTrue(index < 200, segment);
            }
            assertThrows(JournalFailed.class, () -> journal.append(new byte[0], new byte[0]));
        }
    }

    @Test
    void aFullDiskRefusesAnEntryAndNothingElse() throws IOException {
        try (Journal journal = open()) {
            disk.capacity(64 * 1024 + 4096 + 16 * 1024);
            long appended = 0;
            while (true) {
                try {
                    append(journal, appended, 0);
                    appended++;
                } catch (JournalFull full) {
                    break;
                }
            }
            long taken = appended;
            assertTrue(taken > 20 && journal.size() < taken);
            assertThrows(JournalFull.class, () -> append(journal, taken, 0));
            journal.force();
            assertHolds(journal, taken, 0);
            assertThrows(JournalFull.class, () -> append(journal, taken, 0));

            disk.capacity(1 << 20);
            append(journal, taken, 0);
            journal.force();
            assertHolds(journal, taken + 1, 0);
        }
    }

    @Test
    void aFullDiskCanBeOpenedAndRead() throws IOException {
        long size;
        try (Journal journal = open()) {
            group(journal, 20, 0);
            size = journal.size();
        }
        disk.capacity(0);
        try (Journal journal = Journal.open(disk, SMALL, size)) {
            assertHolds(journal, size, 0);
        }
        FaultyDisk empty = new FaultyDisk();
        empty.capacity(1000);
        assertThrows(JournalFull.class, () -> Journal.open(empty, SMALL, 0));
    }

    /// What tells how fast a disk fills: it grows with each group, over segments and starts.
    @Test
    void whatIsWrittenGrowsWithEachGroup() throws IOException {
        long written;
        try (Journal journal = open()) {
            written = journal.bytesWritten();
            for (int count = 0; count < 60; count++) {
                group(journal, 6, 0);
                assertTrue(journal.bytesWritten() > written);
                assertTrue(journal.bytesWritten() <= journal.bytesOnDisk());
                written = journal.bytesWritten();
            }
            journal.recycle(200);
            group(journal, 6, 0);
            assertTrue(journal.bytesWritten() < written);
            written = journal.bytesWritten();
        }
        try (Journal journal = Journal.open(disk, SMALL, 0)) {
            assertEquals(written, journal.bytesWritten());
        }
    }

    @Test
    void recycledSegmentsAreUsedAgainAndTheirEntriesAreGone() throws IOException {
        try (Journal journal = open()) {
            for (int count = 0; count < 60; count++) {
                group(journal, 6, 0);
            }
            long sizeOnDisk = journal.bytesOnDisk();
            long given = journal.recycle(200);
            assertTrue(given > 100 && given <= 200, () -> "" + given);
            assertEquals(given, journal.firstIndex());
            assertTrue(journal.bytesOnDisk() < sizeOnDisk);
            assertTrue(disk.list().contains(Spare.NAME));
            assertThrows(IndexOutOfBoundsException.class, () -> journal.read(given - 1));
            for (int count = 0; count < 40; count++) {
                group(journal, 6, 0);
                journal.recycle(journal.size());
            }
            assertHolds(journal, 600, 0);
        }
        try (Journal journal = Journal.open(disk, SMALL, 600)) {
            assertTrue(journal.firstIndex() > 500);
            assertHolds(journal, 600, 0);
            assertThrows(IndexOutOfBoundsException.class, () -> journal.recycle(601));
        }
    }

    @Test
    void segmentsSayWhatTheyHold() throws IOException {
        try (Journal journal = open()) {
            assertEquals(List.of(), journal.closedSegments());
            assertEquals(0, journal.openSegment().orElseThrow().nextIndex());
            for (int count = 0; count < 40; count++) {
                group(journal, 5, 0);
                assertSegments(journal);
            }
            assertTrue(journal.closedSegments().size() > 2);
            journal.recycle(70);
            assertSegments(journal);
        }
        try (Journal journal = open()) {
            assertSegments(journal);
        }
    }

    /// Gapless from the first entry kept to the last one forced, each of another use.
    private static void assertSegments(Journal journal) {
        List<ClosedSegment> segments = new ArrayList<>(journal.closedSegments());
        journal.openSegment().ifPresent(segments::add);
        long next = journal.firstIndex();
        for (int place = 0; place < segments.size(); place++) {
            ClosedSegment segment = segments.get(place);
            assertEquals(next, segment.firstIndex());
            assertEquals(segments.getFirst().number() + place, segment.number());
            assertEquals(64 * 1024, segment.sizeBytes());
            next = segment.nextIndex();
        }
        assertEquals(journal.size(), next);
        assertEquals(
                segments.size(),
                segments.stream().map(ClosedSegment::use).distinct().count());
    }

    @Test
    void aSegmentThatIsClosedEarlyIsFollowedByAnother() throws IOException {
        try (Journal journal = open()) {
            journal.closeSegment();
            assertTrue(journal.openSegment().isPresent(), "there is nothing in it");
            append(journal, 0, 0);
            append(journal, 1, 0);
            journal.closeSegment();
            journal.closeSegment();
            assertHolds(journal, 2, 0);
            assertTrue(journal.openSegment().isEmpty());
            assertEquals(2, journal.closedSegments().getFirst().nextIndex());
            assertSegments(journal);
        }
        try (Journal journal = open()) {
            assertTrue(journal.openSegment().isEmpty());
            assertSegments(journal);
            append(journal, 2, 0);
            assertEquals(2, journal.openSegment().orElseThrow().nextIndex(), "not forced yet");
            journal.force();
            assertEquals(3, journal.openSegment().orElseThrow().nextIndex());
            assertSegments(journal);
        }
        try (Journal journal = Journal.open(disk, SMALL, 3)) {
            assertHolds(journal, 3, 0);
            append(journal, 3, 0);
            journal.force();
            append(journal, 4, 0);
            disk.failAfter(FaultyDisk.Call.WRITE, 1);
            assertThrows(JournalFailed.class, journal::closeSegment);
            assertThrows(JournalFailed.class, () -> append(journal, 5, 0));
        }
    }

    /// Who ends a segment early asks first, and again when there was no room.
    @Test
    void theNextSegmentHasItsSpaceOnceTheJournalSaysSo() throws IOException {
        try (Journal journal = open()) {
            append(journal, 0, 0);
            journal.force();
            disk.capacity(0);
            assertFalse(journal.isReadyForNextSegment());
            assertFalse(journal.isReadyForNextSegment());
            disk.capacity(1 << 30);
            assertTrue(journal.isReadyForNextSegment());
            disk.capacity(0);
            journal.closeSegment();
            append(journal, 1, 0);
            journal.force();
            assertEquals(2, journal.size());
            assertFalse(journal.isReadyForNextSegment());
        }
    }

    @Test
    void leavesAreLookedAtWithoutACopy() throws IOException {
        try (Journal journal = open()) {
            for (int count = 0; count < 40; count++) {
                group(journal, 5, 0);
            }
            for (long from : new long[] {0, 77, 199, 200}) {
                List<Long> seen = new ArrayList<>();
                journal.scanLeafBytes(from, 60, new Leaves() {
                    @Override
                    public void visit(long index, byte[] bytes, int offset, int length) {
                        assertEquals(from + seen.size(), index);
                        assertArrayEquals(Entries.leaf(index, 0), Arrays.copyOfRange(bytes, offset, offset + length));
                        seen.add(index);
                    }
                });
                assertEquals(Math.min(60, 200 - from), seen.size());
            }
        }
    }

    private abstract static class Leaves implements Journal.LeafBytes {
        @Override
        public void visit(long index, byte[] bytes, int offset, int length) {
            throw new AssertionError("leaf " + index + " is lost");
        }

        @Override
        public void lost(long index, byte[] leafHash) {
            throw new AssertionError("leaf " + index + " is there");
        }
    }

    /// As a salvage leaves it: of one body nothing, of one leaf its hash.
    @Test
    void lostBodiesAndLeavesAreToldFromErasedOnes() throws IOException {
        byte[] hash = new byte[32];
        Arrays.fill(hash, (byte) 7);
        try (Journal journal = open()) {
            for (int count = 0; count < 2; count++) {
                journal.append(hash, new byte[] {1, 2, 3});
                journal.force();
            }
            group(journal, 1, 0);
        }
        String name = "0000000000000000.segment";
        disk.delete(TailCopy.NAME);
        for (int group = 0; group < 2; group++) {
            int frame = Entries.groupOffsets(disk.contents(name)).get(group) + 64;
            ErasedBody.write(disk, name, disk.contents(name), frame, group == 0 ? 2 : 6);
        }
        try (Journal journal = open()) {
            assertEquals(EntryState.BODY_LOST, journal.read(0).state());
            assertEquals(EntryState.LEAF_LOST, journal.read(1).state());
            assertEquals(EntryState.WHOLE, journal.read(2).state());
            assertTrue(journal.read(0).isLost() && journal.read(1).isLost());
            assertFalse(journal.read(0).bodyErased() || journal.read(1).bodyErased(), "nobody wanted it");
            assertEquals(0, journal.read(0).body().length);
            List<Long> lost = new ArrayList<>();
            journal.scanLeafBytes(1, 1, new Leaves() {
                @Override
                public void lost(long index, byte[] leafHash) {
                    assertArrayEquals(hash, leafHash);
                    lost.add(index);
                }
            });
            assertEquals(List.of(1L), lost);
            List<Long> seen = new ArrayList<>();
            journal.scanLeaves(0, 3, (index, leaf) -> seen.add(index));
            assertEquals(List.of(0L, 2L), seen, "a hash is not taken for a leaf");
            journal.closeSegment();
            assertEquals(1, journal.eraseBodies(0, index -> true), "there is one body");
            assertEquals(EntryState.LEAF_LOST, journal.read(1).state());
        }
        for (int flags : new int[] {3, 4, 5, 7, 8}) {
            FaultyDisk later = disk.copy();
            int frame = Entries.groupOffsets(later.contents(name)).getFirst() + 64;
            ErasedBody.write(later, name, later.contents(name), frame, flags);
            JournalDamaged refused = assertThrows(JournalDamaged.class, () -> {
                try (Journal journal = Journal.open(later, SMALL, 0)) {
                    journal.read(0);
                }
            });
            assertTrue(refused.getMessage().contains("flags is " + flags), refused.getMessage());
        }
    }

    @Test
    void aFailedReadIsToldToItsReaderAndEndsNothing() throws IOException {
        try (Journal journal = open()) {
            for (int count = 0; count < 60; count++) {
                group(journal, 6, 0);
            }
        }
        try (Journal journal = open()) {
            for (FaultyDisk.Call call : new FaultyDisk.Call[] {FaultyDisk.Call.OPEN, FaultyDisk.Call.READ}) {
                int failures = 0;
                for (int count = 0; count < 12; count++) {
                    long first = 25L * count;
                    disk.failAfter(call, count % 3);
                    failures += fails(() -> journal.read(first));
                    failures += fails(() -> journal.scan(first, 100, entry -> {}));
                    failures += fails(() -> journal.scanLeafBytes(first, 100, new Leaves() {
                        @Override
                        public void visit(long index, byte[] bytes, int offset, int length) {}
                    }));
                    disk.failAfter(call, Integer.MAX_VALUE);
                    group(journal, 1, 0);
                }
                assertTrue(failures > 0, call + ": " + failures);
            }
        }
    }

    private static int fails(org.junit.jupiter.api.function.Executable reading) {
        try {
            reading.execute();
            return 0;
        } catch (IOException failed) {
            assertTrue(failed.getMessage().contains("failed"), failed.getMessage());
            return 1;
        } catch (Throwable other) {
            throw new AssertionError(other);
        }
    }

    @Test
    void anOpeningThatCannotReadSaysSoAndChangesNothing() throws IOException {
        try (Journal journal = open()) {
            for (int count = 0; count < 60; count++) {
                group(journal, 6, 0);
            }
        }
        boolean failed = true;
        for (int count = 0; failed; count++) {
            FaultyDisk failing = disk.copy();
            failing.failAfter(FaultyDisk.Call.READ, count);
            int before = count;
            try {
                Journal.open(failing, SMALL, 360).close();
                failed = false;
                assertTrue(before > 5);
            } catch (IOException read) {
                assertTrue(read.getMessage().contains("READ"), read.getMessage());
            }
            failing.failAfter(FaultyDisk.Call.READ, Integer.MAX_VALUE);
            try (Journal journal = Journal.open(failing, SMALL, 360)) {
                assertHolds(journal, 360, 0);
            }
        }
    }

    @Test
    void aSecondJournalInTheSamePlaceIsRefused() throws IOException {
        try (Journal journal = open()) {
            IOException refused = assertThrows(IOException.class, this::open);
            assertTrue(refused.getMessage().contains("in use"), refused.getMessage());
            group(journal, 1, 0);
        }
        open().close();
    }

    @Test
    void aRefusedOpeningLeavesTheLockFree() throws IOException {
        open().close();
        for (int round = 0; round < 2; round++) {
            assertThrows(JournalDamaged.class, () -> Journal.open(disk, SMALL, 1));
        }
        open().close();
    }

    @Test
    void aClosedJournalSaysSo() throws IOException {
        Journal journal = open();
        append(journal, 0, 0);
        journal.close();
        journal.close();
        assertThrows(IllegalStateException.class, journal::force);
        assertThrows(IllegalStateException.class, () -> journal.read(0));
        try (Journal next = open()) {
            assertEquals(0, next.size(), "what was not forced is forgotten");
        }
    }

    @Test
    void theFilesOfAnotherJournalAreRefused() throws IOException {
        open().close();
        JournalConfig seals = new JournalConfig("seals", 64 * 1024, 6000, 16 * 1024);
        JournalDamaged refused = assertThrows(JournalDamaged.class, () -> Journal.open(disk, seals, 0));
        assertTrue(refused.getMessage().contains("'entries'"), refused.getMessage());
        assertTrue(refused.getMessage().contains("'seals'"), refused.getMessage());
    }

    @Test
    void aNewerFormatIsRefused() throws IOException {
        open().close();
        disk.overwrite("0000000000000000.segment", 8, (byte) 2);
        JournalDamaged refused = assertThrows(JournalDamaged.class, this::open);
        assertTrue(refused.getMessage().contains("format version is 2"), refused.getMessage());
    }

    @Test
    void sizesMayChangeFromOneOpeningToTheNext() throws IOException {
        try (Journal journal = open()) {
            group(journal, 20, 0);
        }
        JournalConfig larger = new JournalConfig("entries", 256 * 1024, 60_000, 128 * 1024);
        try (Journal journal = Journal.open(disk, larger, 20)) {
            assertEquals(20, journal.append(new byte[0], new byte[60_000]));
            journal.force();
            assertEquals(60_000, journal.read(20).body().length);
        }
        try (Journal journal = Journal.open(disk, SMALL, 21)) {
            assertEquals(21, journal.size());
            assertArrayEquals(new byte[60_000], journal.read(20).body());
            assertEquals(21, append(journal, 21, 0));
            journal.force();
        }
    }

    @Test
    void nonsenseInAConfigurationIsRefused() {
        assertRefused("kind", () -> new JournalConfig("Entries", 65536, 100, 4096));
        assertRefused("kind", () -> new JournalConfig("", 65536, 100, 4096));
        assertRefused("segment size", () -> new JournalConfig("e", 65537, 100, 4096));
        assertRefused("segment size", () -> new JournalConfig("e", 8192, 100, 4096));
        assertRefused("segment size", () -> new JournalConfig("e", Integer.MIN_VALUE, 100, 4096));
        assertRefused("max entry size", () -> new JournalConfig("e", 65536, 0, 4096));
        assertRefused("max group size", () -> new JournalConfig("e", 65536, 4096, 4096));
        assertRefused("max group size", () -> new JournalConfig("e", 65536, Integer.MAX_VALUE, 4096));
        new JournalConfig("e", 12288, 4096 - 64 - 48 - 8, 4096);
    }

    private static void assertRefused(String word, org.junit.jupiter.api.function.Executable make) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, make);
        assertTrue(refused.getMessage().contains(word), refused.getMessage());
    }
}
