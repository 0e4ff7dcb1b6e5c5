package org.sealpost.evidence.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.AnchorClaim;
import org.sealpost.evidence.EvidenceVerifier;
import org.sealpost.evidence.Head;
import org.sealpost.evidence.Line;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.evidence.Standing;
import org.sealpost.evidence.TestBox;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;
import org.sealpost.evidence.Verdict;
import org.sealpost.evidence.anchor.AnchorProofs;
import org.sealpost.merkle.Hash;

/// Evidence with proofs of anchors on Fabric, and what the lines of trust files make of it.
class ProvedOnFabricTest {
    private static final TestBox BOX = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 1, 14);
    private static final TestChannel CHANNEL = new TestChannel();
    private static final byte[] GENESIS = CHANNEL.genesis.bytes(List.of());

    private static AnchorClaim anchor(Head head) {
        var state = new HeadState(BOX.originId(), head.size(), head.root());
        var key = "h~%s~%019d".formatted(BOX.originId(), head.size());
        return new AnchorClaim(
                CHANNEL.identity, Optional.of(CHANNEL.proof(state, key).bytes()));
    }

    private static TrustStore trust(String lines) throws Exception {
        var text = BOX.trustText() + lines;
        return new TrustStore(List.of(TrustFile.parse("test.trust", text.getBytes(StandardCharsets.UTF_8))));
    }

    private static String channel(String endorsers) {
        return "channel fabric anchors genesis " + CHANNEL.identity.genesis() + " chaincode sealpost endorsers "
                + endorsers + "\n";
    }

    private static List<Line> anchors(byte[] file, TrustStore trust) {
        var verdict = assertInstanceOf(
                Verdict.Intact.class, EvidenceVerifier.verify(file, trust, new AnchorProofs(), AnchorCheck.OFFLINE));
        assertEquals(0, verdict.exitCode());
        return verdict.lines().stream()
                .filter(line -> line.subject().equals("anchor"))
                .toList();
    }

    /// Both heads have the channel's config block in common, so it stands in the file once.
    @Test
    void peersOfTheOrganisationsThatATrustFileNamesProveIt() throws Exception {
        var file = BOX.evidence(5, List.of(7, 13), head -> List.of(anchor(head)), List.of(GENESIS));
        var header = "config fabric anchors block 0 header " + CHANNEL.identity.genesis() + "\n";
        for (var lines : List.of(channel("2 Org1MSP Org2MSP"), channel("1 Org1MSP") + header)) {
            var found = anchors(file, trust(lines));
            assertEquals(2, found.size());
            for (var line : found) {
                assertEquals(Standing.PROVED, line.standing(), line.text());
                assertTrue(line.text().contains("is signed by 3 of 4 orderers; its transaction 1"), line.text());
                assertTrue(line.text().endsWith("written by block 5, transaction 1"), line.text());
            }
            assertTrue(history(file, trust(lines)).contains("never brought to a ledger of an anchor proved above"));
        }
    }

    /// Three orderers and two peers, each twice; the peers' certificates once, which counts as two.
    @Test
    void allProofsOfAFileSpendOneBudget() throws Exception {
        var file = BOX.evidence(5, List.of(7, 13), head -> List.of(anchor(head)), List.of(GENESIS));
        var trust = trust(channel("2 Org1MSP Org2MSP"));
        int enough = 2 * (3 + 2 + 2) + 2 * 2;
        assertInstanceOf(Verdict.Intact.class, verify(file, trust, enough));
        var invalid = assertInstanceOf(Verdict.Invalid.class, verify(file, trust, enough - 1));
        assertTrue(invalid.reason().endsWith("more signatures than a file may ask for"), invalid.reason());
    }

    private static Verdict verify(byte[] file, TrustStore trust, int signatures) {
        var proofs = new AnchorProofs(new SignatureBudget(signatures));
        return EvidenceVerifier.verify(file, trust, proofs, AnchorCheck.OFFLINE);
    }

    @Test
    void withoutThemItIsClaimed() throws Exception {
        var file = BOX.evidence(5, List.of(7), head -> List.of(anchor(head)), List.of(GENESIS));
        for (var lines : List.of("", channel("1 Org3MSP"), channel("3 Org1MSP Org2MSP Org3MSP"))) {
            for (var line : anchors(file, trust(lines))) {
                assertEquals(Standing.CLAIMED, line.standing(), line.text());
                assertTrue(line.text().contains("ordered, its validity is nobody's signature: "), line.text());
            }
            assertTrue(history(file, trust(lines)).endsWith("another history; an anchor or a witness tells"));
        }
    }

    private static String history(byte[] file, TrustStore trust) {
        var verdict = EvidenceVerifier.verify(file, trust, new AnchorProofs(), AnchorCheck.OFFLINE);
        return assertInstanceOf(Verdict.Intact.class, verdict).lines().stream()
                .filter(line -> line.subject().equals("history"))
                .findFirst()
                .orElseThrow()
                .text();
    }

    @Test
    void aProofOfAnotherHeadIsAFault() throws Exception {
        var other = new Head(BOX.origin(), 7, Hash.ofHex("77".repeat(32)));
        var file = BOX.evidence(5, List.of(7), _ -> List.of(anchor(other)), List.of(GENESIS));
        var verdict =
                EvidenceVerifier.verify(file, trust(channel("1 Org1MSP")), new AnchorProofs(), AnchorCheck.OFFLINE);
        var invalid = assertInstanceOf(Verdict.Invalid.class, verdict);
        assertEquals("anchor", invalid.part());
        assertTrue(invalid.reason().endsWith("the transaction does not write this head"), invalid.reason());
    }
}
