package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalFull;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborMalformed;

class AnchorProofsTest {
    static final OriginId ORIGIN = new OriginId(hash(100));
    static final byte[] COMMON = "the validators of this year".getBytes(StandardCharsets.UTF_8);
    static final byte[] OWN = "the validators of one day".getBytes(StandardCharsets.UTF_8);

    private final FaultyDisk disk = new FaultyDisk();

    static Hash hash(int number) {
        return Merkle.leafHash(new byte[] {(byte) number});
    }

    static FinalHead head(int size) {
        return new FinalHead(size, hash(size), new Place(size, hash(size + 50)), Instant.EPOCH);
    }

    static AnchorProof proof(int size, byte[]... shared) {
        return new AnchorProof(("proof of " + size).getBytes(StandardCharsets.UTF_8), List.of(shared));
    }

    static Place write(AnchorProofs proofs, int size, byte[]... shared) throws IOException {
        return proofs.write(ORIGIN, size, hash(size), Optional.of(hash(size + 50)), proof(size, shared));
    }

    private AnchorProofs open() throws IOException {
        return AnchorProofs.open("test", journal());
    }

    private Journal journal() throws IOException {
        return Journal.open(disk, RelayBench.PROOFS, 0);
    }

    static void assertHas(AnchorProofs proofs, int size, byte[]... shared) throws IOException {
        var found = proofs.of(head(size)).orElseThrow(() -> new AssertionError("no proof of " + size));
        assertArrayEquals(proof(size).bytes(), found.bytes());
        assertEquals(shared.length, found.shared().size());
        for (int i = 0; i < shared.length; i++)
            assertArrayEquals(shared[i], found.shared().get(i));
    }

    private List<ProofEntry> entries() throws IOException {
        var entries = new ArrayList<ProofEntry>();
        disk.kill();
        try (var journal = journal()) {
            journal.scanLeaves(0, Integer.MAX_VALUE, (index, leaf) -> {
                try {
                    entries.add(ProofEntry.read(leaf));
                } catch (CborMalformed e) {
                    throw new IOException(e);
                }
            });
        }
        disk.kill();
        return entries;
    }

    @Test
    void aPartThatProofsShareIsWrittenOnceAndBeforeThem() throws Exception {
        var proofs = open();
        assertEquals(Optional.empty(), proofs.of(head(3)));
        write(proofs, 3, COMMON);
        write(proofs, 5, OWN, COMMON);
        write(proofs, 4);
        for (int life = 0; life < 2; life++) {
            assertHas(proofs, 3, COMMON);
            assertHas(proofs, 5, OWN, COMMON);
            assertHas(proofs, 4);
            assertFalse(proofs.has(6));
            disk.powerCut(life);
            proofs = open();
        }
        assertEquals(
                List.of("Opened", "Shared", "Proof", "Shared", "Proof", "Proof"),
                entries().stream()
                        .map(entry -> entry.getClass().getSimpleName())
                        .toList());
    }

    /// The power goes at each operation of the disk in turn: what was there before is there, a proof is whole or not
    /// there at all, and writing it again leaves no part twice.
    @Test
    void aPowerCutInsideAnyWriteIsHarmless() throws Exception {
        int outcomes = 0;
        for (int operation = 0; operation < 12; operation++) {
            var test = new AnchorProofsTest();
            var proofs = test.open();
            write(proofs, 3, COMMON);
            test.disk.cutPowerAfter(operation, operation);
            try {
                write(proofs, 5, OWN, COMMON);
            } catch (IOException | BrokenPromise e) {
                // The process ends here.
            }
            test.disk.powerCut(operation);
            proofs = test.open();
            assertHas(proofs, 3, COMMON);
            if (proofs.has(5)) outcomes |= 1;
            else outcomes |= 2;
            if (!proofs.has(5)) write(proofs, 5, OWN, COMMON);
            assertHas(proofs, 5, OWN, COMMON);
            var shared = test.entries().stream()
                    .filter(ProofEntry.Shared.class::isInstance)
                    .toList();
            assertEquals(2, new HashSet<>(shared).size());
            assertEquals(2, shared.size(), "at operation " + operation);
        }
        assertEquals(3, outcomes, "cuts on both sides of the last force");
    }

