package org.sealpost.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.journal.Entries.SMALL;
import static org.sealpost.journal.Entries.append;
import static org.sealpost.journal.Entries.assertHolds;
import static org.sealpost.journal.Entries.group;
import static org.sealpost.journal.Entries.groupOffsets;
import static org.sealpost.journal.Entries.lastSegment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each line of the decision table in `docs/formats.md` §7.
class JournalRecoveryTest {
    private static final String FIRST = "0000000000000000.segment";

    private final FaultyDisk disk = new FaultyDisk();

    /// Groups of 1, 2, 3, … entries, in one segment unless there are many.
    private void write(int groups) throws IOException {
        try (Journal journal = Journal.open(disk, SMALL, 0)) {
            for (int count = 1; count <= groups; count++) {
                group(journal, count, 0);
            }
        }
    }

    private static void assertDamaged(FaultyDisk disk, long floor, long firstIndex, long lastIndex) {
        JournalDamaged damaged = assertThrows(JournalDamaged.class, () -> Journal.open(disk, SMALL, floor));
        assertEquals(firstIndex, damaged.firstIndex(), damaged.getMessage());
        assertEquals(lastIndex, damaged.lastIndex(), damaged.getMessage());
    }

    private static void assertOpens(FaultyDisk disk, long floor, long size) throws IOException {
        try (Journal journal = Journal.open(disk, SMALL, floor)) {
            assertHolds(journal, size, 0);
            append(journal, size, 0);
            journal.force();
            assertHolds(journal, size + 1, 0);
        }
        try (Journal journal = Journal.open(disk, SMALL, size + 1)) {
            assertHolds(journal, size + 1, 0);
        }
    }

    /// Cuts the last segment at every byte in turn. Whatever the cut, we expect exactly the groups that were
    /// complete before it, and room for the next entry.
    @Test
    void reopensAfterACutAtAnyByteOfTheLastSegment() throws IOException {
        write(4);
        byte[] segment = disk.contents(FIRST);
        List<Integer> offsets = groupOffsets(segment);
        assertEquals(5, offsets.size());
        for (int length = 0; length <= offsets.getLast() + 4096; length++) {
            FaultyDisk cut = disk.copy();
            // The copy of the tail would help; this is about what happens without it.
            cut.delete(TailCopy.NAME);
            cut.truncate(FIRST, length);
            if (length < 4096) {
                assertThrows(JournalDamaged.class, () -> Journal.open(cut, SMALL, 0));
                continue;
            }
            long expected = 0;
            for (int group = 1; group < offsets.size() && onlyZeros(segment, length, offsets.get(group)); group++) {
                expected += group;
            }
            try (Journal journal = Journal.open(cut, SMALL, expected)) {
                assertEquals(expected, journal.size());
                assertEquals(expected, append(journal, expected, 0));
                journal.force();
            }
            if (length % 512 == 0) {
                assertOpens(cut, 0, expected + 1);
            }
        }
    }

    // Zeros that were cut off come back as zeros: the last bytes of a group are the upper half of a small number.
    private static boolean onlyZeros(byte[] segment, int from, int to) {
        for (int place = from; place < to; place++) {
            if (segment[place] != 0) {
                return false;
            }
        }
        return true;
    }

    /// An ordinary power cut: of the last group, not yet forced, any sectors are there in any state.
    @Test
    void aGroupThatWasNotForcedIsThereWhollyOrNotAtAll() throws IOException {
        int there = 0;
        int cut = 0;
        for (long seed = 0; seed < 400; seed++) {
            FaultyDisk lossy = new FaultyDisk();
            Journal journal = Journal.open(lossy, SMALL, 0);
            group(journal, 3, 0);
            // One entry lies in few sectors, so that now and then all of them are there.
            int count = seed % 2 == 0 ? 1 : 5;
            for (int entry = 0; entry < count; entry++) {
                append(journal, 3 + entry, 0);
            }
            lossy.failNextForce();
            assertThrows(JournalFailed.class, journal::force);
            lossy.powerCut(seed);
            try (Journal again = Journal.open(lossy, SMALL, 3)) {
                long size = again.size();
                assertTrue(size == 3 || size == 3 + count, "seed " + seed + ": size " + size);
                there += size == 3 ? 0 : 1;
                cut += size == 3 ? 1 : 0;
                assertHolds(again, size, 0);
                group(again, 2, 0);
                assertHolds(again, size + 2, 0);
            }
        }
        assertTrue(there > 5 && cut > 200, "there " + there + ", cut " + cut);
    }

