package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.anchor.AnchorProofsTest.COMMON;
import static org.sealpost.anchor.AnchorProofsTest.ORIGIN;
import static org.sealpost.anchor.AnchorProofsTest.OWN;
import static org.sealpost.anchor.AnchorProofsTest.assertHas;
import static org.sealpost.anchor.AnchorProofsTest.hash;
import static org.sealpost.anchor.AnchorProofsTest.head;
import static org.sealpost.anchor.AnchorProofsTest.proof;
import static org.sealpost.anchor.AnchorProofsTest.write;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.Place;

/// Proofs of heads 1 to 40 in a journal of small segments, of which each fifth head stays.
class ProofThinningTest {
    private static final JournalConfig PROOFS = new JournalConfig("proofs-test", 1 << 16, 1 << 13, 1 << 14);
    private static final JournalConfig KEPT = new JournalConfig("proved-test", 1 << 18, 1 << 14, 1 << 16);
    private static final int HEADS = 40;

    /// What is smaller is decided about.
    private static final int BELOW = 30;

    private FaultyDisk disk = new FaultyDisk();
    private FaultyDisk keptDisk = new FaultyDisk();
    private Journal journal;
    private Journal kept;
    private AnchorProofs proofs;

    ProofThinningTest() throws IOException {
        open();
    }

    private void open() throws IOException {
        journal = Journal.open(disk, PROOFS, 0);
        kept = Journal.open(keptDisk, KEPT, 0);
        proofs = AnchorProofs.open("test", journal, Optional.of(kept));
    }

    private void reopen() throws IOException {
        disk.kill();
        keptDisk.kill();
        open();
    }

    /// Of which season a head's second part is: others name it, long after it was written.
    private static byte[] season(int head) {
        return ("validators " + head / 8).getBytes(StandardCharsets.UTF_8);
    }

    private void fill() throws IOException {
        for (int size = 1; size <= HEADS; size++) {
            // The first ones alone have a part that none of those that stay names.
            if (size < 4) write(proofs, size, OWN);
            else write(proofs, size, COMMON, season(size));
        }
    }

    private static boolean stays(long size) {
        return size % 5 == 0;
    }

    private void thin() throws IOException {
        while (proofs.giveUpOldest(BELOW, ProofThinningTest::stays)) {}
    }

    private void assertThinned() throws IOException {
        for (int size = 1; size <= HEADS; size++) {
            if (size >= BELOW || stays(size)) assertHas(proofs, size, COMMON, season(size));
        }
        for (int size : new int[] {1, 2, 3, 4, 6, 7}) {
            assertFalse(proofs.has(size));
            assertEquals(Optional.empty(), proofs.of(head(size)));
        }
    }

    @Test
    void theProofsOfHeadsThatStayAreKeptWithTheirParts() throws Exception {
        fill();
        thin();
        long first = journal.firstIndex();
        assertTrue(first > 10, "it begins with entry " + first);
        assertThinned();
        reopen();
        assertThinned();
        assertEquals(HEADS, proofs.largest());
        assertEquals(Optional.of(ORIGIN), proofs.origin());
        write(proofs, 4, OWN);
        assertHas(proofs, 4, OWN);
        thin();
        assertEquals(first, journal.firstIndex(), "what is not decided stays");
        var parts = new HashSet<ProofEntry>();
        new ProvedEntries(kept).scan((_, of) -> {
            if (of.entry() instanceof ProofEntry.Shared) assertTrue(parts.add(of.entry()), "kept twice: " + of);
        });
        assertFalse(parts.contains(new ProofEntry.Shared(PublicationEntry.sha256(OWN))), "nobody names it");
    }

    /// An authority's stamp is the anchor itself, and its place is the entry.
    @Test
    void whatIsTheAnchorItselfKeepsItsPlace() throws Exception {
        var places = new HashMap<Integer, Place>();
        for (int size = 1; size <= HEADS; size++) {
            places.put(size, proofs.write(ORIGIN, size, hash(size), Optional.empty(), proof(size)));
        }
        thin();
        assertTrue(journal.firstIndex() > 10);
        for (int life = 0; life < 2; life++) {
            assertEquals(new Finding.Present(places.get(5), true), proofs.find(ORIGIN, 5, hash(5)));
            assertEquals(new Finding.Present(places.get(HEADS), true), proofs.find(ORIGIN, HEADS, hash(HEADS)));
            assertEquals(new Finding.Covered(HEADS, hash(HEADS)), proofs.find(ORIGIN, 4, hash(4)));
            reopen();
        }
    }

    /// At every operation of either disk; what a cut left is thinned by the same steps afterwards.
    @Test
    void aPowerCutAnywhereLosesNoProofThatStays() throws Exception {
        fill();
        disk.kill();
        keptDisk.kill();
        var disks = new FaultyDisk[] {disk, keptDisk};
        int cuts = 0;
        for (int which = 0; which < 2; which++) {
            for (int operations = 0; ; operations++) {
                disk = disks[0].copy();
                keptDisk = disks[1].copy();
                open();
                var cutOff = which == 0 ? disk : keptDisk;
                cutOff.cutPowerAfter(operations, operations);
                try {
                    thin();
                } catch (IOException | BrokenPromise ended) {
                    assertTrue(cutOff.isWithoutPower(), ended.toString());
                }
                if (!cutOff.isWithoutPower()) break;
                cuts++;
                disk.powerCut(operations);
                keptDisk.powerCut(-operations);
                open();
                for (int size = 5; size < HEADS; size += 5) assertHas(proofs, size, COMMON, season(size));
                write(proofs, HEADS + 1, OWN);
                thin();
                assertTrue(journal.firstIndex() > 10);
                assertThinned();
                assertHas(proofs, HEADS + 1, OWN);
                reopen();
                assertThinned();
                assertHas(proofs, HEADS + 1, OWN);
            }
        }
        assertTrue(cuts >= 8, cuts + " cuts");
    }

