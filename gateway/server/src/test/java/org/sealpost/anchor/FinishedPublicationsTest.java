package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.FinishedEntry.FinalPublication;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.ForwardingDisk;
import org.sealpost.journal.ForwardingFile;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.CborMalformed;

/// Journals of publications, thinned: random ones that a relay may write, and long ones of publications that came
/// alone.
class FinishedPublicationsTest {
    private static final JournalConfig SMALL = new JournalConfig("published-test", 1 << 16, 4 << 10, 1 << 13);
    private static final JournalConfig FINISHED = new JournalConfig("finished-test", 1 << 18, 8 << 10, 1 << 16);

    /// As a gateway has it.
    private static final JournalConfig USUAL =
            new JournalConfig("published-test", 4 << 20, PublicationRelay.MAX_ENTRY_SIZE_BYTES, 64 << 10);

    private static final long HOUR = 3_600_000_000_000L;
    private static final int NEWEST = 24;

    private FaultyDisk disk = new FaultyDisk();
    private FaultyDisk finishedDisk = new FaultyDisk();
    private JournalConfig sizes = SMALL;

    /// What is written down of a fold, and made of that again.
    static PublicationProgress written(PublicationProgress fold) throws CborMalformed {
        var state = fold.state();
        var open = new ArrayList<PublicationProgress.Item>();
        for (var item : state.open()) {
            open.add(((FinishedEntry.Open) FinishedEntry.read(new FinishedEntry.Open(item).toBytes())).item());
        }
        var owed = new ArrayList<PublicationEntry.Made>();
        for (var made : state.owedAgain()) {
            owed.add(((FinishedEntry.Owed) FinishedEntry.read(new FinishedEntry.Owed(made).toBytes())).made());
        }
        var end = FinishedEntry.State.of(state, 7, PublicationHistory.hash("leaf", 7));
        return PublicationProgress.of(((FinishedEntry.State) FinishedEntry.read(end.toBytes())).with(open, owed));
    }

    /// What would come again, should the ledger lose it.
    static Map<Long, String> lookedFor(PublicationProgress fold) {
        return fold.published().values().stream()
                .collect(Collectors.toMap(
                        PublicationEntry.Made::number, made -> made.kind() + " " + made.first() + "+" + made.count()));
    }

    /// The journals as another process finds them.
    private record Found(Journal journal, Journal finals, FinishedPublications finished) {
        PublicationState state() throws IOException {
            return fold().state();
        }

        PublicationProgress fold() throws IOException {
            return PublicationJournal.read(journal, Optional.of(finished));
        }

        void thin(int newest) {
            var thinning = thinning(newest);
            for (int i = 0; i < 100; i++) thinning.step(HOUR);
        }

        PublicationThinning thinning(int newest) {
            return new PublicationThinning("test", journal, finished, newest, _ -> false, 0);
        }

        /// By docs/formats.md §30: of two about one number the first counts.
        List<FinalPublication> lines() throws IOException {
            var all = new ArrayList<FinalPublication>();
            finals.scan(0, Integer.MAX_VALUE, entry -> {
                try {
                    if (FinishedEntry.read(entry.leaf()) instanceof FinishedEntry.Finals(var some)) all.addAll(some);
                } catch (CborMalformed e) {
                    throw new IOException(e);
                }
            });
            var seen = new HashSet<Long>();
            all.removeIf(one -> !seen.add(one.number()));
            return all;
        }
    }

    private Found open() throws IOException {
        return open(disk, finishedDisk);
    }

    private Found open(Disk disk, Disk finishedDisk) throws IOException {
        var journal = Journal.open(disk, sizes, 0);
        var finals = Journal.open(finishedDisk, FINISHED, 0);
        return new Found(journal, finals, FinishedPublications.open(finals));
    }

    private Found reopened() throws IOException {
        disk.kill();
        finishedDisk.kill();
        return open();
    }

