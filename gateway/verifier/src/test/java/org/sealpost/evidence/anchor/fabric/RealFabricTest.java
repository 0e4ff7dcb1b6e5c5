package org.sealpost.evidence.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.evidence.anchor.fabric.FabricProofTest.assertBroken;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.field;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.FabricTrust;
import org.sealpost.evidence.Sha256;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.evidence.Vectors;
import org.sealpost.evidence.anchor.fabric.Consenters.OrdererSignature;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborWriter;

/// A block, its config block and an endorsed answer that a network of Fabric 3.1.1 with four orderers and two
/// organisations made. Its chaincode is not ours: it lodged something else, and answered `get`. So a whole
/// proof ends where the head of ours is looked for, and no sooner.
class RealFabricTest {
    private static final String NO_HEAD_OF_OURS = "the transaction does not write this head";

    private static JsonNode expected;
    private static byte[] configBytes;
    private static byte[] state;
    private static ConfigBlock config;
    private static AnchorIdentity.Fabric identity;

    /// The block's parts.
    private static BlockHeader header;

    private static byte[] transaction;
    private static byte[] value;
    private static List<OrdererSignature> signatures;

    @BeforeAll
    static void read() throws IOException, DoesNotHold {
        var folder = Vectors.shared("fabric");
        expected = Vectors.json(folder.resolve("expected.json"));
        configBytes = Files.readAllBytes(folder.resolve("config.block"));
        state = Files.readAllBytes(folder.resolve("state.envelope"));
        config = ConfigBlock.read(configBytes, expected.get("channel").asText());
        identity = new AnchorIdentity.Fabric(
                expected.get("channel").asText(), config.header().hash(), "anchor");

        var block = ProtoMessage.of("block", Files.readAllBytes(folder.resolve("anchor.block")), 1, 2, 3);
        header = BlockHeader.of(ProtoMessage.of("header", block.bytes(1), 1, 2, 3));
        transaction = ProtoMessage.ofRepeated("data", block.bytes(2), Set.of(1)).bytes(1);
        var kinds =
                ProtoMessage.ofRepeated("metadata", block.bytes(3), Set.of(1)).all(1);
        var signed = ProtoMessage.ofRepeated("signatures", kinds.getFirst(), Set.of(2), 1);
        value = signed.bytes(1);
        signatures = new ArrayList<>();
        for (var bytes : signed.all(2)) {
            var signature = ProtoMessage.of("signature", bytes, 2, 3);
            signatures.add(new OrdererSignature(signature.bytes(2), signature.bytes(3)));
        }
    }

    @Test
    void theHeaderIsHashedAsFabricDoes() {
        var block = expected.get("block");
        assertEquals(block.get("number").asLong(), header.number());
        assertEquals(block.get("headerDer").asText(), HexFormat.of().formatHex(header.der()));
        assertEquals(block.get("headerHash").asText(), header.hash().hex());
        assertEquals(header.data(), Sha256.of(transaction));
    }

    @Test
    void theConfigNamesTheOrderersAndWhoEndorses() throws DoesNotHold {
        assertEquals(0, config.number());
        assertEquals(0, config.sequence());
        assertArrayEquals(new byte[0], config.header().previous());
        assertEquals(expected.get("consenters").size(), config.consenters().count());
        assertEquals(expected.get("threshold").asInt(), config.consenters().quorum());
        assertEquals(
                expected.get("block").get("signedBy").size(),
                config.consenters().check(header, value, signatures, new SignatureBudget()));
    }

    @Test
    void theTransactionIsBoundToItsQuestion() throws DoesNotHold {
        var call = EndorsedCall.ofBlock(transaction, identity);
        assertEquals(expected.get("transaction").get("id").asText(), call.id());
        assertEquals(names(expected.get("transaction").get("endorsedBy")), call.endorsers(organisations()));
    }

    @Test
    void theStateIsBoundToItsQuestion() throws DoesNotHold {
        var call = EndorsedCall.ofState(state, identity);
        assertEquals(names(expected.get("state").get("endorsedBy")), call.endorsers(organisations()));
        var batch = "7dc96f776c8423e57a2785489a3f9c43fb6e756876d6ad9a9cac4aa4e72ec193";
        assertTrue(call.asks(List.of("get", "Org1MSP", batch)));
        assertFalse(call.asks(List.of("rootAt", "Org1MSP", batch)));
        assertEquals(200, call.said().status());
        var sets = call.keys();
        assertEquals(
                List.of("_lifecycle", "anchor"),
                sets.stream().map(KeySet::namespace).toList());
        for (var keys : sets) assertTrue(keys.wroteNothing());
        var place =
                sets.getLast().onlyRead("\0anchor\0Org1MSP\0" + batch + "\0").orElseThrow();
        assertEquals(expected.get("state").get("readVersion").asText(), place.block() + ":" + place.transaction());
    }

