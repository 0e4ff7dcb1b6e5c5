package org.sealpost.evidence.anchor.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.sealpost.evidence.anchor.fabric.FabricProofTest.assertBroken;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.field;
import static org.sealpost.evidence.anchor.fabric.ProtoBytes.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.FabricTrust;
import org.sealpost.evidence.SharedParts;
import org.sealpost.evidence.SignatureBudget;
import org.sealpost.evidence.anchor.fabric.TestChannel.Block;
import org.sealpost.evidence.anchor.fabric.TestChannel.Signed;
import org.sealpost.merkle.Hash;

/// How one config block vouches for the next, from the block that somebody named on: a channel whose orderers
/// were replaced in block 2 and again in block 4.
class ConfigBlocksTest {
    private static final TestChannel CHANNEL = new TestChannel();
    private static final List<TestMsp.Identity> FIRST = CHANNEL.orderers;
    private static final List<TestMsp.Identity> SECOND = fresh();
    private static final List<TestMsp.Identity> THIRD = fresh();
    private static final byte[] PREVIOUS = Hash.ofHex("aa".repeat(32)).toBytes();
    private static final Block TWO = CHANNEL.config(2, PREVIOUS, 1, SECOND);
    private static final Block FOUR = CHANNEL.config(4, PREVIOUS, 2, THIRD);
    private static final byte[] GENESIS = CHANNEL.genesis.bytes(List.of());
    private static final byte[] SIGNED_TWO = TWO.bytes(TWO.signedBy(FIRST, 1, 3, 4));
    private static final byte[] SIGNED_FOUR = FOUR.bytes(FOUR.signedBy(SECOND, 4, 2, 1));

    private static List<TestMsp.Identity> fresh() {
        return IntStream.rangeClosed(1, 4)
                .mapToObj(id -> CHANNEL.ordererOrg.member("OU=orderer,CN=later o" + id))
                .toList();
    }

    @Test
    void theOrderersOfEachVouchForTheNext() {
        assertProved(
                "its 4 orderers are those of config block 4, which orderers signed from block 0 on",
                check(Optional.of(CHANNEL.trust()), GENESIS, SIGNED_TWO, SIGNED_FOUR));
    }

    @Test
    void aConfigBlockThatTheTrustStoreNamesStandsInForThoseBefore() {
        var line = Optional.of(CHANNEL.trustFrom(2, TWO.hash()));
        var step = "its 4 orderers are those of config block 4, which orderers signed from block 2 on";
        assertProved(step, check(line, SIGNED_TWO, SIGNED_FOUR));
        // Nobody needs to have signed what the trust store names.
        assertProved(step, check(line, TWO.bytes(List.of()), SIGNED_FOUR));
        assertProved(step, check(line, GENESIS, SIGNED_TWO, SIGNED_FOUR));
        var newest = Optional.of(CHANNEL.trustFrom(4, FOUR.hash()));
        assertProved("its 4 orderers are those of config block 4", check(newest, SIGNED_FOUR));
    }

