package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.EvidenceVerifier.OldLog;

/// One CA that certifies the sealing keys of two logs, each for its name, says that they are of one owner
/// (docs/formats.md §33).
class SuccessionByAuthorityTest {
    private static final String PROVED = "proved, by the CA \"CN=the owner\"";

    private final TestAuthority owner;
    private final TestBox old = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 1, 4);
    private final TestBox box = TestBox.goingOnFrom(old, "demo-port/0badcafe", TestBox.newKeys());

    SuccessionByAuthorityTest() throws Exception {
        owner = new TestAuthority("the owner");
    }

    @Test
    void oneThatCertifiesBothIsEnough() throws Exception {
        var line = line(owner.chainFor(box), owner.chainFor(old), owner.trust());
        assertEquals(Standing.PROVED, line.standing(), line.text());
        assertTrue(line.text().contains(PROVED), line.text());
    }

    /// Two owners, who each certify one of them, and the reader trusts both.
    @Test
    void oneForEachIsNot() throws Exception {
        var other = new TestAuthority("another owner");
        var both = TestBox.trust(TrustFile.FIRST_LINE + "\n" + owner.trustText() + other.trustText());
        assertClaimed(line(owner.chainFor(box), other.chainFor(old), both));
        assertClaimed(line(other.chainFor(box), owner.chainFor(old), both));
    }

    @Test
    void oneThatCertifiesOnlyOneIsNot() throws Exception {
        var keys = TestBox.trust(old.trustText() + owner.trustText());
        var store = new TrustStore(
                List.of(keys.files().getFirst(), owner.trust().files().getFirst()));
        assertClaimed(line(owner.chainFor(box), List.of(), store));
        assertClaimed(line(List.of(), owner.chainFor(old), store));
        // The new key, certified for the old name alone.
        var misnamed = List.of(owner.sealing(box.keys.getPublic(), "sealpost:" + old.origin), owner.issuer);
        assertClaimed(line(misnamed, owner.chainFor(old), store));
    }

    /// Each trust file speaks of one log, and only the old one's names the CA.
    @Test
    void oneThatTheReaderTrustsForOneLogIsNot() throws Exception {
        var store = new TrustStore(List.of(
                TestBox.trust(old.trustText() + owner.trustText()).files().getFirst(),
                TestBox.trust(box.trustText()).files().getFirst()));
        assertClaimed(line(owner.chainFor(box), owner.chainFor(old), store));
    }

    private static void assertClaimed(Line line) {
        assertEquals(Standing.CLAIMED, line.standing(), line.text());
    }

    private Line line(List<byte[]> ofNew, List<byte[]> ofOld, TrustStore trust) {
        var file = box.evidence(2, List.of(4), List.of(), ofNew);
        var before = new OldLog(old.evidence(2, List.of(4), List.of(), ofOld), AnchorProofCheck.NONE);
        var verdict =
                EvidenceVerifier.verify(file, Optional.of(before), trust, AnchorProofCheck.NONE, AnchorCheck.OFFLINE);
        return ((Verdict.Intact) verdict)
                .lines().stream()
                        .filter(line -> line.subject().equals("goes on from"))
                        .findFirst()
                        .orElseThrow();
    }
}
