package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.Publication.Kind;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.lodging.SignedPublication;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// Publications by a real anvil, and what it does to them.
class EvmPublicationsTest {
    private static final SoftwareKey ACCOUNT = SoftwareKey.secp256k1ForTests(31);
    private static final int CONFIRMATIONS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final SignedLog log = new SignedLog("publications/1", 71_000).growTo(4);
    private Anvil anvil;
    private Address heads;
    private Address contract;
    private EvmPublications ledger;

    @BeforeEach
    void start() throws Exception {
        anvil = Anvil.start();
        anvil.fund(EvmLedger.accountOf(ACCOUNT));
        heads = anvil.create(AnchorCode.PRECOMPILED.creation());
        contract = anvil.create(PublicationsCode.PRECOMPILED.creation(heads));
        ledger = EvmPublications.open(anvil.config(CONFIRMATIONS), heads, contract, ACCOUNT);
        lodge(4);
    }

    @AfterEach
    void stop() {
        if (ledger != null) ledger.close();
        if (anvil != null) anvil.close();
    }

    @Test
    void isPublishedOnceAndFinalBehindEnoughBlocks() throws Exception {
        var publication = payload(5);
        String before = anvil.rpc().text("evm_snapshot");
        assertEquals(new PublicationFinding.Absent(), find(publication));
        assertEquals(0, ledger.last(log.originId()));
        var request = ready(publication, Lane.EMPTY);
        accept(request);
        awaitEvents(1);
        var there = assertInstanceOf(PublicationFinding.Present.class, find(publication));
        assertTrue(!there.isFinal());
        assertEquals(new RequestState.Included(there.place()), ledger.status(request, lane(request)));
        assertEquals(5, ledger.last(log.originId()));
        anvil.mine(CONFIRMATIONS);
        assertEquals(new PublicationFinding.Present(there.place(), true), find(publication));
        assertEquals(new RequestState.Final(there.place()), ledger.status(request, lane(request)));
        ledger.submit(request);
        accept(ready(publication, Lane.EMPTY)); // another one of the same
        awaitCount(2);
        assertEquals(1, events());
        assertEquals(new PublicationFinding.Present(there.place(), true), find(publication));
        var unused = ledger.unused(log.originId(), Set.of(5L, 6L));
        assertEquals(Set.of(6L), unused.numbers());
        assertTrue(unused.height() >= there.place().height() + CONFIRMATIONS);
        assertTrue(unused.time().isAfter(Instant.EPOCH));
        anvil.rpc().call("evm_revert", before);
        unused = ledger.unused(log.originId(), Set.of(5L, 6L));
        assertEquals(Set.of(5L, 6L), unused.numbers());
        assertTrue(unused.height() < there.place().height());
    }

    @Test
    void aNumberThatIsUsedIsAConflictWhoeverUsedIt() throws Exception {
        accept(ready(payload(1), Lane.EMPTY));
        awaitCount(1);
        var other = signed(new Publication(origin(), log.key().spki(), 1, Kind.PAYLOADS, 0, 1, new byte[] {9}));
        var held = payload(1).publication().digest();
        assertEquals(new PublicationFinding.Conflict(held), find(other));
        var setback = assertThrows(AnchorageSetback.class, () -> ledger.prepare(other, Lane.EMPTY));
        assertTrue(setback.getMessage().contains("another publication under this number"), setback.getMessage());
    }

    /// What would stop all publications is told as surely as what stops heads.
    @Test
    void anotherOnesIsHeldForGoodOnceItIsFinalAndASecondNodeSaysSo() throws Exception {
        var mine = payload(1).publication();
        accept(ready(payload(1), Lane.EMPTY));
        awaitCount(1);
        isDoubted(ledger, 1, mine.digest(), "which is not final");
        anvil.mine(CONFIRMATIONS);
        assertTrue(ledger.isHeldForGood(log.originId(), 1, mine.digest()));
        assertFalse(ledger.isHeldForGood(log.originId(), 2, mine.digest()), "nothing is there");
        var other = Hash.of(Hex.bytes("0x" + "ee".repeat(32)));
        assertFalse(ledger.isHeldForGood(log.originId(), 1, other), "something else is there");

        try (var one = new BentWire(anvil.url());
                var two = new BentWire(anvil.url());
                var both = EvmPublications.open(config(one, two), heads, contract, ACCOUNT)) {
            both.identity();
            lie(one, "publicationAt(bytes32,uint64)", "ee".repeat(32), word(1));
            assertEquals(new PublicationFinding.Conflict(other), both.find(log.originId(), 1, mine.digest()));
            isDoubted(both, 1, other, "has " + mine.digest() + " under number 1");
            isDoubted(both, 5, other, "has nothing under number 5");
            two.errors.put("eth_call", "{\"code\":-32000,\"message\":\"try again later\"}");
            isDoubted(both, 1, other, "does not tell: ");
            two.errors.clear();
            lie(two, "publicationAt(bytes32,uint64)", "ee".repeat(32), word(1));
            assertTrue(both.isHeldForGood(log.originId(), 1, other));
        }
    }

