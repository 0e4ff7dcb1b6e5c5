package org.sealpost.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.hyperledger.fabric.protos.common.ChannelHeader;
import org.hyperledger.fabric.protos.common.Header;
import org.hyperledger.fabric.protos.gateway.ProposedTransaction;
import org.hyperledger.fabric.protos.peer.Proposal;
import org.hyperledger.fabric.protos.peer.SignedProposal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.AnchorState;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageContract;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.EncryptedContent;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.PublicationLedger.Lane;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SteppedPublishing;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.FabricTrust;
import org.sealpost.evidence.anchor.fabric.FabricProof;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.Publication.Kind;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.lodging.PublicationRequest;
import org.sealpost.lodging.SignedPublication;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborReader;

/// A channel with four orderers and two organisations, and a box whose key lies in a token: what every
/// anchorage promises, what peers sign of heads, and publications beside them. [FabricTortureIT] has its nodes fail.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FabricNetworkIT {
    private static final Duration DEADLINE = FabricSite.DEADLINE;
    private static final Duration SUBMIT = FabricSite.SUBMIT;

    /// For who is no more than asked, and may have to come to know its peer first.
    private static final Duration PATIENT = Duration.ofSeconds(20);

    /// The gateway has the request ordered, and its word that it did so comes too late.
    private static final Duration TOO_SHORT = Duration.ofMillis(2);

    private static final Optional<String> COLLECTION = FabricSite.COLLECTION;

    private static final AtomicInteger LOGS = new AtomicInteger();

    /// Milliseconds that a batch waits: each config block has another number.
    private static final AtomicInteger UPDATES = new AtomicInteger(60);

    @TempDir
    private static Path folder;

    private static FabricSite site;
    private static FabricNetwork network;
    private static FabricMember member;
    private static FabricLedger ledger;
    private static FabricLedger losesAnswers;
    private static FabricPublications publications;
    private static FabricPublications losesAnswersAboutThem;
    private static LodgedOnChannel lodged;

    @BeforeAll
    static void start() throws Exception {
        site = FabricSite.start(folder);
        network = site.network();
        member = site.member();
        lodged = site.lodged();
        var config = member.config(DEADLINE, 1, 2);
        ledger = FabricLedger.open(config, member.key(), FabricMember::now, SUBMIT, DEADLINE);
        losesAnswers = FabricLedger.open(config, member.key(), FabricMember::now, TOO_SHORT, FabricSite.STATUS);
        publications = site.publications();
        losesAnswersAboutThem = FabricPublications.open(config, member.key(), FabricMember::now, COLLECTION, TOO_SHORT);
    }

    @AfterEach
    void heal() throws Exception {
        site.heal();
    }

    @AfterAll
    static void stop() {
        if (ledger != null) ledger.close();
        if (losesAnswers != null) losesAnswers.close();
        if (publications != null) publications.close();
        if (losesAnswersAboutThem != null) losesAnswersAboutThem.close();
        if (site != null) site.close();
    }

    /// What every anchorage promises.
    @Nested
    class Promises extends AnchorageContract {
        private final List<SignedRequest> submitted = new ArrayList<>();

        @Override
        protected Anchorage anchorage() {
            return FabricSite.shared(site::ledger, submitted::add);
        }

        @Override
        protected void settle() throws Exception {
            for (var request : submitted) {
                assertTrue(!(ledger.status(request) instanceof RequestState.Unknown), "it is in no block");
            }
            submitted.clear();
            awaitBothPeers();
        }
    }

    /// What is final is confirmed by the other peer, which may come to a block a moment later.
    private static void awaitBothPeers() throws Exception {
        long end = System.nanoTime() + PATIENT.toNanos();
        while (site.channel().height(0) != site.channel().height(1)) {
            assertTrue(System.nanoTime() < end, "the peers do not come to the same block");
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /// When two lodge for one log at the same time.
    @Nested
    class Rivals extends TwoLodgeOneLog {
        @Override
        FabricLedger ledger() {
            return ledger;
        }

        @Override
        LodgedOnChannel lodged() {
            return lodged;
        }
    }

    // --- what is this kind's own

    /// A gateway tells what became of a request only when it is in a block.
    @Test
    void anOrdinaryLodgingIsWrittenDownWithoutADrop() throws Exception {
        var relay = new FabricRelay(ledger);
        relay.log.growTo(5);
        relay.untilFinal();
        assertEquals(List.of("Opened", "Prepared 5", "Sent 5", "Included 5", "Final 5"), relay.entries());
    }

    @Test
    void itsHealthTellsWhoItIsUntilWhenAndHowEachPeerAnswers() throws Exception {
        var good = assertInstanceOf(AnchorageHealth.Good.class, ledger.health()).detail();
        assertTrue(good.contains("by rules 2, version 1, sequence 1"), good);
        assertTrue(good.contains("identity of Org1MSP until "), good);
        assertFalse(good.contains("proofs"), good);
        assertTrue(good.contains(network.peer(1) + " with ") && good.contains(network.peer(2) + " with "), good);
        site.harm(() -> network.kill("p2"));
        var less = assertInstanceOf(AnchorageHealth.Bad.class, ledger.health()).cause();
        assertTrue(less.startsWith("heads are not final until two of peers answer: "), less);
        assertTrue(less.contains(network.peer(2) + " does not answer well"), less);
    }

    /// Whether the request left in time or not, nobody heard; then it is asked for, or sent again.
    @Test
    void anAnswerThatCameTooLateIsFoundOut() throws Exception {
        var loses = new AtomicBoolean(true);
        var relay = new FabricRelay(FabricSite.shared(() -> loses.get() ? losesAnswers : ledger, _ -> {}));
        var sizes = new ArrayList<Long>();
        relay.until("an unknown outcome", () -> {
            if (relay.entries().stream().anyMatch(entry -> entry.startsWith("Ambiguous "))) return true;
            // The network may have been quicker than the deadline, and then the next head is tried.
            if (relay.relay().finalSize() == relay.log.size()) {
                relay.log.growTo(relay.log.size() + 5);
                sizes.add(relay.log.size());
            }
            return false;
        });
        loses.set(false);
        relay.untilFinal();
        assertEquals(sizes, lodged.sizes(relay.log.originId()));
    }

    /// Both read that the origin's newest size is unwritten, whichever block they come into.
    @Test
    void ofTwoRequestsThatReadTheSameOneTakesEffect() throws Exception {
        var log = log().growTo(6);
        var five = ready(log.head(5));
        var six = ready(log.head(6));
        assertInstanceOf(SubmitOutcome.Accepted.class, ledger.submit(five));
        assertInstanceOf(SubmitOutcome.Accepted.class, ledger.submit(six));
        var one = ledger.status(five);
        var other = ledger.status(six);
        var lost = one instanceof RequestState.Final ? other : one;
        assertTrue(one instanceof RequestState.Final || other instanceof RequestState.Final, one + ", " + other);
        assertTrue(assertInstanceOf(RequestState.Reverted.class, lost).isFinal());
    }

    @Test
    void aRequestOfAnIdentityThatEndedIsSignedAnewOnceItIsRenewed() throws Exception {
        var log = log().growTo(5);
        try {
            Instant end;
            Optional<SignedRequest> made;
            do {
                end = Instant.now().plusSeconds(3);
                member.enrol(end);
                made = readyUnlessEnded(log.head(5));
            } while (made.isEmpty());
            var request = made.get();
            while (Instant.now().isBefore(end.plusSeconds(1))) TimeUnit.MILLISECONDS.sleep(50);
            var outcome = assertInstanceOf(SubmitOutcome.Unknown.class, ledger.submit(request));
            assertTrue(outcome.cause().startsWith("signed by an identity that ended at "), outcome.cause());
            var setback = assertThrows(AnchorageSetback.class, () -> ledger.status(request));
            assertTrue(setback.getMessage().contains("ended at"), setback.getMessage());
            assertTrue(setback.remedy().contains("hsm csr identity"), setback.remedy());
            member.renew();
            assertInstanceOf(RequestState.CannotLand.class, site.ledger().status(request));
            assertEquals(Finding.Absent.EMPTY, find(log.head(5)));
            assertInstanceOf(SubmitOutcome.Accepted.class, ledger.submit(ready(log.head(5))));
        } finally {
            member.renew();
        }
    }

    @Test
    void anIdentityOfAnotherCaIsNotTaken() throws Exception {
        var stranger = config("Org2MSP", FabricNetwork.CHAINCODE);
        try (var other = FabricLedger.open(stranger, member.key(), FabricMember::now)) {
            var setback = assertThrows(AnchorageSetback.class, other::identity);
            assertTrue(setback.remedy().startsWith("have the channel's administrator look"), setback.toString());
        }
    }

    /// Which is why a question is signed anew: as long as it is kept it is taken, and not for ever.
    @Test
    void aQuestionThatWasMadeTooLongAgoIsRefusedAndSaidToBeAMatterOfClocks() throws Exception {
        var config = config("Org1MSP", FabricNetwork.CHAINCODE);
        var membership = new Membership(config, member.key(), FabricMember::now);
        try (var peers = new Peers(config);
                var access = new ChannelAccess(config, member.key(), FabricMember::now, SUBMIT, DEADLINE)) {
            assertTrue(asked(peers, membership, Calls.KEPT).length > 0);
            var refused = assertThrows(
                    PeerFailed.class,
                    () -> asked(peers, membership, Calls.KEPT.multipliedBy(3).plusMinutes(1)));
            var setback = access.setback(refused);
            assertTrue(
                    setback.remedy().startsWith("the clock of this box or of the peer is wrong"), setback.toString());
        }
    }

    /// What the peer says to how long the channel is.
    private static byte[] asked(Peers peers, Membership membership, Duration ago) throws Exception {
        var asks = membership.inUse();
        byte[] now = peers.ask(
                asks,
                gateway -> gateway.getNetwork(FabricNetwork.CHANNEL)
                        .getContract("qscc")
                        .newProposal("GetChainInfo")
                        .addArguments(FabricNetwork.CHANNEL)
                        .build()
                        .getBytes());
        var made = ProposedTransaction.parseFrom(now);
        var proposal = Proposal.parseFrom(made.getProposal().getProposalBytes());
        var headers = Header.parseFrom(proposal.getHeader());
        var header = ChannelHeader.parseFrom(headers.getChannelHeader()).toBuilder();
        header.getTimestampBuilder().setSeconds(header.getTimestamp().getSeconds() - ago.toSeconds());
        var older = proposal.toBuilder()
                .setHeader(headers.toBuilder()
                        .setChannelHeader(header.build().toByteString())
                        .build()
                        .toByteString())
                .build();
        var bytes = made.toBuilder()
                .setProposal(SignedProposal.newBuilder().setProposalBytes(older.toByteString()))
                .build()
                .toByteArray();
        return peers.ask(asks, gateway -> {
            var digest = gateway.newProposal(bytes).getDigest();
            return gateway.newSignedProposal(bytes, membership.sign(digest)).evaluate();
        });
    }

    @Test
    void aChaincodeThatIsNotThereIsSaid() throws Exception {
        try (var other = FabricLedger.open(config("Org1MSP", "none"), member.key(), FabricMember::now)) {
            var head = log().growTo(3).head(3);
            var setback =
                    assertThrows(AnchorageSetback.class, () -> other.find(head.originId(), head.size(), head.root()));
            assertTrue(setback.remedy().startsWith("have the channel's administrator look"), setback.toString());
        }
    }

    /// Nobody of it endorses meanwhile, and the channel's policy wants both.
    @Test
    void anotherOrganisationThatStandsStillIsWaitedFor() throws Exception {
        try (var impatient = site.ledger(Duration.ofSeconds(1))) { // peers take one another for gone after six
            var relay = new FabricRelay(impatient);
            relay.log.growTo(4);
            relay.untilFinal();
            site.harm(() -> network.freeze("p2"));
            relay.log.growTo(8);
            relay.until("a setback", () -> relay.relay().trouble().isPresent());
            network.thaw("p2");
            relay.untilFinal();
            assertEquals(List.of(4L, 8L), lodged.sizes(relay.log.originId()));
        }
    }

    /// Through the gateway of an organisation that the box is no member of.
    @Test
    void thePeerOfAnotherOrganisationWillDo() throws Exception {
        try (var other = FabricLedger.open(member.config(DEADLINE, 2), member.key(), FabricMember::now)) {
            var relay = new FabricRelay(other);
            relay.log.growTo(4);
            relay.untilFinal();
            assertEquals(List.of(4L), lodged.sizes(relay.log.originId()));
        }
    }

    /// Nor has the box a wire to that peer.
    @Test
    void thePeerOfAnotherOrganisationConfirmsWhatTheEvidenceSays() throws Exception {
        var there = member.config(DEADLINE, 2);
        try (var ours = FabricLedger.open(member.config(DEADLINE, 1), member.key(), FabricMember::now);
                var peers = new Peers(there)) {
            var relay = new FabricRelay(ours);
            relay.log.growTo(4);
            relay.untilFinal();
            var head = relay.relay().newestFinal().orElseThrow();
            relay.requireAllProved();

            var calls = new Calls(there, new Membership(there, member.key(), FabricMember::now), peers);
            var origin = relay.log.originId();
            var question =
                    new Channel(there, calls).rootAt(origin, head.size()).by(FabricNetwork.ORGANISATIONS.subList(1, 2));
            relay.until("its word", () -> calls.evaluate(question).length > 0);
            var said = new CborReader(calls.evaluate(question))
                    .arrayOf(5)
                    .expect("sealpost-lodged")
                    .expect(1);
            assertEquals(origin.value(), Hash.of(said.fixed(Hash.SIZE)));
            assertEquals(4, said.unsigned());
            assertEquals(relay.log.root(4), Hash.of(said.fixed(Hash.SIZE)));
        }
    }

    /// Somebody put an older copy of its disk in its place, and it has no way yet to what it lacks: of what was
    /// final it knows nothing, and no word of it is taken.
    @Test
    void aPeerThatWasSetBackIsWaitedFor() throws Exception {
        try (var its = FabricLedger.open(member.config(DEADLINE, 2), member.key(), FabricMember::now)) {
            var relay = new FabricRelay(its);
            relay.log.growTo(4);
            relay.untilFinal();
            site.harm(() -> network.kill("p2"));
            network.keepDisk("p2");
            network.startAgain("p2");
            relay.log.growTo(8);
            relay.untilFinal();
            var written = relay.entries();

            network.freeze("o1", "o2", "o3", "o4");
            network.kill("p2");
            network.setBackDisk("p2");
            network.startAgain("p2");
            relay.log.growTo(12);
            relay.until(
                    "a word of it",
                    () -> relay.relay()
                            .trouble()
                            .filter(trouble -> trouble.cause().endsWith("were seen: it is behind"))
                            .isPresent());
            assertEquals(written, relay.entries());
            assertInstanceOf(AnchorState.Final.class, relay.relay().stateOf(7));

            network.thaw("o1", "o2", "o3", "o4");
            relay.untilFinal();
            assertEquals(List.of(4L, 8L, 12L), lodged.sizes(relay.log.originId()));
            assertFalse(relay.entries().contains("RolledBack 8"));
        }
    }

    @Test
    void handOversOfTheSealingKeyAreFollowed() throws Exception {
        var relay = new FabricRelay(ledger);
        relay.log.growTo(3).handOver(41).growTo(6).handOver(42).growTo(9);
        relay.untilFinal();
        relay.log.handOver(43).growTo(14);
        relay.untilFinal();
        assertEquals(List.of(9L, 14L), lodged.sizes(relay.log.originId()));
    }

    @Test
    void whatACourierBroughtIsFound() throws Exception {
        var relay = new FabricRelay(ledger);
        relay.log.growTo(5);
        assertInstanceOf(SubmitOutcome.Accepted.class, ledger.submit(ready(relay.log.head(5))));
        relay.untilFinal();
        relay.log.growTo(8);
        relay.untilFinal();
        assertEquals(List.of(5L, 8L), lodged.sizes(relay.log.originId()));
    }

    /// The config that was in force is followed from block 0, or taken where the reader names it.
    @Test
    void aProofOfALaterConfigIsProvedFromTheFirstOneAndFromItself() throws Exception {
        network.update(UPDATES.incrementAndGet());
        var head = log().growTo(5).head(5);
        var request = ready(head);
        assertInstanceOf(SubmitOutcome.Accepted.class, ledger.submit(request));
        var place = assertInstanceOf(RequestState.Final.class, ledger.status(request))
                .place();
        assertEquals(place, assertInstanceOf(Finding.Present.class, find(head)).place());
        var proof =
                ledger.proof(head.originId(), head.size(), head.root(), place).orElseThrow();
        assertTrue(proof.shared().size() > 1, "the first config and a later one");
        var newest = FabricBlock.read(proof.shared().getLast());
        var trust = new FabricTrust(ledger.identity(), 2, FabricNetwork.ORGANISATIONS, Optional.empty());
        var named = new FabricTrust(
                ledger.identity(),
                2,
                FabricNetwork.ORGANISATIONS,
                Optional.of(new FabricTrust.ConfigBlock(
                        newest.number(), newest.header().hash())));
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, head, trust));
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, head, named));
        assertEquals(Set.of(), FabricLedger.missingFrom(proof, ledger.identity()));
        // What the box tells readers to trust is enough.
        assertEquals(Optional.of(trust), FabricLedger.trustFor(proof, ledger.identity()));
        assertEquals(
                Optional.empty(),
                FabricLedger.trustFor(new AnchorProof(new byte[] {1}, proof.shared()), ledger.identity()));
    }

    // --- publications

    /// As many as one transaction has room for, and what does not fit into it comes with the next. A box
    /// publishes nothing before the channel has a head of it.
    @Test
    void whatIsPublishedIsFoundByTheCommitmentOfARecord() throws Exception {
        var log = log();
        try (var box = publishing(log, "found", publications, Kind.COMMITMENTS)) {
            var first = box.grow(SteppedPublishing.PUBLISHED, 2);
            var silent = box.grow("other", 1);
            box.until("a setback", () -> box.setback().isPresent());
            var setback = box.setback().orElseThrow();
            assertTrue(setback.contains("the next head brings it (the ledger holds no head"), setback);
            lodge(log, 3);
            box.untilNothingWaits();
            var row = box.grow(SteppedPublishing.PUBLISHED, FabricPublications.MAX_COMMITMENTS + 3);
            box.grow("other", 1);
            box.untilNothingWaits();
            assertEquals(3, publications.last(log.originId()));
            // Two of them were under way at the same time, in any order.
            assertEquals(
                    List.of(1L, 2L, 3L),
                    lodged.publications(log.originId()).stream().sorted().toList());
            assertEquals(List.of("1/0", "1/1"), spots(log, first));
            int most = FabricPublications.MAX_COMMITMENTS;
            assertEquals(
                    List.of("2/0", "2/" + (most - 1), "3/0", "3/2"),
                    spots(log, List.of(row.getFirst(), row.get(most - 1), row.get(most), row.getLast())));
            assertEquals(Optional.empty(), publications.publishedAt(log.originId(), silent.getFirst()));
        }
    }

    private static SteppedPublishing publishing(
            SignedLog log, String name, PublicationLedger ledger, Kind kind, ECPublicKey... recipients)
            throws Exception {
        var files = folder.resolve("publishing-" + name);
        return new SteppedPublishing(log, files, ledger, kind, SteppedPublishing.Pace.GENTLE, List.of(recipients));
    }

    private static List<String> spots(SignedLog log, List<Hash> commitments) throws Exception {
        var spots = new ArrayList<String>();
        for (var commitment : commitments) {
            var spot = publications.publishedAt(log.originId(), commitment).orElseThrow();
            assertTrue(spot.isFinal());
            spots.add(spot.number() + "/" + spot.position());
        }
        return spots;
    }

    /// Nobody heard whether it left in time, so it is asked for, or sent again.
    @Test
    void aPublicationWhoseAnswerIsLostLandsOnce() throws Exception {
        var log = log();
        var isLost = new AtomicBoolean();
        try (var box = publishing(log, "lost", loses(isLost), Kind.COMMITMENTS)) {
            var commitments = new ArrayList<>(box.grow(SteppedPublishing.PUBLISHED, 1));
            box.grow("other", 1);
            lodge(log, 3);
            box.until("an unknown outcome", () -> {
                if (isLost.get()) return true;
                // The network may have been quicker than the deadline, and then the next one is tried.
                if (box.relay().waiting() == 0) {
                    commitments.addAll(box.grow(SteppedPublishing.PUBLISHED, 1));
                    box.grow("other", 1);
                }
                return false;
            });
            box.untilNothingWaits();
            var numbers = LongStream.rangeClosed(1, commitments.size()).boxed().toList();
            assertEquals(numbers, lodged.publications(log.originId()));
            assertEquals(numbers.stream().map(number -> number + "/0").toList(), spots(log, commitments));
        }
    }

    /// Answers come too late, until one did.
    private static PublicationLedger loses(AtomicBoolean isLost) {
        return (PublicationLedger) Proxy.newProxyInstance(
                PublicationLedger.class.getClassLoader(),
                new Class<?>[] {PublicationLedger.class},
                (_, method, arguments) -> {
                    boolean isSent = method.getName().equals("submit");
                    var asked = isSent && !isLost.get() ? losesAnswersAboutThem : publications;
                    try {
                        var answer = method.invoke(asked, arguments);
                        if (isSent && answer instanceof SubmitOutcome.Unknown) isLost.set(true);
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /// Every member of the channel has its hash, those of the collection have what only recipients can read.
    @Test
    void aPayloadForRecipientsIsInTheCollectionAndInNoBlock() throws Exception {
        var log = log();
        var pairs = KeyPairGenerator.getInstance("EC");
        pairs.initialize(new ECGenParameterSpec("secp256r1"));
        var recipient = pairs.generateKeyPair();
        var payload = "two tonnes up";
        try (var box = publishing(
                log, "private", publications, Kind.ENCRYPTED_PAYLOADS, (ECPublicKey) recipient.getPublic())) {
            box.growBy(payload.getBytes(StandardCharsets.US_ASCII));
            box.grow("other", 1);
            lodge(log, 3);
            box.untilNothingWaits();
            var asked = new Calls.Question(
                    FabricNetwork.CHAINCODE, "privateContentAt", log.originId().toString(), "1", COLLECTION.get());
            for (int peer = 0; peer < 2; peer++) {
                var held = site.calls().evaluate(peer, asked);
                var plain = EncryptedContent.open(held, (ECPrivateKey) recipient.getPrivate());
                assertTrue(text(plain.orElseThrow()).contains(payload));
                var published = new Publication(log.origin(), log.key().spki(), 1, Kind.ENCRYPTED_PAYLOADS, 1, 1, held);
                var found = assertInstanceOf(
                        PublicationFinding.Present.class, publications.find(log.originId(), 1, published.digest()));
                var block =
                        text(site.channel().block(peer, found.place().height()).bytes());
                assertTrue(block.contains(text(SignedLog.sha256(held))), "its hash is for everybody");
                assertFalse(block.contains(text(held).substring(held.length / 2)), "it is not");
            }
        }
    }

    /// By the commands of docs/ledgers.md, as a member.
    @Test
    void whoeverReadsTheChannelFindsAPayloadInItsBlock() throws Exception {
        var log = log();
        try (var box = publishing(log, "read", publications, Kind.PAYLOADS)) {
            box.growBy("two tonnes up".getBytes(StandardCharsets.US_ASCII));
            box.grow("other", 1);
            lodge(log, 3);
            box.untilNothingWaits();
        }
        long height = lodged.blockOf(log.originId(), 1);
        var to = Files.createDirectory(folder.resolve("read-by-commands"));
        var found = network.asMember(documented("proto_decode").replace("1207", Long.toString(height)), to);
        assertEquals(0, found.code(), found.said());
        assertTrue(Files.exists(to.resolve("1.argument")), found.said());
        var mine = new ArrayList<PublicationRequest>();
        try (var files = Files.newDirectoryStream(to, "*.argument")) {
            for (var file : files) {
                var request = PublicationRequest.read(Files.readAllBytes(file));
                if (request.origin().equals(log.origin().name())) mine.add(request);
            }
        }
        assertEquals(1, mine.size(), found.said());
        assertEquals(1, mine.getFirst().number());
        assertTrue(text(mine.getFirst().content()).contains("two tonnes up"));
    }

    /// The block of commands that has this word, without the one that is the box's own.
    private static String documented(String word) throws IOException {
        var page = Files.readString(Path.of(System.getProperty("sealpost.root"), "docs", "ledgers.md"));
        var block = Stream.of(page.split("\n```"))
                .filter(each -> each.startsWith("sh\n") && each.contains(word))
                .findFirst()
                .orElseThrow();
        return block.lines()
                .skip(1)
                .filter(line -> !line.startsWith("./sealpost "))
                .collect(Collectors.joining("\n"));
    }

    /// Where the channel has no such collection, somebody has to look; nothing is lost, and nothing waits behind it.
    @Test
    void aCollectionThatIsNotThereIsToldByItsName() throws Exception {
        var log = log().growTo(3);
        lodge(log, 3);
        var payload = signed(
                log, new Publication(log.origin(), log.key().spki(), 1, Kind.ENCRYPTED_PAYLOADS, 0, 1, new byte[] {1}));
        var commitment = signed(
                log, new Publication(log.origin(), log.key().spki(), 2, Kind.COMMITMENTS, 1, 1, new byte[Hash.SIZE]));
        var config = member.config(DEADLINE, 1, 2);
        try (var other =
                FabricPublications.open(config, member.key(), FabricMember::now, Optional.of("others"), SUBMIT)) {
            var refused = assertInstanceOf(Preparation.Refused.class, other.prepare(payload, Lane.EMPTY));
            assertTrue(refused.reason().contains("collection others"), refused.reason());
            assertTrue(refused.reason().contains("administrators"), refused.reason());
            var setback = assertThrows(AnchorageSetback.class, () -> other.requireCollection(log.originId(), 1));
            assertTrue(setback.getMessage().contains("has no such collection"), setback.getMessage());
            assertTrue(setback.remedy().contains("administrator"), setback.remedy());
            var behind = assertInstanceOf(Preparation.Ready.class, other.prepare(commitment, Lane.EMPTY))
                    .request();
            assertInstanceOf(SubmitOutcome.Accepted.class, other.submit(behind));
            assertInstanceOf(RequestState.Final.class, other.status(behind, Lane.EMPTY));
            assertInstanceOf(PublicationFinding.Present.class, find(commitment));
            publications.requireCollection(log.originId(), 1);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /// A request that came nowhere is signed anew where its identity was renewed, and where it is given up nobody has
    /// its bytes: it is asked for by its id.
    @Test
    void aPublicationThatCameNowhereIsSignedAnewOrGivenUp() throws Exception {
        var log = log();
        var isCut = new AtomicBoolean(true);
        var swallowed = new AtomicInteger();
        var config = member.config(Duration.ofSeconds(1), 1, 2);
        try (var own = FabricPublications.open(config, member.key(), FabricMember::now, COLLECTION, SUBMIT);
                var box = publishing(log, "cut", cut(own, isCut, swallowed), Kind.COMMITMENTS)) {
            var commitment = box.grow(SteppedPublishing.PUBLISHED, 1).getFirst();
            box.grow("other", 1);
            lodge(log, 3);
            box.until("a request", () -> swallowed.get() > 0);
            member.renew();
            isCut.set(false);
            box.untilNothingWaits();
            assertEquals(List.of("1/0"), spots(log, List.of(commitment)));

            isCut.set(true);
            swallowed.set(0);
            box.grow(SteppedPublishing.PUBLISHED, 1);
            box.grow("other", 1);
            box.until("a request", () -> swallowed.get() > 0);
            box.giveUp(2);
            isCut.set(false);
            box.untilNothingWaits();
            assertEquals(List.of(1L, 2L), lodged.publications(log.originId()));
            assertNobodys(log, 2);
        }
    }

    private static void assertNobodys(SignedLog log, long number) throws Exception {
        var nobodys = Publication.givenUp(log.origin(), log.key().spki(), number);
        assertInstanceOf(PublicationFinding.Present.class, publications.find(log.originId(), number, nobodys.digest()));
    }

    /// As long as it is cut off nothing that is sent comes there.
    private static PublicationLedger cut(PublicationLedger ledger, AtomicBoolean isCut, AtomicInteger swallowed) {
        return (PublicationLedger) Proxy.newProxyInstance(
                PublicationLedger.class.getClassLoader(),
                new Class<?>[] {PublicationLedger.class},
                (_, method, arguments) -> {
                    if (isCut.get() && method.getName().equals("submit")) {
                        swallowed.incrementAndGet();
                        return new SubmitOutcome.Unknown("cut off");
                    }
                    try {
                        return method.invoke(ledger, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /// What no request has room for, ever, is nobody's to wait for; given up, its number is nobody's.
    @Test
    void aPayloadWithoutRoomIsSetAsideAndHoldsNothingBack() throws Exception {
        var log = log();
        try (var box = publishing(log, "aside", publications, Kind.PAYLOADS)) {
            box.growBy(new byte[FabricPublications.MAX_CONTENT]);
            box.growBy(new byte[] {1});
            box.grow("other", 1);
            lodge(log, 4);
            box.until("one set aside, one final", () -> box.relay().waiting() == 0);
            var aside = box.relay().setAside().getFirst();
            assertEquals(1, aside.number());
            assertTrue(aside.cause().contains("room for 20480 bytes"), aside.cause());
            assertEquals(List.of(2L), lodged.publications(log.originId()));
            box.giveUp(1);
            box.untilNothingWaits();
            assertEquals(List.of(1L, 2L), lodged.publications(log.originId()));
            assertNobodys(log, 1);
        }
    }

    /// All three may come into one block. The two publications read that the number is unwritten, so one of
    /// them takes effect; with the head they have no key in common that it writes.
    @Test
    void ofTwoPublicationsOfANumberOneTakesEffectAndTheHeadBesideThem() throws Exception {
        var log = log().growTo(6);
        lodge(log, 3);
        var one = payload(log, 7, new byte[] {1});
        var other = payload(log, 7, new byte[FabricPublications.MAX_CONTENT]);
        var requests = List.of(ready(one), ready(other));
        var head = assertInstanceOf(Preparation.Ready.class, ledger.prepare(log.head(6), 3, log.consistency(3, 6)))
                .request();
        for (var request : requests) assertInstanceOf(SubmitOutcome.Accepted.class, publications.submit(request));
        assertInstanceOf(SubmitOutcome.Accepted.class, ledger.submit(head));
        var states = new ArrayList<RequestState>();
        for (var request : requests) states.add(publications.status(request, Lane.EMPTY));
        assertInstanceOf(RequestState.Final.class, ledger.status(head));
        boolean isFirst = states.getFirst() instanceof RequestState.Final;
        var held = isFirst ? one : other;
        var lost = isFirst ? other : one;
        var place = assertInstanceOf(RequestState.Final.class, states.get(isFirst ? 0 : 1))
                .place();
        assertTrue(assertInstanceOf(RequestState.Reverted.class, states.get(isFirst ? 1 : 0))
                .isFinal());
        assertEquals(new PublicationFinding.Present(place, true), find(held));
        assertEquals(new PublicationFinding.Conflict(held.publication().digest()), find(lost));
        var setback = assertThrows(AnchorageSetback.class, () -> publications.prepare(lost, Lane.EMPTY));
        assertTrue(setback.getMessage().contains("another publication under this number"), setback.getMessage());
        assertEquals(new PublicationFinding.Absent(), find(payload(log, 6, new byte[] {1})));
        assertEquals(7, publications.last(log.originId()));
    }

    @Test
    void whatHasNoRoomOrTheWrongSignatureIsNotSent() throws Exception {
        var log = log().growTo(3);
        lodge(log, 3);
        assertEquals(0, publications.last(log.originId()));
        var large = payload(log, 1, new byte[FabricPublications.MAX_CONTENT + 1]);
        assertInstanceOf(Preparation.Refused.class, publications.prepare(large, Lane.EMPTY));
        var content = new byte[Publication.MAX_COUNT * Hash.SIZE];
        for (int i = 0; i < Publication.MAX_COUNT; i++) content[i * Hash.SIZE] = (byte) i;
        var many = signed(log, new Publication(log.origin(), log.key().spki(), 1, Kind.COMMITMENTS, 0, 256, content));
        try (var patient = FabricPublications.open(
                config("Org1MSP", FabricNetwork.CHAINCODE), member.key(), FabricMember::now, COLLECTION)) {
            var refused = assertInstanceOf(Preparation.Refused.class, patient.prepare(many, Lane.EMPTY));
            assertTrue(refused.reason().contains("with its endorsements"), refused.reason());
        }
        var forged = payload(log, 1, new byte[] {1}).publication().signed(new byte[64]);
        var setback = assertThrows(AnchorageSetback.class, () -> publications.prepare(forged, Lane.EMPTY));
        assertTrue(setback.getMessage().contains("the next head brings it (the publication's signature"));
    }

    private static SignedPublication payload(SignedLog log, long number, byte[] content) {
        return signed(log, new Publication(log.origin(), log.key().spki(), number, Kind.PAYLOADS, 0, 1, content));
    }

    private static SignedPublication signed(SignedLog log, Publication publication) {
        return publication.signed(log.key().sign(publication.digest().toBytes()));
    }

    private static SignedRequest ready(SignedPublication publication) throws Exception {
        return assertInstanceOf(Preparation.Ready.class, publications.prepare(publication, Lane.EMPTY))
                .request();
    }

    private static PublicationFinding find(SignedPublication signed) throws Exception {
        awaitBothPeers();
        var said = signed.publication();
        return publications.find(said.originId(), said.number(), said.digest());
    }

    /// An origin's first.
    private static void lodge(SignedLog log, long size) throws Exception {
        var request = ready(log.head(size));
        assertInstanceOf(SubmitOutcome.Accepted.class, ledger.submit(request));
        assertInstanceOf(RequestState.Final.class, ledger.status(request));
    }

    // --- small things

    private static AnchorProofFinding check(AnchorProof proof, LodgeableHead head, FabricTrust trust) {
        Map<Hash, byte[]> shared = new HashMap<>();
        for (var part : proof.shared()) shared.put(Hash.of(SignedLog.sha256(part)), part);
        return FabricProof.check(
                proof.bytes(),
                name -> Optional.ofNullable(shared.get(name)),
                trust.channel(),
                head.originId().value(),
                head.size(),
                head.root(),
                Optional.of(trust));
    }

    private static FabricConfig config(String msp, String chaincode) throws Exception {
        var good = member.config(DEADLINE, 1);
        return new FabricConfig(
                good.peers(), good.authorities(), good.channel(), chaincode, msp, good.certificate(), PATIENT);
    }

    private static SignedLog log() {
        int number = LOGS.incrementAndGet();
        return new SignedLog("own/" + number, 32_000 + number);
    }

    /// An origin's first. Peers that a test before has stopped and started need a while until they know each other.
    private static SignedRequest ready(LodgeableHead head) throws Exception {
        long end = System.nanoTime() + PATIENT.toNanos();
        while (true) {
            try {
                return assertInstanceOf(Preparation.Ready.class, ledger.prepare(head, 0, List.of()))
                        .request();
            } catch (AnchorageSetback e) {
                if (System.nanoTime() > end || e.remedy().contains("hsm csr identity")) throw e;
                Thread.sleep(100);
            }
        }
    }

    /// On a busy machine the certificate may end before.
    private static Optional<SignedRequest> readyUnlessEnded(LodgeableHead head) throws Exception {
        try {
            return Optional.of(ready(head));
        } catch (AnchorageSetback e) {
            if (!e.remedy().contains("hsm csr identity")) throw e;
            return Optional.empty();
        }
    }

    private static Finding find(LodgeableHead head) throws Exception {
        awaitBothPeers();
        return ledger.find(head.originId(), head.size(), head.root());
    }
}
