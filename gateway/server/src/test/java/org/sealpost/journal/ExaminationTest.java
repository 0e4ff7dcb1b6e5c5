package org.sealpost.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.journal.Entries.SMALL;
import static org.sealpost.journal.Entries.group;
import static org.sealpost.journal.Entries.groupOffsets;
import static org.sealpost.journal.Entries.lastSegment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is said of a damaged journal: neither more nor less than what is gone.
class ExaminationTest {
    private static final String FIRST = "0000000000000000.segment";
    private static final String SECOND = "0000000000000001.segment";
    private static final String THIRD = "0000000000000002.segment";

    private final FaultyDisk disk = new FaultyDisk();

    /// Groups of four entries until the third segment holds some.
    private long write() throws IOException {
        try (Journal journal = Journal.open(disk, SMALL, 0)) {
            while (!disk.list().contains(THIRD)) {
                group(journal, 4, 0);
            }
            group(journal, 4, 0);
            return journal.size();
        }
    }

    private Examination examine(long floor) throws IOException {
        long operations = disk.operations();
        Examination examination = Examination.of(disk, "entries", floor);
        assertEquals(operations, disk.operations(), "nothing is changed");
        return examination;
    }

    private Damage only(long floor) throws IOException {
        List<Damage> damages = examine(floor).damages();
        assertEquals(1, damages.size(), damages::toString);
        return damages.getFirst();
    }

    private static void assertLoss(Damage damage, long first, long last, Damage.Gone gone) {
        assertEquals(first, damage.firstIndex(), damage::toString);
        assertEquals(last, damage.lastIndex(), damage::toString);
        assertEquals(gone, damage.gone(), damage::toString);
    }

    /// Where the frame of an entry begins in its segment, by the words of the format.
    static int frame(byte[] segment, long index) {
        ByteBuffer bytes = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
        for (int group : groupOffsets(segment)) {
            long first = bytes.getLong(group + 32);
            int count = bytes.getInt(group + 40);
            if (index >= first && index < first + count) {
                int length = bytes.getInt(group + 44);
                return group + bytes.getInt(group + length - 4 * count + 4 * (int) (index - first));
            }
        }
        throw new AssertionError("no entry " + index);
    }

    private static int leafAt(byte[] segment, long index) {
        return frame(segment, index) + 48;
    }

    @Test
    void aWholeJournalHasNoDamage() throws IOException {
        long size = write();
        Examination examination = examine(size);
        assertTrue(examination.isWhole(), examination.explanation()::toString);
        assertEquals(0, examination.firstIndex());
        assertEquals(size, examination.nextIndex());
        assertEquals(
                List.of("journal 'entries' holds entries 0 to %d: whole".formatted(size - 1)),
                examination.explanation());
    }

    @Test
    void anEmptyDirectoryIsWholeAsLongAsNothingMustBeThere() throws IOException {
        assertTrue(examine(0).isWhole());
        assertLoss(only(7), 0, 6, Damage.Gone.BOTH);
    }

    @Test
    void ofAnEntryTheBodyAloneMayBeGone() throws IOException {
        write();
        byte[] segment = disk.contents(FIRST);
        disk.flipBit(FIRST, leafAt(segment, 5) + 24, 3);
        assertLoss(only(0), 5, 5, Damage.Gone.BODY);
        disk.flipBit(FIRST, leafAt(segment, 5) + 24, 3);
        disk.flipBit(FIRST, leafAt(segment, 6) + 1, 3);
        Damage leaf = only(0);
        assertLoss(leaf, 6, 6, Damage.Gone.LEAF);
        assertTrue(leaf.leavesGone());
        assertTrue(leaf.toString().contains("leaf of entry 6 at "), leaf::toString);
    }

    @Test
    void aFrameIsReadableAlthoughItsGroupIsNot() throws IOException {
        long size = write();
        int group = groupOffsets(disk.contents(SECOND)).get(1);
        disk.flipBit(SECOND, group + 20, 0);
        Damage damage = only(size);
        assertEquals(Damage.Gone.NOTHING, damage.gone());
        assertEquals(3, damage.lastIndex() - damage.firstIndex());
        assertFalse(damage.leavesGone());
    }

