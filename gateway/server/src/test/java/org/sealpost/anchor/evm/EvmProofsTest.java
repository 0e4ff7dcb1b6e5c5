package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.AnchorProof;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.EvmValidators.Consensus;
import org.sealpost.evidence.anchor.evm.BftDialect;
import org.sealpost.evidence.anchor.evm.EvmProof;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// Proofs made from a chain whose validators come and go.
class EvmProofsTest {
    private static final OriginId ORIGIN = new OriginId(Hash.ofHex("bb".repeat(32)));
    private static final Hash ROOT = Hash.ofHex("cc".repeat(32));
    private static final long SIZE = 4711;
    private static final int HEIGHT = 26;
    private static final int LODGED_AT = 20;
    private static final Hash SOME = Hash.ofHex("aa".repeat(32));
    private static final AnchorIdentity.Evm CHAIN =
            new AnchorIdentity.Evm(4719, SOME, FakeSealedChain.CONTRACT.bytes(), FakeSealedChain.CODE);

    private FakeSealedChain chain;

    @BeforeEach
    void start() throws Exception {
        chain = new FakeSealedChain();
    }

    @AfterEach
    void stop() {
        chain.close();
    }

    @Test
    void aSetThatNeverChangedNeedsNoBridge() throws Exception {
        var proof = qbft(chain.set(0, 1, 2, 3, 4)).orElseThrow();
        assertEquals(List.of(), proof.shared());
        var proved = assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, 1, 2, 3, 4));
        assertEquals(
                List.of(
                        "lodged by the contract in block 20",
                        "by this code",
                        "sealed by 4 of 4 validators of the trust store"),
                proved.steps());
        assertTrue(chain.questions.get() < 30, chain.questions + " questions");
    }

    /// Still worth giving out: who has a node asks it for the code.
    @Test
    void aNodeThatKeepsNoStateLeavesTheCodeToBeAskedFor() throws Exception {
        chain.keepsState = false;
        var proof = qbft(chain.set(0, 1, 2, 3, 4)).orElseThrow();
        assertEquals(
                new AnchorProofFinding.Incomplete(
                        List.of("lodged by the contract in block 20", "sealed by 4 of 4 validators of the trust store"),
                        "by which code, a node must tell"),
                check(proof, 1, 2, 3, 4));
    }

    /// It has members, and so a size as a list has.
    @Test
    void anObjectInThePlaceOfAListIsNoList() throws Exception {
        assertTrue(qbft(chain.set(0, 1, 2, 3, 4)).isPresent());
        chain.bent.put("eth_getBlockReceipts", _ -> asObject(chain.receipts));
        assertTrue(proof(LODGED_AT).isPresent(), "each is asked for");
        chain.bent.clear();
        for (var method : List.of("eth_getBlockByHash", "eth_getBlockByNumber")) {
            chain.bent.put(method, block -> with(block, "transactions", asObject(block.path("transactions"))));
        }
        assertThrows(IOException.class, () -> proof(LODGED_AT));
        chain.bent.clear();
        chain.bent.put("eth_getTransactionReceipt", receipt -> with(receipt, "logs", asObject(receipt.path("logs"))));
        assertThrows(IOException.class, () -> proof(LODGED_AT));
        chain.bent.put("eth_getTransactionReceipt", receipt -> {
            var logs = receipt.path("logs").deepCopy();
            for (var log : logs) ((ObjectNode) log).set("topics", asObject(log.path("topics")));
            return with(receipt, "logs", logs);
        });
        assertThrows(IOException.class, () -> proof(LODGED_AT));
    }

    private static ObjectNode with(JsonNode object, String name, JsonNode value) {
        var copy = (ObjectNode) object.deepCopy();
        return copy.set(name, value);
    }

    private static ObjectNode asObject(Iterable<? extends JsonNode> list) {
        var object = JsonNodeFactory.instance.objectNode();
        int at = 0;
        for (var each : list) object.set("m" + at++, each);
        return object;
    }

    /// Whoever trusts the first set, or any between, can follow.
    @Test
    void bridgesLeadFromEachSetThatThereWas() throws Exception {
        chain.set(0, 1, 2, 3, 4)
                .set(3, 1, 2, 3, 4, 5)
                .set(8, 2, 3, 4, 5)
                .set(9, 3, 4, 5)
                .set(17, 3, 4, 5, 6);
        var proof = qbft(chain).orElseThrow();
        assertEquals(4, proof.shared().size());
        for (var set : List.of(
                new Integer[] {1, 2, 3, 4},
                new Integer[] {1, 2, 3, 4, 5},
                new Integer[] {2, 3, 4, 5},
                new Integer[] {3, 4, 5},
                new Integer[] {3, 4, 5, 6})) {
            assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, set));
        }
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof, 11, 12, 13, 14));
    }

    @Test
    void theBlockItselfMayBeWhereTheSetChanges() throws Exception {
        var proof = qbft(chain.set(0, 1, 2, 3, 4).set(LODGED_AT, 1, 2, 3, 4, 5)).orElseThrow();
        assertEquals(List.of(), proof.shared());
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, 1, 2, 3, 4));
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, 1, 2, 3, 4, 5));
    }

    /// Where bridges are looked for, one validator wrote another list into a header that the others sealed: nothing
    /// leads from before it, and behind it all is as ever.
    @Test
    void aListThatOneValidatorWroteKeepsNoProofBack() throws Exception {
        chain.set(0, 1, 2, 3, 4).set(12, 2, 3, 4, 5).set(16, 3, 4, 5, 6);
        chain.lies.put(10, List.of(1, 90, 91, 92));
        var proof = qbft(chain).orElseThrow();
        assertEquals(2, proof.shared().size());
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, 1, 2, 3, 4));
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, 3, 4, 5, 6));
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof, 1, 90, 91, 92));
        var named = trusting(Consensus.QBFT, 1, 2, 3, 4).getFirst().addresses();
        var unled = assertInstanceOf(
                AnchorProofFinding.Incomplete.class,
                check(proof, List.of(new EvmValidators(4719, Consensus.QBFT, named))));
        assertTrue(unled.missing().contains("no line of theirs says that bridges count"), unled.missing());
    }

    /// Of a block with such a list nothing can be shown; the next head is in another one.
    @Test
    void aBlockWhoseListItsSealersAreNotOnGivesNoProof() throws Exception {
        chain.lies.put(LODGED_AT, List.of(1, 90, 91, 92));
        assertEquals(Optional.empty(), qbft(chain.set(0, 1, 2, 3, 4)));
    }

    /// As where a consortium is moved to other machines at once: nothing leads over that, from there on it
    /// does.
    @Test
    void aSetThatWasReplacedAtOnceIsNotLedTo() throws Exception {
        chain.set(0, 1, 2, 3, 4).set(4, 1, 2, 3, 4, 5).set(10, 11, 12, 13, 14).set(16, 11, 12, 13, 14, 15);
        var proof = qbft(chain).orElseThrow();
        assertEquals(1, proof.shared().size());
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof, 1, 2, 3, 4));
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, 11, 12, 13, 14));
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, 11, 12, 13, 14, 15));
    }

    @Test
    void aSetThatCameAndWentNeedsNoBridge() throws Exception {
        var proof = qbft(chain.set(0, 1, 2, 3, 4).set(10, 1, 2, 3, 4, 5).set(12, 1, 2, 3, 4))
                .orElseThrow();
        assertEquals(List.of(), proof.shared());
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, 1, 2, 3, 4));
    }

    /// A chain that was moved to QBFT later: block 0 is of another kind.
    @Test
    void aChainThatBeganOtherwiseGivesNoBridges() throws Exception {
        chain.set(0, 1, 2, 3, 4).set(10, 1, 2, 3, 4, 5).bft(BftDialect.QBFT, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
        chain.block(0).put("extraData", "0x");
        var proof = proof(LODGED_AT).orElseThrow();
        assertEquals(List.of(), proof.shared());
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, 1, 2, 3, 4, 5));
    }

    @Test
    void eachDialectIsToldByHowTheHashComesAbout() throws Exception {
        for (var dialect : BftDialect.values()) {
            try (var other = new FakeSealedChain()) {
                other.set(0, 1, 2, 3, 4).bft(dialect, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
                var proof = other.proofs()
                        .of(CHAIN, ORIGIN, SIZE, ROOT, new Place(LODGED_AT, other.hash(LODGED_AT)))
                        .orElseThrow();
                assertEquals(List.of(), proof.shared());
                var found = assertInstanceOf(
                        AnchorProofFinding.Proved.class, check(proof, trusting(dialect.consensus(), 1, 2, 3, 4)));
                assertEquals(
                        "sealed by 4 of 4 validators of the trust store",
                        found.steps().getLast());
            }
        }
    }

    @Test
    void bridgesLeadOnIbft2() throws Exception {
        chain.set(0, 1, 2, 3, 4).set(3, 1, 2, 3, 4, 5).set(8, 2, 3, 4, 5).set(17, 3, 4, 5);
        chain.hardlySealed.add(8);
        chain.bft(BftDialect.IBFT2, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
        var proof = proof(LODGED_AT).orElseThrow();
        assertEquals(3, proof.shared().size());
        for (var set : List.of(
                new Integer[] {1, 2, 3, 4}, new Integer[] {1, 2, 3, 4, 5}, new Integer[] {2, 3, 4, 5}, new Integer[] {
                    3, 4, 5
                })) {
            assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, trusting(Consensus.IBFT2, set)));
        }
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof, trusting(Consensus.IBFT2, 11, 12, 13, 14)));
    }

    /// A header there says nothing of the next set that anybody but its proposer looked at: whoever trusts an
    /// older set is not led on, and no block is asked for.
    @Test
    void onIstanbulTheSetOfTheDayMustBeNamed() throws Exception {
        chain.set(0, 1, 2, 3, 4).set(8, 2, 3, 4, 5).set(14, 3, 4, 5, 6);
        chain.bft(BftDialect.ISTANBUL, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
        var proof = proof(LODGED_AT).orElseThrow();
        assertEquals(List.of(), proof.shared());
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, trusting(Consensus.ISTANBUL, 3, 4, 5, 6)));
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, trusting(Consensus.ISTANBUL, 2, 3, 4, 5)));
        assertInstanceOf(AnchorProofFinding.Incomplete.class, check(proof, trusting(Consensus.ISTANBUL, 1, 2, 3, 4)));
        assertEquals(23, chain.questions.get(), "the block, all receipts at once, each, and the account");
    }

    /// As GoQuorum's nodes move from Istanbul to QBFT.
    @Test
    void aChainThatMovedFromIstanbulIsProvedOnEitherSide() throws Exception {
        chain.set(0, 1, 2, 3, 4).bft(BftDialect.ISTANBUL, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
        try (var later = new FakeSealedChain()) {
            later.set(0, 1, 2, 3, 4).set(10, 1, 2, 3, 4, 5);
            later.bft(BftDialect.QBFT, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
            for (int old = 0; old < 5; old++) later.block(old).setAll(chain.block(old));
            var proof = later.proofs()
                    .of(CHAIN, ORIGIN, SIZE, ROOT, new Place(LODGED_AT, later.hash(LODGED_AT)))
                    .orElseThrow();
            assertEquals(List.of(), proof.shared(), "nothing leads from one consensus to another");
            assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, 1, 2, 3, 4, 5));
        }
    }

    /// A network whose genesis asks for 2f + 1 seals has three of five: two halves of it could each seal a
    /// block.
    @Test
    void aBlockThatFewerThanTwoThirdsSealedIsNoProof() throws Exception {
        for (var dialect : BftDialect.values()) {
            try (var other = new FakeSealedChain()) {
                other.hardlySealed.add(LODGED_AT);
                other.set(0, 1, 2, 3).bft(dialect, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
                var place = new Place(LODGED_AT, other.hash(LODGED_AT));
                assertEquals(Optional.empty(), other.proofs().of(CHAIN, ORIGIN, SIZE, ROOT, place));
            }
        }
    }

    @Test
    void aCliqueBlockBringsThoseOnTopOfIt() throws Exception {
        chain.set(0, 1, 2, 3, 4, 5).clique(HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
        var proof = proof(LODGED_AT).orElseThrow();
        var set = Stream.of(1, 2, 3, 4, 5).map(FakeSealedChain::address).toList();
        var found = assertInstanceOf(
                AnchorProofFinding.Incomplete.class,
                check(proof, List.of(new EvmValidators(4719, Consensus.CLIQUE, set))));
        assertEquals(
                "sealed by 5 of 5 signers of the trust store", found.steps().getLast());
    }

    /// A proof that was made now would be kept for ever, and show less than the chain does.
    @Test
    void aCliqueBlockWaitsForThoseThatWillBeOnTopOfIt() throws Exception {
        for (int height = LODGED_AT; height < LODGED_AT + 3; height++) {
            try (var early = new FakeSealedChain()) {
                early.set(0, 1, 2, 3).clique(height, LODGED_AT, ORIGIN, SIZE, ROOT);
                var place = new Place(LODGED_AT, early.hash(LODGED_AT));
                assertEquals(Optional.empty(), early.proofs().of(CHAIN, ORIGIN, SIZE, ROOT, place), height + " blocks");
            }
        }
        chain.set(0, 1, 2, 3).clique(LODGED_AT + 3, LODGED_AT, ORIGIN, SIZE, ROOT);
        assertInstanceOf(
                AnchorProofFinding.Incomplete.class, check(proof(LODGED_AT).orElseThrow(), List.of()));
    }

    /// What is behind a change may have a block that its own set has hardly sealed: the next one leads over it.
    @Test
    void aBlockThatIsHardlySealedIsPassedOver() throws Exception {
        chain.hardlySealed.add(8);
        var proof = qbft(chain.set(0, 1, 2, 3, 4).set(4, 1, 2, 3, 4, 5).set(8, 2, 3, 4, 5))
                .orElseThrow();
        assertEquals(2, proof.shared().size());
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, 1, 2, 3, 4));
    }

    @Test
    void whereNoBlockBehindAChangeIsSealedByEnoughNoRowLeadsOverIt() throws Exception {
        for (int number = 4; number < HEIGHT; number++) if (number != LODGED_AT) chain.hardlySealed.add(number);
        var proof = qbft(chain.set(0, 1, 2, 3, 4).set(4, 1, 2, 3, 4, 5)).orElseThrow();
        assertEquals(List.of(), proof.shared());
        assertInstanceOf(AnchorProofFinding.Proved.class, check(proof, 1, 2, 3, 4, 5));
    }

    /// Each answer is in time, and all together are not.
    @Test
    void aNodeThatTakesTooLongForAllAnswersGivesNoProof() throws Exception {
        chain.set(0, 1, 2, 3, 4).set(8, 1, 2, 3, 4, 5).bft(BftDialect.QBFT, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
        var place = new Place(LODGED_AT, chain.hash(LODGED_AT));
        assertTrue(chain.proofs().of(CHAIN, ORIGIN, SIZE, ROOT, place).isPresent());
        chain.questions.set(0);
        var slow = chain.proofs(
                () -> chain.questions.get() * Duration.ofSeconds(15).toNanos());
        assertEquals(Optional.empty(), slow.of(CHAIN, ORIGIN, SIZE, ROOT, place));
        assertEquals(4, chain.questions.get());
    }

    @Test
    void aBlockOfTooManyTransactionsGivesNoProof() throws Exception {
        chain.set(0, 1, 2, 3, 4).bft(BftDialect.QBFT, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
        var transactions = (ArrayNode) chain.block(LODGED_AT).get("transactions");
        while (transactions.size() <= 4096) transactions.add(transactions.get(0));
        assertEquals(Optional.empty(), proof(LODGED_AT));
        assertEquals(1, chain.questions.get());
    }

    /// The relay shares its heap with capture.
    @Test
    void receiptsOfMoreThanTheBudgetAreNotReadToTheirEnd() throws Exception {
        chain.set(0, 1, 2, 3, 4).bft(BftDialect.QBFT, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
        var large = chain.receipts.getFirst();
        ((ArrayNode) large.get("logs"))
                .addObject()
                .put("address", "0x")
                .put("data", Hex.of(new byte[500_000]))
                .putArray("topics");
        var transactions = (ArrayNode) chain.block(LODGED_AT).get("transactions");
        transactions.removeAll();
        for (int i = 0; i < 100; i++) transactions.add(large.get("transactionHash"));
        assertEquals(Optional.empty(), proof(LODGED_AT));
        int least = ProofQuestions.MAX_KEPT_BYTES / 500_000;
        assertTrue(chain.questions.get() > least && chain.questions.get() < 2 * least, chain.questions + " questions");
    }

    @Test
    void aProofThatNoFileHasRoomForIsNone() throws Exception {
        chain.named = 3_000;
        var signers = IntStream.range(1, 21).boxed().toArray(Integer[]::new);
        chain.set(0, signers).clique(LODGED_AT + 20, LODGED_AT, ORIGIN, SIZE, ROOT);
        assertEquals(Optional.empty(), proof(LODGED_AT));
        assertTrue(chain.questions.get() > 40, "it was made to its end");
    }

    @Test
    void aHeaderOfMoreThanItMayHaveIsNone() throws Exception {
        chain.set(0, 1, 2, 3, 4).bft(BftDialect.QBFT, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
        chain.block(LODGED_AT).put("extraData", Hex.of(new byte[BlockJson.MAX_HEADER_BYTES]));
        assertEquals(Optional.empty(), BlockJson.header(chain.block(LODGED_AT)));
        assertEquals(Optional.empty(), proof(LODGED_AT));
        assertEquals(1, chain.questions.get());
    }

    @Test
    void anotherHeadInTheSameBlockIsNotThisOne() throws Exception {
        chain.set(0, 1, 2, 3, 4).bft(BftDialect.QBFT, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
        var place = new Place(LODGED_AT, chain.hash(LODGED_AT));
        assertTrue(chain.proofs().of(CHAIN, ORIGIN, SIZE + 6, ROOT, place).isPresent());
        assertThrows(AnchorageSetback.class, () -> chain.proofs().of(CHAIN, ORIGIN, SIZE + 7, ROOT, place));
        assertThrows(AnchorageSetback.class, () -> chain.proofs().of(CHAIN, ORIGIN, SIZE, SOME, place));
        assertThrows(AnchorageSetback.class, () -> chain.proofs().of(CHAIN, new OriginId(SOME), SIZE, ROOT, place));
    }

    /// Whatever the node has wrong, nothing is given out that a verifier would not take.
    @Test
    void aNodeWhoseAnswersDoNotFitGivesNoProof() throws Exception {
        chain.set(0, 1, 2, 3, 4).bft(BftDialect.QBFT, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
        var block = chain.block(LODGED_AT);
        for (var name : List.of("stateRoot", "timestamp", "number", "difficulty", "mixHash", "receiptsRoot")) {
            var before = block.get(name);
            block.put(name, before.asText().replaceFirst(".$", before.asText().endsWith("5") ? "6" : "5"));
            assertEquals(Optional.empty(), proof(LODGED_AT), name);
            block.remove(name);
            assertEquals(Optional.empty(), proof(LODGED_AT), "without " + name);
            block.set(name, before);
        }
        var receipt = chain.receipts.get(4);
        receipt.put("status", "0x0");
        assertEquals(Optional.empty(), proof(LODGED_AT));
        receipt.put("status", "0x1");
        receipt.put("blockHash", Hex.of(ROOT.toBytes()));
        assertThrows(AnchorageSetback.class, () -> proof(LODGED_AT));
        receipt.put("blockHash", block.get("hash").asText());
        assertTrue(proof(LODGED_AT).isPresent());
        assertEquals(Optional.empty(), chain.proofs().of(CHAIN, ORIGIN, SIZE, ROOT, new Place(LODGED_AT, ROOT)));
    }

    private Optional<AnchorProof> qbft(FakeSealedChain begun) throws Exception {
        begun.bft(BftDialect.QBFT, HEIGHT, LODGED_AT, ORIGIN, SIZE, ROOT);
        return proof(LODGED_AT);
    }

    private Optional<AnchorProof> proof(int height) throws Exception {
        return chain.proofs().of(CHAIN, ORIGIN, SIZE, ROOT, new Place(height, chain.hash(height)));
    }

    private static AnchorProofFinding check(AnchorProof proof, Integer... validators) {
        return check(proof, trusting(Consensus.QBFT, validators));
    }

    private static List<EvmValidators> trusting(Consensus consensus, Integer... validators) {
        var set = Stream.of(validators).map(FakeSealedChain::address).toList();
        return List.of(new EvmValidators(4719, consensus, consensus.hasBridges(), set));
    }

    private static AnchorProofFinding check(AnchorProof proof, List<EvmValidators> trusted) {
        Map<Hash, byte[]> parts = new HashMap<>();
        for (var part : proof.shared()) parts.put(EvmProofs.sha256(part), part);
        return EvmProof.check(
                proof.bytes(),
                name -> Optional.ofNullable(parts.get(name)),
                CHAIN,
                ORIGIN.value(),
                SIZE,
                ROOT,
                trusted);
    }
}