    /// Numbers begin behind it for good.
    @Test
    void theLastNumberIsToldByTwoNodes() throws Exception {
        accept(ready(payload(4), Lane.EMPTY));
        awaitCount(1);
        try (var one = new BentWire(anvil.url());
                var two = new BentWire(anvil.url());
                var both = EvmPublications.open(config(one, two), heads, contract, ACCOUNT)) {
            both.identity();
            assertEquals(4, both.last(log.originId()));
            lie(one, "lastPublication(bytes32)", word(Long.MAX_VALUE));
            var doubt = assertThrows(AnchorageSetback.class, () -> both.last(log.originId()));
            assertTrue(doubt.getMessage().contains(" says 4"), doubt.getMessage());
            lie(two, "lastPublication(bytes32)", word(Long.MAX_VALUE));
            assertEquals(Long.MAX_VALUE, both.last(log.originId()));
        }
    }

    /// It would be published a second time.
    @Test
    void whatOneOfSeveralNodesHasLostIsThere() throws Exception {
        accept(ready(payload(1), Lane.EMPTY));
        awaitCount(1);
        try (var one = new BentWire(anvil.url());
                var two = new BentWire(anvil.url());
                var both = EvmPublications.open(config(one, two), heads, contract, ACCOUNT)) {
            both.identity();
            lie(one, "publicationAt(bytes32,uint64)", "00".repeat(32), word(0));
            assertEquals(Set.of(2L), both.unused(log.originId(), Set.of(1L, 2L)).numbers());
            lie(two, "publicationAt(bytes32,uint64)", "00".repeat(32), word(0));
            assertEquals(
                    Set.of(1L, 2L), both.unused(log.originId(), Set.of(1L, 2L)).numbers());
            two.results.clear();
            two.errors.put("eth_call", "{\"code\":-32000,\"message\":\"try again later\"}");
            assertEquals(
                    Set.of(1L, 2L), both.unused(log.originId(), Set.of(1L, 2L)).numbers());
        }
    }

    private void isDoubted(EvmPublications by, long number, Hash digest, String words) {
        var setback = assertThrows(AnchorageSetback.class, () -> by.isHeldForGood(log.originId(), number, digest));
        assertTrue(setback.getMessage().contains(words), setback.getMessage());
    }

    private static void lie(BentWire node, String question, String... words) {
        node.results.put("eth_call " + Hex.of(Abi.selector(question)), "\"0x" + String.join("", words) + "\"");
    }

    private static String word(long number) {
        return String.format("%064x", number);
    }

    private static EvmConfig config(BentWire one, BentWire two) {
        return new EvmConfig(
                List.of(one.url(), two.url()),
                OptionalInt.of(CONFIRMATIONS),
                Duration.ofSeconds(5),
                Optional.empty(),
                EvmConfig.STUCK_AFTER,
                EvmConfig.STALLED_AFTER);
    }

    /// Whichever of the two lands first has the number, the other one reverts.
    @Test
    void aGiveUpTakesTheNumberOfWhatIsStillOut() throws Exception {
        var publication = payload(3);
        var out = ready(publication, Lane.EMPTY);
        var giveUp = signed(Publication.givenUp(origin(), log.key().spki(), 3));
        var taken = ready(giveUp, lane(out));
        assertEquals(out.nonce().getAsLong() + 1, taken.nonce().getAsLong());
        anvil.rpc().call("evm_setAutomine", false);
        // The one that is out was lost by its pool; its nonce is filled, and it may come back behind.
        var instead = ready(giveUp, Lane.EMPTY);
        assertEquals(out.nonce(), instead.nonce());
        accept(instead);
        anvil.mine(1 + CONFIRMATIONS);
        assertInstanceOf(PublicationFinding.Present.class, find(giveUp));
        assertEquals(new PublicationFinding.Conflict(giveUp.publication().digest()), find(publication));
        assertInstanceOf(RequestState.CannotLand.class, ledger.status(out, lane(out)));
        assertInstanceOf(SubmitOutcome.Unknown.class, ledger.submit(out));
    }