    @Test
    void whatIsGoneTogetherIsOneRange() throws IOException {
        long size = write();
        List<Integer> groups = groupOffsets(disk.contents(FIRST));
        int from = groups.get(1);
        disk.overwrite(FIRST, from, new byte[groups.get(3) - from]);
        assertLoss(only(size), 4, 11, Damage.Gone.BOTH);
    }

    @Test
    void aSegmentIsReadWhoseHeaderIsGone() throws IOException {
        long size = write();
        for (String name : List.of(FIRST, SECOND, THIRD)) {
            FaultyDisk before = disk.copy();
            disk.overwrite(name, 0, new byte[4096]);
            Damage damage = only(size);
            assertEquals(Damage.Gone.NOTHING, damage.gone(), damage::toString);
            assertEquals("entries/" + name, damage.segment());
            disk.overwrite(name, 0, before.contents(name));
        }
        // With the first group, too: the footer still says which use of the file it is.
        disk.overwrite(SECOND, 0, new byte[4096 + 64]);
        assertTrue(examine(size).damages().stream().noneMatch(Damage::leavesGone));
    }

    @Test
    void aSegmentThatIsNotThereIsARange() throws IOException {
        long size = write();
        ByteBuffer second = ByteBuffer.wrap(disk.contents(SECOND)).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer third = ByteBuffer.wrap(disk.contents(THIRD)).order(ByteOrder.LITTLE_ENDIAN);
        FaultyDisk copy = disk.copy();
        disk.delete(SECOND);
        Damage middle = only(size);
        assertLoss(middle, second.getLong(24), third.getLong(24) - 1, Damage.Gone.BOTH);
        assertTrue(middle.problem().contains("segment 0000000000000001 is missing"), middle::toString);
        assertThrows(JournalDamaged.class, () -> Journal.open(disk, SMALL, size));

        copy.delete(THIRD);
        Damage end = Examination.of(copy, "entries", size).damages().getFirst();
        assertLoss(end, third.getLong(24), size - 1, Damage.Gone.BOTH);
    }

    @Test
    void theEndOfASegmentThatTellsNothingCannotBeTold() throws IOException {
        write();
        disk.overwrite(THIRD, 0, new byte[64 * 1024]);
        assertEquals(-1, only(0).lastIndex());
    }

    @Test
    void aSegmentOfAnotherJournalIsNotReadAsOnesOwn() throws IOException {
        long size = write();
        FaultyDisk other = new FaultyDisk();
        try (Journal journal = Journal.open(other, SMALL, 0)) {
            while (!other.list().contains(THIRD)) {
                group(journal, 4, 1);
            }
        }
        disk.overwrite(SECOND, 0, other.contents(SECOND));
        assertEquals(Damage.Gone.BOTH, only(size).gone());
    }

    @Test
    void entriesThatWereSealedAndAreNotThereAreDamage() throws IOException {
        long size = write();
        List<Integer> groups = groupOffsets(disk.contents(THIRD));
        int last = groups.get(groups.size() - 2);
        disk.delete(TailCopy.NAME);
        disk.overwrite(THIRD, last, new byte[groups.getLast() - last]);
        assertTrue(examine(size - 4).isWhole(), "what nobody knows of is a tail");
        assertLoss(only(size), size - 4, size - 1, Damage.Gone.BOTH);
    }

    @Test
    void aBlockThatTheDiskDoesNotGiveTakesWhatLiesInIt() throws IOException {
        long size = write();
        int frame = frame(disk.contents(FIRST), 9);
        Examination examination = Examination.of(new Unreadable(disk, FIRST, frame / 4096 * 4096), "entries", size);
        List<Damage> damages = examination.damages();
        assertTrue(damages.stream().anyMatch(damage -> damage.firstIndex() <= 9 && damage.lastIndex() >= 9));
        assertTrue(damages.toString().contains("the disk does not give the block at"), damages::toString);
        assertTrue(damages.stream().allMatch(damage -> damage.lastIndex() < 20), damages::toString);
    }

