package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockHeader;
import org.hyperledger.fabric.protos.common.BlockchainInfo;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.hsm.TestCa;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

/// What comes of answers that no network gives at will, or that no honest peer gives.
class FabricAnswersTest {
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final SoftwareKey KEY = SoftwareKey.p256ForTests(77);
    private static final byte[] NONSENSE = {(byte) 0xff, (byte) 0xff, (byte) 0xff};

    @TempDir
    private Path folder;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private TestCa ca;
    private FakePeer peer;
    private FabricLedger ledger;

    @BeforeEach
    void start() throws Exception {
        ca = TestCa.create("a CA");
        peer = peer();
        enrol(Instant.now().plusSeconds(86_400));
        ledger = ledger(peer.address());
    }

    @AfterEach
    void stop() throws Exception {
        for (var each : opened.reversed()) each.close();
    }

    private FakePeer peer() throws Exception {
        var made = FakePeer.start(ca);
        opened.add(made);
        return made;
    }

    private FabricLedger ledger(FabricConfig.Peer... peers) throws Exception {
        var config = new FabricConfig(
                List.of(peers),
                List.of(FakePeer.certificate(ca.certificate())),
                "anchors",
                "sealpost",
                "Org1MSP",
                folder.resolve("box.pem"),
                DEADLINE);
        var made = FabricLedger.open(config, KEY, FabricMember::now);
        opened.add(made);
        return made;
    }

