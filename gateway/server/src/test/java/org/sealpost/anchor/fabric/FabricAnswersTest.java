package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.hyperledger.fabric.client.GatewayException;
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
import org.hyperledger.fabric.protos.ledger.rwset.kvrwset.KVWrite;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.PublicationLedger.Lane;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
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

    /// As long as the trouble lasts, and with whatever each of the orderers says.
    @Test
    void ofLongErrorsFewWordsAreKept() throws Exception {
        peer.answer("GetChainInfo", height(1));
        peer.answer("GetBlockByNumber", block(0));
        peer.fail("GetBlockByNumber", "no peers available: " + "x".repeat(20_000));
        isShort(assertThrows(AnchorageSetback.class, ledger::identity));
        peer.answer("GetBlockByNumber", NONSENSE);
        isShort(assertThrows(AnchorageSetback.class, ledger::identity));
        peer.refuse("connection refused " + "x".repeat(10_000), "connection refused " + "x".repeat(10_000));
        var request = request(enrol(Instant.now().plusSeconds(86_400)));
        var said = assertInstanceOf(SubmitOutcome.Unknown.class, ledger.submit(request));
        assertTrue(said.cause().length() < 600, () -> said.cause().length() + " characters");
    }

    /// They stand in logs, and in what anchor test prints: no peer writes lines of its own there.
    @Test
    void whatPeersSayMovesNoCursorAndEndsNoLine() throws Exception {
        var head = new SignedLog("fake/1", 5).growTo(3).head(3);
        var words = "a\nb\u001b[2J\u202e";
        peer.fail("GetBlockByNumber", words);
        isPrintable(assertThrows(AnchorageSetback.class, ledger::identity).getMessage(), "a?b?[2J?");
        peer.answer("version", RULES);
        peer.answer("hops", new CborWriter().array(2).nil().array(0).toBytes());
        peer.fail("lodge", "chaincode response 400, b\u001b[2J\u202e");
        isPrintable(
                assertThrows(AnchorageSetback.class, () -> ledger.prepare(head, 0, List.of()))
                        .getMessage(),
                "the chaincode says: b?[2J?");
        peer.answer("GetChainInfo", height(1));
        peer.answer("GetBlockByNumber", block(0));
        peer.answer(
                "QueryChaincodeDefinition",
                QueryChaincodeDefinitionResult.newBuilder()
                        .setVersion(words + "x".repeat(10_000))
                        .build()
                        .toByteArray());
        var good = assertInstanceOf(AnchorageHealth.Good.class, ledger.health()).detail();
        isPrintable(good, "version a?b?[2J?xxx");
        assertTrue(good.length() < 1000, () -> good.length() + " characters");
        commits("payloads", 0, words + "MSP");
        var publications = publications(new AtomicLong(), Optional.of("payloads"));
        var closed = assertThrows(AnchorageSetback.class, () -> publications.requireCollection(head.originId(), 1));
        isPrintable(closed.getMessage(), "which are a?b?[2J?MSP");
        peer.answer("version", words.getBytes(StandardCharsets.UTF_8));
        ledger.identity();
        isPrintable(assertInstanceOf(AnchorageHealth.Bad.class, ledger.health()).cause(), "follows rules \"a?b?[2J");
    }

    private static void isPrintable(String words, String part) {
        assertTrue(words.contains(part), words);
        assertFalse(words.chars().anyMatch(c -> c < ' ' || c == '\u202e' || c == 0x9b), words);
    }

    private static void isShort(Throwable setback) {
        for (Throwable each = setback; each != null; each = each.getCause()) {
            String words = String.valueOf(each.getMessage());
            assertTrue(words.length() < 600, () -> words.length() + " characters");
            assertFalse(each instanceof GatewayException, "it has the whole answer with it");
        }
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
        var known = known(nanos, peer, wrong);
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

        // What was seen there counts for longer than anybody's word, as long as not all say that it is gone.
        known.seen(place(9));
        peer.answer("GetChainInfo", height(9));
        for (int i = 0; i < 3; i++) {
            nanos.addAndGet(KnownChannel.BELIEVED.toNanos());
            assertThrows(AnchorageSetback.class, known::identity);
        }
    }

    /// Administrators set all of it back, and if nobody but boxes writes there it never comes as far again.
    @Test
    void aChannelThatWasSetBackIsBelievedOnceAllPeersHaveSaidSoForAWhile() throws Exception {
        var other = peer();
        var nanos = new AtomicLong(Long.MAX_VALUE - 5);
        var known = known(nanos, peer, other);
        for (var each : List.of(peer, other)) each.answer("GetBlockByNumber", 0, block(0));
        peer.answer("GetChainInfo", height(10));
        var identity = known.identity();
        known.seen(place(9));

        peer.answer("GetChainInfo", height(7));
        assertThrows(AnchorageSetback.class, known::identity, "one of them is silent");
        nanos.addAndGet(KnownChannel.BELIEVED.toNanos());
        other.answer("GetChainInfo", height(8));
        assertThrows(AnchorageSetback.class, known::identity, "it counts from now on");
        nanos.addAndGet(KnownChannel.BELIEVED.toNanos() - 1);
        var setback = assertThrows(AnchorageSetback.class, known::identity);
        assertTrue(
                setback.getMessage().startsWith("a peer has 8 blocks of channel anchors, and 10"), setback::toString);
        assertTrue(setback.remedy().contains("sealpost anchor resubmit of a box"), setback.remedy());
        assertTrue(setback.remedy().contains("a gateway without [box] is left running"), setback.remedy());
        nanos.addAndGet(1);
        assertThrows(PeerFailed.class, known::identity, "the longest of them shows its newest block");
        other.answer("GetBlockByNumber", 7, block(7));
        assertEquals(identity, known.identity());
        int asked = peer.asked();
        assertEquals(identity, known.identity(), "it is asked first from now on");
        assertEquals(asked, peer.asked());

        // What a journal says of before tells nothing now, and what is seen now does.
        known.had(place(9));
        assertEquals(identity, known.identity());
        known.seen(place(8));
        assertThrows(AnchorageSetback.class, known::identity);
        other.answer("GetChainInfo", height(9));
        assertEquals(identity, known.identity());
    }

    /// So that one that was restored, and catches up, is never taken for what its whole channel has.
    @Test
    void oneThatHasAsManyAgainEndsTheTimeOfThoseThatHaveFewer() throws Exception {
        var nanos = new AtomicLong(Long.MAX_VALUE - 5);
        var known = known(nanos, peer);
        peer.answer("GetBlockByNumber", block(0));
        peer.answer("GetChainInfo", height(10));
        var identity = known.identity();
        known.seen(place(9));
        peer.answer("GetBlockByNumber", 8, block(8));
        for (int i = 0; i < 3; i++) {
            peer.answer("GetChainInfo", height(9));
            assertThrows(AnchorageSetback.class, known::identity);
            nanos.addAndGet(KnownChannel.BELIEVED.toNanos() - 1);
            peer.answer("GetChainInfo", height(10));
            assertEquals(identity, known.identity());
            nanos.addAndGet(1);
        }
    }

    /// While nobody is reached none can say that it has as many.
    @Test
    void whatItHadBeforeCountsFromTheFirstAnswerOn() throws Exception {
        var nanos = new AtomicLong(Long.MAX_VALUE - 5);
        var known = known(nanos, peer);
        known.had(place(9));
        nanos.addAndGet(2 * KnownChannel.BELIEVED.toNanos());
        peer.answer("GetBlockByNumber", block(0));
        peer.answer("GetChainInfo", height(8));
        assertThrows(AnchorageSetback.class, known::identity);
        nanos.addAndGet(KnownChannel.BELIEVED.toNanos());
        peer.answer("GetBlockByNumber", 7, block(7));
        known.identity();
    }

    @Test
    void aChannelThatWasSetBackIsBelievedAtOnceIfSomebodySaysSo() throws Exception {
        var silent = peer();
        var restored = peer();
        var nanos = new AtomicLong(Long.MAX_VALUE - 5);
        var known = known(nanos, peer, silent, restored);
        for (var each : List.of(peer, restored)) each.answer("GetBlockByNumber", 0, block(0));
        for (var each : List.of(peer, restored)) each.answer("GetChainInfo", height(10));
        var identity = known.identity();
        known.seen(place(9));
        known.mayBeSetBack(); // about something else
        peer.answer("GetChainInfo", height(8));
        restored.answer("GetChainInfo", height(2));
        assertThrows(AnchorageSetback.class, known::identity);
        assertThrows(AnchorageSetback.class, known::identity);
        known.mayBeSetBack();
        peer.answer("GetBlockByNumber", 7, block(7));
        assertEquals(identity, known.identity());
        known.seen(place(7));
        peer.answer("GetChainInfo", height(7));
        assertThrows(AnchorageSetback.class, known::identity, "it was said once");
    }

    /// @param all in the order in which they are configured
    private KnownChannel known(AtomicLong nanos, FakePeer... all) throws Exception {
        var config = config(Arrays.stream(all).map(FakePeer::address).toArray(FabricConfig.Peer[]::new));
        var peers = new Peers(config, nanos::get);
        opened.add(peers);
        var channel = new Channel(config, new Calls(config, new Membership(config, KEY, FabricMember::now), peers));
        return new KnownChannel(config, peers, channel, KnownChannel.BELIEVED, nanos::get);
    }

    private static Place place(long number) throws Exception {
        return new Place(number, FabricBlock.read(block(number)).header().hash());
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

    /// A proof that is owed would hold up for ever what tells that its head is gone.
    @Test
    void whoAsksForTheProofOfABlockThatIsNoMoreIsToldSoOnceTheChannelIsBelieved() throws Exception {
        var head = new SignedLog("fake/1", 5).growTo(3).head(3);
        peer.answer("GetBlockByNumber", 0, block(0));
        peer.answer("GetChainInfo", height(10));
        peer.answer("GetBlockByNumber", 9, block(9));
        peer.answer("find", nothingFound());
        for (int i = 0; i < 2; i++) {
            var setback = assertThrows(
                    AnchorageSetback.class, () -> ledger.proof(head.originId(), 3, head.root(), place(50)));
            assertEquals(i == 0, setback.getMessage().contains("51 were seen: it is behind"), setback::toString);
            if (i == 0) assertThrows(AnchorageSetback.class, ledger::identity);
            ledger.mayBeSetBack();
            ledger.identity();
            assertEquals(Finding.Absent.EMPTY, ledger.find(head.originId(), 3, head.root()));
        }
    }

    /// It makes up a head, a version of its key and the block: nobody looks at signatures before a proof is fetched.
    @Test
    void whatOnePeerAloneSaysIsNotFinal() throws Exception {
        var other = peer();
        var relay = new FabricRelay(ledger(peer.address(), other.address()));
        var head = relay.log.growTo(3).head(3);
        var found = found(head.originId(), 3, head.root());
        long number = 1L << 62;
        for (var each : List.of(peer, other)) each.answer("GetBlockByNumber", 0, block(0));
        peer.answer("GetChainInfo", height(number + 1));
        peer.answer("GetBlockByNumber", number, block(number));
        peer.answer("find", found);
        peer.endorse("rootAt", endorsed(transaction(List.of(), reads(number))));
        other.answer("GetChainInfo", height(10));
        other.answer("find", nothingFound());
        var written = List.of("Opened", "Included 3");
        relay.until("inclusion", () -> relay.entries().equals(written));
        untilAsked(relay, other);
        other.answer("find", found);
        untilAsked(relay, other);
        other.answer("GetBlockByNumber", number, block(number, 7));
        untilAsked(relay, other);
        assertEquals(written, relay.entries());

        for (var each : List.of(peer, other)) {
            each.answer("GetBlockByNumber", 4, block(4));
            each.endorse("rootAt", endorsed(transaction(List.of(), reads(4))));
        }
        relay.untilFinal();
        assertEquals(
                List.of("Reorged 3", "Included 3", "Final 3"), relay.entries().subList(2, 5));
    }

    /// The first of two came back from older data, by the journal: what it does not hold is no answer at a
    /// start.
    @Test
    void aPeerThatIsBehindTheJournalIsNotAskedAtAStart() throws Exception {
        var other = peer();
        var relay = new FabricRelay(ledger(peer.address(), other.address()));
        var head = relay.log.growTo(3).head(3);
        for (var each : List.of(peer, other)) {
            each.answer("GetBlockByNumber", 0, block(0));
            each.answer("GetBlockByNumber", 4, block(4));
            each.answer("GetBlockByNumber", 9, block(9));
            each.answer("GetChainInfo", height(10));
            each.answer("find", found(head.originId(), 3, head.root()));
            each.endorse("rootAt", endorsed(transaction(List.of(), reads(4))));
        }
        relay.untilFinal();

        peer.answer("GetChainInfo", height(4));
        peer.answer("find", nothingFound());
        var its = new SignedLog("fake/1", 5).growTo(9).root(9);
        other.answer("find", Long.MAX_VALUE, newest(head.originId(), 9, its));
        other.answer("find", 9, found(head.originId(), 9, its));
        relay.restart(ledger(peer.address(), other.address()));
        relay.step();
        assertEquals(Agreement.DOUBTED, relay.relay().agreement());
        peer.answer("GetChainInfo", height(10));
        peer.answer("find", 9, found(head.originId(), 9, its));
        relay.until("confirmed", () -> relay.relay().agreement() == Agreement.CONTRADICTS);
    }

    /// Alone it says nothing, however long it is behind.
    @Test
    void aPeerThatLostWhatWasFinalDoesNotAgree() throws Exception {
        var relay = new FabricRelay(ledger(peer.address()));
        var head = relay.log.growTo(3).head(3);
        peer.answer("GetBlockByNumber", 0, block(0));
        peer.answer("GetBlockByNumber", 4, block(4));
        peer.answer("GetChainInfo", height(10));
        peer.answer("find", found(head.originId(), 3, head.root()));
        peer.endorse("rootAt", endorsed(transaction(List.of(), reads(4))));
        relay.untilFinal();
        peer.answer("find", nothingFound());
        for (long height : List.of(4L, 10L)) {
            peer.answer("GetChainInfo", height(height));
            relay.restart(ledger(peer.address()));
            for (int i = 0; i < 3; i++) relay.step();
            assertEquals(Agreement.NOT_ASKED, relay.relay().agreement());
        }
    }

    private static void untilAsked(FabricRelay relay, FakePeer other) throws Exception {
        int asked = other.asked();
        relay.until("two looks", () -> other.asked() >= asked + 4);
    }

    /// Nobody else could ever be as far again, also where it stands in a journal.
    @Test
    void aBlockThatOnePeerMadeUpHoldsUpTheOthersForAWhileOnly() throws Exception {
        var liar = peer();
        var nanos = new AtomicLong(Long.MAX_VALUE - 5);
        long number = 1_000_000_000_000L;
        var head = new SignedLog("fake/1", 5).growTo(3).head(3);
        for (var each : List.of(liar, peer)) each.answer("GetBlockByNumber", 0, block(0));
        liar.answer("GetChainInfo", height(number + 1));
        liar.answer("GetBlockByNumber", number, block(number));
        liar.answer("find", found(head.originId(), 3, head.root()));
        liar.endorse("rootAt", endorsed(transaction(List.of(), reads(number))));
        peer.answer("GetChainInfo", height(5));
        peer.answer("find", nothingFound());
        var access = access(nanos, liar, peer);
        access.identity();
        var question = access.channel().rootAt(head.originId(), 3);
        var place = access.placeOf(question, "it is lodged");
        assertEquals(place(number), place);
        assertFalse(access.isConfirmed(
                new SecondWord.Subject(new SignedLog("fake/1", 5).originId(), 7), place, _ -> Optional.empty()));
        liar.fail();
        assertThrows(AnchorageSetback.class, access::identity);

        var restarted = access(nanos, liar, peer);
        restarted.had(place);
        assertThrows(AnchorageSetback.class, restarted::identity);
        nanos.addAndGet(KnownChannel.BELIEVED.toNanos() - 1);
        for (var each : List.of(access, restarted)) assertThrows(AnchorageSetback.class, each::identity);
        nanos.addAndGet(1);
        restarted.had(place);
        for (var each : List.of(access, restarted))
            assertEquals("anchors", each.identity().channel());
    }

    private ChannelAccess access(AtomicLong nanos, FakePeer... all) throws Exception {
        var config = config(Arrays.stream(all).map(FakePeer::address).toArray(FabricConfig.Peer[]::new));
        var made = new ChannelAccess(
                config, KEY, FabricMember::now, DEADLINE, DEADLINE, KnownChannel.BELIEVED, nanos::get);
        opened.add(made);
        return made;
    }

    /// It would stop the relay, or end a head's way, for good.
    @Test
    void anotherRootOrALargerHeadIsToldOnceASecondPeerSaysSo() throws Exception {
        var other = peer();
        var two = ledger(peer.address(), other.address());
        var log = new SignedLog("fake/1", 5).growTo(9);
        var origin = log.originId();
        var its = log.root(9);
        peer.answer("find", 9, found(origin, 9, its));
        peer.answer("find", 3, newest(origin, 9, its));
        for (long size : new long[] {3, 9}) {
            var setback = assertThrows(AnchorageSetback.class, () -> two.find(origin, size, log.root(3)));
            assertTrue(setback.getMessage().contains(", and no other peer says so: "), setback::toString);
            other.answer("find", size, nothingFound());
            assertThrows(AnchorageSetback.class, () -> two.find(origin, size, log.root(3)));
        }
        other.answer("find", 9, found(origin, 9, its));
        assertEquals(new Finding.Conflict(its), two.find(origin, 9, log.root(3)));
        assertEquals(new Finding.Covered(9, its), two.find(origin, 3, log.root(3)));
        other.answer("find", 3, found(origin, 3, log.root(3)));
        assertThrows(AnchorageSetback.class, () -> two.find(origin, 3, log.root(3)));
    }

    @Test
    void whatNoOtherPeerConfirmsIsSaidOnceItLasts() throws Exception {
        var nanos = new AtomicLong(Long.MAX_VALUE - 5);
        var peers = new Peers(config(peer.address(), peer().address()), nanos::get);
        opened.add(peers);
        var second = new SecondWord(peers, nanos::get);
        var about = new SecondWord.Subject(new SignedLog("fake/1", 5).originId(), 7);
        peers.choose(1);
        var asked = new ArrayList<Integer>();
        SecondWord.Said nothing = which -> {
            asked.add(which);
            return Optional.of("has nothing");
        };
        assertFalse(second.confirms(about, "block 7", nothing));
        assertEquals(List.of(0), asked);
        nanos.addAndGet(SecondWord.TIME_TO_CONFIRM.toNanos() - 1);
        assertFalse(second.confirms(about, "block 7", nothing));
        assertEquals(Optional.empty(), second.delay());
        nanos.addAndGet(1);
        assertFalse(second.confirms(about, "block 7", nothing));
        var trouble = second.delay().orElseThrow();
        assertTrue(trouble.cause().startsWith("block 7 is final by peer " + peers.address(1)), trouble::toString);
        assertTrue(trouble.cause().endsWith(peers.address(0) + " has nothing"), trouble::toString);
        assertTrue(second.confirms(about, "block 7", _ -> Optional.empty()));
        assertEquals(Optional.empty(), second.delay());
    }

    @Test
    void aPublicationIsFinalOrAnothersOnceASecondPeerSaysSo() throws Exception {
        var other = peer();
        var two = FabricPublications.open(
                config(peer.address(), other.address()), KEY, FabricMember::now, Optional.empty());
        opened.add(two);
        var said = payload(new byte[] {1}).publication();
        var published = published(said.originId(), 3, said.digest());
        var nobodys = Hash.of(new byte[Hash.SIZE]);
        peer.answer("publicationAt", published);
        peer.endorse("publicationAt", endorsed(transaction(List.of(), reads(5))));
        var envelope = Envelope.newBuilder()
                .setPayload(ByteString.copyFrom(endorsed(transaction(List.of(), NsReadWriteSet.newBuilder()))));
        var block = block(5, 0, envelope.build().toByteString()).toByteArray();
        peer.answer("GetBlockByNumber", 5, block);
        var place = new Place(5, FabricBlock.read(block).header().hash());
        assertEquals(new PublicationFinding.Present(place, false), find(two, said));
        assertThrows(AnchorageSetback.class, () -> two.isHeldForGood(said.originId(), 3, said.digest()));
        other.answer("publicationAt", published);
        assertTrue(two.isHeldForGood(said.originId(), 3, said.digest()));
        assertFalse(two.isHeldForGood(said.originId(), 3, nobodys));
        assertEquals(new PublicationFinding.Present(place, false), find(two, said));
        assertEquals(new PublicationFinding.Conflict(said.digest()), two.find(said.originId(), 3, nobodys));
        other.answer("GetBlockByNumber", 5, block);
        assertEquals(new PublicationFinding.Present(place, true), find(two, said));
    }

    /// What one peer was restored without is there; that nobody has it a second one says.
    @Test
    void whatWasPublishedIsUnusedOnceASecondPeerSaysSo() throws Exception {
        var origin = payload(new byte[] {1}).publication().originId();
        var held = published(origin, 3, Hash.of(new byte[Hash.SIZE]));
        peer.answer("GetChainInfo", height(9));
        var alone = FabricPublications.open(config(peer.address()), KEY, FabricMember::now, Optional.empty());
        opened.add(alone);
        peer.answer("publicationAt", held);
        assertEquals(Set.of(), alone.unused(origin, Set.of(3L)).numbers());
        peer.answer("publicationAt", new byte[0]);
        assertEquals(new PublicationLedger.Unused(Set.of(3L), 8, Instant.EPOCH), alone.unused(origin, Set.of(3L)));

        var other = peer();
        var two = FabricPublications.open(
                config(peer.address(), other.address()), KEY, FabricMember::now, Optional.empty());
        opened.add(two);
        var doubt = assertThrows(AnchorageSetback.class, () -> two.unused(origin, Set.of(3L)));
        assertTrue(doubt.getMessage().contains("nothing is published as number 3 any more, and no other peer says so"));
        other.answer("publicationAt", held);
        assertEquals(Set.of(), two.unused(origin, Set.of(3L)).numbers());
        other.answer("publicationAt", new byte[0]);
        assertEquals(Set.of(3L), two.unused(origin, Set.of(3L)).numbers());
    }

    /// It is as if it had not been asked any more, and not as if it had said nothing.
    @Test
    void whatAPeerHoldsCountsThoughItFailsAtTheNextQuestion() throws Exception {
        var origin = payload(new byte[] {1}).publication().originId();
        var failing = peer();
        var behind = peer();
        for (var each : List.of(peer, behind)) each.answer("publicationAt", new byte[0]);
        peer.answer("GetChainInfo", height(9));
        failing.answer("publicationAt", 5, published(origin, 5, Hash.of(new byte[Hash.SIZE])));
        var three = FabricPublications.open(
                config(peer.address(), failing.address(), behind.address()), KEY, FabricMember::now, Optional.empty());
        opened.add(three);
        assertEquals(Set.of(6L), three.unused(origin, Set.of(5L, 6L)).numbers());
    }

    /// Its peers agree about all that is published meanwhile.
    @Test
    void aDoubtedPublicationIsToldWhileOthersAreConfirmed() throws Exception {
        var other = peer();
        var nanos = new AtomicLong(Long.MAX_VALUE - 5);
        var two = FabricPublications.open(
                config(peer.address(), other.address()),
                KEY,
                FabricMember::now,
                Optional.empty(),
                DEADLINE,
                nanos::get);
        opened.add(two);
        var five = payload(5, new byte[] {1}).publication();
        var six = payload(6, new byte[] {2}).publication();
        var envelope = Envelope.newBuilder()
                .setPayload(ByteString.copyFrom(endorsed(transaction(List.of(), NsReadWriteSet.newBuilder()))));
        var block = block(7, 0, envelope.build().toByteString()).toByteArray();
        peer.endorse("publicationAt", endorsed(transaction(List.of(), reads(7))));
        for (var each : List.of(peer, other)) {
            each.answer("GetBlockByNumber", 7, block);
            each.answer("publicationAt", 6, published(six.originId(), 6, six.digest()));
        }
        other.answer("publicationAt", 5, new byte[0]);
        peer.answer("publicationAt", 5, published(five.originId(), 5, five.digest()));
        var place = new Place(7, FabricBlock.read(block).header().hash());
        for (int seconds = 0; seconds <= 60; seconds += 10) {
            assertEquals(new PublicationFinding.Present(place, false), find(two, five));
            assertEquals(new PublicationFinding.Present(place, true), find(two, six));
            assertEquals(seconds >= 30, two.delay().isPresent(), seconds + " s");
            nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        }
        var trouble = two.delay().orElseThrow();
        assertTrue(trouble.cause().startsWith("what is in block 7 ("), trouble::toString);
        assertTrue(trouble.cause().contains("as publication 5"), trouble::toString);
        assertFalse(trouble.urgent());

        peer.answer("publicationAt", 5, new byte[0]);
        assertEquals(new PublicationFinding.Absent(), find(two, five));
        assertEquals(Optional.empty(), two.delay());
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

    /// What one of two says alone is final nowhere, so this is no state to be called good.
    @Test
    void whereFewerThanTwoOfSeveralPeersAnswerHealthIsBad() throws Exception {
        var other = peer();
        var away = other.address();
        for (var each : List.of(peer, other)) {
            each.answer("version", RULES);
            each.answer("GetChainInfo", height(5));
            each.answer("GetBlockByNumber", block(4));
            each.answer(
                    "QueryChaincodeDefinition",
                    QueryChaincodeDefinitionResult.newBuilder()
                            .setVersion("1")
                            .build()
                            .toByteArray());
        }
        try (var two = FabricLedger.open(config(peer.address(), away), KEY, FabricMember::now)) {
            assertInstanceOf(AnchorageHealth.Good.class, two.health());
            other.close();
            var bad = assertInstanceOf(AnchorageHealth.Bad.class, two.health());
            assertTrue(bad.cause().startsWith("heads are not final until two of peers answer: "), bad.cause());
            assertTrue(bad.cause().contains(away + " does not answer well"), bad.cause());
            assertTrue(bad.remedy().startsWith("look whether the peers run"), bad.remedy());
        }
    }

    @Test
    void aServiceThatIsAwayIsToBeStarted() throws Exception {
        var id = "sealpost:" + "4d6aed01".repeat(8);
        peer.answer("GetChainInfo", height(5));
        peer.answer("GetBlockByNumber", block(4));
        peer.fail(
                "find",
                "failed to execute transaction: could not launch chaincode " + id + ": error building " + id
                        + ": connection to " + id + " failed");
        var head = new SignedLog("fake/1", 5).growTo(3).head(3);
        var setback = assertThrows(AnchorageSetback.class, () -> ledger.find(head.originId(), 3, head.root()));
        assertEquals(
                "start the chaincode's service of that peer's organisation; it goes on by itself", setback.remedy());
        assertTrue(
                setback.getMessage().contains("could not launch chaincode sealpost:4d6aed01…"), setback.getMessage());
        assertFalse(setback.getMessage().contains("4d6aed014d6a"), setback.getMessage());
    }

    @Test
    void aPeerThatNobodyVouchesForIsCalledSo() throws Exception {
        var stranger = FakePeer.start(TestCa.create("another CA"));
        opened.add(stranger);
        var setback = assertThrows(AnchorageSetback.class, ledger(stranger.address())::identity);
        assertEquals(
                "peer " + stranger.address() + ": its TLS certificate is by none of ca-file, or names another host",
                setback.getMessage());
        assertTrue(setback.remedy().contains("ca-file"), setback.remedy());
    }

    /// Or the clock of this box is wrong: in either case ca-file and the address are right.
    @Test
    void aPeerWhoseCertificateHasEndedOrNotBegunIsCalledSo() throws Exception {
        for (int days : new int[] {-365, 365}) {
            var peer = FakePeer.startCertifiedFrom(Instant.now().plus(Duration.ofDays(days)), ca);
            opened.add(peer);
            var setback = assertThrows(AnchorageSetback.class, ledger(peer.address())::identity);
            var said = setback.getMessage();
            assertTrue(said.startsWith("peer " + peer.address() + ": its TLS certificate is not valid at 20"), said);
            assertTrue(said.endsWith(" by this box's clock"), said);
            assertTrue(setback.remedy().startsWith("set the clock of this box"), setback.remedy());
            assertTrue(setback.remedy().contains("renewed"), setback.remedy());
        }
    }

    @Test
    void aPeerUnderANameThatItsCertificateDoesNotHaveIsCalledSo() throws Exception {
        var elsewhere = FakePeer.startAt("127.0.0.2", ca);
        opened.add(elsewhere);
        var named = new FabricConfig.Peer("127.0.0.2", elsewhere.address().port());
        var setback = assertThrows(AnchorageSetback.class, ledger(named)::identity);
        assertEquals(
                "peer " + named + ": its TLS certificate is by none of ca-file, or names another host",
                setback.getMessage());
    }

    @Test
    void whatSpeaksNoTlsIsCalledSo() throws Exception {
        try (var other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (var taken = other.accept()) {
                    taken.getOutputStream()
                            .write("220 this is a server of mail\r\n".getBytes(StandardCharsets.US_ASCII));
                    taken.getInputStream().read();
                } catch (IOException _) {
                    // The test is over.
                }
            });
            var setback = assertThrows(
                    AnchorageSetback.class, ledger(new FabricConfig.Peer("localhost", other.getLocalPort()))::identity);
            assertTrue(setback.getMessage().contains(": TLS fails: "), setback.getMessage());
            assertFalse(setback.getMessage().contains("Channel Pipeline"), setback.getMessage());
        }
    }

    @Test
    void whoHasNoCertificateYetIsToldWhoseItIs() throws Exception {
        Files.delete(folder.resolve("box.pem"));
        var setback = assertThrows(AnchorageSetback.class, ledger::identity);
        assertTrue(
                setback.remedy()
                        .contains("have the organisation's CA certify it, and put the certificate that it issues into "
                                + folder.resolve("box.pem")),
                setback.remedy());
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
        var known = rules.substring(0, Math.min(rules.length(), 20)).replace('\u0007', '?');
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

    /// Whatever it signed somebody might take: a proposal, an order to read blocks, a transaction that is not the one
    /// that was asked for, or that was sent before.
    @ParameterizedTest
    @EnumSource(Twist.class)
    void nothingIsSignedButWhatWasAskedForWithItsAnswer(Twist twist) throws Exception {
        var signed = Collections.synchronizedList(new ArrayList<String>());
        var key = new WatchedKey(KEY, signed);
        var head = new SignedLog("fake/1", 5).growTo(3).head(3);
        var offered = new ArrayList<String>();
        var other = peer();
        for (var each : List.of(peer, other)) {
            each.answer("version", RULES);
            each.answer("hops", new CborWriter().array(2).nil().array(0).toBytes());
        }
        for (var function : List.of("lodge", "publish")) {
            peer.simulate(function, call -> {
                var payload = twist.of(call, writes().build());
                offered.add(Hash.of(SignedLog.sha256(payload.toByteArray())).hex());
                return payload;
            });
        }
        var alone = FabricLedger.open(config(peer.address()), key, FabricMember::now);
        opened.add(alone);
        var setback = assertThrows(AnchorageSetback.class, () -> alone.prepare(head, 0, List.of()));
        assertTrue(setback.getMessage().startsWith("peer " + peer.address() + ": its answer"), setback::toString);
        boolean isOther = setback.getMessage().contains(": its answer is not taken");
        assertEquals(isOther, setback.remedy().startsWith("take this peer out of peers"), setback.remedy());
        var publications = FabricPublications.open(config(peer.address()), key, FabricMember::now, Optional.empty());
        opened.add(publications);
        assertThrows(AnchorageSetback.class, () -> publications.prepare(payload(new byte[] {1}), Lane.EMPTY));
        assertEquals(2, offered.size());

        // The next one is asked.
        other.simulate("lodge", writes());
        var both = FabricLedger.open(config(peer.address(), other.address()), key, FabricMember::now);
        opened.add(both);
        var made = assertInstanceOf(Preparation.Ready.class, both.prepare(head, 0, List.of()))
                .request();
        assertEquals(3, offered.size());
        assertEquals(List.of(), offered.stream().filter(signed::contains).toList());
        var transaction = FabricRequest.read(made.bytes()).transaction().getPayload();
        assertTrue(signed.contains(
                Hash.of(SignedLog.sha256(transaction.toByteArray())).hex()));
    }

    /// @param signed what it signed, in hex
    private record WatchedKey(SigningKey key, List<String> signed) implements SigningKey {
        @Override
        public KeySpec spec() {
            return key.spec();
        }

        @Override
        public byte[] spki() {
            return key.spki();
        }

        @Override
        public CompletableFuture<byte[]> sign(byte[] input, Duration deadline) {
            signed.add(Hash.of(input).hex());
            return key.sign(input, deadline);
        }
    }

    /// One that a release made which signed whatever it was handed: it stands in a journal, and ends.
    @Test
    void aRequestThatNobodyMadeEnds() throws Exception {
        var publications = publications(new AtomicLong(), Optional.empty());
        for (var creator : List.of(new byte[0], NONSENSE)) {
            var request = request(creator);
            assertInstanceOf(SubmitOutcome.Unknown.class, ledger.submit(request));
            assertInstanceOf(SubmitOutcome.Unknown.class, publications.submit(request));
            var cause = new RequestState.CannotLand("it does not tell who made it");
            assertEquals(cause, ledger.status(request));
            assertEquals(cause, publications.status(request, Lane.EMPTY));
        }
        var callsNothing = request(enrol(Instant.now().plusSeconds(86_400)), ByteString.copyFrom(NONSENSE));
        assertInstanceOf(SubmitOutcome.Unknown.class, publications.submit(callsNothing));
        assertInstanceOf(RequestState.CannotLand.class, publications.status(callsNothing, Lane.EMPTY));
        assertEquals(1, peer.asked(), "what became of the one that tells who made it");
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

    /// Each field of three bytes takes some sixty once it is read: what one answer may have is more than a box has.
    @Test
    void anAnswerOfTooManyFieldsIsNotReadAndTheNextPeerIsAsked() throws Exception {
        var wrong = peer();
        for (var each : List.of(wrong, peer)) {
            each.answer("GetBlockByNumber", block(0));
            each.answer("GetChainInfo", height(3));
        }
        var identity = ledger.identity();
        int most = CountedFields.MOST - 16;
        assertEquals(most, FabricBlock.read(ofMany(most)).transactions().size());
        wrong.pad(most);
        assertEquals(identity, ledger(wrong.address()).identity());

        wrong.pad(CountedFields.MOST + 1);
        assertSetBackAndPassedOver(wrong, identity);
        wrong.pad(0);
        for (var block : List.of(ofMany(CountedFields.MOST + 1), ofMany(4_000_000), padded(CountedFields.MOST + 1))) {
            long allocated = allocated();
            assertThrows(InvalidProtocolBufferException.class, () -> FabricBlock.read(block));
            assertTrue(allocated() - allocated < 1 << 20, "it is refused before it is read");
            wrong.answer("GetBlockByNumber", block);
            assertSetBackAndPassedOver(wrong, identity);
        }
    }

    /// Bytes, by this thread.
    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private void assertSetBackAndPassedOver(FakePeer wrong, AnchorIdentity identity) throws Exception {
        var alone = ledger(wrong.address());
        var setback = assertThrows(AnchorageSetback.class, alone::identity);
        assertTrue(setback.getMessage().contains("more than " + CountedFields.MOST + " fields"), setback::toString);
        assertEquals(identity, ledger(wrong.address(), peer.address()).identity());
    }

    /// Block 0 with so many transactions of a byte.
    private static byte[] ofMany(int transactions) throws Exception {
        var data = new byte[3 * transactions];
        for (int i = 0; i < transactions; i++) {
            data[3 * i] = 0x0a;
            data[3 * i + 1] = 1;
            data[3 * i + 2] = 'x';
        }
        var out = new ByteArrayOutputStream();
        out.write(block(0));
        var coded = CodedOutputStream.newInstance(out);
        coded.writeByteArray(Block.DATA_FIELD_NUMBER, data);
        coded.flush();
        return out.toByteArray();
    }

    /// Block 0 with so many fields that nobody knows.
    private static byte[] padded(int fields) throws Exception {
        var out = new ByteArrayOutputStream();
        out.write(block(0));
        for (int i = 0; i < fields; i++) out.write(new byte[] {0x7a, 1, 'x'});
        return out.toByteArray();
    }

    @Test
    void aMessageThatIsNoneIsRefused() {
        for (var bytes :
                List.of(new byte[] {0x0b}, new byte[] {0x0a, 5, 1}, new byte[] {0x0a, (byte) 0xff}, NONSENSE)) {
            assertThrows(
                    InvalidProtocolBufferException.class, () -> CountedFields.read(Block.getDefaultInstance(), bytes));
        }
    }

    /// Its first word is not kept for good.
    @Test
    void aConfigBlockThatOnePeerToldWronglyIsReadAgain() throws Exception {
        var nanos = new AtomicLong(Long.MAX_VALUE - 5);
        var config = config(peer.address());
        var peers = new Peers(config, nanos::get);
        opened.add(peers);
        var channel = new Channel(config, new Calls(config, new Membership(config, KEY, FabricMember::now), peers));
        var proofs = new FabricProofs(channel, nanos::get);
        var log = new SignedLog("fake/1", 5).growTo(3);
        var identity = new AnchorIdentity.Fabric("anchors", Hash.of(new byte[Hash.SIZE]), "sealpost");
        var block = withConfig(block(9, 0, ByteString.EMPTY), 8).toByteArray();
        var place = new Place(9, FabricBlock.read(block).header().hash());
        peer.answer("GetBlockByNumber", 9, block);
        peer.answer("GetBlockByNumber", 8, configBlock(8, "BFT", AnchorProof.MAX_SIZE_BYTES));
        peer.endorse("rootAt", endorsed(transaction(List.of(), reads(9))));
        Callable<Integer> questions = () -> {
            int asked = peer.asked();
            assertEquals(Optional.empty(), proofs.of(identity, log.originId(), 3, log.root(3), place));
            return peer.asked() - asked;
        };
        assertEquals(2, questions.call());
        // Now it is small enough, and what it names as the one before is not.
        peer.answer("GetBlockByNumber", 8, configBlock(8, "BFT", 0));
        peer.answer(
                "GetBlockByNumber",
                7,
                withConfig(block(7, 0, ByteString.EMPTY), 0).toByteArray());
        peer.answer("GetBlockByNumber", 0, configBlock(0, "etcdraft", 0));
        assertEquals(1, questions.call());
        nanos.addAndGet(FabricProofs.UNPROVED.toNanos() - 1);
        assertEquals(1, questions.call());
        nanos.addAndGet(1);
        assertEquals(4, questions.call());
        assertEquals(1, questions.call());
        peer.answer("GetBlockByNumber", 0, configBlock(0, "BFT", 0));
        assertEquals(1, questions.call());
        nanos.addAndGet(FabricProofs.UNPROVED.toNanos());
        assertEquals(5, questions.call(), "it is asked what peers sign, too");
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
        assertTrue(publications.isHeldForGood(origin, 3, Hash.of(new byte[Hash.SIZE])));
        assertFalse(publications.isHeldForGood(origin, 3, digest));
        assertThrows(AnchorageSetback.class, () -> publications.isHeldForGood(origin, 4, digest));
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
        var payload = payload(new byte[] {1, 2, 3});
        var publications = publications(new AtomicLong(), Optional.of("payloads"));
        peer.answer("version", RULES);
        peer.answer("GetChainInfo", height(10));
        peer.simulate(
                "publishPrivately", hides("payloads", payload.publication().content()));
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

    /// The chaincode says yes to what is there already, and writes nothing: it came with another request.
    @Test
    void aValidRequestThatWritesNothingSaysNotWhereItsPublicationIs() throws Exception {
        var publications = publications(new AtomicLong(), Optional.empty());
        var repeated = prepared(publications, reads(6));
        var said = payload(new byte[] {1, 2, 3}).publication();
        var transaction = Envelope.newBuilder()
                .setPayload(ByteString.copyFrom(endorsed(transaction(List.of(), writes()))))
                .build();
        var first = block(6, 0, transaction.toByteString()).toByteArray();
        peer.answer("GetBlockByNumber", 6, first);
        peer.answer("GetBlockByNumber", 7, block(7));
        peer.answer("publicationAt", published(said.originId(), 3, said.digest()));
        peer.endorse("publicationAt", endorsed(transaction(List.of(), reads(6))));
        peer.commit(7, TxValidationCode.VALID);
        assertInstanceOf(RequestState.Final.class, publications.status(repeated, Lane.EMPTY));
        var six = new Place(6, FabricBlock.read(first).header().hash());
        assertEquals(new PublicationFinding.Present(six, true), find(publications, said));
    }

    /// A row comes into a block or two, and each is asked of another peer once.
    @Test
    void aSecondPeerIsAskedOnceForEachBlock() throws Exception {
        var other = peer();
        var two = FabricPublications.open(
                config(peer.address(), other.address()), KEY, FabricMember::now, Optional.empty());
        opened.add(two);
        var said = payload(new byte[] {1}).publication();
        var envelope =
                Envelope.newBuilder().setPayload(ByteString.copyFrom(endorsed(transaction(List.of(), writes()))));
        var block = block(5, 0, envelope.build().toByteString()).toByteArray();
        for (var each : List.of(peer, other)) {
            each.answer("publicationAt", published(said.originId(), 3, said.digest()));
            each.endorse("publicationAt", endorsed(transaction(List.of(), reads(5))));
            each.answer("GetBlockByNumber", 5, block);
        }
        var place = new Place(5, FabricBlock.read(block).header().hash());
        assertEquals(new PublicationFinding.Present(place, true), find(two, said));
        int asked = other.asked();
        assertEquals(new PublicationFinding.Present(place, true), find(two, said));
        assertEquals(asked + 1, other.asked(), "what it holds, and not the block");
    }

    /// A seal waits behind no more than these.
    @Test
    void aRowStandsInTheQueueOfTheTokenWithFewSignatures() throws Exception {
        var waiting = new AtomicInteger();
        var most = new AtomicInteger();
        var together = new CompletableFuture<Void>();
        var counted = new SigningKey() {
            @Override
            public KeySpec spec() {
                return KEY.spec();
            }

            @Override
            public byte[] spki() {
                return KEY.spki();
            }

            @Override
            public CompletableFuture<byte[]> sign(byte[] input, Duration deadline) {
                int now = waiting.incrementAndGet();
                most.accumulateAndGet(now, Math::max);
                // The first one is answered when the next one stands there, too.
                if (now == Membership.AT_ONCE) together.complete(null);
                return together.copy().orTimeout(1, TimeUnit.MINUTES).thenApplyAsync(_ -> {
                    Thread.yield();
                    waiting.decrementAndGet();
                    return KEY.sign(input, deadline).join();
                });
            }
        };
        var membership = new Membership(config(peer.address()), counted, FabricMember::now);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 32; i++) threads.submit(() -> membership.sign(new byte[Hash.SIZE]));
        }
        assertEquals(Membership.AT_ONCE, most.get());
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
        return prepared(publications, writes());
    }

    private SignedRequest prepared(FabricPublications publications, NsReadWriteSet.Builder effects) throws Exception {
        if (peer.asked() == 0) peer.answer("version", RULES);
        peer.simulate("publish", effects);
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
        assertEquals(List.of("Opened", "Included 3", "Final 3", "Parked 3"), relay.entries());
        assertEquals(3, relay.relay().finalSize());

        peer.endorse("rootAt", endorsed(transaction(List.of(), reads(4))));
        relay.until("it is well again", () -> !isAlarmedBySecondBlock(relay));
    }

    /// An order from before it was told is about something else.
    @Test
    void whoOrdersItHasAChannelThatWasSetBackBelieved() throws Exception {
        peer.answer("GetChainInfo", height(10));
        for (long number : new long[] {0, 2, 4}) peer.answer("GetBlockByNumber", number, block(number));
        var relay = new FabricRelay(ledger);
        var head = relay.log.growTo(3).head(3);
        peer.answer("find", 3, found(head.originId(), 3, head.root()));
        peer.endorse("rootAt", endorsed(transaction(List.of(), reads(4))));
        relay.untilFinal();
        relay.resubmit();
        relay.step();

        peer.answer("GetChainInfo", height(3));
        for (long size : new long[] {3, 6}) peer.answer("find", size, nothingFound());
        relay.log.growTo(6);
        relay.until(
                "a word of it",
                () -> relay.relay()
                        .trouble()
                        .filter(trouble -> trouble.cause().endsWith("10 were seen: it is behind"))
                        .isPresent());
        for (int i = 0; i < 5; i++) relay.step();
        assertEquals(List.of("Opened", "Included 3", "Final 3"), relay.entries());
        relay.resubmit();
        // That it has fewer blocks is believed by then, and not yet that what was final is not among them.
        relay.until(
                "another word of it",
                () -> relay.relay()
                        .trouble()
                        .filter(trouble -> trouble.cause().contains("head of 3 entries is not there"))
                        .isPresent());
        assertFalse(relay.entries().contains("RolledBack 0"));
        relay.resubmit();
        relay.until("the loss noticed", () -> relay.entries().contains("RolledBack 0"));
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
        return payload(3, content);
    }

    private static SignedPublication payload(long number, byte[] content) {
        var log = new SignedLog("fake/1", 5);
        var made = new Publication(
                log.origin(), log.key().spki(), number, Publication.Kind.ENCRYPTED_PAYLOADS, 0, 1, content);
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

    /// Nothing of the size that was asked for.
    private static byte[] newest(OriginId origin, long size, Hash root) {
        var out = new CborWriter().array(2).nil();
        out.array(5).text("sealpost-lodged").integer(1);
        return out.bytes(origin.value().toBytes())
                .integer(size)
                .bytes(root.toBytes())
                .toBytes();
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

    private static NsReadWriteSet.Builder writes() {
        var write = KVWrite.newBuilder().setKey("a key");
        return NsReadWriteSet.newBuilder()
                .setRwset(KVRWSet.newBuilder().addWrites(write).build().toByteString());
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
