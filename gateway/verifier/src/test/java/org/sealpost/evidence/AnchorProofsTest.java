package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sealpost.record.CborWriter;

/// Files of version 3: proofs of anchors, and what these have in common.
class AnchorProofsTest {
    private static final TestBox BOX = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 1, 14);
    private static final byte[] ONE = "first".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TWO = "second".getBytes(StandardCharsets.UTF_8);
    private static final long TIME = 1_790_000_500;

    private static AnchorClaim proof(Head head, byte[]... shared) {
        return MadeProof.of(TestBox.CHAIN, BOX.originId(), head, TIME, shared);
    }

    private static byte[] file(List<byte[]> shared) {
        return BOX.evidence(5, List.of(7, 13), head -> List.of(proof(head, head.size() == 7 ? ONE : TWO, ONE)), shared);
    }

    private static Verdict verify(byte[] file) {
        return EvidenceVerifier.verify(file, BOX.trustWithChain(), new MadeProof(), AnchorCheck.OFFLINE);
    }

    private static void assertFaulty(String part, int head, String words, byte[] file) {
        var verdict = assertInstanceOf(Verdict.Invalid.class, verify(file));
        assertEquals(part, verdict.part(), verdict.reason());
        assertEquals(head, verdict.head());
        assertTrue(verdict.reason().contains(words), verdict.reason());
    }

    @Test
    void aProofIsChecked() throws Exception {
        var file = BOX.evidence(5, List.of(7), head -> List.of(proof(head, ONE, TWO)), List.of(ONE, TWO));
        assertArrayEquals(file, Evidence.parse(file).encode());
        var verdict = assertInstanceOf(Verdict.Intact.class, verify(file));
        assertEquals(0, verdict.exitCode());
        assertEquals(
                List.of(Wording.proved(
                        "anchor",
                        "head of size 7 on " + TestBox.CHAIN + ": made; by who makes them; sealed by "
                                + Instant.ofEpochSecond(TIME))),
                about("anchor", verdict));
        assertTrue(about("time", verdict).getFirst().text().contains("by when its head was sealed"));
        assertTrue(
                about("history", verdict).getFirst().text().contains("never brought to a ledger of an anchor proved"));
    }

    private static List<Line> about(String subject, Verdict.Intact verdict) {
        return verdict.lines().stream()
                .filter(line -> line.subject().equals(subject))
                .toList();
    }

    /// What holds and is not all that is needed reads claimed, and proves no time.
    @Test
    void withoutTrustInTheChainItIsClaimed() {
        var file = BOX.evidence(5, List.of(7), head -> List.of(proof(head)), List.of());
        var verdict = assertInstanceOf(
                Verdict.Intact.class, EvidenceVerifier.verify(file, BOX.trust(), new MadeProof(), AnchorCheck.OFFLINE));
        assertEquals(
                List.of(Wording.claimed(
                        "anchor",
                        "head of size 7 on " + TestBox.CHAIN
                                + ": claimed, not proved: made; the trust store does not name the chain")),
                about("anchor", verdict));
        assertTrue(about("time", verdict).getFirst().text().contains("nothing here proves them"));
        assertTrue(about("history", verdict).getFirst().text().endsWith("an anchor or a witness tells"));
        var unlooked = assertInstanceOf(
                Verdict.Intact.class, EvidenceVerifier.verify(file, BOX.trustWithChain(), AnchorCheck.OFFLINE));
        assertTrue(about("anchor", unlooked).getFirst().text().endsWith("its proof was not looked at"));
        assertEquals(Standing.CLAIMED, about("anchor", unlooked).getFirst().standing());
    }

    /// A node's word counts for that as a proof does; that of the same ledger's name in the file does not.
    @Test
    void whatANodeFoundTellsOfHistoriesOnThatLedger() {
        var file = BOX.evidenceWithAnchors(5, 6);
        var found = EvidenceVerifier.verify(
                file, BOX.trustWithChain(), (_, _, _, _) -> new AnchorFinding.Confirmed("found there"));
        assertTrue(about("history", (Verdict.Intact) found).getFirst().text().contains("never brought"));
        var silent = EvidenceVerifier.verify(
                file, BOX.trustWithChain(), (_, _, _, _) -> new AnchorFinding.NotChecked("away"));
        assertTrue(
                about("history", (Verdict.Intact) silent).getFirst().text().endsWith("an anchor or a witness tells"));
    }

    /// A node that is asked, too, has the last word.
    @Test
    void aNodeMayContradictAProof() {
        var file = BOX.evidence(5, List.of(7), head -> List.of(proof(head)), List.of());
        var agreed = EvidenceVerifier.verify(
                file,
                BOX.trustWithChain(),
                new MadeProof(),
                (_, _, _, _) -> new AnchorFinding.Confirmed("found there"));
        assertEquals(2, about("anchor", (Verdict.Intact) agreed).size());
        var silent = EvidenceVerifier.verify(
                file, BOX.trustWithChain(), new MadeProof(), (_, _, _, _) -> new AnchorFinding.NotChecked("away"));
        assertTrue(about("anchor", (Verdict.Intact) silent).getLast().text().endsWith("no node told: away"));
        var denied = EvidenceVerifier.verify(
                file,
                BOX.trustWithChain(),
                new MadeProof(),
                (_, _, _, _) -> new AnchorFinding.Contradicted("not there"));
        assertEquals("anchor", ((Verdict.Invalid) denied).part());
    }

    @Test
    void aProofOfAnotherHeadIsAFault() {
        var other = new Head(BOX.origin, 8, BOX.root(8));
        assertFaulty(
                "anchor", 1, "not of this head", BOX.evidence(5, List.of(7), _ -> List.of(proof(other)), List.of()));
        assertFaulty(
                "anchor",
                2,
                "not of this head",
                BOX.evidence(
                        5,
                        List.of(7, 13),
                        head -> head.size() == 7 ? List.of(proof(head)) : List.of(proof(other)),
                        List.of()));
    }

    @Test
    void bytesThatAreNoProofAreAFaultAndNotUnreadable() {
        for (byte[] bytes : List.of(
                new byte[0],
                new byte[] {1},
                new CborWriter().array(2).text("sealpost-evm-proof").integer(1).toBytes(),
                new CborWriter().text("x".repeat(100)).toBytes())) {
            var claim = new AnchorClaim(TestBox.CHAIN, Optional.of(bytes));
            assertFaulty("anchor", 1, "not a proof", BOX.evidence(5, List.of(7), _ -> List.of(claim), List.of()));
        }
    }

    /// What a check did not foresee is a fault of the file, and never ends whoever reads it.
    @Test
    void aCheckThatThrowsIsAFault() {
        AnchorProofCheck throwing = (_, _, _, _) -> {
            throw new ArithmeticException("inverse does not exist");
        };
        var verdict = assertInstanceOf(
                Verdict.Invalid.class,
                EvidenceVerifier.verify(file(List.of(ONE, TWO)), BOX.trustWithChain(), throwing, AnchorCheck.OFFLINE));
        assertEquals("anchor", verdict.part());
        assertEquals(1, verdict.head());
        assertTrue(verdict.reason().endsWith("that can be checked (ArithmeticException)"), verdict.reason());
    }

    @Test
    void sharedPartsStandOnceAndInTheirOrder() {
        assertEquals(0, verify(file(List.of(ONE, TWO))).exitCode());
        assertFaulty("shared", 0, "order", file(List.of(TWO, ONE)));
        assertFaulty("shared", 0, "not there", file(List.of(ONE)));
        assertFaulty("shared", 0, "not there", file(List.of()));
        assertFaulty("shared", 0, "twice", file(List.of(ONE, TWO, ONE)));
        assertFaulty("shared", 0, "no proof names", file(List.of(ONE, TWO, "third".getBytes(StandardCharsets.UTF_8))));
        assertFaulty(
                "shared",
                0,
                "no proof names",
                BOX.evidence(5, List.of(7), _ -> List.of(new AnchorClaim(TestBox.CHAIN)), List.of(ONE)));
    }

    /// Whatever is altered or taken from another box's file, nothing is proved that the file does not prove.
    @Test
    void nothingAlteredIsProved() throws Exception {
        var mine = CborTree.parse(file(List.of(ONE, TWO)));
        var proved = Set.copyOf(((Verdict.Intact) verify(mine.encode())).lines(Standing.PROVED));
        var other = new TestBox("demo-port/7f3a9c41", BOX.keys, 2, 14);
        var theirs = CborTree.parse(other.evidence(
                5,
                List.of(7, 13),
                head -> List.of(MadeProof.of(TestBox.CHAIN, other.originId(), head, TIME, TWO, ONE)),
                List.of(TWO, ONE)));
        var mutants = new ArrayList<>(mine.alterations());
        mutants.addAll(mine.transplants(theirs));
        mutants.remove(theirs);
        mutants.parallelStream().forEach(mutant -> {
            if (!(verify(mutant.encode()) instanceof Verdict.Intact found)) return;
            for (var line : found.lines(Standing.PROVED)) assertTrue(proved.contains(line), line::toString);
        });
        assertTrue(mutants.size() > 500, mutants.size() + " mutants");
    }

    /// Whoever knows the versions before cannot read it, and there is one file for the same evidence.
    @Test
    void aFileIsOfTheFirstVersionThatCanSayIt() throws Exception {
        var plain = List.of(new AnchorClaim(TestBox.CHAIN), new AnchorClaim(TestBox.LEDGER));
        var first = (CborTree.Branch) CborTree.parse(BOX.evidence(5, List.of(7), _ -> plain, List.of()));
        assertEquals(7, first.items().size());
        assertEquals(new CborTree.Number(1, false), first.items().get(1));
        var third = BOX.evidence(5, List.of(7), head -> List.of(proof(head)), List.of());
        var tree = (CborTree.Branch) CborTree.parse(third);
        assertEquals(9, tree.items().size());
        assertEquals(new CborTree.Number(3, false), tree.items().get(1));
        for (int version : new int[] {1, 2, 4}) {
            assertEquals(
                    2,
                    verify(tree.with(1, new CborTree.Number(version, false)).encode())
                            .exitCode());
        }
        // A proof in a file of the version before, and a file of this one that needs none.
        var items = new ArrayList<>(tree.items());
        items.set(1, new CborTree.Number(2, false));
        items.removeLast();
        assertEquals(
                2,
                verify(new CborTree.Branch(CborTree.Kind.ARRAY, items).encode()).exitCode());
        var unneeded = new ArrayList<>(((CborTree.Branch) CborTree.parse(BOX.evidence(5, 7))).items());
        unneeded.set(1, new CborTree.Number(3, false));
        var head = (CborTree.Branch) ((CborTree.Branch) unneeded.get(5)).items().getFirst();
        var none = new CborTree.Branch(CborTree.Kind.ARRAY, List.of());
        unneeded.set(
                5,
                new CborTree.Branch(
                        CborTree.Kind.ARRAY,
                        List.of(new CborTree.Branch(
                                CborTree.Kind.ARRAY,
                                List.of(head.items().get(0), head.items().get(1), none)))));
        unneeded.add(none);
        unneeded.add(none);
        var verdict = verify(new CborTree.Branch(CborTree.Kind.ARRAY, unneeded).encode());
        assertEquals(new Verdict.Unreadable("version 3, where 1 says it"), verdict);
    }

    @Test
    void aLedgerWithoutProofsHasNone() {
        assertThrows(
                IllegalArgumentException.class, () -> new AnchorClaim(TestBox.LEDGER, Optional.of(new byte[] {1})));
        assertThrows(
                IllegalArgumentException.class,
                () -> new AnchorClaim(TestBox.CHAIN, Optional.of(new byte[AnchorClaim.MAX_PROOF_BYTES + 1])));
    }

    /// A certificate that is good when the anchor shows that the key had sealed is good. The anchor says by
    /// when, and no more: where the certificate had ended by then, the claimed time still stands, as it does
    /// without the anchor. An anchor from before the claimed time refutes that.
    @Test
    void certificatesAreJudgedAtTheTimeThatAnAnchorProves() throws Exception {
        var box = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 2, 14);
        var claimed = Instant.ofEpochMilli(TestBox.clock(70).timeMillis());
        var known = new TestAuthority("demo owner");
        assertEquals(
                "valid at " + claimed + ", the claimed time of the first seal in this file; at no other time",
                certificates(0, box, List.of(), known, known));
        assertEquals(
                "valid at " + Instant.ofEpochSecond(TIME)
                        + ", a time that an anchor in this file proves; at no other time",
                certificates(0, box, List.of(TIME), known, known));
        assertEquals(
                "valid at " + claimed + ", the claimed time of the first seal in this file (the time that an anchor in"
                        + " it proves, 2100-01-01T00:00:00Z, is later than their end); at no other time",
                certificates(0, box, List.of(4_102_444_800L), known, known));
        for (long never : new long[] {TIME, 4_102_444_800L}) {
            var refused = certificates(3, box, List.of(never), known, new TestAuthority("demo stranger"));
            assertTrue(refused.contains("at " + Instant.ofEpochSecond(never)), refused);
        }
        var before = certificates(3, box, List.of(1_700_000_000L), known, known);
        assertTrue(before.contains("at 2023-11-14T22:13:20Z"), before);
    }

    /// What a verdict with this exit code says of certificates under a CA.
    ///
    /// @param anchored times of blocks that lodged the head, in seconds
    private static String certificates(
            int exitCode, TestBox box, List<Long> anchored, TestAuthority issuing, TestAuthority trusted)
            throws Exception {
        var head = new Head(box.origin, 7, box.root(7));
        var claims = anchored.stream()
                .map(time -> MadeProof.of(TestBox.CHAIN, box.originId(), head, time))
                .toList();
        var file = box.evidence(5, List.of(7), claims, issuing.chainFor(box));
        var chain = box.trustTextWithChain().lines().toList().getLast();
        var trust = TestBox.trust(TrustFile.FIRST_LINE + "\n" + trusted.trustText() + chain + "\n");
        var verdict = assertInstanceOf(
                Verdict.Intact.class, EvidenceVerifier.verify(file, trust, new MadeProof(), AnchorCheck.OFFLINE));
        assertEquals(exitCode, verdict.exitCode(), verdict.toString());
        return about("certificates", verdict).getFirst().text();
    }
}