    /// The digest stays the same; only the signature and the request are new.
    @Test
    void whatTheOldKeySignedRevertsBehindARotation() throws Exception {
        var publication = payload(2);
        var old = ready(publication, Lane.EMPTY);
        log.handOver(71_500).growTo(8);
        var anew = signed(publication.publication());
        var early = assertThrows(AnchorageSetback.class, () -> ledger.prepare(anew, Lane.EMPTY));
        assertTrue(early.getMessage().contains("the next head brings it"), early.getMessage());
        lodge(8);
        accept(old);
        awaitCount(1);
        anvil.mine(CONFIRMATIONS);
        var reverted = assertInstanceOf(RequestState.Reverted.class, ledger.status(old, lane(old)));
        assertTrue(reverted.isFinal());
        assertEquals(new PublicationFinding.Absent(), find(publication));
        accept(ready(anew, Lane.EMPTY));
        awaitCount(2);
        assertInstanceOf(PublicationFinding.Present.class, find(publication));
    }

    @Test
    void anOriginWithoutAHeadIsASetback() throws Exception {
        var unknown = new SignedLog("publications/unknown", 72_000).growTo(3);
        var publication = new Publication(
                new Origin("publications/unknown"), unknown.key().spki(), 1, Kind.PAYLOADS, 0, 1, new byte[1]);
        var signed = publication.signed(unknown.key().sign(publication.digest().toBytes()));
        var setback = assertThrows(AnchorageSetback.class, () -> ledger.prepare(signed, Lane.EMPTY));
        assertTrue(setback.getMessage().contains("holds no head of this origin"), setback.getMessage());
    }

    /// Eight under way; the pool loses them, they get the same bytes; a reorganisation takes them back, and
    /// again.
    @Test
    void aRowOfEightSurvivesALostPoolAndAReorganisation() throws Exception {
        anvil.rpc().call("evm_setAutomine", false);
        var publications = new ArrayList<SignedPublication>();
        var row = new ArrayList<SignedRequest>();
        var lane = Lane.EMPTY;
        for (int i = 0; i < 8; i++) {
            var publication = payload(100 - i);
            var request = ready(publication, lane);
            assertEquals(i, request.nonce().getAsLong());
            publications.add(publication);
            row.add(request);
            lane = lane(row.toArray(SignedRequest[]::new));
            accept(request);
        }
        for (var request : row) assertInstanceOf(RequestState.Pooled.class, ledger.status(request, lane));
        anvil.rpc().call("anvil_dropAllTransactions");
        for (var request : row) assertInstanceOf(RequestState.Unknown.class, ledger.status(request, lane));
        for (var request : row) accept(request);
        anvil.mine(1);
        for (var request : row) assertInstanceOf(RequestState.Included.class, ledger.status(request, lane));
        anvil.rpc().call("anvil_reorg", 1, List.of());
        for (var publication : publications) assertEquals(new PublicationFinding.Absent(), find(publication));
        for (var request : row) {
            assertInstanceOf(RequestState.Unknown.class, ledger.status(request, lane));
            accept(request);
        }
        anvil.mine(1 + CONFIRMATIONS);
        for (var publication : publications) {
            assertTrue(((PublicationFinding.Present) find(publication)).isFinal(), publication.toString());
        }
        assertEquals(8, events());
        assertEquals(100, ledger.last(log.originId()));
    }

    /// The same call at the same nonce; whichever lands, the other one cannot, and the number is used once.
    @Test
    void aRequestThatHangsIsMadeDearer() throws Exception {
        anvil.rpc().call("evm_setAutomine", false);
        var publication = payload(7);
        var first = ready(publication, Lane.EMPTY);
        accept(first);
        var dearer =
                assertInstanceOf(Preparation.Ready.class, ledger.replace(first)).request();
        assertEquals(first.nonce(), dearer.nonce());
        accept(dearer);
        anvil.mine(1 + CONFIRMATIONS);
        assertTrue(((PublicationFinding.Present) find(publication)).isFinal());
        assertInstanceOf(RequestState.Final.class, ledger.status(dearer, lane(dearer)));
        assertInstanceOf(RequestState.CannotLand.class, ledger.status(first, lane(first)));
        var digests = Map.of(7L, publication.publication().digest());
        assertEquals(1, ledger.findAll(log.originId(), digests).spentBelow());
        assertEquals(1, events());
    }

