package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.hyperledger.fabric.protos.common.Block;
import org.hyperledger.fabric.protos.common.BlockData;
import org.hyperledger.fabric.protos.common.BlockHeader;
import org.hyperledger.fabric.protos.common.BlockMetadata;
import org.hyperledger.fabric.protos.common.BlockchainInfo;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Config;
import org.hyperledger.fabric.protos.common.ConfigEnvelope;
import org.hyperledger.fabric.protos.common.ConfigGroup;
import org.hyperledger.fabric.protos.common.ConfigValue;
import org.hyperledger.fabric.protos.common.Envelope;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.common.LastConfig;
import org.hyperledger.fabric.protos.common.MSPPrincipal;
import org.hyperledger.fabric.protos.common.MSPRole;
import org.hyperledger.fabric.protos.common.Metadata;
import org.hyperledger.fabric.protos.common.OrdererBlockMetadata;
import org.hyperledger.fabric.protos.common.Payload;
import org.hyperledger.fabric.protos.common.SignatureHeader;
import org.hyperledger.fabric.protos.common.SignaturePolicyEnvelope;
import org.hyperledger.fabric.protos.gateway.CommitStatusRequest;
import org.hyperledger.fabric.protos.gateway.SignedCommitStatusRequest;
import org.hyperledger.fabric.protos.ledger.rwset.CollectionHashedReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.NsReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.TxReadWriteSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.HashedRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRWSet;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVRead;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWriteHash;
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.Version;
import org.hyperledger.fabric.protos.msp.FabricMSPConfig;
import org.hyperledger.fabric.protos.msp.MSPConfig;
import org.hyperledger.fabric.protos.msp.SerializedIdentity;
import org.hyperledger.fabric.protos.orderer.ConsensusType;
import org.hyperledger.fabric.protos.peer.ChaincodeAction;
import org.hyperledger.fabric.protos.peer.ChaincodeActionPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeEndorsedAction;
import org.hyperledger.fabric.protos.peer.ChaincodeInput;
import org.hyperledger.fabric.protos.peer.ChaincodeInvocationSpec;
import org.hyperledger.fabric.protos.peer.ChaincodeProposalPayload;
import org.hyperledger.fabric.protos.peer.ChaincodeSpec;
import org.hyperledger.fabric.protos.peer.CollectionConfig;
import org.hyperledger.fabric.protos.peer.CollectionConfigPackage;
import org.hyperledger.fabric.protos.peer.CollectionPolicyConfig;
import org.hyperledger.fabric.protos.peer.Endorsement;
import org.hyperledger.fabric.protos.peer.ProposalResponsePayload;
import org.hyperledger.fabric.protos.peer.StaticCollectionConfig;
import org.hyperledger.fabric.protos.peer.Transaction;
import org.hyperledger.fabric.protos.peer.TransactionAction;
import org.hyperledger.fabric.protos.peer.TxValidationCode;
import org.hyperledger.fabric.protos.peer.lifecycle.QueryChaincodeDefinitionResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.PublicationLedger.Lane;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.TestCa;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.lodging.PublicationRequest;
import org.sealpost.lodging.SignedPublication;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborWriter;

