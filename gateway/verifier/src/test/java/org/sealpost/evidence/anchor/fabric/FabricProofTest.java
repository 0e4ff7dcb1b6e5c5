package org.sealpost.evidence.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.field;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.FabricTrust;
import org.sealpost.merkle.Hash;

/// Proofs of a channel whose keys are all ours, so that whatever is altered is signed again: what refuses it is
/// what is altered, and not a signature that broke with it.
class FabricProofTest {
    private static final TestChannel CHANNEL = new TestChannel();
    private static final String ONLY_ORDERED = "ordered, its validity is nobody's signature: ";

    @Test
    void aHeadThatPeersOfTheNamedOrganisationsHoldIsProved() {
        var proof = CHANNEL.proof();
        assertEquals(new AnchorProofFinding.Proved(steps(proof), Optional.empty()), check(proof));
    }

    private static List<String> steps(TestChannel.Proof proof) {
        return List.of(
                "its 4 orderers are those of config block 0",
                "block 5 (header " + proof.block.hash() + ") is signed by 3 of 4 orderers",
                "its transaction 1 (" + transactionId() + ") is a call of the chaincode, endorsed by Org1MSP, Org2MSP",
                "that transaction writes this head",
                "peers of Org1MSP, Org2MSP signed that the chaincode holds this head, written by block 5, transaction 1");
    }

    private static String transactionId() {
        return new String(CHANNEL.lodging().hexId(), StandardCharsets.US_ASCII);
    }

    /// All that the certificates of the channel itself vouch for is told, and that the reader named nobody.
    @Test
    void withoutATrustLineAllHoldsAndNothingIsProved() {
        var proof = CHANNEL.proof();
        var missing = ONLY_ORDERED + "the trust store does not say whose peers' word it takes on this channel";
        var expected = new AnchorProofFinding.Incomplete(steps(proof), missing);
        assertEquals(expected, check(proof, Optional.empty()));

        var other = new AnchorIdentity.Fabric("others", CHANNEL.identity.genesis(), TestChannel.CHAINCODE);
        var ofOther = new FabricTrust(other, 1, List.of("Org1MSP"), Optional.empty());
        assertEquals(expected, check(proof, Optional.of(ofOther)));
    }

    /// Blocks that are too large for a file come without their transactions; what peers say of the place is
    /// signed.
    @Test
    void aBlockWhoseTransactionsAreLeftOutIsProvedByTheStateAlone() {
        var proof = CHANNEL.proof();
        proof.withData = false;
        var all = steps(proof);
        assertEquals(
                new AnchorProofFinding.Proved(
                        List.of(all.get(0), "a block 5 of these orderers is signed by 3 of 4 of them", all.get(4)),
                        Optional.empty()),
                check(proof));
        // Of whatever channel they order: they sign a number and hashes, and none of them names one.
        proof.block = new TestChannel.Block(
                TestChannel.NUMBER, Hash.ofHex("55".repeat(32)).toBytes(), List.of(new byte[] {1}), 0);
        proof.signatures = proof.block.signedBy(CHANNEL.orderers, 1, 2, 4);
        var other = assertInstanceOf(AnchorProofFinding.Proved.class, check(proof));
        assertFalse(other.toString().contains(proof.block.hash().hex()), other.toString());
        proof.position = 0;
        assertBroken("the state was written by block 5, transaction 1", check(proof));
    }

    @Test
    void anotherHeadIsNotProved() {
        var proof = CHANNEL.proof().bytes();
        var other = Hash.ofHex("99".repeat(32));
        var trust = Optional.of(CHANNEL.trust());
        var about = "the transaction does not write this head";
        assertBroken(
                about,
                FabricProof.check(
                        proof, CHANNEL.shared(), CHANNEL.identity, other, TestChannel.SIZE, TestChannel.ROOT, trust));
        assertBroken(
                about,
                FabricProof.check(
                        proof, CHANNEL.shared(), CHANNEL.identity, TestChannel.ORIGIN, 8113, TestChannel.ROOT, trust));
        assertBroken(
                about,
                FabricProof.check(
                        proof, CHANNEL.shared(), CHANNEL.identity, TestChannel.ORIGIN, TestChannel.SIZE, other, trust));
    }

