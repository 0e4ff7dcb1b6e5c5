package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Head;
import org.sealpost.lodging.KeyProof;
import org.sealpost.merkle.Consistency;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborWriter;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.Origin;

class HeadFileTest {
    @TempDir
    private Path folder;

    private CarriedHeads log;

    @BeforeEach
    void makeLog() throws Exception {
        log = new CarriedHeads(folder.resolve("log"), "carried/heads", 21, 1200);
    }

    @Test
    void aFileGivesBackTheHeadAndWhatLeadsToIt() throws Exception {
        var bytes = log.file(1000, 1L, 512L, 999L).toBytes();
        var file = HeadFile.parse(bytes);
        assertArrayEquals(bytes, file.toBytes());
        var head = file.checked();
        assertEquals(log.identity.origin(), head.origin());
        assertEquals(1000, head.size());
        assertEquals(log.tree.root(1000), head.root());
        assertArrayEquals(log.key.spki(), head.firstKey());
        assertEquals(
                List.of(1L, 512L, 999L),
                file.proofs().stream().map(HeadFile.From::size).toList());
        for (var proof : file.proofs()) {
            assertTrue(Consistency.verify(
                    proof.size(), log.tree.root(proof.size()), 1000, log.tree.root(1000), proof.path()));
        }
        assertEquals(1, file.checkpoint().signatures().size(), "what no ledger looks at is not carried");
    }

    /// A relay that was never reached knows size 0, and one that somebody else's box was restored beside knows
    /// more than is here.
    @Test
    void sizesThatNoProofLeadsFromAreLeftOut() {
        assertEquals(
                List.of(7L),
                log.file(1000, 0L, 7L, 1000L, 1100L).proofs().stream()
                        .map(HeadFile.From::size)
                        .toList());
    }

    @Test
    void ofManySizesTheLargestAreTaken() {
        var file = log.file(1000, LongStream.rangeClosed(1, 100).boxed().toArray(Long[]::new));
        assertEquals(HeadFile.MAX_PROOFS, file.proofs().size());
        assertEquals(100, file.proofs().getLast().size());
        assertTrue(file.toBytes().length <= HeadFile.MAX_SIZE_BYTES);
    }

    @Test
    void aFileThatWasCutOffAnywhereIsNone() {
        var bytes = log.file(1000, 512L).toBytes();
        for (int length = 0; length < bytes.length; length++) {
            var cut = Arrays.copyOf(bytes, length);
            assertThrows(CborMalformed.class, () -> HeadFile.parse(cut), "cut at " + length);
        }
        assertThrows(CborMalformed.class, () -> HeadFile.parse(Arrays.copyOf(bytes, bytes.length + 1)));
        assertThrows(CborMalformed.class, () -> HeadFile.parse(new byte[HeadFile.MAX_SIZE_BYTES + 1]));
    }

