package org.sealpost.archive.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.sealpost.capture.UnreadableFiles;
import org.sealpost.journal.EntryState;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.LostLeaf;

/// Whatever is broken in the index's folder, or in the journal that it is made from: what is found is right,
/// what is missing is said to be, and it is made again by itself.
class IndexFaultsTest {
    private static final int RECORDS = 420;
    private static final long SEED = 20_261_126;
    private static final String FIRST_SEGMENT = "0000000000000000.segment";

    private final IndexRig box;

    IndexFaultsTest() throws Exception {
        box = new IndexRig(RECORDS);
        assertFalse(box.rig.journal.closedSegments().isEmpty());
        box.index();
    }

    private void brokenAtAStart(String what) throws Exception {
        box.open();
        box.missesNothingInSilence(what);
        box.index();
        box.findsAll(what);
    }

    // --- files

    @Test
    void everyFileInTurnIsMissing() throws Exception {
        for (var name : box.disk.list()) {
            box.disk.delete(name);
            brokenAtAStart(name + " deleted");
        }
        assertEquals(0, box.indexer.setAside());
    }

    @Test
    void everyFileInTurnIsCutOff() throws Exception {
        for (var name : box.files(PartFolder.SUFFIX)) {
            int size = box.disk.contents(name).length;
            for (int left : new int[] {0, 1, 4095, 4096, 4097, 2 * 4096, size - 1}) {
                box.disk.truncate(name, left);
                brokenAtAStart(name + " of " + left + " bytes");
            }
        }
        assertTrue(box.indexer.setAside() > 0);
        assertTrue(box.files(PartFolder.BAD).size() <= PartFolder.MOST_SET_ASIDE, "what is set aside has a bound");
    }

    /// A flipped bit in each region of each file, at a start and while the file is in use.
    @Test
    void everyFileInTurnHasFlippedBits() throws Exception {
        var random = new Random(SEED);
        for (var name : box.files(PartFolder.SUFFIX)) {
            int size = box.disk.contents(name).length;
            for (int region = 0; region < size; region += 1024) {
                int at = region + random.nextInt(1024);
                box.disk.flipBit(name, at, random.nextInt(8));
                String what = "seed " + SEED + ", " + name + " flipped at " + at;
                if (random.nextBoolean()) {
                    // In use; MapDB or we have some blocks of it in memory.
                    box.missesNothingInSilence(what);
                    box.index();
                    box.missesNothingInSilence(what);
                }
                brokenAtAStart(what);
                box.disk.list().stream()
                        .filter(file -> file.endsWith(PartFolder.BAD))
                        .forEach(this::delete);
            }
        }
    }