    /// The table of step 5: each of these is signed by the peers that would do.
    @TestFactory
    Stream<DynamicTest> statesThatProveNothing() {
        var id = TestChannel.ORIGIN.hex();
        var key = TestChannel.KEY;
        var ns = TestChannel.CHAINCODE;
        var good = TestCall.read(key, TestChannel.NUMBER, 1);
        return Stream.of(
                state("hash altered", "answer to another question", call -> call.hash = new byte[32]),
                state("channel altered", "of another channel", call -> call.channel = "anchorz"),
                state("type altered", "no call of a chaincode", call -> call.type = 1),
                state("chaincode of header", "of another chaincode", call -> call.chaincodeOfHeader = "sealpos"),
                state("chaincode of question", "of another chaincode", call -> call.chaincodeOfQuestion = "other"),
                state("chaincode of answer", "of another chaincode", call -> call.chaincodeOfAnswer = "other"),
                state(
                        "id of another",
                        "id of another one",
                        call -> call.id = "00".repeat(32).getBytes(StandardCharsets.US_ASCII)),
                state("id in upper case", "id of another one", call -> call.id = call.upperCaseId()),
                state(
                        "sender of another",
                        "action of another sender",
                        call -> call.senderOfAction = TestCall.signatureHeader(CHANNEL.peer1)),
                state("two actions", "2 actions, not one", call -> call.furtherAction = field(1, new byte[0])),
                state(
                        "transient map",
                        "transient map",
                        call -> call.transientMap = ProtoBytes.entry(2, "a", new byte[] {1})),
                state(
                        "another function",
                        "answer to another call",
                        call -> call.arguments = List.of("newest", id, "8112")),
                state(
                        "another origin",
                        "answer to another call",
                        call -> call.arguments = List.of("rootAt", "ba".repeat(32), "8112")),
                state(
                        "origin in upper case",
                        "answer to another call",
                        call -> call.arguments = List.of("rootAt", id.toUpperCase(Locale.ROOT), "8112")),
                state("another size", "answer to another call", call -> call.arguments = List.of("rootAt", id, "8113")),
                state(
                        "size with a zero",
                        "answer to another call",
                        call -> call.arguments = List.of("rootAt", id, "08112")),
                state(
                        "argument too many",
                        "answer to another call",
                        call -> call.arguments = List.of("rootAt", id, "8112", "")),
                state("argument too few", "answer to another call", call -> call.arguments = List.of("rootAt", id)),
                state("decorations", "answer to another call", call -> call.besideArguments = TestCall.decorations()),
                state("is_init", "answer to another call", call -> call.besideArguments = field(3, 1)),
                state("unknown field", "a field 9 that is not known", call -> call.besideArguments = field(9, 1)),
                state("error", "an error: status 400", call -> call.status = 400),
                state("no status", "an error: status 0", call -> call.status = 0),
                state(
                        "another root",
                        "not this head",
                        call -> call.payload =
                                TestChannel.lodged(TestChannel.ORIGIN, 8112, Hash.ofHex("ce".repeat(32)))),
                state(
                        "byte behind the answer",
                        "not this head",
                        call -> call.payload = message(call.payload, new byte[1])),
                state("no answer", "not this head", call -> call.payload = new byte[0]),
                state("data model", "not keys and values", call -> call.dataModel = 1),
                sets(
                        "another key",
                        "does not tell which",
                        TestCall.set(ns, TestCall.read("h~" + id + "~0000000000000008113", 5, 1))),
                sets("no version", "does not tell which", TestCall.set(ns, TestCall.readOfNothing(key))),
                sets("no read", "does not tell which", TestCall.set(ns)),
                sets("no set of the chaincode", "does not tell which"),
                sets("two reads", "does not tell which", TestCall.set(ns, good, TestCall.read("k~" + id, 2, 0))),
                sets("one read twice", "does not tell which", TestCall.set(ns, good, good)),
                sets("range query", "does not tell which", TestCall.set(ns, good, TestCall.rangeQuery())),
                sets(
                        "version of another block",
                        "written by block 4, transaction 1",
                        TestCall.set(ns, TestCall.read(key, 4, 1))),
                sets(
                        "version of another transaction",
                        "written by block 5, transaction 0",
                        TestCall.set(ns, TestCall.read(key, 5, 0))),
                sets("writes the key", "call that writes", TestCall.set(ns, good, TestCall.write(key, new byte[] {1}))),
                sets("writes another key", "call that writes", TestCall.set(ns, good, TestCall.write("a", new byte[] {1
                }))),
                sets("writes metadata", "call that writes", TestCall.set(ns, good, TestCall.metadataWrite(key))),
                sets("private collection", "call that writes", TestCall.setWithCollection(ns, good)),
                sets(
                        "writes for another chaincode",
                        "call that writes",
                        TestCall.set(ns, good),
                        TestCall.set("other", TestCall.write("a", new byte[] {1}))),
                sets("of another chaincode, too", "of other chaincodes", TestCall.set(ns, good), TestCall.set("other")),
                sets("of the chaincode twice", "a chaincode twice", TestCall.set(ns, good), TestCall.set(ns, good)),
                state(
                        "definition written",
                        "call that writes",
                        call -> call.sets = List.of(
                                TestCall.set("_lifecycle", TestCall.write("a", new byte[] {1})),
                                TestCall.set(ns, good))),
                state("signed to be sent", "a field 2 that is not known", call -> call.isSent = true),
                state("endorsed by nobody", "endorsed by nobody", call -> call.endorsers = List.of()),
                state("high s", "does not hold", call -> call.highS = true));
    }

