package org.sealpost.archive.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.ForwardingDisk;

/// A look-up touches few files however many parts there are, and never misses anything by that.
@Timeout(300)
class GuidesTest {
    private static final int RECORDS = 420;
    private static final long SEED = 20_261_127;
    private static final int MOST_TURNS = 1000;

    private IndexRig box;

    @BeforeEach
    void manyParts() throws Exception {
        box = new IndexRig(RECORDS);
        box.mostEntries = 4;
        box.open();
        box.index();
        assertTrue(box.indexer.parts().size() > GuideHeader.MOST_MEMBERS + Guides.MOST_WAITING);
        assertEquals(2, box.files(PartFolder.GUIDE).size(), box.files(PartFolder.GUIDE)::toString);
    }

    @Test
    void aLookUpByKeyTouchesFewFiles() throws Exception {
        var touched = touched(IndexRig.query("client-1", "k400", null, null, null));
        assertTrue(touched.size() <= 2 + Guides.MOST_WAITING + 8, touched::toString);
        touched = touched(IndexRig.query("client-1", "no such key", null, null, null));
        assertTrue(touched.size() <= 2 + Guides.MOST_WAITING + 8, touched::toString);
        // The newest page of what lies everywhere is in the last parts.
        touched = touched(IndexRig.in(
                org.sealpost.archive.RecordSearch.Order.NEWEST_FIRST,
                java.util.OptionalLong.empty(),
                IndexRig.query("client-1", null, null, null, null)));
        assertTrue(touched.size() < box.indexer.parts().size() / 2 + 2, touched::toString);
        box.findsAll("guided");
    }

    /// The files that are opened for one page.
    private Set<String> touched(org.sealpost.archive.RecordSearch.Query query) throws Exception {
        var touched = new HashSet<String>();
        var indexer = Indexer.open(
                () -> new ForwardingDisk(box.disk) {
                    @Override
                    public DiskFile open(String name) throws IOException {
                        touched.add(name);
                        return super.open(name);
                    }
                },
                box.rig.journal,
                IndexRig.HASH,
                IndexRig.PROFILES,
                new Indexer.Surroundings(
                        () -> false, () -> 0, () -> box.rig.clock().time()),
                box.mostEntries);
        while (indexer.step() > 0) {}
        for (var part : indexer.parts()) part.rest();
        touched.clear();
        new IndexSearch(indexer, box::find).find(query, IndexRig.sight("client-1"), _ -> true);
        indexer.close();
        return touched;
    }

    @Test
    void whateverIsWrongWithAGuideItIsMadeAgainAndNothingIsMissed() throws Exception {
        var random = new Random(SEED);
        for (var name : box.files(PartFolder.GUIDE)) {
            int size = box.disk.contents(name).length;
            for (int at = 0; at < size; at += 700) {
                box.disk.flipBit(name, at + random.nextInt(Math.min(700, size - at)), random.nextInt(8));
                String what = "seed " + SEED + ", " + name + " flipped from " + at;
                if (random.nextBoolean()) box.open();
                box.missesNothingInSilence(what);
                box.index();
                if (random.nextBoolean()) box.later();
                box.index();
                box.missesNothingInSilence(what);
            }
            box.disk.truncate(name, size - 1);
            box.missesNothingInSilence("cut off");
            box.index();
            box.unreadable.add(name);
            box.missesNothingInSilence("unreadable");
            box.index();
            box.unreadable.clear();
            box.disk.delete(name);
            box.later();
            box.index();
            assertEquals(2, box.files(PartFolder.GUIDE).size(), "made again");
        }
        box.disk.rename(
                box.files(PartFolder.GUIDE).getFirst(),
                box.files(PartFolder.GUIDE).getLast());
        box.missesNothingInSilence("under the name of another");
        box.open();
        box.index();
        box.findsAll("made again");
        assertEquals(2, box.files(PartFolder.GUIDE).size());
    }

    /// One that is whole, and wrong: only the self-check can see that.
    @Test
    void aGuideThatLeadsPastWhatIsThereIsFoundByTheSelfCheck() throws Exception {
        var guide = box.indexer.guides().of(box.indexer.parts().getFirst()).orElseThrow();
        var name = guide.header().fileName();
        try (var file = box.disk.open(name)) {
            for (int number = 0; number < guide.header().blocks(); number++) {
                var block = ByteBuffer.allocate(GuideHeader.BLOCK).order(ByteOrder.LITTLE_ENDIAN);
                block.putInt(
                        GuideHeader.BLOCK - 4,
                        GuideRows.checksum(block, number, guide.header().checksum()));
                file.write((1L + number) * GuideHeader.BLOCK, block);
            }
        }
        var check = new IndexCheck(box.indexer);
        var objection = check.objection(0, new Random(SEED)).orElseThrow();
        assertTrue(objection.contains(name + " does not lead to entry"), objection);
        box.index();
        assertEquals(Optional.empty(), check.objection(0, new Random(SEED)));
        box.findsAll("made again");
    }