    /// Of a request that hangs nobody has the bytes any more: what it offers is the node's to tell.
    @Test
    void aGiveUpTakesTheNonceOfWhatHangs() throws Exception {
        anvil.rpc().call("evm_setAutomine", false);
        var publication = payload(8);
        var out = ready(publication, Lane.EMPTY);
        var giveUp = signed(Publication.givenUp(origin(), log.key().spki(), 8));
        var forgotten = SignedRequest.forgotten(out.id(), out.nonce());
        refusesToReplace(ledger, forgotten, giveUp, "does not have the request");
        accept(out);
        try (var stranger =
                EvmPublications.open(anvil.config(CONFIRMATIONS), heads, contract, SoftwareKey.secp256k1ForTests(32))) {
            refusesToReplace(stranger, forgotten, giveUp, "of another account");
        }
        var instead = assertInstanceOf(Preparation.Ready.class, ledger.replace(forgotten, giveUp))
                .request();
        assertEquals(out.nonce(), instead.nonce());
        accept(instead);
        anvil.mine(1 + CONFIRMATIONS);
        assertTrue(((PublicationFinding.Present) find(giveUp)).isFinal());
        assertInstanceOf(RequestState.CannotLand.class, ledger.status(forgotten, lane(out)));
        assertEquals(1, events());
    }

    /// Somebody else brought it, so nothing that is called under its number has an effect any more.
    @Test
    void whatHangsThoughItsNumberIsTakenLeavesItsNonceToNothing() throws Exception {
        anvil.rpc().call("evm_setAutomine", false);
        var publication = payload(9);
        var giveUp = signed(Publication.givenUp(origin(), log.key().spki(), 9));
        var before = ready(payload(8), Lane.EMPTY);
        var out = ready(publication, lane(before));
        accept(out); // behind a nonce that nobody used
        var stranger = SoftwareKey.secp256k1ForTests(32);
        anvil.fund(EvmLedger.accountOf(stranger));
        try (var other = EvmPublications.open(anvil.config(CONFIRMATIONS), heads, contract, stranger)) {
            var prepared = assertInstanceOf(Preparation.Ready.class, other.prepare(publication, Lane.EMPTY));
            assertEquals(new SubmitOutcome.Accepted(), other.submit(prepared.request()));
        }
        anvil.mine(1);
        assertInstanceOf(PublicationFinding.Present.class, find(publication));
        assertInstanceOf(RequestState.Pooled.class, ledger.status(out, lane(before, out)));
        var forgotten = SignedRequest.forgotten(out.id(), out.nonce());
        var instead = assertInstanceOf(Preparation.Ready.class, ledger.replace(forgotten, giveUp))
                .request();
        assertEquals(out.nonce(), instead.nonce());
        assertTrue(instead.bytes().length < 200, "nothing is called");
        accept(instead);
        var dearer = assertInstanceOf(Preparation.Ready.class, ledger.replace(instead))
                .request();
        accept(dearer);
        accept(before);
        anvil.mine(1 + CONFIRMATIONS);
        assertInstanceOf(RequestState.Final.class, ledger.status(dearer, lane(before, dearer)));
        assertInstanceOf(RequestState.CannotLand.class, ledger.status(forgotten, lane(before, dearer)));
        assertEquals(2, events());
    }