    /// Written, thinned whenever it may be, and read again: it is where the whole of it leads.
    @Test
    void whatAnyJournalLedToIsKept() throws Exception {
        long given = 0;
        for (int seed = 0; seed < 20; seed++) {
            disk = new FaultyDisk();
            finishedDisk = new FaultyDisk();
            var history = new PublicationHistory(new Random(seed));
            var found = open();
            for (int life = 0; life < 3; life++) {
                history.writeTo(found.journal, 150);
                found.thin(NEWEST);
                found = reopened();
                assertEquals(history.whole().state(), found.state(), "seed " + seed);
                assertEquals(lookedFor(history.whole()), lookedFor(found.fold()), "seed " + seed);
                given += found.journal.firstIndex();
            }
            var finals = found.lines();
            assertEquals(history.finals().subList(0, finals.size()), finals, "seed " + seed);
            assertTrue(history.finals().size() - finals.size() <= found.journal.size() - found.finished.next());
        }
        assertTrue(given > 2000, given + " entries were given up");
    }

    /// At every operation of either disk; what a cut left is thinned by the same steps afterwards.
    @Test
    void aPowerCutAnywhereLosesNothingThatMatters() throws Exception {
        var history = new PublicationHistory(new Random(1));
        history.writeTo(open().journal, 120);
        disk.kill();
        finishedDisk.kill();
        var disks = new FaultyDisk[] {disk, finishedDisk};
        int cuts = 0;
        for (int which = 0; which < 2; which++) {
            for (int operations = 0; ; operations++) {
                disk = disks[0].copy();
                finishedDisk = disks[1].copy();
                var found = open();
                var cutOff = which == 0 ? disk : finishedDisk;
                cutOff.cutPowerAfter(operations, operations);
                try {
                    found.thin(NEWEST);
                } catch (BrokenPromise ended) {
                    assertTrue(cutOff.isWithoutPower(), ended.toString());
                }
                if (!cutOff.isWithoutPower()) break;
                cuts++;
                disk.powerCut(operations);
                finishedDisk.powerCut(-operations);
                found = open();
                assertEquals(history.whole().state(), found.state());
                found.thin(NEWEST);
                assertTrue(found.journal.firstIndex() > 0);
                found = reopened();
                assertEquals(history.whole().state(), found.state());
                assertEquals(history.finals().subList(0, found.lines().size()), found.lines());
            }
        }
        assertTrue(cuts >= 10, cuts + " cuts");
    }

    @Test
    void aLostOldOrForeignFolderIsTold() throws Exception {
        var history = new PublicationHistory(new Random(2));
        var found = open();
        history.writeTo(found.journal, 120);
        found.thin(NEWEST);
        var old = finishedDisk.copy();
        history.writeTo(found.journal, 120);
        found.thin(NEWEST);
        assertTrue(found.journal.firstIndex() > 0);
        var whole = reopened();
        assertEquals(history.whole().state(), whole.state());

        requireTold("bring the folder finished-NAME back", disk.copy(), new FaultyDisk());
        requireTold("an earlier copy", disk.copy(), old);
        requireTold("goes with the folder published-NAME", new FaultyDisk(), finishedDisk.copy());
        var another = new FaultyDisk();
        new PublicationHistory(new Random(3)).writeTo(open(another, new FaultyDisk()).journal, 300);
        another.kill();
        requireTold("move finished-NAME alone away", another, finishedDisk.copy());
        another.kill();
        open(another, new FaultyDisk()).state();
    }

    private void requireTold(String words, FaultyDisk disk, FaultyDisk finishedDisk) throws Exception {
        disk.kill();
        finishedDisk.kill();
        var told =
                assertThrows(IOException.class, () -> open(disk, finishedDisk).state());
        assertTrue(told.getMessage().contains(words), told.getMessage());
    }