    /// Puts a certificate that is good until then into the file of the identity.
    private byte[] enrol(Instant until) throws Exception {
        var der = ca.issue("box", KEY.spki(), Instant.now().minusSeconds(3600), until);
        var member = new Member("Org1MSP", FakePeer.certificate(der));
        Files.write(folder.resolve("box.pem"), member.getCredentials());
        return member.creator().toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"broadcast failed: FORBIDDEN: no writer", "BAD_REQUEST: malformed"})
    void whatEveryOrdererRefusesIsRefusedForGood(String detail) throws Exception {
        var request = request(enrol(Instant.now().plusSeconds(86_400)));
        peer.answer("GetChainInfo", height(1));
        peer.answer("GetBlockByNumber", block(0));
        peer.refuse(detail, detail);
        assertInstanceOf(SubmitOutcome.RefusedForGood.class, ledger.submit(request));
        peer.refuse(detail, "dial tcp: connection refused");
        assertInstanceOf(SubmitOutcome.Unknown.class, ledger.submit(request));
        peer.refuse();
        assertInstanceOf(SubmitOutcome.Accepted.class, ledger.submit(request));
    }

    @Test
    void whatTheOrderersHadBeforeIsKnown() throws Exception {
        peer.refuse("broadcast failed: SERVICE_UNAVAILABLE: request already processed");
        var request = request(enrol(Instant.now().plusSeconds(86_400)));
        assertInstanceOf(SubmitOutcome.AlreadyKnown.class, ledger.submit(request));
    }

    /// Neither the head nor the identity in use is refused.
    @Test
    void aRequestOfAnIdentityThatIsNoMoreIsNotRefusedForGood() throws Exception {
        var renewed = request(enrol(Instant.now().plusSeconds(7200)));
        var ended = request(enrol(Instant.now().minusSeconds(5)));
        enrol(Instant.now().plusSeconds(86_400));
        peer.refuse("FORBIDDEN: no writer");
        for (var request : List.of(renewed, ended)) {
            var outcome = assertInstanceOf(SubmitOutcome.Unknown.class, ledger.submit(request));
            assertTrue(outcome.cause().startsWith("signed by an identity that "), outcome.cause());
        }
    }

    /// So a refusal that nobody can explain is asked about again.
    @Test
    void whoeverCannotTellWhetherTheIdentityEndedDoesNotCallItForGood() throws Exception {
        var request = request(enrol(Instant.now().plusSeconds(86_400)));
        peer.refuse("FORBIDDEN: no writer");
        assertInstanceOf(SubmitOutcome.Unknown.class, ledger.submit(request));
    }

    @Test
    void aPeerThatIsBehindIsWaitedFor() throws Exception {
        peer.answer("GetBlockByNumber", block(0));
        peer.answer("GetChainInfo", height(10));
        var identity = ledger.identity();
        peer.answer("GetChainInfo", height(9));
        var setback = assertThrows(AnchorageSetback.class, ledger::identity);
        assertTrue(setback.getMessage().contains("it is behind"), setback.getMessage());
        peer.answer("GetChainInfo", height(11));
        assertEquals(identity, ledger.identity());
    }

    @Test
    void whereOnePeerIsSilentTheNextOneIsAskedAndThenFirst() throws Exception {
        var gone = peer();
        var other = ledger(gone.address(), peer.address());
        gone.close();
        peer.answer("GetBlockByNumber", block(0));
        peer.answer("GetChainInfo", height(3));
        var identity = other.identity();
        int asked = peer.asked();
        assertEquals(identity, other.identity());
        assertEquals(asked + 2, peer.asked());
    }

    @Test
    void nonsenseIsASetback() throws Exception {
        var head = new SignedLog("fake/1", 5).growTo(3).head(3);
        for (var function : List.of("GetChainInfo", "GetBlockByNumber", "find", "hops"))
            peer.answer(function, NONSENSE);
        assertThrows(AnchorageSetback.class, ledger::identity);
        assertThrows(AnchorageSetback.class, () -> ledger.find(head.originId(), 3, head.root()));
        assertInstanceOf(AnchorageHealth.Bad.class, ledger.health());
        peer.answer("GetChainInfo", height(2));
        peer.answer("GetBlockByNumber", block(1));
        var other = assertThrows(AnchorageSetback.class, ledger::identity);
        assertTrue(other.getMessage().contains("it is block 1"), other.getMessage());
    }

    @Test
    void anAnswerThatIsTooLargeIsNotRead() throws Exception {
        peer.answer("GetChainInfo", height(2));
        peer.answer("GetBlockByNumber", new byte[Peers.MAX_ANSWER_BYTES + 1]);
        var setback = assertThrows(AnchorageSetback.class, ledger::identity);
        assertTrue(setback.getMessage().contains("RESOURCE_EXHAUSTED"), setback.getMessage());
    }

    @Test
    void whatAnotherOriginLodgedIsNoAnswer() throws Exception {
        var head = new SignedLog("fake/1", 5).growTo(3).head(3);
        var other = new SignedLog("fake/2", 6).originId();
        peer.answer("find", found(other, 3, head.root()));
        assertThrows(AnchorageSetback.class, () -> ledger.find(head.originId(), 3, head.root()));
    }

    private static byte[] found(OriginId origin, long size, Hash root) {
        var out = new org.sealpost.record.CborWriter().array(2);
        for (int i = 0; i < 2; i++) {
            out.array(5).text("sealpost-lodged").integer(1);
            out.bytes(origin.value().toBytes()).integer(size).bytes(root.toBytes());
        }
        return out.toBytes();
    }

    private static byte[] height(long blocks) {
        return BlockchainInfo.newBuilder().setHeight(blocks).build().toByteArray();
    }

    private static byte[] block(long number) {
        var header = BlockHeader.newBuilder().setNumber(number).setDataHash(ByteString.copyFrom(new byte[Hash.SIZE]));
        if (number > 0) header.setPreviousHash(ByteString.copyFrom(new byte[Hash.SIZE]));
        return Block.newBuilder().setHeader(header).build().toByteArray();
    }

    /// As somebody signed it: the gateway looks at nothing of it here.
    private static SignedRequest request(byte[] creator) {
        var id = Hash.of(SignedLog.sha256(creator));
        var header = Header.newBuilder()
                .setChannelHeader(ChannelHeader.newBuilder()
                        .setChannelId("anchors")
                        .setTxId(id.hex())
                        .build()
                        .toByteString())
                .setSignatureHeader(SignatureHeader.newBuilder()
                        .setCreator(ByteString.copyFrom(creator))
                        .build()
                        .toByteString());
        var action = org.hyperledger.fabric.protos.peer.ChaincodeActionPayload.getDefaultInstance();
        var transaction = org.hyperledger.fabric.protos.peer.Transaction.newBuilder()
                .addActions(org.hyperledger.fabric.protos.peer.TransactionAction.newBuilder()
                        .setPayload(action.toByteString()));
        var payload = Payload.newBuilder()
                .setHeader(header)
                .setData(transaction.build().toByteString());
        var envelope = Envelope.newBuilder()
                .setPayload(payload.build().toByteString())
                .setSignature(ByteString.copyFromUtf8("signature"))
                .build();
        return new SignedRequest(id, OptionalLong.empty(), new FabricRequest(envelope, new byte[] {1}).toBytes());
    }
}