    private static DynamicTest sets(String name, String reason, byte[]... ofOthers) {
        return state(name, reason, call -> {
            call.sets = new ArrayList<>(List.of(TestCall.ofDefinition()));
            call.sets.addAll(List.of(ofOthers));
        });
    }

    private static DynamicTest state(String name, String reason, Consumer<TestCall> altered) {
        return DynamicTest.dynamicTest(name, () -> {
            var call = CHANNEL.state();
            altered.accept(call);
            var proof = CHANNEL.proof();
            proof.state = call.envelope();
            assertBroken(reason, check(proof));
        });
    }

    /// A state that is all right, of the same box on another channel of the same peers.
    @Test
    void theWholeStateOfAnotherChannelIsRefused() {
        var call = CHANNEL.state();
        call.channel = "others";
        var proof = CHANNEL.proof();
        proof.state = call.envelope();
        proof.withData = false;
        assertBroken("the state is of another channel", check(proof));
    }

    @TestFactory
    Stream<DynamicTest> endorsersWhoseWordIsNotEnough() {
        return Stream.of(
                endorsers(
                        "one organisation twice for two",
                        "only those of Org1MSP did",
                        CHANNEL.peer1,
                        CHANNEL.secondPeer1),
                endorsers("one peer twice for two", "only those of Org1MSP did", CHANNEL.peer1, CHANNEL.peer1),
                endorsers("one of two", "only those of Org2MSP did", CHANNEL.peer2),
                endorsers(
                        "one that is named and one that is not",
                        "only those of Org1MSP did",
                        CHANNEL.peer1,
                        CHANNEL.peer3),
                endorsers("none that is named", "none of them did", CHANNEL.peer3));
    }

