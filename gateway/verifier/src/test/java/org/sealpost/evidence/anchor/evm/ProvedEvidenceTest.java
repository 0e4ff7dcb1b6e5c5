package org.sealpost.evidence.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.AnchorClaim;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.Line;
import org.sealpost.evidence.Standing;
import org.sealpost.evidence.TestBox;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.Verdict;
import org.sealpost.evidence.anchor.AnchorProofs;
import org.sealpost.merkle.Hash;

/// Evidence with proofs of anchors on a chain, and what the lines of trust files make of it.
class ProvedEvidenceTest {
    private static final TestBox BOX = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 1, 14);
    private static final List<TestValidator> SET = TestChain.validators(1, 4);
    private static final List<TestValidator> LATER = TestChain.validators(2, 4);

    private static TestChain chain(Head head) {
        return new TestChain(1, TestChain.lodged(TestChain.CONTRACT, BOX.originId(), head.size(), head.root()));
    }

    private static byte[] file(List<byte[]> bridges, List<TestValidator> validators) {
        return BOX.evidence(
                5,
                List.of(7, 13),
                head -> {
                    var chain = chain(head);
                    var header = chain.qbft(1000 + head.size(), validators, validators.subList(0, 3));
                    var names = bridges.stream().map(ProvedEvidenceTest::sha256).toList();
                    var proof = chain.proof(EvmProof.QBFT, header, names, List.of());
                    return List.of(new AnchorClaim(TestChain.CHAIN, Optional.of(proof.encode())));
                },
                bridges);
    }

    private static Hash sha256(byte[] bytes) {
        try {
            return Hash.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String naming(List<TestValidator> validators) {
        return naming("qbft", validators);
    }

    private static String naming(String consensus, List<TestValidator> validators) {
        return TrustFile.naming(TestChain.CHAIN) + "validators evm " + TestChain.CHAIN.chainId() + " " + consensus + " "
                + String.join(" ", TestChain.addresses(validators)) + "\n";
    }

    private static TrustStore trust(String... files) throws Exception {
        var all = new ArrayList<TrustFile>();
        for (var lines : files) {
            all.add(TrustFile.parse("test.trust", (BOX.trustText() + lines).getBytes(StandardCharsets.UTF_8)));
        }
        return new TrustStore(all);
    }

    private static List<Line> anchors(byte[] file, TrustStore trust) {
        return about("anchor", file, trust);
    }

    private static List<Line> about(String subject, byte[] file, TrustStore trust) {
        var verdict = assertInstanceOf(
                Verdict.Intact.class, EvidenceVerifier.verify(file, trust, new AnchorProofs(), AnchorCheck.OFFLINE));
        assertEquals(0, verdict.exitCode());
        return verdict.lines().stream()
                .filter(line -> line.subject().equals(subject))
                .toList();
    }

    /// Where nothing is proved, as without the set of validators, other histories stay what nobody looked for.
    private static void assertSaysOfHistories(String words, byte[] file, TrustStore trust) {
        var lines = about("history", file, trust);
        assertEquals(1, lines.size());
        assertTrue(lines.getFirst().text().contains(words), lines.toString());
    }

    @Test
    void sealsOfTheValidatorsThatATrustFileNamesProveIt() throws Exception {
        var file = file(List.of(), SET);
        var lines = anchors(file, trust(naming(SET)));
        assertEquals(2, lines.size());
        for (var line : lines) {
            assertEquals(Standing.PROVED, line.standing(), line.text());
            assertTrue(line.text().contains("sealed by 3 of 4 validators of the trust store"), line.text());
            assertTrue(line.text().startsWith("head of size "), line.text());
            assertTrue(line.text().contains("; sealed by 2026-"), line.text());
        }
        assertSaysOfHistories("never brought to a ledger of an anchor proved above", file, trust(naming(SET)));
        var strangers = naming(TestChain.validators(20, 4));
        assertEquals(lines, anchors(file, trust(strangers, naming(SET))), "one is enough");
        assertEquals(lines, anchors(file, trust(naming(SET), strangers)), "whatever they are called");
        assertEquals(
                2,
                trust(naming(SET), strangers, naming(SET), strangers)
                        .validators(TestChain.CHAIN)
                        .size(),
                "each set counts once");
    }

    /// The code that lies there does not tell what made it, so the words do not promise more than is known.
    @Test
    void theLineSaysWhetherTheCreationIsKnown() throws Exception {
        var file = file(List.of(), SET);
        for (var line : anchors(file, trust(naming(SET)))) {
            assertTrue(line.text().contains("does not say how the contract was made: if by other code"), line.text());
            assertTrue(line.text().contains("nothing is said of other histories"), line.text());
        }
        var named = naming(SET).replaceFirst("\n", " creation " + "cd".repeat(32) + "\n");
        for (var line : anchors(file, trust(named))) {
            assertEquals(Standing.PROVED, line.standing(), line.text());
            assertTrue(line.text().contains("made in transaction " + "cd".repeat(32)), line.text());
            assertTrue(line.text().contains("by the word of the trust store"), line.text());
        }
    }

    @Test
    void theOlderDialectsAreNamedInATrustFileByTheirOwnNames() throws Exception {
        for (var dialect : BftDialect.values()) {
            var file = BOX.evidence(
                    5,
                    List.of(7),
                    head -> {
                        var chain = chain(head);
                        var header = chain.bft(dialect, 1000, SET, SET);
                        var proof = chain.proof(dialect.number(), header, List.of(), List.of());
                        return List.of(new AnchorClaim(TestChain.CHAIN, Optional.of(proof.encode())));
                    },
                    List.of());
            for (var name : List.of("qbft", "ibft2", "istanbul", "clique")) {
                var line = anchors(file, trust(naming(name, SET))).getFirst();
                boolean isIts = name.equals(dialect.consensus().toString());
                assertEquals(isIts ? Standing.PROVED : Standing.CLAIMED, line.standing(), line.text());
            }
        }
    }

    @Test
    void withoutThemItIsClaimed() throws Exception {
        for (var trust : List.of(
                trust(""), trust(TrustFile.naming(TestChain.CHAIN)), trust(naming(TestChain.validators(20, 4))))) {
            for (var line : anchors(file(List.of(), SET), trust)) {
                assertEquals(Standing.CLAIMED, line.standing(), line.text());
                assertTrue(line.text().contains("claimed, not proved: lodged by"), line.text());
            }
            assertSaysOfHistories("another history; an anchor or a witness tells", file(List.of(), SET), trust);
        }
    }

    /// Beside a proof that holds without any node, one that has only just begun takes nothing away.
    @Test
    void aNodeThatHasNotCaughtUpTakesNothingAway() throws Exception {
        try (var node = new FakeNode();
                var check = new EvmAnchorCheck(List.of(node.url()), trust(naming(SET)))) {
            node.results.put("eth_chainId", "\"0x" + Long.toHexString(TestChain.CHAIN.chainId()) + "\"");
            node.results.put("eth_getBlockByNumber", "null");
            node.blocks.put("0x0", "{\"hash\":\"0x" + TestChain.CHAIN.genesis() + "\"}");
            node.results.put("eth_getCode", "\"0x\"");
            node.results.put("eth_syncing", "false");
            node.results.put("eth_blockNumber", "\"0x0\"");
            var verdict = EvidenceVerifier.verify(file(List.of(), SET), trust(naming(SET)), new AnchorProofs(), check);
            assertEquals(0, verdict.exitCode());
            var lines = assertInstanceOf(Verdict.Intact.class, verdict).lines().stream()
                    .filter(line -> line.subject().equals("anchor"))
                    .toList();
            assertEquals(4, lines.size(), lines.toString());
            assertEquals(
                    2,
                    lines.stream()
                            .filter(line -> line.standing() == Standing.NOT_CHECKED)
                            .filter(line -> line.text().contains("no node told: node http"))
                            .count(),
                    lines.toString());
        }
    }

    @Test
    void aBridgeIsASharedPartOfTheFile() throws Exception {
        var bridge =
                chain(new Head(BOX.origin(), 7, Hash.ofHex("77".repeat(32)))).qbft(900, SET, SET);
        var file = file(List.of(bridge), LATER);
        for (var line : anchors(file, trust(naming(SET)))) {
            assertEquals(Standing.PROVED, line.standing(), line.text());
        }
        for (var line : anchors(file(List.of(), LATER), trust(naming(LATER)))) {
            assertEquals(Standing.PROVED, line.standing(), line.text());
        }
    }

    /// One validator of four named strangers in a block that the others sealed, and they seal whatever they like. What
    /// came of the chain itself needs no bridge, and is proved either way.
    @Test
    void bridgesCountWhereALineOfTheTrustFileSaysSo() throws Exception {
        var strangers = TestChain.validators(20, 60);
        var listed = new ArrayList<>(SET);
        listed.addAll(strangers);
        var sealers = new ArrayList<>(SET.subList(1, 4));
        sealers.addAll(strangers);
        var lie = chain(new Head(BOX.origin(), 7, Hash.ofHex("77".repeat(32)))).qbft(900, listed, sealers);
        var forged = BOX.evidence(
                5,
                List.of(7),
                head -> {
                    var chain = chain(head);
                    var header = chain.qbft(1000, strangers, strangers);
                    var proof = chain.proof(EvmProof.QBFT, header, List.of(sha256(lie)), List.of());
                    return List.of(new AnchorClaim(TestChain.CHAIN, Optional.of(proof.encode())));
                },
                List.of(lie));
        var plain = anchors(forged, trust(naming(SET))).getFirst();
        assertEquals(Standing.CLAIMED, plain.standing(), plain.text());
        assertTrue(plain.text().contains("no line of theirs says that bridges count; whoever runs"), plain.text());
        var led = anchors(forged, trust(naming("qbft bridges", SET))).getFirst();
        assertEquals(Standing.PROVED, led.standing(), led.text());
        assertTrue(led.text().contains("lead over 1 bridge, which counts by its word"), led.text());
        var set = "validators evm 4719 qbft " + String.join(" ", TestChain.addresses(SET)) + "\n";
        var old = naming(TestChain.validators(30, 4));
        for (var text : List.of(naming(SET), naming("qbft bridges", SET), old + set)) {
            for (var line : anchors(file(List.of(), SET), trust(text))) {
                assertEquals(Standing.PROVED, line.standing(), line.text());
                assertTrue(line.text().contains("sealed by 3 of 4 validators of the trust store"), line.text());
            }
        }
    }

    @Test
    void aBlockThatLodgedAnotherHeadIsAFault() {
        var other = new Head(BOX.origin(), 7, Hash.ofHex("77".repeat(32)));
        var chain = chain(other);
        var proof = chain.proof(EvmProof.QBFT, chain.qbft(1000, SET, SET), List.of(), List.of());
        var claim = new AnchorClaim(TestChain.CHAIN, Optional.of(proof.encode()));
        var file = BOX.evidence(5, List.of(7), _ -> List.of(claim), List.of());
        var verdict = EvidenceVerifier.verify(file, TrustStore.EMPTY, new AnchorProofs(), AnchorCheck.OFFLINE);
        assertEquals("anchor", assertInstanceOf(Verdict.Invalid.class, verdict).part());
        assertEquals(1, verdict.exitCode());
    }

    /// Whatever happens to a proof in a file: nothing is proved that was not, and nothing is thrown.
    @Test
    void noFlippedBitOfAProofProvesAnotherThing() throws Exception {
        var trust = trust(naming(SET));
        var good = file(List.of(), SET);
        var proved = anchors(good, trust);
        int from = new String(good, StandardCharsets.ISO_8859_1).indexOf("sealpost-evm-proof") - 4;
        for (int at = from; at < from + 2_000; at += 7) {
            var mutant = good.clone();
            mutant[at] ^= 1;
            var verdict = EvidenceVerifier.verify(mutant, trust, new AnchorProofs(), AnchorCheck.OFFLINE);
            if (!(verdict instanceof Verdict.Intact found)) continue;
            for (var line : found.lines(Standing.PROVED)) {
                if (line.subject().equals("anchor")) assertTrue(proved.contains(line), at + ": " + line);
            }
        }
    }
}