    @Test
    void aLaterVersionIsNotDamage() throws IOException {
        write();
        ByteBuffer block = ByteBuffer.wrap(disk.contents(SECOND), 0, 4096).order(ByteOrder.LITTLE_ENDIAN);
        block.putShort(8, (short) 2).putInt(4092, Checksum.unseeded(block.array(), 0, 4092));
        byte[] header = new byte[4096];
        block.get(0, header);
        disk.overwrite(SECOND, 0, header);
        IOException refused = assertThrows(IOException.class, () -> Examination.of(disk, "entries", 0));
        assertTrue(String.valueOf(refused.getMessage()).contains("format version 2"), refused::getMessage);
    }

    @Test
    void aFrameOfALaterVersionIsNotDamage() throws IOException {
        write();
        byte[] segment = disk.contents(FIRST);
        int frame = frame(segment, 7);
        byte[] nonce = java.util.Arrays.copyOfRange(segment, 40, 56);
        ByteBuffer header = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        header.put(segment, frame, 44).putInt(40, 8);
        header.putInt(44, new Checksum(nonce).of(header.array(), 0, 44));
        disk.overwrite(FIRST, frame, header.array());
        IOException refused = assertThrows(IOException.class, () -> Examination.of(disk, "entries", 0));
        assertTrue(String.valueOf(refused.getMessage()).contains("flags is 8"), refused::getMessage);
    }

