package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.evidence.anchor.AnchorProofs;
import org.sealpost.evidence.anchor.tsa.TestTsa;
import org.sealpost.evidence.anchor.tsa.TsaProof;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// Time stamps in evidence files, and the line of a trust file by which they count.
class StampedEvidenceTest {
    private static final TestBox BOX = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 1, 14);

    private final TestTsa tsa = authority();

    private static TestTsa authority() {
        try {
            return new TestTsa("an authority");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private AnchorClaim stamp(Head head) {
        try {
            var text = Checkpoint.unsigned(head).toBeSigned();
            var signature = BOX.sign(text).withLowS().raw();
            var token = tsa.token(TsaProof.imprint(text, signature));
            return new AnchorClaim(identity(), Optional.of(new TsaProof(signature, token, List.of()).encode()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private AnchorIdentity.Tsa identity() {
        return TsaProof.identity(tsa.root(), Optional.of(TestTsa.POLICY));
    }

    private String line() throws Exception {
        return TrustFile.namingAuthority(tsa.root().getEncoded());
    }

    private byte[] file() {
        return BOX.evidence(5, List.of(7, 13), head -> List.of(stamp(head)), List.of());
    }

    private static Verdict verify(byte[] file, TrustStore trust) {
        return EvidenceVerifier.verify(file, trust, new AnchorProofs(), AnchorCheck.OFFLINE);
    }

    private static List<Line> anchors(Verdict verdict) {
        return assertInstanceOf(Verdict.Intact.class, verdict).lines().stream()
                .filter(line -> line.subject().equals("anchor"))
                .toList();
    }

    @Test
    void aStampIsProvedToWhoeverTrustsTheAuthority() throws Exception {
        var file = file();
        assertArrayEquals(file, Evidence.parse(file).encode());
        var verdict = verify(file, TestBox.trust(BOX.trustText() + line()));
        assertEquals(0, verdict.exitCode());
        var lines = anchors(verdict);
        assertEquals(2, lines.size());
        for (var line : lines) {
            assertEquals(Standing.PROVED, line.standing());
            assertTrue(line.text().contains(identity() + ": stamped at " + TestTsa.NOW), line.text());
            assertTrue(line.text().contains("it says nothing of other histories"), line.text());
        }
        var histories = ((Verdict.Intact) verdict)
                .lines().stream()
                        .filter(line -> line.subject().equals("history"))
                        .toList();
        assertEquals(1, histories.size());
        assertTrue(histories.getFirst().text().endsWith("an anchor or a witness tells"), "an authority follows no log");
        assertEquals(
                List.of(Standing.CLAIMED, Standing.CLAIMED),
                anchors(verify(file, BOX.trust())).stream().map(Line::standing).toList());
    }

    /// The authority that counts may stand in a file about another log.
    @Test
    void anAuthorityIsOfNoLog() throws Exception {
        var elsewhere = new TestBox("demo-port/11111111", TestBox.newKeys(), 2, 3);
        var files = List.of(
                TrustFile.parse("box.trust", BOX.trustText().getBytes(StandardCharsets.UTF_8)),
                TrustFile.parse("other.trust", (elsewhere.trustText() + line()).getBytes(StandardCharsets.UTF_8)));
        var store = new TrustStore(files);
        assertEquals(List.of(tsa.root()), store.stampingAuthorities());
        assertEquals(Standing.PROVED, anchors(verify(file(), store)).getFirst().standing());
    }

    @Test
    void aStampOfAnotherHeadIsAFault() throws Exception {
        var wrong = BOX.evidence(5, List.of(7), _ -> List.of(stamp(new Head(BOX.origin, 8, BOX.root(8)))), List.of());
        for (var trust : List.of(BOX.trust(), TestBox.trust(BOX.trustText() + line()))) {
            var verdict = assertInstanceOf(Verdict.Invalid.class, verify(wrong, trust));
            assertEquals("anchor", verdict.part());
            assertEquals(1, verdict.head());
        }
    }

    /// An identity without a proof is a claim, and a file of version 3 all the same.
    @Test
    void withoutAProofItIsAClaim() throws Exception {
        var file = BOX.evidence(5, List.of(7), _ -> List.of(new AnchorClaim(identity())), List.of());
        assertArrayEquals(file, Evidence.parse(file).encode());
        var lines = anchors(verify(file, TestBox.trust(BOX.trustText() + line())));
        assertEquals(Standing.CLAIMED, lines.getFirst().standing());
    }

    @Test
    void whatIsNoProofIsAFault() throws Exception {
        var proof = stamp(new Head(BOX.origin, 7, BOX.root(7))).proof().orElseThrow();
        proof[0] = (byte) 0x86; // an array of six
        var file =
                BOX.evidence(5, List.of(7), _ -> List.of(new AnchorClaim(identity(), Optional.of(proof))), List.of());
        assertEquals(
                "anchor",
                assertInstanceOf(Verdict.Invalid.class, verify(file, BOX.trust()))
                        .part());
    }

    @Test
    void anIdentityIsReadAsItWasWritten() throws Exception {
        var ca = Hash.ofHex("44".repeat(32));
        for (var policy :
                List.of(Optional.<String>empty(), Optional.of("1.2.3"), Optional.of("2.25." + "9".repeat(39)))) {
            var identity = new AnchorIdentity.Tsa(ca, policy);
            var out = new CborWriter();
            identity.write(out);
            assertEquals(identity, AnchorIdentity.read(new CborReader(out.toBytes())));
        }
        for (String wrong : List.of("", "1", "3.1", "1.02", "1..2", "1.2.", "any", "1." + "2.".repeat(70) + "3")) {
            assertThrows(IllegalArgumentException.class, () -> new AnchorIdentity.Tsa(ca, Optional.of(wrong)), wrong);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"authority tsa", "authority tsa x", "authority tsa AAAA", "authority x CA", "authority tsa CA CA"
            })
    void aLineThatNamesNoAuthorityMakesTheFileUnusable(String line) throws Exception {
        String ca = Base64.getEncoder().encodeToString(tsa.root().getEncoded());
        var text = BOX.trustText() + line.replace("CA", ca) + "\n";
        var unusable =
                assertThrows(TrustUnusable.class, () -> TrustFile.parse("t", text.getBytes(StandardCharsets.UTF_8)));
        assertTrue(String.valueOf(unusable.getMessage()).contains("line 5"), unusable.getMessage());
    }

    @Test
    void aCertificateThatIsNoCasNamesNoAuthority() throws Exception {
        var text = BOX.trustText() + TrustFile.namingAuthority(tsa.signer().getEncoded());
        assertThrows(TrustUnusable.class, () -> TrustFile.parse("t", text.getBytes(StandardCharsets.UTF_8)));
    }
}
