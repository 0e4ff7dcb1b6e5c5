package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.Origin;

/// Channels of Fabric by name, and whose word counts on them.
class FabricTrustTest {
    private static final Hash GENESIS = Hash.ofHex("44".repeat(32));
    private static final AnchorIdentity.Fabric CHANNEL = new AnchorIdentity.Fabric("anchors", GENESIS, "sealpost");

    @Test
    void theIdentityOfAChannelIsReadAsItWasWritten() throws CborMalformed {
        var longest = new AnchorIdentity.Fabric("a".repeat(249), GENESIS, "Z".repeat(249));
        for (var channel : List.of(CHANNEL, new AnchorIdentity.Fabric("a.b-c9", GENESIS, "A_b-9"), longest)) {
            assertEquals(channel, AnchorIdentity.read(new CborReader(bytes(channel))));
        }
        assertEquals(
                "fabric channel anchors (block 0 " + "44".repeat(32) + "), chaincode sealpost", CHANNEL.toString());
    }

    /// The line that a box shows is one that a trust file may have.
    @Test
    void theLineThatNamesAChannelIsRead() throws Exception {
        var trust = new FabricTrust(CHANNEL, 2, List.of("Org1MSP", "Org2MSP", "Org3MSP"), Optional.empty());
        var line = TrustFile.naming(trust);
        assertEquals(
                "channel fabric anchors genesis " + "44".repeat(32)
                        + " chaincode sealpost endorsers 2 Org1MSP Org2MSP Org3MSP\n",
                line);
        var key = P256Key.of(TestBox.newKeys().getPublic().getEncoded());
        var file = TrustFile.naming(new Origin("port/1"), GENESIS, key) + line;
        assertEquals(
                List.of(trust),
                TrustFile.parse("port.trust", file.getBytes(StandardCharsets.UTF_8))
                        .channels());
    }

    private static byte[] bytes(AnchorIdentity identity) {
        var out = new CborWriter();
        identity.write(out);
        return out.toBytes();
    }

    /// They come from files of strangers, and are told and compared with lines of trust files as they are.
    @Test
    void namesThatFabricDoesNotHaveAreRefused() {
        for (var name : List.of("", "Anchors", "9a", "-a", "a b", "a\n", "a\u001b", "ä", "a_b", "a".repeat(250))) {
            refuse(name, "sealpost");
        }
        for (var name : List.of("", "_a", "a_", "a__b", "a-_b", "a.b", "a b", "a\n", "ä", "a".repeat(250))) {
            refuse("anchors", name);
        }
    }

    private static void refuse(String channel, String chaincode) {
        assertThrows(
                IllegalArgumentException.class, () -> new AnchorIdentity.Fabric(channel, GENESIS, chaincode), channel);
        var out = new CborWriter().text("fabric").map(3).integer(1).text(channel);
        out.integer(2).bytes(GENESIS.toBytes()).integer(3).text(chaincode);
        assertThrows(CborMalformed.class, () -> AnchorIdentity.read(new CborReader(out.toBytes())), channel);
    }

    @Test
    void organisationsThatCannotBeCountedAreRefused() {
        refuse(1, List.of());
        refuse(0, List.of("A"));
        refuse(2, List.of("A"));
        refuse(-1, List.of("A"));
        refuse(1, List.of("A", "A"));
        refuse(1, List.of(""));
        refuse(1, List.of("A B"));
        refuse(1, List.of("A\u001b"));
        refuse(1, List.of("a".repeat(250)));
        var many = new ArrayList<String>();
        for (int i = 0; i < 64; i++) many.add("Org" + i);
        assertEquals(
                64,
                new FabricTrust(CHANNEL, 64, many, Optional.empty())
                        .organisations()
                        .size());
        many.add("Org64");
        refuse(1, many);
        assertThrows(IllegalArgumentException.class, () -> new FabricTrust.ConfigBlock(-1, GENESIS));
    }

    private static void refuse(int endorsers, List<String> organisations) {
        assertThrows(
                IllegalArgumentException.class,
                () -> new FabricTrust(CHANNEL, endorsers, organisations, Optional.empty()),
                organisations.toString());
    }

    /// A reader of the first versions knows no such anchor, so a file with one is of version 3, also without a proof.
    @Test
    void filesBeforeVersion3HaveNoAnchorOnFabric() {
        var box = new TestBox("demo-port/7f3a9c41", TestBox.newKeys(), 1, 14);
        var file = box.evidence(5, List.of(7), List.of(new AnchorClaim(CHANNEL)), List.of());
        var verdict = (Verdict.Intact) EvidenceVerifier.verify(file, box.trust(), AnchorCheck.OFFLINE);
        var line = "head of size 7 on " + CHANNEL + ": claimed, not checked";
        assertTrue(
                verdict.lines(Standing.CLAIMED).stream()
                        .anyMatch(one -> one.text().equals(line)),
                verdict::toString);

        var first = box.evidence(5, List.of(7), List.of(new AnchorClaim(TestBox.LEDGER)), List.of());
        var hex = HexFormat.of().formatHex(first);
        var other = hex.replace(
                HexFormat.of().formatHex(bytes(TestBox.LEDGER)), HexFormat.of().formatHex(bytes(CHANNEL)));
        assertNotEquals(hex, other);
        var refused = EvidenceVerifier.verify(HexFormat.of().parseHex(other), box.trust(), AnchorCheck.OFFLINE);
        assertTrue(refused instanceof Verdict.Unreadable, refused.toString());
    }
}