    /// A release from before, or a cut, may have left a part of it: nothing is missed.
    @Test
    void aPartOfItThatNoStateNamesCountsNotAtAll() throws Exception {
        var history = new PublicationHistory(new Random(4));
        var found = open();
        history.writeTo(found.journal, 150);
        found.thin(NEWEST);
        long next = found.finished.next();
        found.finals.append(new FinishedEntry.Finals(history.finals().subList(0, 1)).toBytes(), new byte[0]);
        for (var item : history.whole().state().open()) {
            found.finals.append(new FinishedEntry.Open(item).toBytes(), new byte[0]);
        }
        found.finals.force();
        found = reopened();
        assertEquals(next, found.finished.next());
        assertEquals(history.whole().state(), found.state());
        history.writeTo(found.journal, 60);
        found.thin(NEWEST);
        assertTrue(found.finished.next() > next);
        found = reopened();
        assertEquals(history.whole().state(), found.state());
        assertEquals(history.finals().subList(0, found.lines().size()), found.lines());
    }

    /// It is asked for nothing but whether the ledger still has what was final.
    @Test
    void aSpoiltOldLineStopsNothing() throws Exception {
        var history = new PublicationHistory(new Random(7));
        var found = open();
        history.writeAlone(found.journal, 60);
        found.thin(NEWEST);
        byte[] oldest = found.finals.read(0).leaf();
        var lost = ((FinishedEntry.Finals) FinishedEntry.read(oldest)).all();
        found.finals.closeSegment();
        history.writeAlone(found.journal, 60);
        found.thin(NEWEST);
        ProofThinningTest.spoil(finishedDisk, oldest);
        found = reopened();
        assertEquals(history.whole().state(), found.state());
        var still = lookedFor(history.whole());
        for (var line : lost) still.remove(line.number());
        assertTrue(still.size() < 120);
        assertEquals(still, lookedFor(found.fold()));
    }

    /// All of them would be written down with each segment. Behind what was decided about them it goes on.
    @Test
    void whereTooManyWereSetAsideNothingIsGivenUp() throws Exception {
        var history = new PublicationHistory(new Random(5));
        var found = open();
        history.setAside(found.journal, FinishedPublications.MOST_PARTS + 1);
        found.thin(1);
        assertTrue(found.journal.firstIndex() > 0, "as long as there were fewer");
        long first = found.journal.firstIndex();
        history.writeAlone(found.journal, 50);
        var thinning = found.thinning(1);
        thinning.step(HOUR);
        assertEquals(first, found.journal.firstIndex());
        assertEquals(history.whole().state(), found.state());
        history.takeUp(found.journal, 60);
        thinning.step(2 * HOUR);
        assertTrue(found.journal.firstIndex() > first, "once they are over");
        found.thin(1);
        found = reopened();
        assertEquals(history.whole().state(), found.state());
        assertEquals(history.finals().subList(0, found.lines().size()), found.lines());
        assertTrue(found.lines().size() > 100, found.lines().size() + " are over");
    }

    /// What a start reads does not grow with what was published, and of one that came alone some hundred bytes stay.
    @Test
    void aStartReadsTheNewestAlone() throws Exception {
        sizes = USUAL;
        var history = new PublicationHistory(new Random(6));
        var found = open();
        history.writeAlone(found.journal, 900);
        found.thin(512);
        long few = readAtStart();
        found = reopened();
        history.writeAlone(found.journal, 1800);
        found.thin(512);
        long many = readAtStart();
        assertTrue(many < few + USUAL.segmentSizeBytes(), few + " bytes after 900, " + many + " after 2,700");
        found = reopened();
        assertEquals(history.whole().state(), found.state());
        assertEquals(lookedFor(history.whole()), lookedFor(found.fold()));
        long kept = (found.finals.bytesWritten() - 4096) / found.lines().size();
        assertTrue(kept <= 120, kept + " bytes of each, which had four blocks");
    }

    private long readAtStart() throws IOException {
        disk.kill();
        finishedDisk.kill();
        var counted = new long[1];
        open(counting(disk, counted), counting(finishedDisk, counted)).state();
        return counted[0];
    }

    private static Disk counting(Disk disk, long[] counted) {
        return new ForwardingDisk(disk) {
            @Override
            public DiskFile open(String name) throws IOException {
                return new ForwardingFile(super.open(name)) {
                    @Override
                    public int read(long offset, ByteBuffer target) throws IOException {
                        int count = super.read(offset, target);
                        counted[0] += Math.max(0, count);
                        return count;
                    }
                };
            }
        };
    }
}