    private static DynamicTest endorsers(String name, String missing, TestMsp.Identity... endorsers) {
        return DynamicTest.dynamicTest(name, () -> {
            var proof = CHANNEL.proof();
            var call = CHANNEL.state();
            call.endorsers = List.of(endorsers);
            proof.state = call.envelope();
            var finding = assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof));
            assertEquals(
                    ONLY_ORDERED + "peers of 2 of Org1MSP, Org2MSP have to sign what the chaincode holds, and here "
                            + missing,
                    finding.missing());
            assertEquals(steps(proof).subList(0, 4), finding.steps());
        });
    }

    @Test
    void soManyOrganisationsEndorseAsTheTrustStoreWants() {
        var proof = CHANNEL.proof();
        var call = CHANNEL.state();
        call.endorsers = List.of(CHANNEL.peer3, CHANNEL.secondPeer1, CHANNEL.peer1);
        proof.state = call.envelope();
        var two = CHANNEL.trust(2, "Org3MSP", "Org2MSP", "Org1MSP");
        var finding = assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, Optional.of(two)));
        assertTrue(finding.steps().getLast().startsWith("peers of Org1MSP, Org3MSP signed"), finding.toString());
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, Optional.of(CHANNEL.trust(1, "Org3MSP"))));
        var three = CHANNEL.trust(3, "Org3MSP", "Org2MSP", "Org1MSP");
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof, Optional.of(three)));
    }

    /// Each of them signs rightly, and is nobody whose word the channel takes.
    @TestFactory
    Stream<DynamicTest> strangersAmongTheEndorsers() {
        var stranger = new TestMsp("Org1MSP");
        var foreign = new TestMsp("Org9MSP");
        var orderer = CHANNEL.orderers.getFirst();
        var own = TestMsp.newKeys("secp256r1");
        var p384 = TestMsp.newKeys("secp384r1");
        return Stream.of(
                stranger(
                        "by another CA of that name",
                        "not by a CA of that organisation",
                        stranger.member("OU=peer,CN=p")),
                stranger("of no organisation", "of no organisation of the channel", foreign.member("OU=peer,CN=p")),
                stranger("of the orderers' organisation", "of no organisation of the channel", orderer),
                stranger("a client", "of Org1MSP is not a peer", CHANNEL.box),
                stranger("a peer by its name alone", "is not a peer", CHANNEL.org1.member("CN=a\\,OU\\=peer")),
                stranger("a unit that is called nearly so", "is not a peer", CHANNEL.org1.member("OU=Peer,CN=p")),
                stranger("a client as well", "is not a peer", CHANNEL.org1.member("OU=peer,OU=client,CN=p")),
                stranger("an admin first", "is not a peer", CHANNEL.org1.member("OU=admin,OU=peer,CN=p")),
                stranger("both in one name", "is not a peer", CHANNEL.org1.member("OU=peer+OU=orderer,CN=p")),
                stranger("a CA", "is not a peer", CHANNEL.org1.root),
                stranger(
                        "a peer of another organisation",
                        "not by a CA of that organisation",
                        new TestMsp.Identity("Org2MSP", CHANNEL.peer1.keys(), CHANNEL.peer1.pem())),
                stranger(
                        "another key than the certificate's",
                        "by a peer of Org1MSP does not hold",
                        new TestMsp.Identity("Org1MSP", own, CHANNEL.peer1.pem())),
                stranger("a key on another curve", "not one on P-256", CHANNEL.org1.member("OU=peer,CN=p", p384)),
                stranger("no certificate", "not in PEM", new TestMsp.Identity("Org1MSP", own, new byte[0])),
                stranger(
                        "PEM of something else",
                        "is none",
                        new TestMsp.Identity("Org1MSP", own, TestMsp.pem(new byte[] {0x30, 0}))),
                stranger(
                        "an end within the beginning",
                        "not in PEM",
                        new TestMsp.Identity(
                                "Org1MSP",
                                own,
                                "-----BEGIN CERTIFICATE-----END CERTIFICATE-----".getBytes(StandardCharsets.US_ASCII))),
                stranger(
                        "more than a certificate has",
                        "more than 16 KiB",
                        new TestMsp.Identity("Org1MSP", own, TestMsp.pem(new byte[(16 << 10) + 1]))),
                stranger("PEM of nothing", "is none", new TestMsp.Identity("Org1MSP", own, TestMsp.pem(new byte[0]))));
    }

    private static DynamicTest stranger(String name, String reason, TestMsp.Identity stranger) {
        return DynamicTest.dynamicTest(name, () -> {
            var proof = CHANNEL.proof();
            var call = CHANNEL.state();
            call.endorsers = List.of(CHANNEL.peer1, CHANNEL.peer2, stranger);
            proof.state = call.envelope();
            assertBroken(reason, check(proof));

            var transaction = CHANNEL.lodging();
            transaction.endorsers = List.of(stranger);
            assertBroken(reason, check(withTransaction(transaction)));
        });
    }

    @Test
    void aPeerMayBeCertifiedByAnIntermediateCa() {
        var proof = CHANNEL.proof();
        var call = CHANNEL.state();
        call.endorsers = List.of(CHANNEL.org1.memberByIntermediate("OU=peer,CN=p"), CHANNEL.peer2);
        proof.state = call.envelope();
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof));
    }

    @Test
    void aUnitThatIsNoRoleMayStandBesideIt() {
        var proof = CHANNEL.proof();
        var call = CHANNEL.state();
        call.endorsers = List.of(CHANNEL.org1.member("OU=department1,OU=peer,CN=p"), CHANNEL.peer2);
        proof.state = call.envelope();
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof));
    }

    /// In a config stands what was in somebody's file.
    @Test
    void aCertificateMayHaveTextAroundItAndOtherEndsOfLines() {
        var pem = new String(CHANNEL.peer1.pem(), StandardCharsets.US_ASCII);
        var edited = ("Subject: peer0\r\n" + pem.replace("\n", "\r\n") + "\r\n").getBytes(StandardCharsets.US_ASCII);
        var proof = CHANNEL.proof();
        var call = CHANNEL.state();
        call.endorsers = List.of(new TestMsp.Identity("Org1MSP", CHANNEL.peer1.keys(), edited), CHANNEL.peer2);
        proof.state = call.envelope();
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof));
    }

    @Test
    void moreEndorsementsThanAnyChannelHasAreNotLookedAt() {
        var proof = CHANNEL.proof();
        var call = CHANNEL.state();
        call.endorsers = Collections.nCopies(65, CHANNEL.peer1);
        proof.state = call.envelope();
        assertBroken("more than 64 endorsements", check(proof));
    }

    @TestFactory
    Stream<DynamicTest> transactionsThatAreNotTheLodging() {
        var ns = TestChannel.CHAINCODE;
        var value = TestChannel.lodged(TestChannel.ORIGIN, TestChannel.SIZE, TestChannel.ROOT);
        var key = TestChannel.KEY;
        var other = TestChannel.lodged(TestChannel.ORIGIN, TestChannel.SIZE, Hash.ofHex("ce".repeat(32)));
        return Stream.of(
                transaction("hash altered", "answer to another question", call -> call.hash = new byte[32]),
                transaction("channel", "of another channel", call -> call.channel = "others"),
                transaction("chaincode", "of another chaincode", call -> call.chaincodeOfQuestion = "other"),
                transaction("id", "id of another one", call -> call.id = new byte[] {'0'}),
                transaction(
                        "sender",
                        "action of another sender",
                        call -> call.senderOfAction = TestCall.signatureHeader(CHANNEL.peer1)),
                transaction("nobody endorsed", "endorsed by nobody", call -> call.endorsers = List.of()),
                transaction("high s", "does not hold", call -> call.highS = true),
                transaction(
                        "nothing written", "does not write this head", call -> call.sets = List.of(TestCall.set(ns))),
                transaction(
                        "another root written",
                        "does not write this head",
                        call -> call.sets = List.of(TestCall.set(ns, TestCall.write(key, other)))),
                transaction(
                        "another key written",
                        "does not write this head",
                        call -> call.sets = List.of(TestCall.set(ns, TestCall.write(key + "0", value)))),
                transaction(
                        "another chaincode wrote",
                        "does not write this head",
                        call -> call.sets = List.of(TestCall.set("other", TestCall.write(key, value)))),
                transaction(
                        "written and deleted",
                        "was deleted",
                        call -> call.sets = List.of(TestCall.set(ns, TestCall.deletion(key, value)))),
                transaction(
                        "written twice",
                        "is there twice",
                        call -> call.sets =
                                List.of(TestCall.set(ns, TestCall.write(key, value), TestCall.write(key, value)))));
    }

    private static DynamicTest transaction(String name, String reason, Consumer<TestCall> altered) {
        return DynamicTest.dynamicTest(name, () -> {
            var call = CHANNEL.lodging();
            altered.accept(call);
            assertBroken(reason, check(withTransaction(call)));
        });
    }

    private static TestChannel.Proof withTransaction(TestCall call) {
        var proof = CHANNEL.proof();
        proof.block = CHANNEL.block(call.envelope(), 0);
        proof.signatures = proof.block.signedBy(CHANNEL.orderers, 1, 2, 3);
        return proof;
    }

    @TestFactory
    Stream<DynamicTest> blocksThatNoQuorumSigned() {
        var orderers = CHANNEL.orderers;
        return Stream.of(
                block(
                        "a signature less",
                        "2 signatures of orderers, and 3 of 4 have to sign",
                        proof -> proof.signatures.removeLast()),
                block("no signature", "0 signatures of orderers", proof -> proof.signatures = List.of()),
                block(
                        "one twice",
                        "signed twice by orderer 1",
                        proof -> proof.signatures.set(2, proof.signatures.getFirst())),
                block(
                        "one twice, signed anew",
                        "signed twice by orderer 2",
                        proof -> proof.signatures = proof.block.signedBy(orderers, 1, 2, 2)),
                block("identifier of another", "does not hold", proof -> {
                    var first = proof.signatures.getFirst();
                    var second = proof.signatures.get(1);
                    proof.signatures.set(0, new TestChannel.Signed(1, first.signature(), second.identifierHeader()));
                    proof.signatures.set(1, new TestChannel.Signed(2, second.signature(), first.identifierHeader()));
                }),
                block("an orderer that the config has not", "orderer 5, which the config has not", proof -> {
                    var five = new ArrayList<>(orderers);
                    five.add(CHANNEL.ordererOrg.member("OU=orderer,CN=o5"));
                    proof.signatures = proof.block.signedBy(five, 1, 2, 5);
                }),
                block("a stranger with an orderer's number", "does not hold", proof -> {
                    var others = new ArrayList<>(orderers);
                    others.set(0, CHANNEL.ordererOrg.member("OU=orderer,CN=o1"));
                    proof.signatures = proof.block.signedBy(others, 1, 2, 3);
                }),
                block("high s", "does not hold", proof -> {
                    var second = proof.signatures.get(1);
                    var again = orderers.get(1)
                            .signWithHighS(proof.block.value, second.identifierHeader(), proof.block.header());
                    proof.signatures.set(1, new TestChannel.Signed(2, again, second.identifierHeader()));
                }),
                block("identifier with more in it", "a field 3 that is not known", proof -> {
                    var header = message(field(1, 1), field(3, 1));
                    var again = orderers.getFirst().sign(proof.block.value, header, proof.block.header());
                    proof.signatures.set(0, new TestChannel.Signed(1, again, header));
                }),
                block(
                        "what is signed altered",
                        "does not hold",
                        proof -> proof.value = Optional.of(message(field(1, field(1, 1))))),
                block("number altered", "over block 6 does not hold", proof -> proof.number = Optional.of(6L)),
                block(
                        "hash before it altered",
                        "does not hold",
                        proof -> proof.previous = Optional.of(Hash.ofHex("00".repeat(32)))),
                block(
                        "data hash altered",
                        "not those of the block's header",
                        proof -> proof.dataHash = Optional.of(Hash.ofHex("00".repeat(32)))),
                block("data hash altered without data", "does not hold", proof -> {
                    proof.dataHash = Optional.of(Hash.ofHex("00".repeat(32)));
                    proof.withData = false;
                }),
                block("position behind the last", "no transaction 2", proof -> proof.position = 2),
                block(
                        "position of another transaction",
                        "the transaction has a field of wire type 3",
                        proof -> proof.position = 0),
                block("of another config", "rests on another config block", proof -> {
                    proof.block = CHANNEL.block(CHANNEL.lodging().envelope(), 3);
                    proof.signatures = proof.block.signedBy(orderers, 1, 2, 3);
                }));
    }

    private static DynamicTest block(String name, String reason, Consumer<TestChannel.Proof> altered) {
        return DynamicTest.dynamicTest(name, () -> {
            var proof = CHANNEL.proof();
            altered.accept(proof);
            assertBroken(reason, check(proof));
        });
    }

    @Test
    void allFourMaySignInAnyOrder() {
        var proof = CHANNEL.proof();
        proof.signatures = proof.block.signedBy(CHANNEL.orderers, 4, 2, 3, 1);
        var finding = assertInstanceOf(AnchorProofFinding.Proved.class, check(proof));
        assertTrue(finding.steps().get(1).endsWith("is signed by 4 of 4 orderers"), finding.toString());
    }

    private static AnchorProofFinding check(TestChannel.Proof proof) {
        return check(proof, Optional.of(CHANNEL.trust()));
    }

    private static AnchorProofFinding check(TestChannel.Proof proof, Optional<FabricTrust> trust) {
        return FabricProof.check(
                proof.bytes(),
                CHANNEL.shared(),
                CHANNEL.identity,
                TestChannel.ORIGIN,
                TestChannel.SIZE,
                TestChannel.ROOT,
                trust);
    }

    static void assertBroken(String reason, AnchorProofFinding finding) {
        var broken = assertInstanceOf(AnchorProofFinding.Broken.class, finding);
        assertTrue(broken.reason().contains(reason), broken.reason());
    }
}