    @Test
    void aBlockThatNobodyNamedIsNoBeginning() {
        var two = assertInstanceOf(
                AnchorProofFinding.Incomplete.class, check(Optional.of(CHANNEL.trust()), SIGNED_TWO, SIGNED_FOUR));
        assertEquals("its config blocks begin with 2, and the trust store does not name that one", two.missing());
        assertEquals(List.of(), two.steps());
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(Optional.empty(), SIGNED_FOUR));
        var four = Optional.of(CHANNEL.trustFrom(4, FOUR.hash()));
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(four, SIGNED_TWO, SIGNED_FOUR));
    }

    /// Who names a later block does not trust the orderers before it, so what they alone signed proves nothing
    /// to them.
    @Test
    void aProofThatDoesNotFollowTheNamedBlockIsNoneForWhoNamesIt() {
        var three = Optional.of(CHANNEL.trustFrom(3, TWO.hash()));
        var finding =
                assertInstanceOf(AnchorProofFinding.Incomplete.class, check(three, GENESIS, SIGNED_TWO, SIGNED_FOUR));
        assertEquals(
                "config block 3, which the trust store names, is none of those that this proof follows",
                finding.missing());
    }

    /// Whatever needs no signature is compared before any is looked at: there may be many of them.
    @Test
    void signaturesAreLookedAtLast() {
        var unsigned = TWO.bytes(List.of());
        var three = Optional.of(CHANNEL.trustFrom(3, TWO.hash()));
        var finding = assertInstanceOf(AnchorProofFinding.Incomplete.class, check(three, GENESIS, unsigned));
        assertEquals(List.of(), finding.steps());
        assertRefused("config block 2 does not follow config block 2", GENESIS, unsigned, unsigned);
    }

    /// By three orderers each: two config blocks, and the block itself. By two peers, with their certificates,
    /// which count twice: the transaction, and then the state.
    @Test
    void aFileReadsConfigBlocksAndTheirSignaturesOnce() {
        var proof = proof(GENESIS, SIGNED_TWO, SIGNED_FOUR);
        var named = new ArrayList<Hash>();
        SharedParts shared = name -> {
            named.add(name);
            return CHANNEL.shared().named(name);
        };
        var channels = new ShownChannels(new SignatureBudget(2 * 3 + 3 + 2 * 2 + 2 * 2 + 2 * (3 + 2 + 2)));
        for (int i = 0; i < 3; i++) {
            assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, shared, channels));
        }
        assertEquals(proof.configs, named);
        assertBroken("more signatures than a file may ask for", check(proof, shared, channels));
    }

    @Test
    void aRowOfMoreSignaturesThanAreLeftIsNotFollowed() {
        var proof = proof(GENESIS, SIGNED_TWO, SIGNED_FOUR);
        var channels = new ShownChannels(new SignatureBudget(5));
        for (int i = 0; i < 2; i++) {
            assertBroken("more signatures than a file may ask for", check(proof, CHANNEL.shared(), channels));
        }
    }

    private static AnchorProofFinding check(TestChannel.Proof proof, SharedParts shared, ShownChannels channels) {
        return FabricProof.check(
                proof.bytes(),
                shared,
                CHANNEL.identity,
                TestChannel.ORIGIN,
                TestChannel.SIZE,
                TestChannel.ROOT,
                Optional.of(CHANNEL.trust()),
                channels);
    }

    @Test
    void anotherBlockThanTheTrustStoreNamesAtThatNumberIsRefused() {
        var other = Optional.of(CHANNEL.trustFrom(2, FOUR.hash()));
        var reason = "config block 2 is not the one that the trust store names";
        assertBroken(reason, check(other, SIGNED_TWO, SIGNED_FOUR));
        assertBroken(reason, check(other, GENESIS, SIGNED_TWO, SIGNED_FOUR));
    }

    @Test
    void anotherBlock0IsThatOfAnotherChannel() {
        var other = CHANNEL.config(0, new byte[0], 0, SECOND).bytes(List.of());
        assertBroken("config block 0 is that of another channel", check(Optional.of(CHANNEL.trust()), other));
    }

    @Test
    void eachMustFollowTheOneBefore() {
        assertRefused("config block 4 does not follow config block 0", GENESIS, SIGNED_FOUR);
        assertRefused("config block 2 does not follow config block 4", GENESIS, SIGNED_TWO, SIGNED_FOUR, SIGNED_TWO);
        assertRefused("config block 2 does not follow config block 2", GENESIS, SIGNED_TWO, SIGNED_TWO);
        assertRefused("the proof names no config block");
        // In its place by number, and signed by those who may.
        var early = CHANNEL.config(4, PREVIOUS, 1, THIRD);
        assertRefused(
                "config block 4 does not follow config block 2",
                GENESIS,
                SIGNED_TWO,
                early.bytes(early.signedBy(SECOND, 1, 2, 3)));
    }

    @Test
    void onlyTheOrderersBeforeCanSign() {
        assertRefused("orderer 2 over block 2 does not hold", GENESIS, TWO.bytes(TWO.signedBy(SECOND, 2, 3, 4)));
        assertRefused("2 signatures of orderers, and 3 of 4", GENESIS, TWO.bytes(TWO.signedBy(FIRST, 2, 3)));
        assertRefused("signed twice by orderer 2", GENESIS, TWO.bytes(TWO.signedBy(FIRST, 2, 3, 2)));
        assertRefused("0 signatures of orderers", GENESIS, TWO.bytes(List.of()));
        var withoutMetadata = message(
                field(1, message(field(1, 2), field(2, PREVIOUS), field(3, TWO.dataHash.toBytes()))),
                field(2, field(1, TWO.data.getFirst())));
        assertRefused("config block 2 has no signatures", GENESIS, withoutMetadata);
    }

    /// A block of a later config with the signatures of the orderers before: they were no orderers any more.
    @Test
    void theBlockItselfIsForTheNewestOrderersToSign() {
        var proof = proof(GENESIS, SIGNED_TWO, SIGNED_FOUR);
        proof.signatures = proof.block.signedBy(SECOND, 1, 2, 3);
        assertBroken("orderer 1 over block 5 does not hold", check(proof, Optional.of(CHANNEL.trust())));
        // Left out as well, the block's own word tells.
        proof.configs.removeLast();
        assertBroken("rests on another config block", check(proof, Optional.of(CHANNEL.trust())));
    }

    @Test
    void aConfigBlockThatIsNotThereIsMissed() {
        var proof = proof(GENESIS, SIGNED_TWO, SIGNED_FOUR);
        proof.configs.set(1, Hash.ofHex("11".repeat(32)));
        assertBroken("a config block is missing", check(proof, Optional.of(CHANNEL.trust())));
    }

    @Test
    void whatIsNoConfigOfSuchAChannelIsRefused() {
        var all = List.of(CHANNEL.org1, CHANNEL.org2);
        assertRefusedFirst("is of another channel", CHANNEL.config(0, new byte[0], "others", 0, "BFT", FIRST, all));
        assertRefusedFirst(
                "config block 0 is not of a channel whose blocks a quorum of its orderers signs (BFT)",
                CHANNEL.config(0, new byte[0], TestChannel.NAME, 0, "etcdraft", FIRST, all));
        assertRefusedFirst(
                "the value Orderers are not 1 to 128",
                CHANNEL.config(0, new byte[0], TestChannel.NAME, 0, "BFT", List.of(), all));
        assertRefusedFirst(
                "a config block carries something else",
                new Block(0, new byte[0], List.of(CHANNEL.state().envelope()), 0));
        assertRefusedFirst(
                "has 2 transactions",
                new Block(0, new byte[0], List.of(CHANNEL.genesis.data.getFirst(), new byte[0]), 0));

        var otherData = message(
                field(1, field(3, CHANNEL.genesis.dataHash.toBytes())), field(2, field(1, TWO.data.getFirst())));
        assertRefused("has data of another header", otherData);
        assertRefused("more than 1 MiB", new byte[(1 << 20) + 1]);
    }

    /// So the keys of one box of a channel can prove nothing that two of its organisations have to.
    @Test
    void anOrganisationThatStandsThereTwiceIsRefused() {
        var twice = CHANNEL.config(4, PREVIOUS, TestChannel.NAME, 1, "BFT", THIRD, List.of(CHANNEL.org1, CHANNEL.org1));
        assertRefused("an organisation stands there twice", GENESIS, twice.bytes(twice.signedBy(FIRST, 1, 2, 3)));
    }

    /// Peers of an organisation that left, or came later, are none of the channel at the block.
    @Test
    void theOrganisationsAreThoseOfTheNewestConfig() {
        var without =
                CHANNEL.config(4, PREVIOUS, TestChannel.NAME, 1, "BFT", THIRD, List.of(CHANNEL.org1, CHANNEL.org3));
        assertRefused("of no organisation of the channel", GENESIS, without.bytes(without.signedBy(FIRST, 1, 2, 3)));
    }

    /// What Fabric computes for n orderers: ⌈(n+f+1)/2⌉ with f = ⌊(n−1)/3⌋.
    @Test
    void theQuorumIsThatOfFabric() throws DoesNotHold {
        var quorums = new ArrayList<Integer>();
        for (int count = 1; count <= 10; count++) {
            var mapping = new ArrayList<byte[]>();
            for (int id = 1; id <= count; id++) {
                mapping.add(
                        field(1, message(field(1, id), field(5, FIRST.getFirst().pem()))));
            }
            var orderers = ProtoMessage.amongOthers("orderers", message(mapping.toArray(byte[][]::new)));
            quorums.add(new Consenters(orderers).quorum());
        }
        assertEquals(List.of(1, 2, 2, 3, 4, 4, 5, 6, 6, 7), quorums);
    }

    private static void assertRefusedFirst(String reason, Block block) {
        assertRefused(reason, block.bytes(List.of()));
    }

    private static void assertRefused(String reason, byte[]... configs) {
        assertBroken(reason, check(Optional.of(CHANNEL.trust()), configs));
    }

    private static void assertProved(String step, AnchorProofFinding finding) {
        var proved = assertInstanceOf(AnchorProofFinding.Proved.class, finding);
        assertEquals(step, proved.steps().getFirst());
    }

    /// Of a block that the third orderers signed, as those of the config block 4.
    private static TestChannel.Proof proof(byte[]... configs) {
        var proof = CHANNEL.proof();
        proof.block = CHANNEL.block(CHANNEL.lodging().envelope(), 4);
        List<Signed> signatures = proof.block.signedBy(THIRD, 1, 2, 3);
        proof.signatures = signatures;
        proof.configs = new ArrayList<>();
        for (var config : configs) proof.configs.add(CHANNEL.share(config));
        return proof;
    }

    private static AnchorProofFinding check(Optional<FabricTrust> trust, byte[]... configs) {
        return check(proof(configs), trust);
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
}