    /// What only the page cache holds must be durable before it is shown: else it would get a seal and then be
    /// lost.
    @Test
    void whatAKilledProcessLeftIsDurableBeforeItIsRead() throws IOException {
        for (long seed = 0; seed < 40; seed++) {
            FaultyDisk killed = new FaultyDisk();
            Journal journal = Journal.open(killed, SMALL, 0);
            group(journal, 3, 0);
            append(journal, 3, 0);
            if (seed % 2 == 0) {
                killed.failNextForce();
            } else {
                killed.failNextForceAndDropPages(seed);
            }
            assertThrows(JournalFailed.class, journal::force);
            killed.kill();
            try (Journal reader = Journal.open(killed, SMALL, 0)) {
                assertHolds(reader, 4, 0);
            }
            killed.powerCut(seed);
            // The second copy of the tail would do, until the next opening replaces it: the first must be right by
            // itself.
            killed.delete(TailCopy.NAME);
            try (Journal reader = Journal.open(killed, SMALL, 4)) {
                assertHolds(reader, 4, 0);
            }
        }
    }

    /// A new segment has its name in the page cache, and the process is killed before the directory was forced.
    @Test
    void aNameThatOnlyThePageCacheHeldIsDurableBeforeAnEntryIsForced() throws IOException {
        int found = 0;
        for (long operation = 0; operation < 200; operation++) {
            FaultyDisk killed = new FaultyDisk();
            Journal journal = Journal.open(killed, SMALL, 0);
            killed.cutPowerAfter(operation, operation);
            try {
                while (lastSegment(killed).equals(FIRST)) {
                    group(journal, 3, 0);
                }
                continue;
            } catch (JournalFailed failed) {
                killed.kill();
            }
            if (lastSegment(killed).equals(FIRST)) {
                continue;
            }
            found++;
            long size;
            try (Journal again = Journal.open(killed, SMALL, journal.size())) {
                group(again, 2, 0);
                size = again.size();
            }
            for (long seed = 0; seed < 10; seed++) {
                FaultyDisk cut = killed.copy();
                cut.powerCut(seed);
                try (Journal again = Journal.open(cut, SMALL, 0)) {
                    assertHolds(again, size, 0);
                }
            }
        }
        assertTrue(found > 0, "never killed between the name and the directory");
    }

    @Test
    void aFlippedBitInTheLastGroupIsATailAboveTheFloorAndDamageBelowIt() throws IOException {
        writeWithoutPadding();
        List<Integer> offsets = groupOffsets(disk.contents(FIRST));
        for (int offset = offsets.get(2); offset < offsets.get(2) + 700; offset++) {
            FaultyDisk flipped = disk.copy();
            flipped.delete(TailCopy.NAME);
            flipped.flipBit(FIRST, offset, offset % 8);
            assertDamaged(flipped, 4, 3, 3);
            assertDamaged(flipped, 6, 3, 5);
            try (Journal journal = Journal.open(flipped, SMALL, 3)) {
                assertEquals(3, journal.size());
                assertEquals(3, append(journal, 3, 0));
                journal.force();
                Entries.assertEntry(journal.read(3), 0);
            }
        }
    }

    @Test
    void aFlippedBitWithALaterGroupBehindItIsDamage() throws IOException {
        writeWithoutPadding();
        List<Integer> offsets = groupOffsets(disk.contents(FIRST));
        for (int offset = offsets.get(1); offset < offsets.get(1) + 700; offset++) {
            FaultyDisk flipped = disk.copy();
            flipped.flipBit(FIRST, offset, offset % 8);
            assertDamaged(flipped, 0, 1, 2);
        }
    }