    /// Whoever looks while a guide is being replaced or deleted reads in a file that is not its own any more.
    @Test
    void aGuideThatIsBeingReplacedIsNotTakenForDamaged() throws Exception {
        var segment = box.rig.journal.closedSegments().getFirst();
        var parts = box.indexer.parts();
        int behind = 0;
        while (parts.get(behind).run().segment() == segment.number()) behind++;
        var beside = parts.get(behind);
        assertEquals(
                box.indexer.guides().of(parts.get(behind - 1)),
                box.indexer.guides().of(beside));
        var check = new IndexCheck(box.indexer);
        int[] looks = {0};
        box.meanwhile = () -> {
            assertEquals(Optional.empty(), check.objection(beside.run().first(), new Random(SEED)));
            looks[0]++;
        };
        box.rig.journal.eraseBodies(segment.number(), index -> index % 4 == 0);
        box.made.removeIf(record -> record.index() % 4 == 0 && record.index() < segment.nextIndex());
        box.index();
        box.findsAll("replaced");
        assertTrue(looks[0] > 0);

        looks[0] = 0;
        box.rig.journal.eraseBodies(segment.number(), index -> index % 4 == 1);
        box.made.removeIf(record -> record.index() % 4 == 1 && record.index() < segment.nextIndex());
        clearWithoutRoom(segment.number());
        assertTrue(looks[0] > 0);
        box.meanwhile = () -> {};
        box.diskFull = false;
        box.index();
        box.findsAll("deleted");
    }

    /// Nothing is known of what one holds that cannot be opened now.
    @Test
    void aGuideThatCannotBeOpenedIsNoFindingOfTheSelfCheck() throws Exception {
        var part = box.indexer.parts().getFirst();
        box.shut.add(box.indexer.guides().of(part).orElseThrow().header().fileName());
        var check = new IndexCheck(box.indexer);
        assertEquals(Optional.empty(), check.objection(part.run().first(), new Random(SEED)));
        assertTrue(box.indexer.guides().of(part).isEmpty(), "it was tried");
        box.index();
        assertTrue(box.indexer.guides().of(part).isPresent(), "made again");
        box.findsAll("made again");
    }

    /// A file whose writing failed at the very end is no guide, and holds what others erase.
    @Test
    void aGuideThatFailedToBecomeDurableHidesNothingThatWasErased() throws Exception {
        var name = box.files(PartFolder.GUIDE).getFirst();
        box.disk.delete(name);
        box.later();
        box.meanwhile = () -> {
            if (box.disk.list().contains(name)) throw new IOException("the folder cannot be forced");
        };
        assertThrows(IOException.class, box::index);
        box.meanwhile = () -> {};
        assertTrue(box.disk.list().contains(name));

        var segment = box.rig.journal.closedSegments().getFirst();
        box.rig.journal.eraseBodies(segment.number(), index -> index % 4 == 0);
        box.made.removeIf(record -> record.index() % 4 == 0 && record.index() < segment.nextIndex());
        clearWithoutRoom(segment.number());
        noneKnows(segment.number(), "without room");
        box.diskFull = false;
        box.index();
        box.findsAll("room again");
        assertEquals(2, box.files(PartFolder.GUIDE).size());
    }

    /// Parts that cannot be opened do not keep the others from having a guide.
    @Test
    void partsThatAreShutHoldUpNoGuide() throws Exception {
        var parts = box.indexer.parts();
        for (var part : parts) part.rest();
        for (var part : parts.subList(0, Guides.MOST_AT_ONCE))
            box.shut.add(part.run().fileName());
        box.disk.delete(box.files(PartFolder.GUIDE).getFirst());
        box.later();
        box.index();
        box.index();
        assertTrue(box.indexer.guides().of(parts.get(Guides.MOST_AT_ONCE)).isPresent());
        assertTrue(box.indexer.guides().of(parts.getFirst()).isEmpty());
        box.shut.clear();
        box.later();
        box.index();
        assertTrue(box.indexer.guides().of(parts.getFirst()).isPresent());
        box.findsAll("opened again");
    }

