package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.EvidenceVerifier.OldLog;

/// One CA that certifies the sealing keys of two logs, each for its name, says that they are of one owner, and nothing
/// of which goes on from which (docs/formats.md §33).
class SuccessionByAuthorityTest {
    private static final String ONE_OWNER = "; one owner: the CA \"O=the owner\" certifies both";

    private final TestAuthority owner;
    private final TestBox old = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 1, 4);
    private final TestBox box = TestBox.goingOnFrom(old, "demo-port/0badcafe", TestBox.newKeys());

    SuccessionByAuthorityTest() throws Exception {
        owner = new TestAuthority("the owner");
    }

    @Test
    void oneThatCertifiesBothIsSaidAndProvesNothing() throws Exception {
        var line = line(owner.chainFor(box), owner.chainFor(old), owner.trust());
        assertEquals(Standing.CLAIMED, line.standing(), line.text());
        assertTrue(line.text().endsWith(ONE_OWNER), line.text());
    }

    /// Two owners, who each certify one of them, and the reader trusts both.
    @Test
    void oneForEachIsNoOneOwner() throws Exception {
        var other = new TestAuthority("another owner");
        var both = TestBox.trust(TrustFile.FIRST_LINE + "\n" + owner.trustText() + other.trustText());
        assertNotOfOne(line(owner.chainFor(box), other.chainFor(old), both));
        assertNotOfOne(line(other.chainFor(box), owner.chainFor(old), both));
    }

    @Test
    void oneThatCertifiesOnlyOneIsNone() throws Exception {
        var keys = TestBox.trust(old.trustText() + owner.trustText());
        var store = new TrustStore(
                List.of(keys.files().getFirst(), owner.trust().files().getFirst()));
        assertNotOfOne(line(owner.chainFor(box), List.of(), store));
        assertNotOfOne(line(List.of(), owner.chainFor(old), store));
        // The new key, certified for the old name alone.
        var misnamed = List.of(owner.sealing(box.keys.getPublic(), "sealpost:" + old.origin), owner.issuer);
        assertNotOfOne(line(misnamed, owner.chainFor(old), store));
    }

    /// Each trust file speaks of one log, and only the old one's names the CA.
    @Test
    void oneThatTheReaderTrustsForOneLogIsNone() throws Exception {
        var store = new TrustStore(List.of(
                TestBox.trust(old.trustText() + owner.trustText()).files().getFirst(),
                TestBox.trust(box.trustText()).files().getFirst()));
        assertNotOfOne(line(owner.chainFor(box), owner.chainFor(old), store));
    }

    private static void assertNotOfOne(Line line) {
        assertEquals(Standing.CLAIMED, line.standing(), line.text());
        assertFalse(line.text().contains("one owner"), line.text());
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