    @Test
    void anOpeningThatIsRefusedTellsAllRanges() throws IOException {
        long size = write();
        byte[] segment = disk.contents(FIRST);
        disk.flipBit(FIRST, leafAt(segment, 2) + 24, 0);
        disk.flipBit(FIRST, leafAt(segment, 9), 0);
        disk.flipBit(FIRST, 64 * 1024 - 8, 0);
        JournalDamaged refused = assertThrows(JournalDamaged.class, () -> Journal.open(disk, SMALL, size));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("in all: entry 2 body gone, entry 9 leaf gone"), message);
        assertEquals(0, refused.firstIndex());
        disk.lock().close();
    }

    @Test
    void ofManyRangesAHundredAreTold() {
        List<Damage> damages = java.util.stream.LongStream.range(0, 130)
                .mapToObj(index -> new Damage("entries/x", 0, 2 * index, 2 * index, Damage.Gone.BOTH, "gone"))
                .toList();
        String message = String.valueOf(
                new JournalDamaged("entries/x", 0, 0, 258, "bad").with(damages).getMessage());
        assertTrue(message.contains("entry 198 gone, and 30 more ranges"), message);
        assertFalse(message.contains("entry 200"), message);
    }

    /// One bit at a time, all over a closed and an open segment: what opens has lost nothing, and of what does not open
    /// only entries are named that the bit can have touched.
    @Test
    void wherverABitFlipsTheRestIsReadable() throws IOException {
        long size = write();
        disk.delete(TailCopy.NAME);
        for (String name : List.of(FIRST, lastSegment(disk))) {
            byte[] segment = disk.contents(name);
            int end =
                    name.equals(FIRST) ? segment.length : groupOffsets(segment).getLast();
            for (int offset = 0; offset < end; offset += 5) {
                disk.flipBit(name, offset, offset % 8);
                Examination examination = Examination.of(disk, "entries", size);
                assertEquals(size, examination.nextIndex(), name + " at " + offset);
                int at = offset;
                for (Damage damage : examination.damages()) {
                    if (damage.gone() == Damage.Gone.NOTHING) {
                        continue;
                    }
                    assertEquals(damage.firstIndex(), damage.lastIndex(), () -> name + " at " + at + ": " + damage);
                    int frame = frame(segment, damage.firstIndex());
                    assertTrue(at >= frame && at < frame + 48 + 24 + 1500, () -> name + " at " + at + ": " + damage);
                }
                if (opens(disk.copy(), size)) {
                    assertTrue(
                            examination.damages().stream()
                                    .allMatch(damage -> damage.gone() == Damage.Gone.NOTHING || name.equals(FIRST)),
                            name + " at " + offset);
                } else {
                    assertFalse(examination.isWhole(), name + " at " + offset);
                }
                disk.flipBit(name, offset, offset % 8);
            }
        }
    }

    @Test
    void aJournalIsWholeWhoseLastSegmentIsClosed() throws IOException {
        long size = write();
        try (Journal journal = Journal.open(disk, SMALL, size)) {
            journal.closeSegment();
        }
        assertTrue(examine(size).isWhole(), () -> disk.list().toString());
    }

    /// Such a footer is the one of other groups: some that were forced may be missing.
    @Test
    void aFooterOfTheLastSegmentThatIsNotWhatItsGroupsSayIsDamage() throws IOException, Flaw {
        long size = write();
        SegmentHeader header;
        try (DiskFile file = disk.open(THIRD)) {
            header = SegmentHeader.read(file);
        }
        List<Integer> offsets = groupOffsets(disk.contents(THIRD));
        GroupIndex fewer = new GroupIndex();
        fewer.add(offsets.get(1) - offsets.get(0), 4);
        ByteBuffer footer = SegmentFooter.encode(header, fewer);
        disk.overwrite(THIRD, header.sizeBytes() - footer.capacity(), footer.array());
        assertLoss(only(size), header.firstIndex(), size - 1, Damage.Gone.NOTHING);
        JournalDamaged refused = assertThrows(JournalDamaged.class, () -> Journal.open(disk, SMALL, size));
        assertEquals(header.firstIndex(), refused.firstIndex());
    }

    private static boolean opens(FaultyDisk disk, long floor) throws IOException {
        try (Journal journal = Journal.open(disk, SMALL, floor)) {
            return journal.size() >= floor;
        } catch (JournalDamaged damaged) {
            return false;
        }
    }

    /// Ordinary power cuts: what an opening would put right is no damage.
    @Test
    void aTornTailIsNoDamage() throws IOException {
        for (long seed = 0; seed < 300; seed++) {
            FaultyDisk cut = new FaultyDisk();
            Journal journal = Journal.open(cut, SMALL, 0);
            long size = 0;
            try {
                cut.cutPowerAfter(3 + seed % 40, seed);
                while (true) {
                    group(journal, 5, 0);
                    size = journal.size();
                }
            } catch (JournalFailed power) {
                cut.powerCut(seed);
            }
            Examination examination = Examination.of(cut, "entries", size);
            assertTrue(examination.isWhole(), "seed " + seed + ": " + examination.explanation());
            try (Journal again = Journal.open(cut, SMALL, size)) {
                assertEquals(again.size(), examination.nextIndex(), "seed " + seed);
            }
        }
    }

    /// A disk that answers with an error wherever one block is asked for.
    private record Unreadable(FaultyDisk disk, String name, int block) implements Disk {
        @Override
        public List<String> list() {
            return disk.list();
        }

        @Override
        public DiskFile open(String file) throws IOException {
            DiskFile whole = disk.open(file);
            return !file.equals(name)
                    ? whole
                    : new ForwardingFile(whole) {
                        @Override
                        public int read(long offset, ByteBuffer target) throws IOException {
                            if (offset < block + 4096 && offset + target.remaining() > block) {
                                throw new IOException("Input/output error");
                            }
                            return super.read(offset, target);
                        }

                        @Override
                        public void write(long offset, ByteBuffer... sources) {
                            throw new AssertionError("written");
                        }

                        @Override
                        public void force() {
                            throw new AssertionError("forced");
                        }
                    };
        }

        @Override
        public DiskFile create(String file, long sizeBytes) {
            throw new AssertionError("created");
        }

        @Override
        public void rename(String from, String to) {
            throw new AssertionError("renamed");
        }

        @Override
        public void delete(String file) {
            throw new AssertionError("deleted");
        }

        @Override
        public void forceDirectory() {
            throw new AssertionError("forced");
        }

        @Override
        public Closeable lock() throws IOException {
            return disk.lock();
        }

        @Override
        public long usableBytes() {
            return disk.usableBytes();
        }

        @Override
        public void inBackground(Runnable task) {
            throw new AssertionError("in the background");
        }
    }
}