    /// Found when somebody reads it: it counts as not there, is fetched anew, and nothing else is lost.
    @Test
    void aDamagedProofOrPartIsWrittenAgain() throws Exception {
        for (byte[] damaged : List.of(proof(5).bytes(), OWN, COMMON)) {
            for (boolean closed : new boolean[] {false, true}) {
                var test = new AnchorProofsTest();
                var journal = test.journal();
                var proofs = AnchorProofs.open("test", journal);
                write(proofs, 3, COMMON);
                write(proofs, 5, OWN, COMMON);
                if (closed) journal.closeSegment();
                write(proofs, 7);
                test.spoil(damaged);
                if (closed) {
                    test.disk.kill();
                    proofs = test.open();
                }
                assertEquals(Optional.empty(), proofs.of(head(5)));
                assertFalse(proofs.has(5), "owed again");
                assertHas(proofs, 7);
                write(proofs, 5, OWN, COMMON);
                assertHas(proofs, 5, OWN, COMMON);
                if (damaged == COMMON) assertTrue(proofs.of(head(3)).isPresent(), "the part is there again");
            }
        }
    }

    /// A bad sector that the disk tells of itself.
    @Test
    void aProofThatCannotBeReadIsWrittenAgain() throws Exception {
        var proofs = open();
        write(proofs, 3, COMMON);
        write(proofs, 5, COMMON);
        disk.failAfter(FaultyDisk.Call.READ, 0);
        assertEquals(Optional.empty(), proofs.of(head(5)));
        assertFalse(proofs.has(5), "owed again");
        assertHas(proofs, 3, COMMON);
        write(proofs, 5, COMMON);
        assertHas(proofs, 5, COMMON);
    }

    private void spoil(byte[] wanted) throws IOException {
        for (var name : disk.list()) {
            if (!name.endsWith(".segment")) continue;
            int at = Collections.indexOfSubList(boxed(disk.contents(name)), boxed(wanted));
            if (at < 0) continue;
            disk.flipBit(name, at, 3);
            return;
        }
        throw new AssertionError("no segment has it");
    }

    static List<Byte> boxed(byte[] bytes) {
        var list = new ArrayList<Byte>(bytes.length);
        for (byte each : bytes) list.add(each);
        return list;
    }

    /// The head was taken back after all and stands in another block: the proof is of a block that is no more.
    @Test
    void aProofOfAnotherBlockIsNone() throws Exception {
        var proofs = open();
        write(proofs, 5);
        var elsewhere = new FinalHead(5, hash(5), new Place(9, hash(9)), Instant.EPOCH);
        assertEquals(Optional.empty(), proofs.of(elsewhere));
        assertFalse(proofs.has(5), "owed again");
        proofs.write(ORIGIN, 5, hash(5), Optional.of(hash(9)), proof(5));
        assertTrue(proofs.of(elsewhere).isPresent());
        disk.powerCut(1);
        assertTrue(open().of(elsewhere).isPresent(), "the later one counts");
    }

    /// What an anchorage finds that keeps nothing itself.
    @Test
    void whatIsKeptIsFound() throws Exception {
        var proofs = open();
        assertEquals(Finding.Absent.EMPTY, proofs.find(ORIGIN, 5, hash(5)));
        var place = proofs.write(ORIGIN, 5, hash(5), Optional.empty(), proof(5));
        proofs.write(ORIGIN, 8, hash(8), Optional.empty(), proof(8));
        disk.kill();
        proofs = open();
        assertEquals(new Finding.Present(place, true), proofs.find(ORIGIN, 5, hash(5)));
        assertEquals(new Finding.Conflict(hash(5)), proofs.find(ORIGIN, 5, hash(6)));
        assertEquals(new Finding.Covered(8, hash(8)), proofs.find(ORIGIN, 6, hash(6)));
        assertEquals(new Finding.Absent(8, hash(8)), proofs.find(ORIGIN, 9, hash(9)));
        assertEquals(Finding.Absent.EMPTY, proofs.find(new OriginId(hash(1)), 5, hash(5)));
        assertTrue(proofs.of(new FinalHead(5, hash(5), place, Instant.EPOCH)).isPresent());
        spoil(proof(8).bytes());
        assertEquals(new Finding.Absent(5, hash(5)), proofs.find(ORIGIN, 8, hash(8)), "its only copy is gone");
    }