    /// What the same request brings is there: it takes its nonce, and has no effect.
    @Test
    void whatHangsThoughItIsThereIsMadeDearer() throws Exception {
        anvil.rpc().call("evm_setAutomine", false);
        var publication = payload(9);
        var before = ready(payload(8), Lane.EMPTY);
        var out = ready(publication, lane(before));
        accept(out);
        var stranger = SoftwareKey.secp256k1ForTests(32);
        anvil.fund(EvmLedger.accountOf(stranger));
        try (var other = EvmPublications.open(anvil.config(CONFIRMATIONS), heads, contract, stranger)) {
            var prepared = assertInstanceOf(Preparation.Ready.class, other.prepare(publication, Lane.EMPTY));
            assertEquals(new SubmitOutcome.Accepted(), other.submit(prepared.request()));
        }
        anvil.mine(1);
        var dearer =
                assertInstanceOf(Preparation.Ready.class, ledger.replace(out)).request();
        accept(dearer);
        accept(before);
        anvil.mine(1 + CONFIRMATIONS);
        assertInstanceOf(RequestState.Final.class, ledger.status(dearer, lane(before, dearer)));
        assertEquals(2, events());
        assertTrue(((PublicationFinding.Present) find(publication)).isFinal());
        assertEquals(
                anvil.height() - CONFIRMATIONS, ledger.standing().orElseThrow().lastFinal());
    }

    private static void refusesToReplace(EvmPublications by, SignedRequest stuck, SignedPublication other, String why)
            throws AnchorageSetback {
        var refused = assertInstanceOf(Preparation.Refused.class, by.replace(stuck, other));
        assertTrue(refused.reason().contains(why), refused.reason());
    }

    /// A nonce that got free is taken before the row is lengthened, and what stands behind it only waits.
    @Test
    void aGapInTheRowIsFilledFirst() throws Exception {
        anvil.rpc().call("evm_setAutomine", false);
        var first = ready(payload(1), Lane.EMPTY);
        var second = ready(payload(2), lane(first));
        var third = ready(payload(3), lane(first, second));
        ledger.submit(second);
        ledger.submit(third);
        assertInstanceOf(RequestState.Pooled.class, ledger.status(third, lane(first, second, third)));
        // The first one was refused for good: without it the row stands behind a gap that nobody fills.
        assertInstanceOf(RequestState.CannotLand.class, ledger.status(second, lane(second, third)));
        var fills = ready(payload(4), lane(second, third));
        assertEquals(first.nonce(), fills.nonce());
        accept(fills);
        anvil.mine(1);
        for (var request : List.of(fills, second, third)) {
            assertInstanceOf(RequestState.Included.class, ledger.status(request, lane(fills, second, third)));
        }
        var next = ready(payload(5), lane(fills, second, third));
        assertEquals(third.nonce().getAsLong() + 1, next.nonce().getAsLong());
    }

    @Test
    void tellsWhereACommitmentWasPublishedFirst() throws Exception {
        var content = new byte[3 * Hash.SIZE];
        for (int i = 0; i < content.length; i++) content[i] = (byte) (i / Hash.SIZE + 1);
        var commitment = Hash.of(content, 2 * Hash.SIZE);
        assertEquals(Optional.empty(), ledger.publishedAt(log.originId(), commitment));
        var publication = signed(new Publication(origin(), log.key().spki(), 6, Kind.COMMITMENTS, 10, 3, content));
        accept(ready(publication, Lane.EMPTY));
        awaitCount(1);
        var spot = ledger.publishedAt(log.originId(), commitment).orElseThrow();
        assertEquals(6, spot.number());
        assertEquals(2, spot.position());
        assertEquals(((PublicationFinding.Present) find(publication)).place(), spot.place());
        assertTrue(!spot.isFinal());
    }

    /// What the last one needed is tried first; what needs more gets more.
    @Test
    void asMuchGasAsTheLastOneNeededIsTriedFirst() throws Exception {
        long first = gas(commitments(1, 1));
        assertEquals(first, gas(commitments(2, 1)));
        long more = gas(commitments(3, 40));
        assertTrue(more > 4 * first, () -> more + " for 40 commitments, " + first + " for one");
        // Content of zeros costs less than what is tried for as many others that are not.
        var zeros = new Publication(origin(), log.key().spki(), 4, Kind.PAYLOADS, 1, 1, new byte[2000]);
        long cheap = gas(signed(zeros));
        var dear = new byte[2000];
        Arrays.fill(dear, (byte) 7);
        assertTrue(gas(signed(new Publication(origin(), log.key().spki(), 5, Kind.PAYLOADS, 1, 1, dear))) > cheap);
    }