    private void delete(String name) {
        try {
            box.disk.delete(name);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// It is noticed by who searches, and made again beside the answers.
    @Test
    void aFileThatRotsWhileItIsInUseIsSetAsideAndMadeAgain() throws Exception {
        var names = box.files(PartFolder.SUFFIX);
        for (var name : names) {
            for (int at = 0; at < box.disk.contents(name).length; at += 512) box.disk.flipBit(name, at, 1);
        }
        box.open();
        box.index();
        box.findsAll("all rotten at a start");
        assertEquals(Math.min(PartFolder.MOST_SET_ASIDE, names.size()), box.indexer.setAside());
        box.open();
        assertEquals(0, box.indexer.indexedBelow());
        box.index();
        assertEquals(
                Math.min(PartFolder.MOST_SET_ASIDE, names.size()), box.indexer.setAside(), "they stay to be looked at");

        for (var name : names) {
            for (int at = 2 * 4096; at < box.disk.contents(name).length; at += 512) box.disk.flipBit(name, at, 1);
        }
        for (var part : box.indexer.parts()) part.rest();
        box.missesNothingInSilence("all rot");
        assertTrue(box.ask(IndexRig.all(), "client-1").below() < RECORDS, "it is said");
        box.index();
        box.findsAll("made again");
    }

    @Test
    void filesThatCannotBeReadAreSetAside() throws Exception {
        for (var name : box.files(PartFolder.SUFFIX)) {
            box.unreadable.add(name);
            for (var part : box.indexer.parts()) part.rest();
            box.missesNothingInSilence(name + " unreadable");
            box.index();
            box.findsAll(name + " unreadable while it is in use");
            box.unreadable.add(name);
            brokenAtAStart(name + " unreadable");
        }
        assertTrue(box.indexer.setAside() > 0);
    }

    /// Files run out, or the disk does not answer for a moment: that says nothing of what lies in the file.
    @Test
    void whatCannotBeOpenedNowIsNotTakenForSpoilt() throws Exception {
        var names = box.files(PartFolder.SUFFIX);
        var before = box.disk.contents(names.getFirst());
        box.shut.addAll(names);
        for (var part : box.indexer.parts()) part.rest();
        box.missesNothingInSilence("shut");
        assertEquals(0, box.ask(IndexRig.all(), "client-1").below(), "it is said");
        box.index();
        box.shut.clear();
        box.findsAll("can be opened again");
        assertEquals(names, box.files(PartFolder.SUFFIX));

        box.shut.add(names.getFirst());
        brokenAtAStart("shut at a start: made again");
        assertArrayEquals(before, box.disk.contents(names.getFirst()));
        assertEquals(0, box.indexer.setAside());

        box.shut.add(names.getFirst());
        for (var part : box.indexer.parts()) part.rest();
        box.missesNothingInSilence("shut for ever");
        box.later();
        box.index();
        assertEquals(1, box.indexer.setAside(), "it lasted");
        box.findsAll("made again");
    }

    @Test
    void filesOfAnotherJournalMeanNothing() throws Exception {
        var other = new IndexRig(RECORDS + 10);
        other.index();
        box.disk = other.disk;
        brokenAtAStart("files of another journal");
        assertEquals(0, box.indexer.setAside());
        var first = box.files(PartFolder.SUFFIX).getFirst();
        box.disk.rename(first, box.files(PartFolder.SUFFIX).get(1));
        box.disk.rename(box.files(PartFolder.SUFFIX).getLast(), first);
        brokenAtAStart("files that lie under the names of others");
    }

    @Test
    void filesThatBelongToNothingAreRemovedAndStrangersAreNot() throws Exception {
        for (var name : List.of(
                "0000000000000000-0000000000000050.db.partial",
                "0000000000009000-0000000000009050.db",
                "0000000000009000.guide",
                "0000000000000000-0000000000000050.db.00000000.bad",
                "letter.txt")) {
            box.disk.create(name, 10).close();
        }
        brokenAtAStart("strange files");
        assertTrue(box.disk.list().contains("letter.txt"));
        assertEquals(box.indexer.parts().size(), box.files(PartFolder.SUFFIX).size(), box.disk.list()::toString);
        assertEquals(List.of("0000000000000000.guide"), box.files(PartFolder.GUIDE));
        assertEquals(List.of(), box.files(PartFolder.PARTIAL));
        assertEquals(List.of(), box.files(PartFolder.BAD));
    }

    // --- the folder

    @Test
    void aFolderThatCannotBeWrittenHoldsUpNobody() throws Exception {
        for (var name : box.disk.list()) box.disk.delete(name);
        box.disk.capacity(0);
        box.open();
        for (int i = 0; i < 5; i++) {
            assertThrows(IOException.class, box.indexer::step);
            box.missesNothingInSilence("no room");
        }
        box.add(1);
        assertThrows(IOException.class, box.indexer::step);
        var newest = box.ask(
                IndexRig.query("client-0", null, null, box.made.getLast().time(), null), "client-0");
        assertTrue(newest.found().contains((long) RECORDS), "the newest are in memory, and found");
        box.disk.capacity(1 << 30);
        box.index();
        box.findsAll("room again");
    }

    /// Above the refuse mark what room there is belongs to what cannot be made again.
    @Test
    void whileTheDiskIsTooFullNothingIsWritten() throws Exception {
        box.diskFull = true;
        box.disk = new FaultyDisk();
        box.open();
        var problem = assertThrows(IOException.class, box.indexer::step);
        assertTrue(problem.getMessage().contains("the disk is too full"), problem::getMessage);
        assertEquals(List.of(), box.disk.list());
        box.missesNothingInSilence("disk full");
        // Memory has a bound: once a run is complete it waits for its file.
        box.add(4 * box.mostEntries);
        for (int i = 0; i < 10; i++) assertThrows(IOException.class, box.indexer::step);
        assertTrue(box.indexer.newest().next() - box.indexer.newest().first() <= 5_000 + box.mostEntries);
        box.diskFull = false;
        box.index();
        box.findsAll("room again");
    }

    @Test
    void aFolderThatIsDeletedUnderARunningGatewayIsMadeAgain() throws Exception {
        for (var name : box.disk.list()) box.disk.delete(name);
        box.missesNothingInSilence("deleted");
        box.index();
        box.missesNothingInSilence("deleted, and noticed where it was needed");
        box.later();
        box.index();
        assertEquals(box.indexer.parts().size(), box.files(PartFolder.SUFFIX).size(), "looked over from time to time");
        assertEquals(1, box.files(PartFolder.GUIDE).size());
        box.findsAll("made again");
    }

    /// Any one call of the disk fails, and those behind it succeed.
    @Test
    void oneCallOfTheDiskFails() throws Exception {
        for (var call : FaultyDisk.Call.values()) {
            for (int after = 0; after < 12; after++) {
                box.disk = new FaultyDisk();
                box.disk.failAfter(call, after);
                box.open();
                try {
                    box.index();
                } catch (IOException e) {
                    box.missesNothingInSilence(call + " failed after " + after);
                }
                box.index();
                // It may be the search that meets it.
                box.missesNothingInSilence(call + " failed after " + after);
                box.disk.kill();
                box.open();
                box.index();
                box.findsAll(call + " failed after " + after);
            }
        }
    }

    /// Room ends in the middle of a write: what was begun does not keep taking it.
    @Test
    void aPartForWhichThereIsNoRoomLeavesNothingBehind() throws Exception {
        box.disk = new FaultyDisk();
        box.disk.fullAfter(10_000);
        box.open();
        assertThrows(IOException.class, box::index);
        assertEquals(List.of(), box.files(PartFolder.PARTIAL));
        box.missesNothingInSilence("no room");
        box.disk.kill();
        brokenAtAStart("room again");
    }

    /// The power goes at every operation of making parts, and again at the start that follows.
    @Test
    void thePowerGoesAtEveryOperation() throws Exception {
        boolean finished = false;
        for (int operations = 0; !finished; operations++) {
            box.disk = new FaultyDisk();
            box.disk.cutPowerAfter(operations, operations);
            box.open();
            finished = isMade();
            box.disk.powerCut(operations);
            box.disk.cutPowerAfter(operations % 5, operations);
            box.open();
            isMade();
            box.disk.powerCut(operations + 1);
            brokenAtAStart("cut after " + operations);
            assertEquals(0, box.indexer.setAside(), "what was not written to its end is no damage");
            assertEquals(List.of(), box.files(PartFolder.PARTIAL));
            assertTrue(operations < 500, "it comes to an end");
        }
    }

    private boolean isMade() {
        try {
            box.index();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    // --- the journal

    /// The parts of a segment that was written anew are made anew, too, and nothing stays of what was erased.
    @Test
    void whatWasErasedIsInNoFileAndIsNotFound() throws Exception {
        var segment = box.rig.journal.closedSegments().getFirst();
        box.rig.journal.eraseBodies(segment.number(), index -> index % 4 == 0);
        assertFalse(box.indexer.isOfPresentUse(segment.number()));
        var before = box.disk.contents(box.files(PartFolder.SUFFIX).getFirst());
        box.missesNothingInSilenceBut(index -> index % 4 == 0 && index < segment.nextIndex(), "erased");
        box.made.removeIf(record -> record.index() % 4 == 0 && record.index() < segment.nextIndex());
        box.index();
        assertTrue(box.indexer.isOfPresentUse(segment.number()));
        box.findsAll("erased");
        assertEquals(0, box.indexer.setAside());
        assertFalse(java.util.Arrays.equals(
                before, box.disk.contents(box.files(PartFolder.SUFFIX).getFirst())));
        for (var part : box.indexer.parts()) {
            for (var kind : Term.Kind.values()) {
                for (long entry : part.entries(kind, 0, -1)) {
                    assertTrue(entry % 4 != 0 || entry >= segment.nextIndex(), kind + " of erased entry " + entry);
                }
            }
        }
    }

    /// What was erased since it came to memory comes to no file.
    @Test
    void whatIsInMemoryComesToAFileOnlyAsItIsNow() throws Exception {
        var segment = box.rig.journal.openSegment().orElseThrow();
        long first = box.indexer.newest().first();
        assertEquals(RECORDS, box.indexer.newest().next());
        assertTrue(first < RECORDS, "some are in memory only");
        box.rig.journal.closeSegment();
        box.rig.journal.eraseBodies(segment.number(), index -> index % 4 == 0);
        box.made.removeIf(record -> record.index() % 4 == 0 && record.index() >= segment.firstIndex());
        box.index();
        var part = box.indexer.part(first).orElseThrow();
        assertEquals(RECORDS, part.run().next());
        for (var kind : Term.Kind.values()) {
            for (long entry : part.entries(kind, 0, -1)) assertTrue(entry % 4 != 0, kind + " of entry " + entry);
        }
        box.findsAll("erased");
    }

    /// Its entries are not read again: that would cost each record twice.
    @Test
    void aPartIsMadeOfWhatIsInMemory() throws Exception {
        long first = box.indexer.newest().first();
        box.rig.journal.closeSegment();
        box.rig.unreadable.addAll(box.rig.disk.list());
        while (box.indexer.part(first).isEmpty()) assertTrue(box.indexer.step() > 0);
        box.rig.unreadable.clear();
        assertEquals(List.of(), box.indexer.part(first).orElseThrow().unread());
        box.findsAll("made of what was in memory");
    }

    @Test
    void whatWasErasedWhileNoGatewayRanOrTheFolderWasBadIsForgotten() throws Exception {
        var segment = box.rig.journal.closedSegments().getFirst();
        var name = box.files(PartFolder.SUFFIX).getFirst();
        box.disk.flipBit(name, 5000, 2);
        box.open();
        box.index();
        assertEquals(1, box.indexer.setAside());
        box.rig.journal.eraseBodies(segment.number(), index -> index % 4 == 0);
        box.made.removeIf(record -> record.index() % 4 == 0 && record.index() < segment.nextIndex());
        box.open();
        assertFalse(box.indexer.isOfPresentUse(segment.number()), "nobody has looked yet");
        box.index();
        box.findsAll("erased");
        assertTrue(box.indexer.isOfPresentUse(segment.number()));
        assertEquals(List.of(), box.files(PartFolder.BAD), "what was set aside knew of it, too");
    }

    /// What was set aside because nobody can tell what it is may be of before.
    @Test
    void nothingThatWasSetAsideKeepsWhatWasErased() throws Exception {
        var segment = box.rig.journal.closedSegments().getFirst();
        var name = box.files(PartFolder.SUFFIX).getFirst();
        box.disk.flipBit(name, 50, 2);
        // While no gateway runs: so the file that is found is of before.
        box.rig.journal.eraseBodies(segment.number(), index -> index % 4 == 0);
        box.open();
        box.index();
        assertEquals(List.of(name + ".unknown.bad"), box.files(PartFolder.BAD));
        assertFalse(box.indexer.isOfPresentUse(segment.number()));
        box.index();
        assertEquals(List.of(), box.files(PartFolder.BAD));
        assertTrue(box.indexer.isOfPresentUse(segment.number()));

        // And one that was set aside while it was in use, before the segment was written anew under its hands.
        box.disk.flipBit(name, 5000, 2);
        box.indexer.part(0).orElseThrow().rest();
        box.ask(IndexRig.all(), "client-1");
        box.diskFull = true;
        assertThrows(IOException.class, box::index);
        assertEquals(1, box.files(PartFolder.BAD).size());
        assertTrue(box.indexer.isOfPresentUse(segment.number()), "it is of the present use");
        box.rig.journal.eraseBodies(segment.number(), index -> index % 4 == 1);
        assertFalse(box.indexer.isOfPresentUse(segment.number()));
        assertThrows(IOException.class, box::index);
        while (!box.indexer.isOfPresentUse(segment.number())) assertThrows(IOException.class, box::index);
        assertEquals(List.of(), box.files(PartFolder.BAD));
    }

    /// An order is done when nothing old is left: it need not wait for room.
    @Test
    void nothingWaitsForRoomThatIsErased() throws Exception {
        var segment = box.rig.journal.closedSegments().getFirst();
        box.rig.journal.eraseBodies(segment.number(), index -> index % 4 == 0);
        box.diskFull = true;
        assertFalse(box.indexer.isOfPresentUse(segment.number()));
        assertThrows(IOException.class, box::index);
        assertTrue(box.indexer.isOfPresentUse(segment.number()));
        assertTrue(box.ask(IndexRig.all(), "client-1").below() < RECORDS, "and it is said");

        box.diskFull = false;
        box.index();
        box.rig.journal.eraseBodies(segment.number(), index -> index % 4 == 1);
        box.diskFull = true;
        box.open();
        assertFalse(box.indexer.isOfPresentUse(segment.number()), "nobody has looked yet");
        assertThrows(IOException.class, box::index);
        assertFalse(box.indexer.isOfPresentUse(segment.number()), "its files are of before");
        assertThrows(IOException.class, box::index);
        assertTrue(box.indexer.isOfPresentUse(segment.number()));
    }

    @Test
    void partsOfSegmentsThatWereGivenUpGoWithThem() throws Exception {
        var segment = box.rig.journal.closedSegments().getFirst();
        int parts = box.files(PartFolder.SUFFIX).size();
        box.rig.journal.recycle(segment.nextIndex());
        box.missesNothingInSilence("given up");
        box.index();
        box.findsAll("given up");
        assertTrue(box.files(PartFolder.SUFFIX).size() < parts);
        assertFalse(box.indexer.isOfPresentUse(segment.number()), "their guide goes when somebody waits for it");
        box.index();
        assertTrue(box.indexer.isOfPresentUse(segment.number()));
        box.open();
        box.index();
        box.findsAll("restarted");
    }

    /// Nobody can tell what it was: all others are found, and it is named until it can be read again.
    @Test
    void anEntryThatRottedIsNamedAndAllOthersAreFound() throws Exception {
        int rotten =
                new String(box.rig.disk.contents(FIRST_SEGMENT), StandardCharsets.ISO_8859_1).indexOf("\"MSKU20\"");
        box.rig.disk.flipBit(FIRST_SEGMENT, rotten, 1);
        var answer = box.ask(IndexRig.query("client-6", "k20", null, null, null), "client-6");
        assertEquals(List.of(), answer.found());
        assertEquals(Set.of(20L), answer.unreadable(), "the index knows that it may be this one");

        for (var name : box.disk.list()) box.disk.delete(name);
        box.open();
        box.index();
        var damage = box.indexer.unreadable().orElseThrow();
        assertEquals(20, damage.first());
        assertEquals(1, damage.count());
        assertTrue(damage.cause().contains("body of entry 20"), damage::cause);
        box.missesNothingInSilence("rotten");
        assertEquals(box.rig.journal.size(), box.indexer.indexedBelow());
        assertEquals(Set.of(20L), box.ask(IndexRig.all(), "client-5").unreadable(), "whoever asks");

        box.rig.disk.flipBit(FIRST_SEGMENT, rotten, 1);
        box.later();
        box.index();
        box.findsAll("the medium gave it again");
        assertEquals(Optional.empty(), box.indexer.unreadable());
    }

    /// Of a segment that cannot be read at all nothing is found, and that is said; the rest is.
    @Test
    void aSegmentThatCannotBeReadIsNamed() throws Exception {
        for (var name : box.disk.list()) box.disk.delete(name);
        box.rig.reopen(org.sealpost.capture.IntakeRig.config());
        box.rig.unreadable.add(FIRST_SEGMENT);
        box.open();
        box.index();
        box.missesNothingInSilence("unreadable");
        var segment = box.rig.journal.closedSegments().getFirst();
        assertEquals(segment.nextIndex(), box.indexer.unreadable().orElseThrow().count());
        var late = box.made.get((int) segment.nextIndex());
        assertTrue(box.ask(IndexRig.query(late.client(), null, null, late.time(), null), late.client())
                .found()
                .contains(late.index()));
        box.rig.unreadable.clear();
        box.open();
        box.index();
        box.findsAll("readable again");
    }

    /// What a salvage could not save is named by whoever meets it, once and for all: nothing is red, and nothing is
    /// tried again.
    @Test
    void entriesThatWereLostAreNamedAndThatIsAll() throws Exception {
        byte[] leaf = box.rig.journal.read(3).leaf();
        long first = box.rig.journal.size();
        for (int i = 0; i < 3; i++) {
            box.rig.journal.appendWithoutBody(leaf, EntryState.BODY_LOST);
            box.rig.journal.force();
        }
        LostLeaf.append(box.rig.journal, new byte[32]);
        box.rig.journal.appendWithoutBody(leaf, EntryState.BODY_ERASED);
        LostLeaf.append(box.rig.journal, new byte[32]);
        var lost = Set.of(first, first + 1, first + 2, first + 3, first + 5);
        box.index();
        namesAsUnreadable(lost, "in memory");
        box.rig.journal.closeSegment();
        box.index();
        var files = box.disk.list();
        namesAsUnreadable(lost, "in a file");
        box.later();
        box.index();
        namesAsUnreadable(lost, "looked over");
        box.open();
        box.index();
        namesAsUnreadable(lost, "restarted");
        assertEquals(files, box.disk.list());
        for (long part : new IndexCheck(box.indexer).parts()) {
            assertEquals(Optional.empty(), new IndexCheck(box.indexer).objection(part, new Random(SEED)));
        }
    }

    private void namesAsUnreadable(Set<Long> lost, String what) throws Exception {
        for (var query : List.of(IndexRig.all(), IndexRig.query("client-1", "k999", null, null, null))) {
            var answer = box.ask(query, "client-1");
            assertEquals(lost, answer.unreadable(), what + ": " + query);
            assertEquals(box.expected(query, "client-1"), answer.found(), what);
        }
        var page = box.search.find(
                IndexRig.query(null, null, "MSKU99", null, null), IndexRig.sight("client-1"), any -> true);
        assertEquals(2, page.unreadable().size(), "as ranges: " + page.unreadable());
        assertEquals(Optional.empty(), box.indexer.unreadable(), "nothing can be done about it");
    }

    /// It is gone from the index a moment later, too.
    @Test
    void whatIsGivenUpWhileSomebodyLooksIsNotThere() throws Exception {
        var segment = box.rig.journal.closedSegments().getFirst();
        var search = new IndexSearch(box.indexer, index -> {
            box.rig.journal.recycle(segment.nextIndex());
            box.rig.journal.read(index);
            return box.find(index);
        });
        var page = search.find(IndexRig.all(), IndexRig.sight("client-1"), any -> true);
        assertTrue(page.records().stream().allMatch(record -> record.index() >= segment.nextIndex()), page::toString);
        assertEquals(List.of(), page.unreadable());
    }

    /// A run that is gone as a whole is not tried entry by entry, and what can be read behind it is read.
    @Test
    void fewTriesAreLostWithARunThatCannotBeRead() throws Exception {
        box.rig.reopen(org.sealpost.capture.IntakeRig.config());
        box.rig.unreadable.add(FIRST_SEGMENT);
        long damaged = box.rig.journal.closedSegments().getFirst().nextIndex();
        assertTrue(damaged > 50);
        int[] looks = {0};
        var scan = new TermScan(box.rig.journal, box.indexer.terms(), () -> looks[0]++);
        var unread = new Unread.Gathering();
        assertEquals(damaged, scan.run(0, damaged, unread, _ -> true));
        assertEquals(0, unread.ranges().getFirst().first());
        assertEquals(damaged, unread.ranges().getFirst().next());
        assertEquals(1, unread.ranges().size());
        assertTrue(looks[0] <= 2 * 30, looks[0] + " looks at the time, two a try");

        unread = new Unread.Gathering();
        int[] read = {0};
        scan.run(0, box.rig.journal.size(), unread, _ -> read[0]++ >= 0);
        var range = unread.ranges().getFirst();
        assertTrue(range.next() >= damaged && range.next() <= 2 * damaged, range::toString);
        assertEquals(box.rig.journal.size() - range.next(), read[0]);
    }

    /// A disk that takes its time for each error does not hold up all that can be read elsewhere.
    @Test
    void littleTimeIsLostWithARunThatCannotBeRead() throws Exception {
        box.rig.reopen(org.sealpost.capture.IntakeRig.config());
        box.rig.unreadable.add(FIRST_SEGMENT);
        long[] nanos = {0};
        var scan = new TermScan(box.rig.journal, box.indexer.terms(), () -> nanos[0] += 20_000_000_000L);
        var unread = new Unread.Gathering();
        scan.run(0, 40, unread, _ -> true);
        assertEquals(40, unread.ranges().getFirst().next());
        assertTrue(nanos[0] <= 10 * 20_000_000_000L, "four tries");
    }

    // --- together

    /// Some search while parts are found bad, replaced and made again: nobody is told "none" of a part that is
    /// not there.
    @Test
    void whoSearchesWhilePartsAreReplacedIsNeverToldLess() throws Exception {
        var segment = box.rig.journal.closedSegments().getFirst();
        var done = new AtomicBoolean();
        var failed = new AtomicReference<Throwable>();
        List<Thread> searchers = new ArrayList<>();
        for (int i = 0; i < IndexSearch.MOST_AT_ONCE; i++) {
            searchers.add(Thread.ofPlatform().start(() -> {
                try {
                    while (!done.get()) box.missesNothingInSilence("while parts are replaced");
                } catch (Throwable e) {
                    failed.compareAndSet(null, e);
                }
            }));
        }
        var random = new Random(SEED);
        var erased = new ArrayList<Long>();
        for (int round = 0; round < 60; round++) {
            var parts = box.indexer.parts();
            var part = parts.get(random.nextInt(parts.size()));
            // Of a client that those who search cannot see.
            long entry = 7L * round + 2;
            if (random.nextBoolean() || entry % 11 == 5 || entry >= segment.nextIndex()) {
                box.indexer.isBad(part, new PartBad("said the test"));
            } else {
                box.rig.journal.eraseBodies(segment.number(), index -> index == entry);
                erased.add(entry);
            }
            while (box.indexer.step() > 0) {}
        }
        done.set(true);
        for (var searcher : searchers) searcher.join();
        if (failed.get() != null) throw new AssertionError("seed " + SEED, failed.get());
        assertTrue(erased.size() > 5, erased::toString);
        box.made.removeIf(record -> erased.contains(record.index()));
        box.findsAll("afterwards");
    }

    // --- the self-check

    @Test
    void theSelfCheckFindsAPartThatDoesNotAnswerAsTheJournalDoes() throws Exception {
        var check = new IndexCheck(box.indexer);
        var random = new Random(SEED);
        for (long part : check.parts()) assertEquals(Optional.empty(), check.objection(part, random));

        var name = box.files(PartFolder.SUFFIX).get(1);
        box.disk.flipBit(name, box.disk.contents(name).length - 1, 0);
        var rotten = check.objection(check.parts().get(1), random).orElseThrow();
        assertTrue(rotten.contains("checksum"), rotten);
        box.index();
        assertEquals(1, box.indexer.setAside(), "set aside and made again");
        assertEquals(Optional.empty(), check.objection(check.parts().get(1), random));

        // One that is whole, and wrong: an entry's terms were left out.
        var run = box.indexer.parts().getFirst().run();
        IndexPart.write(
                        new PartFolder(() -> new UnreadableFiles(box.disk, box.unreadable)),
                        run,
                        box.indexer.terms().made(),
                        new TermList(),
                        List.of())
                .close();
        box.open();
        box.index();
        var wrong = new IndexCheck(box.indexer).objection(run.first(), random).orElseThrow();
        assertTrue(wrong.contains("does not find entry"), wrong);
        box.index();
        box.findsAll("made again");
        assertEquals(Optional.empty(), new IndexCheck(box.indexer).objection(123_456, random), "none any more");
    }
}