    /// All of it is hashed or signed: whichever byte is another one, it is no answer of these peers to this
    /// question.
    @Test
    void whicheverByteOfTheStateIsAlteredItIsRefused() throws DoesNotHold {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int at = 0; at < state.length; at += 1 + random.nextInt(4)) {
            var mutant = state.clone();
            mutant[at] ^= (byte) (1 + random.nextInt(255));
            assertThrows(
                    DoesNotHold.class,
                    () -> EndorsedCall.ofState(mutant, identity).endorsers(organisations()),
                    "seed " + seed + ", byte " + at);
        }
    }

    @Test
    void aStateWithAnotherNameInItIsRefused() {
        assertEquals(
                "the state is an answer to another question",
                refusal(replaced("\"\7anchors*", "\"\7anchorz*"), identity));
        assertEquals("the state is an answer to another question", refusal(replaced("\3get", "\3got"), identity));
        var others = new AnchorIdentity.Fabric("others", identity.genesis(), "anchor");
        assertEquals("the state is of another channel", refusal(state, others));
        var chaincode = new AnchorIdentity.Fabric("anchors", identity.genesis(), "anchor2");
        assertEquals("the state is of another chaincode", refusal(state, chaincode));
    }

    private static String refusal(byte[] envelope, AnchorIdentity.Fabric channel) {
        return assertThrows(DoesNotHold.class, () -> EndorsedCall.ofState(envelope, channel))
                .reason();
    }

    private static byte[] replaced(String text, String by) {
        var all = new String(state, StandardCharsets.ISO_8859_1);
        assertTrue(all.contains(text), text);
        return all.replace(text, by).getBytes(StandardCharsets.ISO_8859_1);
    }

    /// With transactions and without: everything holds up to the place where our own chaincode would have to
    /// speak.
    @Test
    void aWholeProofHoldsUpToTheHeadThatIsNotOurs() {
        for (var trust : List.of(trust(), Optional.<FabricTrust>empty())) {
            assertBroken(NO_HEAD_OF_OURS, check(header, true, value, signatures, trust));
            assertBroken("the state is the answer to another call", check(header, false, value, signatures, trust));
        }
        var other = new FabricTrust(
                identity, 1, List.of("Org1MSP"), Optional.of(new FabricTrust.ConfigBlock(3, header.hash())));
        assertInstanceOf(
                AnchorProofFinding.Incomplete.class, check(header, true, value, signatures, Optional.of(other)));
    }

    /// The validation code of the transaction is no part of a proof: nobody signs it.
    @Test
    void whatTheVectorsSayMustBeRefusedIsRefused() {
        for (var name : expected.get("mustBeRefused")) {
            var finding = switch (name.asText()) {
                case "one signature removed" -> check(header, value, signatures.subList(0, 2));
                case "one removed and another repeated" ->
                    check(header, value, List.of(signatures.get(0), signatures.get(1), signatures.get(0)));
                case "an identifier header swapped with another signature's" ->
                    check(
                            header,
                            value,
                            List.of(
                                    new OrdererSignature(
                                            signatures.get(0).signature(),
                                            signatures.get(1).identifierHeader()),
                                    new OrdererSignature(
                                            signatures.get(1).signature(),
                                            signatures.get(0).identifierHeader()),
                                    signatures.get(2)));
                case "metadata value changed" -> check(header, message(value, field(3, 1)), signatures);
                case "block number changed" ->
                    check(new BlockHeader(5, header.previous(), header.data()), value, signatures);
                case "data hash changed" ->
                    check(
                            new BlockHeader(4, header.previous(), Hash.ofHex("00".repeat(32))),
                            false,
                            value,
                            signatures,
                            trust());
                default -> throw new AssertionError("not tried: " + name);
            };
            assertBroken("block " + (name.asText().startsWith("block number") ? 5 : 4), finding);
        }
    }

    private static AnchorProofFinding check(BlockHeader header, byte[] value, List<OrdererSignature> signatures) {
        return check(header, true, value, signatures, trust());
    }

    private static AnchorProofFinding check(
            BlockHeader header,
            boolean withData,
            byte[] value,
            List<OrdererSignature> signatures,
            Optional<FabricTrust> trust) {
        var out = new CborWriter().array(11).text("sealpost-fabric-proof").integer(1);
        out.integer(header.number()).bytes(header.previous());
        if (withData) out.array(1).bytes(transaction);
        else out.nil();
        out.bytes(header.data().toBytes()).bytes(value).array(signatures.size());
        for (var signed : signatures) out.array(2).bytes(signed.signature()).bytes(signed.identifierHeader());
        var name = Sha256.of(configBytes);
        out.integer(0).bytes(state).array(1).bytes(name.toBytes());
        return FabricProof.check(
                out.toBytes(),
                asked -> asked.equals(name) ? Optional.of(configBytes.clone()) : Optional.empty(),
                identity,
                TestChannel.ORIGIN,
                7,
                TestChannel.ROOT,
                trust);
    }

    private static Optional<FabricTrust> trust() {
        return Optional.of(new FabricTrust(identity, 2, List.of("Org1MSP", "Org2MSP"), Optional.empty()));
    }

    private static Organisations organisations() throws DoesNotHold {
        return config.organisations(new SignatureBudget());
    }

    private static Set<String> names(JsonNode list) {
        var names = new TreeSet<String>();
        for (var name : list) names.add(name.asText());
        return names;
    }
}