    /// Groups of 1, 2 and 3 entries that fill their frames, so that no flip can hide in padding.
    private void writeWithoutPadding() throws IOException {
        try (Journal journal = Journal.open(disk, SMALL, 0)) {
            for (int count = 1; count <= 3; count++) {
                for (int entry = 0; entry < count; entry++) {
                    journal.append(new byte[24], new byte[1000]);
                }
                journal.force();
            }
        }
    }

    /// Of the later group no header of a group is left, only one frame: enough to tell that the one before was
    /// forced.
    @Test
    void aSingleFrameOfALaterGroupIsEnoughToTellDamage() throws IOException {
        write(2);
        try (Journal journal = Journal.open(disk, SMALL, 3)) {
            group(journal, 15, 0);
        }
        List<Integer> offsets = groupOffsets(disk.contents(FIRST));
        int later = offsets.get(2);
        assertTrue(offsets.get(3) - later > 8192, "the group has frames beyond its first block");
        disk.overwrite(FIRST, later, new byte[4096]);
        FaultyDisk torn = disk.copy();
        torn.delete(TailCopy.NAME);
        assertOpens(torn, 3, 3);
        disk.delete(TailCopy.NAME);
        disk.flipBit(FIRST, offsets.get(1) + 100, 1);
        JournalDamaged refused = assertThrows(JournalDamaged.class, () -> Journal.open(disk, SMALL, 0));
        assertEquals(1, refused.firstIndex(), refused.getMessage());
        assertTrue(refused.lastIndex() >= 2, refused.getMessage());
        assertTrue(refused.getMessage().contains("but group 2 is at"), refused.getMessage());
    }

    @Test
    void damageNamesThePlaceAndBothChecksums() throws IOException {
        write(3);
        int offset = groupOffsets(disk.contents(FIRST)).get(1);
        disk.flipBit(FIRST, offset + 64 + 48 + 2, 0);
        JournalDamaged refused = assertThrows(JournalDamaged.class, () -> Journal.open(disk, SMALL, 0));
        assertTrue(refused.segment().endsWith("/" + FIRST), refused.segment());
        assertEquals(offset + 64 + 48, refused.offset());
        assertTrue(
                refused.getMessage()
                        .matches(
                                "entries/0000000000000000.segment: leaf of entry 1 at \\d+ has checksum [0-9a-f]{8}, expected"
                                        + " [0-9a-f]{8}, but group 2 is at \\d+; concerned: entries 1 to 2; in all: entry 1"
                                        + " leaf gone"),
                refused.getMessage());
    }

    @Test
    void damageInAClosedSegmentIsFoundWhenItIsReadAndSparesTheOthers() throws IOException {
        write(20);
        int offset = groupOffsets(disk.contents(FIRST)).get(2);
        disk.flipBit(FIRST, offset + 64 + 48 + 30, 0);
        try (Journal journal = Journal.open(disk, SMALL, 210)) {
            JournalDamaged damaged = assertThrows(JournalDamaged.class, () -> journal.read(3));
            assertEquals(3, damaged.firstIndex());
            assertEquals(3, damaged.lastIndex());
            JournalDamaged scanned = assertThrows(JournalDamaged.class, () -> journal.scan(0, 100, entry -> {}));
            assertEquals(3, scanned.firstIndex());
            assertEquals(4, journal.read(4).index());
            append(journal, 210, 0);
            journal.force();
        }
    }

    @Test
    void aSpoiltFooterOfAClosedSegmentIsReplacedByReadingTheSegment() throws IOException {
        write(20);
        int size = SMALL.segmentSizeBytes();
        for (int back = 1; back < 64 + 3 * 8; back++) {
            FaultyDisk spoilt = disk.copy();
            spoilt.flipBit(FIRST, size - back, back % 8);
            try (Journal journal = Journal.open(spoilt, SMALL, 210)) {
                assertHolds(journal, 210, 0);
            }
        }
        disk.flipBit(FIRST, size - 1, 0);
        disk.flipBit(FIRST, groupOffsets(disk.contents(FIRST)).get(1) + 70, 0);
        JournalDamaged refused = assertThrows(JournalDamaged.class, () -> Journal.open(disk, SMALL, 0));
        assertEquals(1, refused.firstIndex());
    }