    /// A mail may break the line that a phone read, and end it in its own way.
    @Test
    void theTextThatAPhoneReadsIsTheSameFile() throws Exception {
        var file = log.file(1000, 512L);
        var text = file.toText();
        assertTrue(text.matches("SPH1:[0-9A-Z $%*+./:-]+"), text);
        assertEquals(file, HeadFile.parse(ascii(text)));
        assertEquals(file, HeadFile.parse(ascii(text + "\n")));
        assertEquals(file, HeadFile.parse(ascii(text.substring(0, 76) + "\r\n" + text.substring(76) + "\r\n")));
        for (int length = 0; length < text.length(); length += 13) {
            var cut = text.substring(0, length);
            assertThrows(CborMalformed.class, () -> HeadFile.parse(ascii(cut)), "cut at " + length);
        }
        for (var altered : List.of(text.toLowerCase(Locale.ROOT), text + " ", " " + text, text + "AB0")) {
            assertThrows(CborMalformed.class, () -> HeadFile.parse(ascii(altered)));
        }
        assertThrows(
                CborMalformed.class,
                () -> HeadFile.parse(ascii("SPH1:" + Base45.encode(ascii(text)))),
                "no text in a text");
        assertThrows(CborMalformed.class, () -> HeadFile.parse(ascii("SPH1:" + "0".repeat(HeadFile.MAX_SIZE_BYTES))));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aPhoneCarriesOneProof() {
        var file = log.file(1000, 1L, 512L, 999L);
        assertEquals(log.file(1000, 512L), file.withOneProof(OptionalLong.of(512)));
        assertEquals(log.file(1000, 999L), file.withOneProof(OptionalLong.empty()));
        assertEquals(log.file(1000), file.withOneProof(OptionalLong.of(7)));
        assertEquals(log.file(1000), log.file(1000).withOneProof(OptionalLong.empty()));
    }

    /// Whichever bit is flipped, of every seventh: the file is none, is refused, has a proof that the ledger's
    /// own head refutes, or says the same of what is lodged.
    @Test
    void noAlteredBitIsLodged() throws Exception {
        var bytes = log.file(1000, 600L).toBytes();
        var head = HeadFile.parse(bytes).checked();
        int unreadable = 0;
        int refused = 0;
        int refuted = 0;
        for (int at = 0; at < bytes.length * 8; at += 7) {
            var altered = bytes.clone();
            altered[at / 8] ^= (byte) (1 << at % 8);
            try {
                var file = HeadFile.parse(altered);
                assertEquals(head, file.checked(), "bit " + at);
                var proof = file.from(600);
                if (proof.isEmpty()
                        || !Consistency.verify(600, log.tree.root(600), 1000, log.tree.root(1000), proof.get())) {
                    refuted++;
                }
            } catch (CborMalformed e) {
                unreadable++;
            } catch (HeadRefused e) {
                assertFalse(e.remedy().isBlank());
                refused++;
            }
        }
        assertTrue(unreadable > 20 && refused > 10 && refuted > 20, unreadable + ", " + refused + ", " + refuted);
    }

    @Test
    void whatDoesNotBelongTogetherIsRefused() throws Exception {
        var good = log.file(1000);
        var other = new CarriedHeads(folder.resolve("other"), "another/log", 22, 5);
        var ofOther = new GenesisLeaf(other.identity.genesis());
        refused("is of origin another/log", with(good, good.checkpoint(), ofOther));

        // Of the same name, by another key.
        var impostor = new CarriedHeads(folder.resolve("impostor"), "carried/heads", 23, 1200);
        refused("not signed by the log's key", with(good, impostor.file(1000).checkpoint(), good.genesis()));
        refused(
                "not signed by the log's key",
                with(good, good.checkpoint(), new GenesisLeaf(impostor.identity.genesis())));

        // A signature over another head of the same log.
        var earlier = log.file(999).checkpoint();
        var moved = new Checkpoint(good.head(), earlier.signatures());
        refused("not signed by the log's key", with(good, moved, good.genesis()));

        refused("genesis alone", with(good, log.file(1).checkpoint(), good.genesis()));
        refused(
                "hand-overs are not proved",
                new HeadFile(good.checkpoint(), good.genesis(), List.of(log.tree.root(3)), List.of(), List.of()));
        refused(
                "hand-over 1",
                new HeadFile(
                        good.checkpoint(),
                        good.genesis(),
                        log.tree.inclusion(0, 1000),
                        List.of(new KeyProof.Step(good.genesis().encode(), List.of())),
                        List.of()));
    }

    private static HeadFile with(HeadFile file, Checkpoint checkpoint, GenesisLeaf genesis) {
        return new HeadFile(checkpoint, genesis, List.of(), List.of(), List.of());
    }

    private static void refused(String why, HeadFile file) throws Exception {
        var found = assertThrows(
                HeadRefused.class, () -> HeadFile.parse(file.toBytes()).checked());
        assertTrue(String.valueOf(found.getMessage()).contains(why), found.getMessage());
        assertFalse(found.remedy().isBlank());
    }

    @Test
    void anotherShapeIsUnreadable() throws Exception {
        var good = log.file(1000, 600L, 700L);
        var proofs = good.proofs();
        unreadable("proofs that descend", with(good, proofs.reversed()));
        unreadable("one proof twice", with(good, List.of(proofs.getFirst(), proofs.getFirst())));
        unreadable("a proof from its own size", with(good, List.of(new HeadFile.From(1000, List.of()))));
        unreadable("a proof from nothing", with(good, List.of(new HeadFile.From(0, List.of()))));
        var two = log.checkpoint(1000);
        unreadable(
                "two signatures",
                new HeadFile(two, good.genesis(), good.genesisPath(), good.handOvers(), good.proofs()));
        var none = Checkpoint.unsigned(good.head());
        unreadable(
                "no signature",
                new HeadFile(none, good.genesis(), good.genesisPath(), good.handOvers(), good.proofs()));

        unreadable("an item more", item -> item.array(9).text("sealpost-head").integer(1));
        unreadable(
                "a later version", item -> item.array(8).text("sealpost-head").integer(2));
        unreadable("another kind", item -> item.array(8).text("sealpost-heat").integer(1));
        unreadable(
                "no checkpoint",
                item -> item.array(8).text("sealpost-head").integer(1).text("carried/heads\n1000\n"));
        unreadable(
                "a first key that is not the genesis'",
                item -> item.array(8)
                        .text("sealpost-head")
                        .integer(1)
                        .text(good.checkpoint().format())
                        .bytes(SoftwareKey.p256ForTests(5).spki())
                        .bytes(good.genesis().encode()));
        unreadable(
                "no genesis",
                item -> item.array(8)
                        .text("sealpost-head")
                        .integer(1)
                        .text(good.checkpoint().format())
                        .bytes(log.key.spki())
                        .bytes(new byte[] {(byte) 0xa0}));
    }

    private static HeadFile with(HeadFile file, List<HeadFile.From> proofs) {
        return new HeadFile(file.checkpoint(), file.genesis(), file.genesisPath(), file.handOvers(), proofs);
    }

    private static void unreadable(String what, HeadFile file) {
        assertThrows(CborMalformed.class, () -> HeadFile.parse(file.toBytes()), what);
    }

    private static void unreadable(String what, Consumer<CborWriter> beginning) {
        var out = new CborWriter();
        beginning.accept(out);
        // So that it is not refused for its end alone.
        out.array(0).array(0).array(0);
        assertThrows(CborMalformed.class, () -> HeadFile.parse(out.toBytes()), what);
    }

    @Test
    void theLargestSizeIsASizeToo() throws Exception {
        var head = new Head(new Origin("carried/heads"), Long.MAX_VALUE, log.tree.root(2));
        var file = new HeadFile(
                new Checkpoint(head, log.checkpoint(head).signatures().subList(0, 1)),
                new GenesisLeaf(log.identity.genesis()),
                List.of(),
                List.of(),
                List.of(new HeadFile.From(Long.MAX_VALUE - 1, List.of(log.tree.root(2)))));
        assertEquals(Long.MAX_VALUE, HeadFile.parse(file.toBytes()).checked().size());
    }
}