/// What comes of answers that no network gives at will, or that no honest peer gives.
class FabricAnswersTest {
    /// No answer is waited for in vain, and a busy machine takes seconds for the first one.
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final SoftwareKey KEY = SoftwareKey.p256ForTests(77);
    private static final byte[] RULES = {'2'};
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
        var made = FabricLedger.open(config(peers), KEY, FabricMember::now);
        opened.add(made);
        return made;
    }

    private FabricConfig config(FabricConfig.Peer... peers) throws Exception {
        return new FabricConfig(
                List.of(peers),
                List.of(FakePeer.certificate(ca.certificate())),
                "anchors",
                "sealpost",
                "Org1MSP",
                folder.resolve("box.pem"),
                DEADLINE);
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

    /// What was signed once says when, and is not taken for ever; nor where the clock was set since.
    @Test
    void aQuestionIsSignedAnewBeforePeersRefuseItAsOld() throws Exception {
        var millis = new AtomicLong(System.currentTimeMillis());
        var timed = FabricLedger.open(config(peer.address()), KEY, () -> FabricMember.at(millis.get()));
        opened.add(timed);
        peer.answer("GetBlockByNumber", block(0));
        peer.answer("GetChainInfo", height(3));
        var identity = timed.identity();

        peer.refuseMadeBefore(Instant.now());
        millis.addAndGet(Calls.KEPT.toMillis() - 1);
        var setback = assertThrows(AnchorageSetback.class, timed::identity);
        assertTrue(setback.getMessage().contains("incorrect timestamp"), setback.getMessage());
        assertTrue(setback.remedy().startsWith("the clock of this box or of the peer is wrong"), setback.remedy());
        millis.addAndGet(1);
        assertEquals(identity, timed.identity());

        peer.refuseMadeBefore(Instant.now());
        millis.addAndGet(-Calls.KEPT.toMillis());
        assertEquals(identity, timed.identity());
    }

    /// Nobody else could ever be as far again.
    @Test
    void aPeerThatSaysItHasMoreBlocksThanThereAreHoldsUpTheOthersForAWhileOnly() throws Exception {
        var wrong = peer();
        var nanos = new AtomicLong(Long.MAX_VALUE - 5);
        var config = config(peer.address(), wrong.address());
        var peers = new Peers(config, nanos::get);
        opened.add(peers);
        var channel = new Channel(config, new Calls(config, new Membership(config, KEY, FabricMember::now), peers));
        var known = new KnownChannel(config, peers, channel, nanos::get);
        for (var each : List.of(peer, wrong)) each.answer("GetBlockByNumber", 0, block(0));
        wrong.answer("GetChainInfo", height(1L << 62));
        var identity = known.identity();
        nanos.addAndGet(Peers.PASSED_OVER.toNanos() - 1);
        assertEquals(identity, known.identity(), "it is asked first for a while, since the other one was silent");

        // It does not show what it says it has.
        peer.answer("GetChainInfo", height(10));
        nanos.addAndGet(1);
        assertThrows(AnchorageSetback.class, known::identity);
        nanos.addAndGet(KnownChannel.BELIEVED.toNanos() - 2);
        assertThrows(AnchorageSetback.class, known::identity);
        nanos.addAndGet(1);
        int asked = wrong.asked();
        assertEquals(identity, known.identity());
        assertEquals(asked, wrong.asked());

        // What was seen there counts for good.
        known.seen(new Place(9, Hash.of(new byte[Hash.SIZE])));
        nanos.addAndGet(KnownChannel.BELIEVED.toNanos());
        peer.answer("GetChainInfo", height(9));
        assertThrows(AnchorageSetback.class, known::identity);
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

    /// The first of two fails by what it says itself, or is behind: the other is well.
    @Test
    void whereOnePeerIsIllTheNextOneIsAsked() throws Exception {
        var ill = peer();
        var other = ledger(ill.address(), peer.address());
        for (var each : List.of(ill, peer)) {
            each.answer("GetBlockByNumber", block(0));
            each.answer("GetChainInfo", height(10));
        }
        var identity = other.identity();
        assertEquals(0, peer.asked());
        ill.answer("GetChainInfo", height(9));
        peer.answer("GetBlockByNumber", 9, block(9));
        assertEquals(identity, other.identity());
        var head = new SignedLog("fake/1", 5).growTo(3).head(3);
        peer.answer("find", nothingFound());
        assertEquals(Finding.Absent.EMPTY, other.find(head.originId(), 3, head.root()));

        var again = ledger(ill.address(), peer.address());
        ill.fail();
        assertEquals(Finding.Absent.EMPTY, again.find(head.originId(), 3, head.root()));
        assertEquals(identity, again.identity());
        int asked = ill.asked();
        assertEquals(identity, again.identity());
        assertEquals(asked, ill.asked(), "the one that is well is asked first");
    }

    /// One that was restored from old data would have a head taken for lost that is there.
    @Test
    void whatIsThereIsAskedOfThePeerThatWasLookedAtAndOfNoOther() throws Exception {
        var good = peer();
        var restored = peer();
        var two = ledger(good.address(), restored.address());
        for (var each : List.of(good, restored)) each.answer("GetBlockByNumber", block(0));
        good.answer("GetChainInfo", height(10));
        restored.answer("GetChainInfo", height(2));
        restored.answer("find", nothingFound());
        var request = request(enrol(Instant.now().plusSeconds(86_400)));
        var head = new SignedLog("fake/1", 5).growTo(3).head(3);
        var identity = two.identity();
        good.close();
        assertThrows(AnchorageSetback.class, () -> two.find(head.originId(), 3, head.root()));
        assertThrows(AnchorageSetback.class, () -> two.status(request));
        assertEquals(0, restored.asked());

        var setback = assertThrows(AnchorageSetback.class, two::identity);
        assertTrue(setback.getMessage().contains("it is behind"), setback.getMessage());
        restored.answer("GetChainInfo", height(10));
        assertEquals(identity, two.identity());
        assertEquals(Finding.Absent.EMPTY, two.find(head.originId(), 3, head.root()));
    }

    /// So that one that was ill for a while is not left for good.
    @Test
    void afterSomeTimeTheyAreAskedInTheirOrderAgain() throws Exception {
        var ill = peer();
        var nanos = new AtomicLong(Long.MAX_VALUE - 5);
        var config = config(ill.address(), peer.address());
        var peers = new Peers(config, nanos::get);
        opened.add(peers);
        var channel = new Channel(config, new Calls(config, new Membership(config, KEY, FabricMember::now), peers));
        peer.answer("GetChainInfo", height(3));
        assertEquals(3, channel.height());
        ill.answer("GetChainInfo", height(4));
        nanos.addAndGet(Peers.PASSED_OVER.toNanos() - 1);
        assertEquals(3, channel.height());
        nanos.addAndGet(1);
        assertEquals(4, channel.height());
    }

    /// It is not waited for to grow as long as the one that was.
    @Test
    void aChannelThatWasMadeAnewIsAnotherOneAndNotBehind() throws Exception {
        peer.answer("GetBlockByNumber", block(0));
        peer.answer("GetChainInfo", height(10));
        var identity = ledger.identity();
        peer.answer("GetBlockByNumber", block(0, 7));
        peer.answer("GetChainInfo", height(2));
        var another = ledger.identity(Optional.of(identity));
        assertNotEquals(identity, another);
        assertEquals(another, ledger(peer.address()).identity(Optional.of(identity)));
        // Beside a peer that has the one that was, it is only another peer.
        var good = peer();
        good.answer("GetBlockByNumber", block(0));
        good.answer("GetChainInfo", height(1));
        assertEquals(identity, ledger(peer.address(), good.address()).identity(Optional.of(identity)));
    }

    /// The relay knows it from before the start.
    @Test
    void whoAsksForTheProofOfABlockKnowsHowLongTheChannelWas() throws Exception {
        var head = new SignedLog("fake/1", 5).growTo(3).head(3);
        peer.answer("GetBlockByNumber", block(0));
        peer.answer("GetChainInfo", height(9));
        var place = new Place(9, head.root());
        var setback = assertThrows(AnchorageSetback.class, () -> ledger.proof(head.originId(), 3, head.root(), place));
        assertTrue(setback.getMessage().contains("9 blocks")
                && setback.getMessage().contains("10 were seen"));
    }

    /// What is too much for a proof is not read again for the next one.
    @Test
    void configBlocksThatAreTooManyAreReadOnce() throws Exception {
        peer.answer("GetBlockByNumber", 0, block(0));
        peer.answer("GetBlockByNumber", 3, configBlock(3, "BFT", AnchorProof.MAX_SIZE_BYTES));
        peer.answer(
                "GetBlockByNumber",
                7,
                withConfig(block(7, 0, ByteString.EMPTY), 3).toByteArray());
        peer.answer("GetBlockByNumber", 8, configBlock(8, "BFT", 0));
        assertEquals(2 + 4, questionsForAProof(9));
        assertEquals(2 + 1, questionsForAProof(9));
    }

    @Test
    void ofAChannelWhoseOrderersSignAloneNoMoreIsReadThanItsConfig() throws Exception {
        peer.answer("GetBlockByNumber", 0, block(0));
        peer.answer("GetBlockByNumber", 8, configBlock(8, "etcdraft", 0));
        assertEquals(2 + 2, questionsForAProof(9));
        healthSays("no quorum of its orderers signs blocks (they are not BFT)");
    }

    /// Nobody can mend it, so it holds up nothing, and is said.
    @Test
    void aChannelWhoseOrderersSignedAloneOnceHasNoProofs() throws Exception {
        peer.answer("GetBlockByNumber", 0, configBlock(0, "etcdraft", 0));
        peer.answer(
                "GetBlockByNumber",
                7,
                withConfig(block(7, 0, ByteString.EMPTY), 0).toByteArray());
        peer.answer("GetBlockByNumber", 8, configBlock(8, "BFT", 0));
        assertEquals(2 + 4, questionsForAProof(9));
        assertEquals(2 + 1, questionsForAProof(9));
        healthSays("those of config block 0 were not BFT yet");
    }

    /// As where the peers of an organisation have keys of another kind.
    @Test
    void whatAVerifierWouldNotTakeIsNoProofAndNoSetback() throws Exception {
        peer.answer("GetBlockByNumber", 0, configBlock(0, "BFT", 0));
        peer.answer(
                "GetBlockByNumber",
                7,
                withConfig(block(7, 0, ByteString.EMPTY), 0).toByteArray());
        peer.answer("GetBlockByNumber", 8, configBlock(8, "BFT", 0));
        peer.endorse("rootAt", endorsed(transaction(List.of(), reads(9))));
        assertEquals(2 + 5, questionsForAProof(9));
    }

    private void healthSays(String words) {
        peer.answer("version", RULES);
        commits("payloads", 0, "Org1MSP");
        var good = assertInstanceOf(AnchorageHealth.Good.class, ledger.health());
        assertTrue(
                good.detail().contains("heads there stay claimed: ")
                        && good.detail().contains(words),
                good.detail());
    }

    /// There is none. Block 8 is the config that is in force.
    private int questionsForAProof(long number) throws Exception {
        var head = new SignedLog("fake/1", 5).growTo(3).head(3);
        var block = withConfig(block(number, 0, ByteString.EMPTY), 8).toByteArray();
        peer.answer("GetBlockByNumber", number, block);
        peer.answer("GetChainInfo", height(number + 1));
        var place = new Place(number, FabricBlock.read(block).header().hash());
        int asked = peer.asked();
        assertEquals(Optional.empty(), ledger.proof(head.originId(), 3, head.root(), place));
        return peer.asked() - asked;
    }

    /// Whoever knows what they would make of a head: nothing is signed for them.
    @ParameterizedTest
    @ValueSource(strings = {"1", "3", "", "20", "\u0007 a very long word of somebody else"})
    void aChaincodeByOtherRulesGetsNothing(String rules) throws Exception {
        var head = new SignedLog("fake/1", 5).growTo(3).head(3);
        peer.answer("find", nothingFound());
        peer.answer("hops", new CborWriter().array(2).nil().array(0).toBytes());
        peer.answer("lodge", NONSENSE);
        peer.answer("version", rules.getBytes(StandardCharsets.US_ASCII));
        int asked = peer.asked();
        var setback = assertThrows(AnchorageSetback.class, () -> ledger.prepare(head, 0, List.of()));
        var known = rules.substring(0, Math.min(rules.length(), 20));
        assertEquals(
                "chaincode sealpost follows rules \"" + known + "\", and this release knows 2", setback.getMessage());
        assertTrue(setback.remedy().contains("commit the chaincode of this release"), setback.remedy());
        assertEquals(asked + 1, peer.asked());
        var bad = assertInstanceOf(AnchorageHealth.Bad.class, ledger.health());
        assertEquals(setback.getMessage(), bad.cause());
    }

    /// The library takes it for a mistake of its caller.
    @Test
    void nonsenseThatIsToBeSignedIsASetback() throws Exception {
        var log = new SignedLog("fake/1", 5).growTo(3);
        var head = log.head(3);
        peer.answer("version", RULES);
        peer.answer("hops", new CborWriter().array(2).nil().array(0).toBytes());
        peer.answer("lodge", NONSENSE);
        var setback = assertThrows(AnchorageSetback.class, () -> ledger.prepare(head, 0, List.of()));
        assertTrue(setback.getMessage().contains("its answer cannot be read"), setback.getMessage());
        peer.answer("find", found(head.originId(), 3, head.root()));
        peer.answer("rootAt", NONSENSE);
        assertThrows(AnchorageSetback.class, () -> ledger.find(head.originId(), 3, head.root()));
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE})
    void aTimeThatIsNoneIsNotSaid(long seconds) throws Exception {
        var header = ChannelHeader.newBuilder()
                .setTimestamp(Timestamp.newBuilder().setSeconds(seconds).setNanos(-1));
        var payload = Payload.newBuilder()
                .setHeader(Header.newBuilder().setChannelHeader(header.build().toByteString()));
        var envelope = Envelope.newBuilder().setPayload(payload.build().toByteString());
        var block = block(4, 0, envelope.build().toByteString());
        assertEquals(Optional.empty(), FabricBlock.read(block.toByteArray()).time());
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

    /// What the chaincode holds decides, so what cannot be its answer is none.
    @Test
    void nonsenseAboutPublicationsIsASetback() throws Exception {
        var origin = new SignedLog("fake/1", 5).originId();
        var digest = Hash.of(SignedLog.sha256(NONSENSE));
        var publications = FabricPublications.open(config(peer.address()), KEY, FabricMember::now, Optional.empty());
        opened.add(publications);
        peer.answer("publicationAt", new byte[0]);
        assertEquals(new PublicationFinding.Absent(), publications.find(origin, 3, digest));
        peer.answer("publicationAt", published(origin, 3, Hash.of(new byte[Hash.SIZE])));
        assertEquals(
                new PublicationFinding.Conflict(Hash.of(new byte[Hash.SIZE])), publications.find(origin, 3, digest));
        assertThrows(AnchorageSetback.class, () -> publications.find(origin, 4, digest));
        peer.answer("publicationAt", published(new SignedLog("fake/2", 6).originId(), 3, digest));
        assertThrows(AnchorageSetback.class, () -> publications.find(origin, 3, digest));

        peer.answer("lastPublication", "9223372036854775807".getBytes(StandardCharsets.US_ASCII));
        assertEquals(Long.MAX_VALUE, publications.last(origin));
        for (var last : List.of("", "01", "-1", "9223372036854775808", "10000000000000000000")) {
            peer.answer("lastPublication", last.getBytes(StandardCharsets.US_ASCII));
            assertThrows(AnchorageSetback.class, () -> publications.last(origin), last);
        }

        peer.answer("publishedAt", new byte[0]);
        assertEquals(Optional.empty(), publications.publishedAt(origin, digest));
        for (var spot : List.of(NONSENSE, new byte[] {(byte) 0x82, 0, 0}, new byte[] {(byte) 0x82, 1, 0, 0})) {
            peer.answer("publishedAt", spot);
            assertThrows(AnchorageSetback.class, () -> publications.publishedAt(origin, digest));
        }
    }

    /// Endorsers that had forgotten the content, or one that brought it into a collection of its own: the
    /// publication is there, and nobody who was meant to has what it is about. The box keeps its copy until it is
    /// held, or given up.
    @Test
    void aPrivatePayloadThatNobodyHandsOutIsNotFinal() throws Exception {
        var nanos = new AtomicLong(Long.MAX_VALUE - 5);
        var publications = publications(nanos, Optional.of("payloads"));
        var payload = payload(new byte[] {1, 2, 3});
        var said = payload.publication();
        peer.answer("publicationAt", published(said.originId(), 3, said.digest()));
        peer.endorse("publicationAt", endorsed(transaction(List.of(), reads(5))));
        var block = block(
                5,
                0,
                Envelope.newBuilder()
                        .setPayload(ByteString.copyFrom(
                                endorsed(transaction(List.of(), hides("payloads", said.content())))))
                        .build()
                        .toByteString());
        peer.answer("GetBlockByNumber", block.toByteArray());
        var place = new Place(5, FabricBlock.read(block.toByteArray()).header().hash());
        var there = new PublicationFinding.Present(place, true);
        peer.answer("privateContentAt", said.content());
        assertEquals(there, find(publications, said));
        peer.answer("privateContentAt", new byte[0]);
        assertEquals(new PublicationFinding.Present(place, false), find(publications, said));
        peer.fail("privateContentAt", "chaincode response 500, Unsuccessful response received");
        nanos.addAndGet(FabricPublications.FETCHING.toNanos() - 1);
        assertEquals(new PublicationFinding.Present(place, false), find(publications, said));
        nanos.addAndGet(1);
        assertEquals(new PublicationFinding.Absent(), find(publications, said));
        commits("payloads", 0, "OtherMSP", "Org1MSP");
        isSetAside(publications, payload, "from collection payloads: have a member's administrator look for it");
        commits("payloads", 40, "Org1MSP");
        isSetAside(publications, payload, "members delete what is older than 40 blocks");
        commits("payloads", 0, "OtherMSP");
        isSetAside(publications, payload, "Org1MSP, is none of its members, which are OtherMSP");
        commits("others", 0, "Org1MSP");
        isSetAside(publications, payload, "has no such collection: have the channel's administrators");
        peer.fail("QueryChaincodeDefinition", "no peers available");
        assertThrows(AnchorageSetback.class, () -> publications.prepare(payload, Lane.EMPTY));
        peer.answer("privateContentAt", new byte[] {1, 2, 4});
        assertEquals(new PublicationFinding.Absent(), find(publications, said));
        peer.answer("privateContentAt", said.content());
        assertEquals(there, find(publications, said));
        // Given up, it is only asked whether it came first.
        peer.answer("privateContentAt", new byte[0]);
        assertEquals(
                new PublicationFinding.Conflict(said.digest()),
                publications.find(said.originId(), 3, Hash.of(new byte[Hash.SIZE])));
        assertEquals(there, find(publications, said));
    }

    private static void isSetAside(FabricPublications publications, SignedPublication payload, String why)
            throws AnchorageSetback {
        var aside = assertInstanceOf(Preparation.Refused.class, publications.prepare(payload, Lane.EMPTY));
        assertTrue(aside.reason().contains(why), aside.reason());
    }

    /// The chaincode's definition has one collection.
    private void commits(String collection, long blocksToLive, String... members) {
        var policy = SignaturePolicyEnvelope.newBuilder();
        for (var member : members) {
            policy.addIdentities(MSPPrincipal.newBuilder()
                    .setPrincipalClassification(MSPPrincipal.Classification.ROLE)
                    .setPrincipal(MSPRole.newBuilder()
                            .setMspIdentifier(member)
                            .build()
                            .toByteString()));
        }
        var one = StaticCollectionConfig.newBuilder()
                .setName(collection)
                .setMemberOrgsPolicy(CollectionPolicyConfig.newBuilder().setSignaturePolicy(policy))
                .setBlockToLive(blocksToLive);
        var all = CollectionConfigPackage.newBuilder()
                .addConfig(CollectionConfig.newBuilder().setStaticCollectionConfig(one));
        peer.answer(
                "QueryChaincodeDefinition",
                QueryChaincodeDefinitionResult.newBuilder()
                        .setCollections(all)
                        .build()
                        .toByteArray());
    }

    /// The configuration names a collection, another one or none since it was signed.
    @Test
    void aCiphertextThatWouldGoElsewhereIsNotSentAndIsSignedAnew() throws Exception {
        var creator = enrol(Instant.now().plusSeconds(86_400));
        var content = new byte[] {1, 2, 3};
        var bytes = PublicationRequest.of(payload(content)).toBytes();
        var shown = request(
                creator,
                transaction(
                        List.of(ByteString.copyFromUtf8("publish"), ByteString.copyFrom(bytes)),
                        NsReadWriteSet.newBuilder()));
        var hidden = request(creator, transaction(List.of(), hides("payloads", content)));
        for (var collection : List.of(Optional.of("payloads"), Optional.of("others"), Optional.<String>empty())) {
            var publications = publications(new AtomicLong(), collection);
            boolean isShownNow = collection.isEmpty();
            boolean isHiddenNow = collection.equals(Optional.of("payloads"));
            for (var request : List.of(shown, hidden)) {
                boolean isAsConfigured = request == shown ? isShownNow : isHiddenNow;
                int asked = peer.asked();
                var outcome = publications.submit(request);
                assertEquals(isAsConfigured, outcome instanceof SubmitOutcome.Accepted, collection + ": " + outcome);
                assertEquals(isAsConfigured ? asked + 1 : asked, peer.asked());
                if (isAsConfigured) continue;
                var state = assertInstanceOf(RequestState.CannotLand.class, publications.status(request, Lane.EMPTY));
                assertTrue(state.reason().contains("another collection, or none"), state.reason());
            }
        }
        var open = publications(new AtomicLong(), Optional.empty());
        assertEquals(new RequestState.Unknown(), open.status(shown, Lane.EMPTY));
    }

    /// Another process may have prepared it long ago.
    @Test
    void aPrivateRequestWhoseContentMayBeForgottenIsEndorsedAnew() throws Exception {
        var creator = enrol(Instant.now().plusSeconds(86_400));
        var payload = payload(new byte[] {1, 2, 3});
        var publications = publications(new AtomicLong(), Optional.of("payloads"));
        var made =
                transaction(List.of(), hides("payloads", payload.publication().content()));
        peer.answer("version", RULES);
        peer.answer("GetChainInfo", height(10));
        peer.endorse("publishPrivately", endorsed(creator, made));
        var request = assertInstanceOf(Preparation.Ready.class, publications.prepare(payload, Lane.EMPTY))
                .request();
        peer.answer("GetChainInfo", height(10 + FabricPublications.REMEMBERED_BLOCKS));
        assertEquals(new RequestState.Unknown(), publications.status(request, Lane.EMPTY));
        var restarted = publications(new AtomicLong(), Optional.of("payloads"));
        for (var who : List.of(publications, restarted)) {
            if (who == publications) peer.answer("GetChainInfo", height(11 + FabricPublications.REMEMBERED_BLOCKS));
            var state = assertInstanceOf(RequestState.CannotLand.class, who.status(request, Lane.EMPTY));
            assertEquals("its endorsers may have forgotten the content", state.reason());
        }
    }

    /// No number is written twice, so what is held there came with the request that took effect, and nobody signs where
    /// it was written; whoever did not send it has that signed.
    @Test
    void whereAValidRequestCameIsWhereItsPublicationIs() throws Exception {
        var publications = publications(new AtomicLong(), Optional.empty());
        var request = prepared(publications);
        var said = payload(new byte[] {1, 2, 3}).publication();
        var transaction = Envelope.newBuilder()
                .setPayload(ByteString.copyFrom(endorsed(transaction(List.of(), NsReadWriteSet.newBuilder()))))
                .build();
        var another = block(6, 0, transaction.toByteString()).toByteArray();
        peer.answer("GetBlockByNumber", 5, block(5));
        peer.answer("GetBlockByNumber", 6, another);
        peer.answer("publicationAt", published(said.originId(), 3, said.digest()));
        peer.endorse("publicationAt", endorsed(transaction(List.of(), reads(6))));
        var five = new Place(5, FabricBlock.read(block(5)).header().hash());
        var six = new Place(6, FabricBlock.read(another).header().hash());

        peer.commit(5, TxValidationCode.MVCC_READ_CONFLICT);
        assertEquals(new RequestState.Reverted(five, true), publications.status(request, Lane.EMPTY));
        assertEquals(new PublicationFinding.Present(six, true), find(publications, said), "another request's");
        peer.commit(5, TxValidationCode.VALID);
        assertEquals(new RequestState.Final(five), publications.status(request, Lane.EMPTY));
        int asked = peer.asked();
        assertEquals(new PublicationFinding.Present(five, true), find(publications, said));
        assertEquals(asked + 1, peer.asked());
        peer.answer("publicationAt", new byte[0]);
        assertEquals(new PublicationFinding.Absent(), find(publications, said), "the chaincode decides");

        peer.answer("publicationAt", published(said.originId(), 3, said.digest()));
        var restarted = publications(new AtomicLong(), Optional.empty());
        assertEquals(new PublicationFinding.Present(six, true), find(restarted, said));
    }

    /// Until then who the channel is holds, too.
    @Test
    void whichRulesAreFollowedHoldsUntilItIsAskedWhoTheChannelIs() throws Exception {
        var publications = publications(new AtomicLong(), Optional.empty());
        prepared(publications);
        int asked = peer.asked();
        prepared(publications);
        assertEquals(asked + 1, peer.asked(), "to be endorsed");
        peer.answer("version", new byte[] {'3'});
        peer.answer("GetBlockByNumber", 0, block(0));
        peer.answer("GetChainInfo", height(1));
        publications.identity();
        var setback = assertThrows(AnchorageSetback.class, () -> prepared(publications));
        assertTrue(setback.getMessage().contains("follows rules \"3\""), setback.getMessage());
    }

    /// Without a collection ciphertext stands in the transaction.
    private SignedRequest prepared(FabricPublications publications) throws Exception {
        var creator = enrol(Instant.now().plusSeconds(86_400));
        if (peer.asked() == 0) peer.answer("version", RULES);
        peer.endorse("publish", endorsed(creator, transaction(List.of(), NsReadWriteSet.newBuilder())));
        var came = publications.prepare(payload(new byte[] {1, 2, 3}), Lane.EMPTY);
        return assertInstanceOf(Preparation.Ready.class, came).request();
    }

    /// Administrators have to act first, so others do not wait behind it.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "chaincode response 400, there is no such function; there are lodge, version",
                "chaincode response 500, nothing can be written into collection payloads: Unsuccessful response"
            })
    void whatTheChaincodeCannotDoIsSetAside(String said) throws Exception {
        var publications = publications(new AtomicLong(), Optional.of("payloads"));
        peer.answer("version", RULES);
        peer.answer("GetChainInfo", height(10));
        peer.fail("publishPrivately", said);
        var refused =
                assertInstanceOf(Preparation.Refused.class, publications.prepare(payload(new byte[] {1}), Lane.EMPTY));
        assertTrue(refused.reason().contains(said.substring(said.indexOf(", ") + 2)), refused.reason());
        assertTrue(refused.reason().contains("have the channel's administrators look"), refused.reason());
        peer.fail("privateContentAt", said);
        commits("payloads", 0, "Org1MSP");
        var origin = payload(new byte[] {1}).publication().originId();
        assertThrows(AnchorageSetback.class, () -> publications.requireCollection(origin, 1));
        peer.answer("privateContentAt", new byte[0]);
        publications.requireCollection(origin, 1);
        commits("payloads", 0, "OtherMSP");
        var closed = assertThrows(AnchorageSetback.class, () -> publications.requireCollection(origin, 1));
        assertTrue(closed.getMessage().contains("is none of its members, which are OtherMSP"), closed.getMessage());
        assertTrue(closed.remedy().contains("administrators"), closed.remedy());
    }

    /// A block is never taken back there, so a head that was final in one is in no other: at once somebody has to
    /// look who says so, and nothing is built upon it meanwhile.
    @Test
    void aSecondBlockOfAFinalHeadIsABrokenPromise() throws Exception {
        peer.answer("GetChainInfo", height(10));
        for (long number : new long[] {0, 4, 5}) peer.answer("GetBlockByNumber", number, block(number));
        var relay = new FabricRelay(ledger);
        var head = relay.log.growTo(3).head(3);
        peer.answer("find", 3, found(head.originId(), 3, head.root()));
        peer.endorse("rootAt", endorsed(transaction(List.of(), reads(4))));
        relay.untilFinal();
        var written = List.of("Opened", "Included 3", "Final 3");
        assertEquals(written, relay.entries());

        peer.endorse("rootAt", endorsed(transaction(List.of(), reads(5))));
        relay.log.growTo(6);
        relay.until("the alarm", () -> isAlarmedBySecondBlock(relay));
        for (int i = 0; i < 5; i++) relay.step();
        assertEquals(written, relay.entries());
        assertEquals(3, relay.relay().finalSize());

        peer.endorse("rootAt", endorsed(transaction(List.of(), reads(4))));
        relay.until("it is well again", () -> !isAlarmedBySecondBlock(relay));
    }

    private static boolean isAlarmedBySecondBlock(FabricRelay relay) {
        var found = relay.relay().trouble();
        if (found.filter(trouble -> trouble.cause().contains("is in block 5 (")).isEmpty()) return false;
        var trouble = found.get();
        assertTrue(trouble.cause().contains(", and it was final in block 4 ("), trouble.cause());
        assertTrue(trouble.urgent());
        assertTrue(trouble.remedy().contains("sealpost anchor resubmit fabric"), trouble.remedy());
        return true;
    }

    /// The next one would be waited for as long.
    @Test
    void whoeverWaitedForATransactionInVainIsBelieved() throws Exception {
        var other = peer();
        var two = ledger(peer.address(), other.address());
        var request = request(enrol(Instant.now().plusSeconds(86_400)));
        assertEquals(new RequestState.Unknown(), two.status(request));
        assertEquals(0, other.asked());
    }

    /// One that was away for a while, or is never asked.
    @Test
    void aProofTellsWhoDidNotSignIt() {
        var channel = new AnchorIdentity.Fabric("anchors", Hash.of(new byte[Hash.SIZE]), "sealpost");
        var out = new CborWriter().array(11);
        for (int i = 0; i < 9; i++) out.integer(0);
        var envelope = Envelope.newBuilder()
                .setPayload(ByteString.copyFrom(endorsed(transaction(List.of(), reads(5), "Org1MSP", "Org2MSP"))));
        out.bytes(envelope.build().toByteArray()).array(0);
        var before = organisations(0, "Org1MSP", "Org2MSP", "Org4MSP");
        var all = new AnchorProof(out.toBytes(), List.of(before, organisations(7, "Org1MSP", "Org2MSP")));
        var lacking = new AnchorProof(out.toBytes(), List.of(before, organisations(7, "Org3MSP", "Org1MSP")));
        assertEquals(Set.of(), FabricLedger.missingFrom(all, channel));
        assertEquals(Set.of("Org3MSP"), FabricLedger.missingFrom(lacking, channel));
    }

    private static byte[] organisations(long number, String... names) {
        var application = ConfigGroup.newBuilder();
        for (var name : names) {
            var inner = FabricMSPConfig.newBuilder().setName(name).build().toByteString();
            var msp = MSPConfig.newBuilder().setConfig(inner).build().toByteString();
            var value = ConfigValue.newBuilder().setValue(msp).build();
            application.putGroups(
                    name, ConfigGroup.newBuilder().putValues("MSP", value).build());
        }
        var channel = ConfigGroup.newBuilder().putGroups("Application", application.build());
        var config = ConfigEnvelope.newBuilder().setConfig(Config.newBuilder().setChannelGroup(channel));
        var payload = Payload.newBuilder().setData(config.build().toByteString());
        var envelope = Envelope.newBuilder().setPayload(payload.build().toByteString());
        return block(number, 0, envelope.build().toByteString()).toByteArray();
    }

    private FabricPublications publications(AtomicLong nanos, Optional<String> collection) throws Exception {
        var made = FabricPublications.open(
                config(peer.address()), KEY, FabricMember::now, collection, DEADLINE, nanos::get);
        opened.add(made);
        return made;
    }

    private static SignedPublication payload(byte[] content) {
        var log = new SignedLog("fake/1", 5);
        var made =
                new Publication(log.origin(), log.key().spki(), 3, Publication.Kind.ENCRYPTED_PAYLOADS, 0, 1, content);
        return made.signed(log.key().sign(made.digest().toBytes()));
    }

    private static PublicationFinding find(FabricPublications publications, Publication said) throws Exception {
        return publications.find(said.originId(), said.number(), said.digest());
    }

    private static byte[] published(OriginId origin, long number, Hash digest) {
        var out = new CborWriter().array(5).text("sealpost-published").integer(1);
        return out.bytes(origin.value().toBytes())
                .integer(number)
                .bytes(digest.toBytes())
                .toBytes();
    }

    private static byte[] found(OriginId origin, long size, Hash root) {
        var out = new CborWriter().array(2);
        for (int i = 0; i < 2; i++) {
            out.array(5).text("sealpost-lodged").integer(1);
            out.bytes(origin.value().toBytes()).integer(size).bytes(root.toBytes());
        }
        return out.toBytes();
    }

    private static byte[] nothingFound() {
        return new CborWriter().array(2).nil().nil().toBytes();
    }

    private static byte[] height(long blocks) {
        return BlockchainInfo.newBuilder().setHeight(blocks).build().toByteArray();
    }

    private static byte[] block(long number) {
        return block(number, 0);
    }

    /// @param salt of what it has
    private static byte[] block(long number, int salt) {
        return block(number, salt, ByteString.EMPTY).toByteArray();
    }

    /// @param transaction empty: it has none
    private static Block block(long number, int salt, ByteString transaction) {
        var hash = new byte[Hash.SIZE];
        hash[0] = (byte) salt;
        var header = BlockHeader.newBuilder().setNumber(number).setDataHash(ByteString.copyFrom(hash));
        if (number > 0) header.setPreviousHash(ByteString.copyFrom(new byte[Hash.SIZE]));
        var data = BlockData.newBuilder();
        if (!transaction.isEmpty()) data.addData(transaction);
        return Block.newBuilder().setHeader(header).setData(data).build();
    }

    /// @param config the number of the config block in force behind it
    private static Block withConfig(Block block, long config) {
        var signed = OrdererBlockMetadata.newBuilder()
                .setLastConfig(LastConfig.newBuilder().setIndex(config));
        var metadata = Metadata.newBuilder().setValue(signed.build().toByteString());
        return block.toBuilder()
                .setMetadata(
                        BlockMetadata.newBuilder().addMetadata(metadata.build().toByteString()))
                .build();
    }

    /// @param consensus the orderers' way to agree
    private static byte[] configBlock(long number, String consensus, int moreBytes) {
        var type = ConsensusType.newBuilder().setType(consensus).setMetadata(ByteString.copyFrom(new byte[moreBytes]));
        var orderer = ConfigGroup.newBuilder()
                .putValues(
                        "ConsensusType",
                        ConfigValue.newBuilder()
                                .setValue(type.build().toByteString())
                                .build());
        var channel = ConfigGroup.newBuilder().putGroups("Orderer", orderer.build());
        var config = ConfigEnvelope.newBuilder().setConfig(Config.newBuilder().setChannelGroup(channel));
        var payload = Payload.newBuilder().setData(config.build().toByteString());
        var envelope = Envelope.newBuilder().setPayload(payload.build().toByteString());
        var block = block(number, 0, envelope.build().toByteString());
        return withConfig(block, number).toByteArray();
    }

    /// As somebody signed it: the gateway looks at nothing of it here.
    private static SignedRequest request(byte[] creator) {
        return request(creator, transaction(List.of(), NsReadWriteSet.newBuilder()));
    }

    private static SignedRequest request(byte[] creator, ByteString transaction) {
        var envelope = Envelope.newBuilder()
                .setPayload(ByteString.copyFrom(endorsed(creator, transaction)))
                .setSignature(ByteString.copyFromUtf8("signature"))
                .build();
        var asked = CommitStatusRequest.newBuilder().setChannelId("anchors").setTransactionId(id(creator));
        var question = SignedCommitStatusRequest.newBuilder()
                .setRequest(asked.build().toByteString())
                .setSignature(ByteString.copyFromUtf8("signature"));
        var request = new FabricRequest(envelope, question.build().toByteArray());
        return new SignedRequest(request.hash(), OptionalLong.empty(), request.toBytes());
    }

    private static String id(byte[] creator) {
        return Hash.of(SignedLog.sha256(creator)).hex();
    }

    private static byte[] endorsed(ByteString transaction) {
        return endorsed(new byte[0], transaction);
    }

    private static byte[] endorsed(byte[] creator, ByteString transaction) {
        var header = Header.newBuilder()
                .setChannelHeader(ChannelHeader.newBuilder()
                        .setChannelId("anchors")
                        .setTxId(id(creator))
                        .build()
                        .toByteString())
                .setSignatureHeader(SignatureHeader.newBuilder()
                        .setCreator(ByteString.copyFrom(creator))
                        .build()
                        .toByteString());
        return Payload.newBuilder()
                .setHeader(header)
                .setData(transaction)
                .build()
                .toByteArray();
    }

    /// @param written or read by it, of the chaincode
    private static ByteString transaction(List<ByteString> words, NsReadWriteSet.Builder written, String... endorsers) {
        var results = TxReadWriteSet.newBuilder().addNsRwset(written.setNamespace("sealpost"));
        var told = ChaincodeAction.newBuilder().setResults(results.build().toByteString());
        var answer =
                ProposalResponsePayload.newBuilder().setExtension(told.build().toByteString());
        var called =
                ChaincodeSpec.newBuilder().setInput(ChaincodeInput.newBuilder().addAllArgs(words));
        var input = ChaincodeInvocationSpec.newBuilder().setChaincodeSpec(called);
        var proposal =
                ChaincodeProposalPayload.newBuilder().setInput(input.build().toByteString());
        var action = ChaincodeEndorsedAction.newBuilder()
                .setProposalResponsePayload(answer.build().toByteString());
        for (var msp : endorsers) {
            var signer = SerializedIdentity.newBuilder().setMspid(msp).build().toByteString();
            action.addEndorsements(Endorsement.newBuilder().setEndorser(signer));
        }
        var payload = ChaincodeActionPayload.newBuilder()
                .setChaincodeProposalPayload(proposal.build().toByteString())
                .setAction(action);
        return Transaction.newBuilder()
                .addActions(TransactionAction.newBuilder()
                        .setPayload(payload.build().toByteString()))
                .build()
                .toByteString();
    }

    /// One key, as a transaction of this block wrote it.
    private static NsReadWriteSet.Builder reads(long block) {
        var read = KVRead.newBuilder()
                .setKey("a key")
                .setVersion(Version.newBuilder().setBlockNum(block));
        return NsReadWriteSet.newBuilder()
                .setRwset(KVRWSet.newBuilder().addReads(read).build().toByteString());
    }

    private static NsReadWriteSet.Builder hides(String collection, byte[] content) {
        var write = KVWriteHash.newBuilder().setValueHash(ByteString.copyFrom(SignedLog.sha256(content)));
        var hashed = HashedRWSet.newBuilder().addHashedWrites(write).build();
        return NsReadWriteSet.newBuilder()
                .addCollectionHashedRwset(CollectionHashedReadWriteSet.newBuilder()
                        .setCollectionName(collection)
                        .setHashedRwset(hashed.toByteString()));
    }
}