    /// Its checksum is right, what it says is not: no accident makes it, and nothing rests on it.
    @Test
    void aFooterThatContradictsTheHeadersIsReplacedByReadingTheSegment() throws IOException {
        write(20);
        for (int field : new int[] {24, 32, 40, 44}) {
            for (int change : field == 44 ? new int[] {-1000, 1000} : new int[] {-1, 1, 1000}) {
                FaultyDisk contradicting = disk.copy();
                changeFooter(contradicting, FIRST, field, change);
                try (Journal journal = Journal.open(contradicting, SMALL, 210)) {
                    assertHolds(journal, 210, 0);
                }
            }
        }
        try (Journal journal = Journal.open(disk, SMALL, 210)) {
            journal.closeSegment();
        }
        for (int field : new int[] {24, 32, 40, 44}) {
            FaultyDisk contradicting = disk.copy();
            changeFooter(contradicting, lastSegment(disk), field, 1);
            JournalDamaged refused = assertThrows(JournalDamaged.class, () -> Journal.open(contradicting, SMALL, 210));
            assertTrue(refused.getMessage().contains("was closed"), refused.getMessage());
        }
    }

    private static void changeFooter(FaultyDisk disk, String segment, int field, int change) throws IOException {
        byte[] bytes = disk.contents(segment);
        int trailer = bytes.length - 64;
        ByteBuffer view = ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        view.putInt(trailer + field, view.getInt(trailer + field) + change);
        var checksum = new java.util.zip.CRC32C();
        checksum.update(bytes, 40, 16);
        checksum.update(bytes, trailer, 60);
        view.putInt(trailer + 60, (int) checksum.getValue());
        disk.overwrite(segment, trailer, Arrays.copyOfRange(bytes, trailer, bytes.length));
    }

    @Test
    void aMissingSegmentIsDamage() throws IOException {
        write(30);
        List<String> segments =
                disk.list().stream().filter(SegmentHeader::isName).toList();
        assertTrue(segments.size() >= 4, () -> "" + segments);
        FaultyDisk middle = disk.copy();
        middle.delete(segments.get(1));
        assertThrows(JournalDamaged.class, () -> Journal.open(middle, SMALL, 0));
        FaultyDisk last = disk.copy();
        last.delete(segments.getLast());
        assertThrows(JournalDamaged.class, () -> Journal.open(last, SMALL, 465));
        segments.forEach(name -> assertDeleted(disk, name));
        assertDamaged(disk, 10, 0, 9);
    }