    /// Nothing of what was erased stays, and the parts beside it keep their guide.
    @Test
    void whatWasErasedIsInNoGuide() throws Exception {
        var segment = box.rig.journal.closedSegments().getFirst();
        box.rig.journal.eraseBodies(segment.number(), index -> index % 4 == 0);
        assertFalse(box.indexer.isOfPresentUse(segment.number()));
        box.made.removeIf(record -> record.index() % 4 == 0 && record.index() < segment.nextIndex());
        int turns = 0;
        while (!box.indexer.isOfPresentUse(segment.number())) {
            assertTrue(turns++ < MOST_TURNS, "it comes to an end");
            assertTrue(box.indexer.step() > 0);
        }
        noneKnows(segment.number(), "at once");
        box.index();
        noneKnows(segment.number(), "and for good");
        box.findsAll("erased");
        assertEquals(2, box.files(PartFolder.GUIDE).size());

        // Where there is no room, a guide goes as a whole.
        box.rig.journal.eraseBodies(segment.number(), index -> index % 4 == 1);
        box.made.removeIf(record -> record.index() % 4 == 1 && record.index() < segment.nextIndex());
        clearWithoutRoom(segment.number());
        noneKnows(segment.number(), "without room");
        box.missesNothingInSilence("without room");
        box.diskFull = false;
        box.index();
        box.findsAll("room again");
    }

    private void clearWithoutRoom(long segment) {
        box.diskFull = true;
        int turns = 0;
        while (!box.indexer.isOfPresentUse(segment)) {
            assertTrue(turns++ < MOST_TURNS, "it comes to an end");
            assertThrows(IOException.class, box::index);
        }
    }

    private void noneKnows(long segment, String what) throws Exception {
        var uses = box.rig.journal.closedSegments().stream()
                .filter(closed -> closed.number() == segment)
                .map(closed -> closed.use())
                .toList();
        for (var name : box.files(PartFolder.GUIDE)) {
            try (var file = box.disk.open(name)) {
                for (var member : GuideHeader.read(file, name).members()) {
                    assertTrue(
                            member.run().segment() != segment
                                    || uses.contains(member.run().use()),
                            what + ": " + member);
                }
            }
        }
    }

    /// The guides of given up segments go with them, not later than eight parts behind.
    @Test
    void whatWasGivenUpLeavesTheGuides() throws Exception {
        var segment = box.rig.journal.closedSegments().getFirst();
        box.rig.journal.recycle(segment.nextIndex());
        box.missesNothingInSilence("given up");
        box.index();
        box.findsAll("given up");
        for (var name : box.files(PartFolder.GUIDE)) {
            try (var file = box.disk.open(name)) {
                long gone = GuideHeader.read(file, name).members().stream()
                        .filter(member -> member.run().first() < segment.nextIndex())
                        .count();
                assertTrue(gone < Guides.MOST_WAITING, gone + " in " + name);
            }
        }
        box.open();
        box.index();
        box.findsAll("restarted");
    }

    /// A part that was made again may hold other terms: what its guide knows of the one before means nothing.
    @Test
    void aPartThatWasMadeAgainIsLookedInto() throws Exception {
        var part = box.indexer.parts().getFirst();
        var list = new TermList();
        var other = IndexPart.write(
                new PartFolder(() -> (Disk) box.disk),
                part.run(),
                box.indexer.terms().made(),
                list,
                List.of());
        assertTrue(box.indexer.guides().of(part).isPresent());
        assertTrue(box.indexer.guides().of(other).isEmpty());
        other.close();
    }

    /// Of a full guide of keys few parts are looked into for nothing.
    @Test
    void fewPartsAreLookedIntoForNothing() {
        int blocks = 64;
        var random = new Random(SEED);
        var column = new GuideRows.Column(blocks);
        for (int i = 0; i < blocks * 32; i++) column.add(Term.Kind.KEY, random.nextLong());
        int passed = 0;
        for (int i = 0; i < 10_000; i++) {
            long number = GuideRows.of(Term.Kind.KEY, random.nextLong());
            int block = GuideRows.block(number, blocks);
            boolean has = true;
            for (int row : GuideRows.rows(number)) has &= column.has(block, row);
            if (has) passed++;
        }
        assertTrue(passed < 100, passed + " of 10,000 strangers");
    }
}