    /// Each in turn: an authority's stamp is nowhere else.
    @Test
    void aReadThatFailsOnceLosesNoProof() throws Exception {
        fill();
        disk.kill();
        keptDisk.kill();
        var disks = new FaultyDisk[] {disk, keptDisk};
        int reads = 0;
        for (boolean failed = true; failed; reads++) {
            disk = disks[0].copy();
            keptDisk = disks[1].copy();
            open();
            disk.failAfter(FaultyDisk.Call.READ, reads);
            try {
                thin();
                failed = false;
            } catch (IOException e) {
                thin();
                assertThinned();
            }
        }
        assertTrue(reads > 10, reads + " reads");
    }

    /// Whoever asks while the disk fails does without, whichever read fails, of the proof or of a part of it.
    @Test
    void aProofThatTheDiskFailedToGiveOnceStays() throws Exception {
        fill();
        int reads = 0;
        do disk.failAfter(FaultyDisk.Call.READ, reads++);
        while (proofs.of(head(5)).isEmpty());
        assertTrue(reads > 3, reads + " reads");
        assertTrue(proofs.has(5));
        assertEquals(Optional.empty(), proofs.of(head(5)), "the last one that was to fail");
        assertFalse(proofs.has(5), "fetched anew, if the ledger gives it");
        thin();
        assertThinned();
    }

    /// Nobody else has it.
    @Test
    void aStampThatTheDiskFailedToGiveOnceStays() throws Exception {
        var places = new HashMap<Integer, Place>();
        for (int size = 1; size <= HEADS; size++) {
            places.put(size, proofs.write(ORIGIN, size, hash(size), Optional.empty(), proof(size)));
        }
        disk.failAfter(FaultyDisk.Call.READ, 0);
        assertThrows(IOException.class, () -> proofs.find(ORIGIN, 5, hash(5)), "it would be stamped anew");
        thin();
        assertTrue(journal.firstIndex() > 10);
        keptDisk.failAfter(FaultyDisk.Call.READ, 0);
        assertThrows(IOException.class, () -> proofs.find(ORIGIN, 5, hash(5)));
        thin();
        for (int life = 0; life < 2; life++) {
            assertEquals(new Finding.Present(places.get(5), true), proofs.find(ORIGIN, 5, hash(5)));
            reopen();
        }
    }

    @Test
    void aKeptProofOfAnotherBlockIsOwedAgain() throws Exception {
        fill();
        thin();
        var elsewhere = new FinalHead(5, hash(5), new Place(9, hash(9)), Instant.EPOCH);
        assertEquals(Optional.empty(), proofs.of(elsewhere));
        assertFalse(proofs.has(5));
        proofs.write(ORIGIN, 5, hash(5), Optional.of(hash(9)), proof(5));
        for (int life = 0; life < 2; life++) {
            assertTrue(proofs.of(elsewhere).isPresent());
            reopen();
        }
    }

    /// It is fetched anew: nothing waits for it.
    @Test
    void aDamagedProofOfAHeadThatStaysIsOwedAgain() throws Exception {
        fill();
        spoil(disk, proof(5).bytes());
        thin();
        assertFalse(proofs.has(5));
        assertEquals(Optional.empty(), proofs.of(head(5)));
        write(proofs, 5, COMMON, season(5));
        assertThinned();
        reopen();
        assertThinned();
        spoil(keptDisk, COMMON);
        assertEquals(Optional.empty(), proofs.of(head(10)));
        write(proofs, 10, COMMON, season(10));
        assertThinned();
    }

    static void spoil(FaultyDisk disk, byte[] wanted) throws IOException {
        for (var name : disk.list()) {
            if (!name.endsWith(".segment")) continue;
            int at = Collections.indexOfSubList(
                    AnchorProofsTest.boxed(disk.contents(name)), AnchorProofsTest.boxed(wanted));
            if (at < 0) continue;
            disk.flipBit(name, at, 3);
            return;
        }
        throw new AssertionError("no segment has it");
    }

    @Test
    void aLostOrForeignFolderIsTold() throws Exception {
        fill();
        thin();
        assertArrayEquals(proof(5).bytes(), proofs.of(head(5)).orElseThrow().bytes());
        disk.kill();
        keptDisk.kill();
        var whole = keptDisk;
        keptDisk = new FaultyDisk();
        var lost = assertThrows(IOException.class, this::open);
        assertTrue(lost.getMessage().contains("bring the folder proved-NAME back"), lost.getMessage());
        keptDisk = whole;
        disk = new FaultyDisk();
        var foreign = assertThrows(IOException.class, this::open);
        assertTrue(foreign.getMessage().endsWith("goes with the folder proofs-NAME"), foreign.getMessage());
        disk.kill();
        write(AnchorProofs.open("test", Journal.open(disk, PROOFS, 0)), 1);
        disk.kill();
        keptDisk.kill();
        var fromZero = assertThrows(IOException.class, this::open);
        assertTrue(fromZero.getMessage().endsWith("move proved-NAME alone away"), fromZero.getMessage());
    }
}