    private static void assertDeleted(FaultyDisk disk, String name) {
        try {
            disk.delete(name);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSegmentOfAnotherJournalOfTheSameKindIsDamage() throws IOException {
        write(20);
        FaultyDisk other = new FaultyDisk();
        try (Journal journal = Journal.open(other, SMALL, 0)) {
            for (int count = 1; count <= 20; count++) {
                group(journal, count, 0);
            }
        }
        disk.overwrite("0000000000000001.segment", 0, other.contents("0000000000000001.segment"));
        JournalDamaged refused = assertThrows(JournalDamaged.class, () -> Journal.open(disk, SMALL, 0));
        assertTrue(refused.getMessage().contains("journal id"), refused.getMessage());
    }

    /// A client knows the format and can guess group and index, not the nonce. Its frames come to light when the
    /// head of the group that carries them is lost; they belong to later groups, as they say.
    @Test
    void framesForgedInsidePayloadsAreNotTakenForALaterGroup() throws IOException {
        byte[] later = foreignGroups(8);
        write(1);
        try (Journal journal = Journal.open(disk, SMALL, 1)) {
            for (int shift = 0; shift < 8; shift++) {
                journal.append(new byte[shift], Arrays.copyOf(later, 1400));
            }
            journal.force();
        }
        disk.overwrite(FIRST, groupOffsets(disk.contents(FIRST)).get(1), new byte[512]);
        assertOpens(disk, 1, 1);
    }

    /// The group is just the one that is expected next, at just the right place; only it is not from this use of
    /// the file.
    @Test
    void aGroupForgedBehindTheLastOneIsNotTaken() throws IOException {
        byte[] foreign = foreignGroups(2);
        write(2);
        int end = groupOffsets(disk.contents(FIRST)).getLast();
        disk.overwrite(FIRST, end, foreign);
        assertOpens(disk, 3, 3);
    }

    /// A group, with the numbers that group `number` has in the journals written here, but of another journal.
    private static byte[] foreignGroups(int number) throws IOException {
        FaultyDisk other = new FaultyDisk();
        try (Journal journal = Journal.open(other, SMALL, 0)) {
            for (int count = 1; count <= number + 1; count++) {
                group(journal, count, 1);
            }
        }
        byte[] segment = other.contents(FIRST);
        List<Integer> offsets = groupOffsets(segment);
        return Arrays.copyOfRange(segment, offsets.get(number), offsets.get(number + 1));
    }

    /// A segment as release 0.1 recycled it holds valid groups of its earlier use, with lower and with higher
    /// numbers than the next ones.
    @Test
    void framesOfAnEarlierUseOfTheSegmentAreNeverTaken() throws IOException {
        try (Journal journal = Journal.open(disk, SMALL, 0)) {
            byte[] earlier = new byte[0];
            while (journal.firstIndex() == 0) {
                group(journal, 4, 0);
                earlier = disk.contents(FIRST);
                journal.recycle(journal.size());
            }
            disk.overwrite(Spare.NAME, 0, earlier);
            String recycledInto = lastSegment(disk);
            while (lastSegment(disk).equals(recycledInto)) {
                group(journal, 4, 0);
            }
            group(journal, 4, 0);
        }
        byte[] last = disk.contents(lastSegment(disk));
        assertTrue(groupOffsets(last).size() > 4, "groups of the earlier use lie behind those of this one");
        int secondGroup = groupOffsets(last).get(1);
        long size;
        try (Journal journal = Journal.open(disk, SMALL, 0)) {
            size = journal.size();
            assertHolds(journal, size, 0);
            assertTrue(journal.firstIndex() > 0);
        }
        disk.overwrite(lastSegment(disk), secondGroup + 44, (byte) 1);
        disk.delete(TailCopy.NAME);
        assertOpens(disk, 0, size - (secondGroup < groupOffsets(last).getLast() ? tailOf(last, size) : 0));
    }

    // Entries of the groups of this use from the second on.
    private static long tailOf(byte[] segment, long size) {
        ByteBuffer bytes = ByteBuffer.wrap(segment).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        int second = groupOffsets(segment).get(1);
        boolean sameUse = bytes.getLong(second + 8) == bytes.getLong(40);
        return sameUse ? size - bytes.getLong(second + 32) : 0;
    }

    /// The same group number is given again after a cut; what is left of the first attempt is not later than the
    /// second.
    @Test
    void leftoversOfACutGroupDoNotLookLikeDamage() throws IOException {
        for (long seed = 0; seed < 100; seed++) {
            FaultyDisk lossy = new FaultyDisk();
            Journal journal = Journal.open(lossy, SMALL, 0);
            group(journal, 1, 0);
            for (int attempt = 0; attempt < 4; attempt++) {
                long size = journal.size();
                for (int entry = 0; entry < 9; entry++) {
                    append(journal, size + entry, 0);
                }
                lossy.failNextForce();
                assertThrows(JournalFailed.class, journal::force);
                lossy.powerCut(seed * 10 + attempt);
                journal = Journal.open(lossy, SMALL, size);
                group(journal, 1, 0);
            }
            assertHolds(journal, journal.size(), 0);
        }
    }

    /// Sectors of a first attempt and of a second one at the same group, each with nothing but valid frames.
    @Test
    void aGroupMixedFromTwoAttemptsIsNoGroup() throws IOException {
        write(1);
        FaultyDisk other = disk.copy();
        for (FaultyDisk attempt : new FaultyDisk[] {disk, other}) {
            try (Journal journal = Journal.open(attempt, SMALL, 1)) {
                for (int entry = 0; entry < 8; entry++) {
                    byte[] body = new byte[400];
                    Arrays.fill(body, (byte) (attempt == disk ? 1 : 2));
                    journal.append(new byte[0], body);
                }
                journal.force();
            }
        }
        int group = groupOffsets(disk.contents(FIRST)).get(1);
        int frameSize = 48 + 400;
        int second = group + 64 + frameSize;
        disk.overwrite(FIRST, second, Arrays.copyOfRange(other.contents(FIRST), second, second + frameSize));
        assertOpens(disk, 1, 1);
    }

    /// Opening writes the last group again. Were that write to spoil the sectors, entries acknowledged long ago
    /// would go.
    @Test
    void aPowerCutWhileTheTailIsRewrittenLosesNothing() throws IOException {
        write(5);
        disk.spoilSectors();
        FaultyDisk counting = disk.copy();
        Journal.open(counting, SMALL, 15).close();
        long operations = counting.operations();
        assertTrue(operations >= 5, "copy, its force, group, its force, directory");
        for (long operation = 0; operation < operations; operation++) {
            for (long seed = 0; seed < 30; seed++) {
                FaultyDisk cut = disk.copy();
                cut.cutPowerAfter(operation, seed);
                assertThrows(FaultyDisk.PowerCut.class, () -> Journal.open(cut, SMALL, 15));
                cut.powerCut(seed);
                try (Journal journal = Journal.open(cut, SMALL, 15)) {
                    assertHolds(journal, 15, 0);
                }
            }
        }
    }

    /// The power goes between the footer of a full segment and the next segment's name.
    @Test
    void aClosedLastSegmentGoesOnInANewOne() throws IOException {
        int found = 0;
        for (long operation = 0; operation < 200; operation++) {
            FaultyDisk cut = new FaultyDisk();
            long size = closeAndCut(cut, operation);
            if (isClosed(cut, lastSegment(cut))) {
                found++;
                assertOpens(cut, size, size);
                assertEquals("0000000000000001.segment", lastSegment(cut));
            }
        }
        assertTrue(found >= 2, "cut between footer and name: " + found);
    }

    @Test
    void groupsMissingFromAClosedLastSegmentAreDamage() throws IOException {
        int found = 0;
        for (long operation = 0; operation < 200; operation++) {
            FaultyDisk cut = new FaultyDisk();
            long size = closeAndCut(cut, operation);
            if (isClosed(cut, lastSegment(cut))) {
                found++;
                List<Integer> offsets = groupOffsets(cut.contents(FIRST));
                cut.flipBit(FIRST, offsets.get(offsets.size() - 2) + 64, 0);
                cut.delete(TailCopy.NAME);
                JournalDamaged refused = assertThrows(JournalDamaged.class, () -> Journal.open(cut, SMALL, 0));
                assertTrue(refused.getMessage().contains("was closed behind entry"), refused.getMessage());
                assertEquals(size - 1, refused.lastIndex());
            }
        }
        assertTrue(found >= 2, "cut between footer and name: " + found);
    }

    /// Appends until the power goes at the given operation or the first segment was left.
    ///
    /// @return how many entries were forced
    private static long closeAndCut(FaultyDisk disk, long operation) throws IOException {
        Journal journal = Journal.open(disk, SMALL, 0);
        disk.cutPowerAfter(operation, operation);
        try {
            while (lastSegment(disk).equals(FIRST)) {
                group(journal, 3, 0);
            }
        } catch (JournalFailed cut) {
            disk.powerCut(operation);
        }
        return journal.size();
    }

    private static boolean isClosed(FaultyDisk disk, String segment) throws IOException {
        return new String(disk.contents(segment), SMALL.segmentSizeBytes() - 64, 8, US_ASCII).equals("SPFOOT01");
    }

    @Test
    void anErasedBodyIsAValidStateOfAFrame() throws IOException {
        write(1);
        byte[] segment = disk.contents(FIRST);
        int frame = groupOffsets(segment).getFirst() + 64;
        ErasedBody.write(disk, FIRST, segment, frame);
        try (Journal journal = Journal.open(disk, SMALL, 1)) {
            JournalEntry entry = journal.read(0);
            assertTrue(entry.bodyErased());
            assertEquals(0, entry.body().length);
            assertEquals(24, entry.leaf().length);
        }
        disk.overwrite(FIRST, frame + 48 + 24 + 3, (byte) 1);
        disk.delete(TailCopy.NAME);
        assertDamaged(disk, 1, 0, 0);
    }
}