    /// A validator that executes each of a long row beforehand has no time left for its next block.
    @Test
    void ofCommitmentsOneIsTriedForEachBlock() throws Exception {
        try (var node = new BentWire(anvil.url());
                var bent = EvmPublications.open(config(node), heads, contract, ACCOUNT)) {
            for (int i = 1; i <= 4; i++) bent.prepare(commitments(i, 1), Lane.EMPTY);
            assertEquals(1, node.asked("eth_estimateGas"));
            assertEquals(1, node.asked("eth_call"));
            bent.prepare(commitments(4, 1), Lane.EMPTY); // its first request came to nothing
            assertEquals(2, node.asked("eth_call"));
            anvil.mine(1);
            for (int i = 5; i <= 7; i++) bent.prepare(commitments(i, 1), Lane.EMPTY);
            assertEquals(3, node.asked("eth_call"));
            var unknown = new SignedLog("publications/unknown", 72_000).growTo(3);
            var foreign = new Publication(
                    new Origin("publications/unknown"), unknown.key().spki(), 8, Kind.COMMITMENTS, 0, 1, new byte[32]);
            var signed = foreign.signed(unknown.key().sign(foreign.digest().toBytes()));
            assertThrows(AnchorageSetback.class, () -> bent.prepare(signed, Lane.EMPTY));
            assertEquals(2, node.asked("eth_estimateGas"), "tells why");
        }
    }

    private SignedPublication commitments(long number, int count) {
        var content = new byte[count * Hash.SIZE];
        for (int i = 0; i < count; i++) content[i * Hash.SIZE] = (byte) (number + i);
        return signed(new Publication(origin(), log.key().spki(), number, Kind.COMMITMENTS, 10, count, content));
    }

    private long gas(SignedPublication publication) throws Exception {
        return Transaction.parse(ready(publication, Lane.EMPTY).bytes())
                .transaction()
                .gas();
    }

    @Test
    void theLargestContentFitsAndALargerOneIsRefusedBeforeAnythingIsSent() throws Exception {
        int most = ledger.capabilities().maxContentBytes();
        var longest = new SignedLog("p".repeat(128), 73_000).growTo(3);
        lodge(longest, 3);
        var name = new Origin("p".repeat(128));
        var fits = new Publication(name, longest.key().spki(), 1, Kind.PAYLOADS, 0, 1, new byte[most]);
        accept(ready(fits.signed(longest.key().sign(fits.digest().toBytes())), Lane.EMPTY));
        awaitCount(1);
        var larger = new Publication(name, longest.key().spki(), 2, Kind.PAYLOADS, 0, 1, new byte[most + 1]);
        var refused = ledger.prepare(larger.signed(new byte[64]), Lane.EMPTY);
        assertInstanceOf(Preparation.Refused.class, refused);
        awaitEvents(1);
    }

    @Test
    void whatNoBlockHasRoomForIsRefusedAndOthersAreNot() throws Exception {
        anvil.rpc().call("evm_setBlockGasLimit", "0x493e0"); // 300,000
        anvil.mine(1);
        var large = signed(new Publication(origin(), log.key().spki(), 1, Kind.PAYLOADS, 0, 1, new byte[20_000]));
        var refused = assertInstanceOf(Preparation.Refused.class, ledger.prepare(large, Lane.EMPTY));
        assertTrue(refused.reason().contains("no room for it, it has 300000 gas"), refused.reason());
        accept(ready(payload(2), Lane.EMPTY));
    }

    @Test
    void whatTheAccountCannotPayIsNoRefusal() throws Exception {
        try (var node = new BentWire(anvil.url());
                var bent = EvmPublications.open(config(node), heads, contract, ACCOUNT)) {
            says(node, "gas required exceeds allowance (4711)");
            assertInstanceOf(Preparation.Refused.class, bent.prepare(payload(1), Lane.EMPTY));
            anvil.empty(EvmLedger.accountOf(ACCOUNT));
            var poor = assertThrows(AnchorageSetback.class, () -> bent.prepare(payload(1), Lane.EMPTY));
            assertTrue(poor.getMessage().contains("holds 0 wei, the transaction may cost"), poor.getMessage());
            assertTrue(poor.getMessage().endsWith(" wei"), poor.getMessage());
            long most = anvil.chain().mustHave("latest").gasLimit();
            says(node, "gas required exceeds allowance (" + most + ")");
            assertInstanceOf(Preparation.Refused.class, bent.prepare(payload(1), Lane.EMPTY));
            says(node, "gas required exceeds allowance (" + most + ") or always failing transaction");
            var any = assertThrows(AnchorageSetback.class, () -> bent.prepare(payload(1), Lane.EMPTY));
            assertTrue(any.getMessage().contains("the node refuses"), any.getMessage());
        }
    }