    @Test
    void aJournalOfSomethingElseIsNotOpened() throws Exception {
        write(open(), 3, COMMON);
        disk.kill();
        var other = assertThrows(IOException.class, () -> AnchorProofs.open("other", journal()));
        assertTrue(String.valueOf(other.getMessage()).contains("relay test"), other.getMessage());
        disk.kill();
        try (var journal = journal()) {
            journal.append(new ProofEntry.Opened("test", ORIGIN).toBytes(), new byte[0]);
            journal.force();
        }
        assertThrows(IOException.class, this::open);
        var proofs = new AnchorProofsTest().open();
        write(proofs, 3);
        assertThrows(
                IllegalStateException.class,
                () -> proofs.write(new OriginId(hash(1)), 5, hash(5), Optional.empty(), proof(5)));
        var beginsElsewhere = new AnchorProofsTest();
        try (var journal = beginsElsewhere.journal()) {
            journal.append(new ProofEntry.Shared(hash(1)).toBytes(), new byte[] {1});
            journal.force();
        }
        assertThrows(IOException.class, beginsElsewhere::open);
    }

    @Test
    void aFullDiskRefusesAProofAndLosesNone() throws Exception {
        var proofs = open();
        write(proofs, 3, COMMON);
        fill(disk, proofs, ORIGIN);
        disk.capacity(1L << 30);
        write(proofs, 5, OWN);
        assertHas(proofs, 3, COMMON);
        assertHas(proofs, 5, OWN);
    }

    /// From here on there is no room on the disk, and none in the journal.
    static void fill(FaultyDisk disk, AnchorProofs proofs, OriginId origin) throws IOException {
        long taken = 0;
        for (var name : disk.list()) taken += disk.contents(name).length;
        disk.capacity(taken);
        var large = new AnchorProof(new byte[10_000], List.of());
        assertThrows(JournalFull.class, () -> {
            for (int size = 1000; size < 1200; size++) {
                proofs.write(origin, size, hash(9), Optional.empty(), large);
            }
        });
    }

    @Test
    void entriesComeBackAsTheyWereWritten() throws Exception {
        var most = Collections.nCopies(AnchorProof.MAX_SHARED, hash(7));
        List<ProofEntry> entries = List.of(
                new ProofEntry.Opened("a".repeat(20), ORIGIN),
                new ProofEntry.Proof(3, hash(3), Optional.of(hash(4)), hash(5), List.of(hash(6), hash(7))),
                new ProofEntry.Proof(Long.MAX_VALUE, hash(3), Optional.of(hash(4)), hash(5), most),
                new ProofEntry.Proof(3, hash(3), Optional.empty(), hash(5), List.of()),
                new ProofEntry.Shared(hash(9)));
        for (var entry : entries) {
            byte[] bytes = entry.toBytes();
            assertTrue(bytes.length <= ProofEntry.MAX_SIZE_BYTES, bytes.length + " bytes");
            assertEquals(entry, ProofEntry.read(bytes));
            for (int cut = 0; cut < Math.min(bytes.length, 200); cut++) {
                byte[] part = Arrays.copyOf(bytes, cut);
                assertThrows(CborMalformed.class, () -> ProofEntry.read(part));
            }
        }
    }

    @Test
    void aProofHasItsBounds() {
        var large = new byte[AnchorProof.MAX_SIZE_BYTES + 1];
        assertThrows(IllegalArgumentException.class, () -> new AnchorProof(new byte[0], List.of()));
        assertThrows(IllegalArgumentException.class, () -> new AnchorProof(large, List.of()));
        assertThrows(IllegalArgumentException.class, () -> new AnchorProof(COMMON, List.of(large)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new AnchorProof(COMMON, Collections.nCopies(AnchorProof.MAX_SHARED + 1, OWN)));
    }
}