    /// A setback is kept for each publication that waits, and a node's answer may have a megabyte.
    @Test
    void ofALongErrorFewWordsAreKept() throws Exception {
        String million = "it\\u0000is".repeat(100_000);
        try (var node = new BentWire(anvil.url());
                var bent = EvmPublications.open(config(node), heads, contract, ACCOUNT)) {
            says(node, million);
            isShort(assertThrows(AnchorageSetback.class, () -> bent.prepare(payload(1), Lane.EMPTY)));
            node.errors.put(
                    "eth_estimateGas",
                    "{\"code\":3,\"message\":\"execution reverted: " + million + "\",\"data\":\"0x"
                            + "ab".repeat(100_000) + "\"}");
            isShort(assertThrows(AnchorageSetback.class, () -> bent.prepare(payload(1), Lane.EMPTY)));
            node.errors.clear();
            node.results.put("eth_estimateGas", "\"" + million + "\"");
            isShort(assertThrows(AnchorageSetback.class, () -> bent.prepare(payload(1), Lane.EMPTY)));
            node.results.clear();
            var request = ready(payload(1), Lane.EMPTY);
            node.errors.put("eth_sendRawTransaction", "{\"code\":-32000,\"message\":\"" + million + "\"}");
            var said = assertInstanceOf(SubmitOutcome.Unknown.class, bent.submit(request));
            assertTrue(said.cause().length() < 400, () -> said.cause().length() + " characters");
        }
    }

    private static void isShort(Throwable setback) {
        for (Throwable each = setback; each != null; each = each.getCause()) {
            String words = String.valueOf(each.getMessage());
            assertTrue(words.length() < 400, () -> words.length() + " characters");
            assertTrue(words.chars().noneMatch(Character::isISOControl), words);
            if (each instanceof RpcError error) assertTrue(error.data().length() <= 10, error.data());
        }
    }

    /// As nodes do that simulate with more gas than a block has.
    @Test
    void anEstimateThatIsMoreThanABlockHasIsRefused() throws Exception {
        try (var node = new BentWire(anvil.url());
                var bent = EvmPublications.open(config(node), heads, contract, ACCOUNT)) {
            node.results.put("eth_estimateGas", "\"0x77777777\"");
            var refused = assertInstanceOf(Preparation.Refused.class, bent.prepare(payload(1), Lane.EMPTY));
            assertTrue(refused.reason().contains("it needs 2004318071 gas"), refused.reason());
            node.results.clear();
            assertInstanceOf(Preparation.Ready.class, bent.prepare(payload(2), Lane.EMPTY));
        }
    }

    /// How many transactions an account had at an old block is state, which nodes keep for a while only.
    @Test
    void whatIsHeldIsToldByANodeThatForgotOldState() throws Exception {
        var publication = payload(1);
        accept(ready(publication, Lane.EMPTY));
        awaitCount(1);
        anvil.mine(CONFIRMATIONS);
        try (var node = new BentWire(anvil.url());
                var bent = EvmPublications.open(config(node), heads, contract, ACCOUNT)) {
            node.errors.put("eth_getTransactionCount", "{\"code\":-32000,\"message\":\"missing trie node\"}");
            var digest = publication.publication().digest();
            var told = bent.findAll(log.originId(), Map.of(1L, digest));
            assertInstanceOf(
                    PublicationFinding.Present.class, told.of(1, digest).orElseThrow());
            assertEquals(0, told.spentBelow(), "not known");
        }
    }

    private static EvmConfig config(BentWire node) {
        return new EvmConfig(node.url(), OptionalInt.of(CONFIRMATIONS), Duration.ofSeconds(5));
    }

    private static void says(BentWire node, String message) {
        node.errors.put("eth_estimateGas", "{\"code\":-32000,\"message\":\"" + message + "\"}");
    }

    @Test
    void isTheContractThatAsksTheConfiguredOneForKeysAndNoOther(@TempDir Path folder) throws Exception {
        var identity = ledger.identity();
        assertEquals(PublicationsCode.PRECOMPILED.hash(), identity.code());
        assertEquals(contract, new Address(java.util.HexFormat.of().formatHex(identity.contract())));
        assertInstanceOf(AnchorageHealth.Good.class, ledger.health());
        var otherHeads = anvil.create(AnchorCode.PRECOMPILED.creation());
        refuses(otherHeads, contract, "asks the contract at " + heads);
        refuses(heads, heads, "expected " + PublicationsCode.PRECOMPILED.hash());
        refuses(heads, new Address("11".repeat(20)), "has no contract at");

        var pin = EvmContract.publicationsPin(folder.resolve("contract"));
        var made = EvmContract.deployPublicationsOnce(anvil.config(0), ACCOUNT, heads, pin, Optional.empty());
        assertEquals(made, EvmContract.deployPublicationsOnce(anvil.config(0), ACCOUNT, heads, pin, Optional.empty()));
        assertEquals(Optional.of(made), EvmContract.pinned(pin));
        var setback = assertThrows(
                AnchorageSetback.class,
                () -> EvmContract.deployPublicationsOnce(anvil.config(0), ACCOUNT, otherHeads, pin, Optional.empty()));
        assertTrue(setback.getMessage().contains("asks the contract at " + heads), setback.getMessage());
        try (var opened = EvmPublications.open(anvil.config(0), heads, made, ACCOUNT)) {
            assertInstanceOf(AnchorIdentity.Evm.class, opened.identity());
        }
    }

    private void refuses(Address asked, Address at, String words) {
        try (var wrong = EvmPublications.open(anvil.config(0), asked, at, ACCOUNT)) {
            var setback = assertThrows(AnchorageSetback.class, wrong::identity);
            assertTrue(setback.getMessage().contains(words), setback.getMessage());
        }
    }

    private Origin origin() {
        return log.head(2).origin();
    }

    private SignedPublication payload(long number) {
        byte[] content = ("payload " + number).getBytes(StandardCharsets.US_ASCII);
        return signed(new Publication(origin(), log.key().spki(), number, Kind.PAYLOADS, number, 1, content));
    }

    /// By the key in force in the log.
    private SignedPublication signed(Publication publication) {
        return publication.signed(log.lastKey().sign(publication.digest().toBytes()));
    }

    private PublicationFinding find(SignedPublication what) throws AnchorageSetback {
        return ledger.find(
                log.originId(), what.publication().number(), what.publication().digest());
    }

    private SignedRequest ready(SignedPublication publication, Lane lane) throws AnchorageSetback {
        return assertInstanceOf(Preparation.Ready.class, ledger.prepare(publication, lane))
                .request();
    }

    private void accept(SignedRequest request) {
        assertEquals(new SubmitOutcome.Accepted(), ledger.submit(request));
    }

    private static Lane lane(SignedRequest... requests) {
        return new Lane(List.of(requests).stream()
                .map(request -> request.nonce().getAsLong())
                .sorted()
                .toList());
    }

    /// anvil mines a moment after it answers.
    private void awaitCount(long transactions) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (anvil.chain().nonce(EvmLedger.accountOf(ACCOUNT), anvil.height()) < transactions) {
            assertTrue(System.nanoTime() < end, "no block with transaction " + transactions);
        }
    }

    /// As they come: a node may tell of a block before it finds what happened in it.
    private void awaitEvents(int count) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (events() < count) assertTrue(System.nanoTime() < end, "events: " + events());
        assertEquals(count, events());
    }

    private int events() throws IOException {
        var topic = Hex.of(Keccak.hash("Published(bytes32,uint64,uint8,uint64,uint64,bytes32,bytes)"));
        return anvil.rpc()
                .call(
                        "eth_getLogs",
                        Map.of("address", contract.toString(), "fromBlock", "0x0", "topics", List.of(topic)))
                .size();
    }

    private long lodged;

    private void lodge(long size) throws IOException {
        List<Hash> proof = lodged == 0 ? List.of() : log.consistency(lodged, size);
        lodge(log, size, proof);
        lodged = size;
    }

    private void lodge(SignedLog of, long size) throws IOException {
        lodge(of, size, List.of());
    }

    private void lodge(SignedLog of, long size, List<Hash> proof) throws IOException {
        var head = of.head(size);
        var hops = head.keyProof().map(keys -> keys.beyond(0)).orElse(KeyProof.Hops.NONE);
        var receipt = anvil.call(heads, ContractCalls.lodge(ContractCalls.Lodging.of(head, proof, hops)));
        assertEquals("0x1", receipt.get("status").asText());
    }
}
