package org.sealpost.evidence.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorProofFinding;
import org.sealpost.evidence.EvmValidators;
import org.sealpost.evidence.EvmValidators.Consensus;
import org.sealpost.merkle.Hash;

/// A block that GoQuorum's four validators made (shared vectors `evm-qbft`), and all that must be refused of
/// it. Its event is another contract's than ours, so it is given as what is looked for.
class QbftVectorTest {
    private static final List<String> FIELDS = List.of(
            "parentHash",
            "sha3Uncles",
            "miner",
            "stateRoot",
            "transactionsRoot",
            "receiptsRoot",
            "logsBloom",
            "difficulty",
            "number",
            "gasLimit",
            "gasUsed",
            "timestamp",
            "extraData",
            "mixHash",
            "nonce");
    private static final Set<String> NUMBERS = Set.of("difficulty", "number", "gasLimit", "gasUsed", "timestamp");
    private static final int EXTRA = 12;
    private static final AnchorProofFinding SEALED = new AnchorProofFinding.Incomplete(
            List.of("lodged by the contract in block 50", "sealed by 3 of 4 validators of the trust store"),
            "by which code, a node must tell");

    private static JsonNode block;
    private static JsonNode expected;
    private static List<byte[]> fields;
    private static List<byte[]> receiptNodes;
    private static ContractLog wanted;
    private static EvmValidators trusted;

    @BeforeAll
    static void read() throws IOException {
        var folder = Path.of(System.getProperty("sealpost.shared", "../shared"), "vectors/evm-qbft");
        Assumptions.assumeTrue(Files.exists(folder), "shared vectors are not here: evm-qbft");
        block = new ObjectMapper().readTree(folder.resolve("block.json").toFile());
        expected = new ObjectMapper().readTree(folder.resolve("expected.json").toFile());
        fields = new ArrayList<>();
        for (var name : FIELDS) {
            var value = block.get(name);
            fields.add(
                    NUMBERS.contains(name)
                            ? TestTrie.number(new BigInteger(value.asText().substring(2), 16).longValueExact())
                            : TestTrie.string(hex(value)));
        }
        receiptNodes = all(expected.at("/receipt/proof"));
        var event = expected.get("event");
        var topics = all(event.get("topics")).stream().map(Hash::of).toList();
        wanted = ContractLog.of(hex(event.get("address")), topics, hex(event.get("data")));
        trusted = new EvmValidators(
                expected.get("chainId").asLong(), Consensus.QBFT, addresses(expected.at("/block/validators")));
    }

    @Test
    void theBlockIsWhatItsValidatorsSealed() throws ProofBroken {
        var found = BftBlock.of(BftDialect.QBFT, BlockHeader.parse(header()));
        assertEquals(Hash.of(hex(expected.at("/block/hash"))), found.hash());
        assertEquals(Hash.of(hex(block.get("hash"))), found.hash());
        assertEquals(expected.at("/block/number").asLong(), found.header().number());
        assertEquals(Set.copyOf(trusted.addresses()), found.validators());
        var sealers = addresses(expected.at("/block/sealedBy"));
        assertEquals(expected.at("/block/quorum").asInt(), sealers.size());
        for (var validator : trusted.addresses()) {
            assertEquals(sealers.contains(validator) ? 1 : 0, found.sealersOf(List.of(validator)), validator);
        }
    }

    /// All but the contract's code: the vectors have no proof of its account.
    @Test
    void theReceiptAndItsSealsHold() {
        assertEquals(SEALED, check(proof(header(), receiptNodes)));
    }

    @Test
    void receiptAndTransactionLieWhereTheirTriesSay() throws ProofBroken {
        var key = RlpWriter.number(expected.at("/transaction/index").asLong());
        assertArrayEquals(
                hex(expected.at("/receipt/encoded")),
                MerklePatricia.value(BlockHeader.parse(header()).receiptsRoot(), key, receiptNodes));
        assertArrayEquals(
                hex(expected.at("/transaction/encoded")),
                MerklePatricia.value(
                        Hash.of(hex(block.get("transactionsRoot"))), key, all(expected.at("/transaction/proof"))));
    }

    @Test
    void whatMustBeRefusedIsKnown() {
        var all = new HashSet<String>();
        expected.get("mustBeRefused").forEach(item -> all.add(item.asText()));
        assertEquals(
                Set.of(
                        "fewer distinct seals than the quorum",
                        "a seal repeated",
                        "a seal of somebody who is no validator",
                        "any header field changed",
                        "the receipt of another index",
                        "a proof node changed, left out or added",
                        "status changed to 1 in a failed receipt"), // EvmProofTest: this block has no failed one
                all);
    }

    @Test
    void sealsThatAreTooFewRepeatedOrStrangeAreRefused() throws ProofBroken {
        var seals = seals();
        var stranger = new TestValidator(1).seal(Hash.of(hex(block.get("hash"))));
        assertBroken(proof(sealed(seals.subList(0, 2)), receiptNodes));
        assertBroken(proof(sealed(List.of(seals.get(0), seals.get(1), seals.get(1))), receiptNodes));
        assertBroken(proof(sealed(List.of(seals.get(0), seals.get(1), stranger)), receiptNodes));
        assertBroken(proof(sealed(List.of(seals.get(0), seals.get(1), seals.get(2), stranger)), receiptNodes));
        assertBroken(
                proof(sealed(List.of(seals.get(0), seals.get(1), TestValidator.highS(seals.get(2)))), receiptNodes));
        // In another order they are the same seals.
        assertEquals(SEALED, check(proof(sealed(seals.reversed()), receiptNodes)));
    }

    @Test
    void anyFieldOfTheHeaderChangedIsRefused() {
        for (int field = 0; field < fields.size(); field++) {
            for (int back = 1; back <= fields.get(field).length; back++) {
                var altered = new ArrayList<>(fields);
                altered.set(field, fields.get(field).clone());
                altered.get(field)[fields.get(field).length - back] ^= 1;
                assertBroken(proof(list(altered), receiptNodes));
            }
        }
    }

    @Test
    void anotherReceiptOrOtherNodesAreRefused() {
        for (int index = 0; index < 8; index++) {
            var proof = new EvmProof(EvmProof.QBFT, header(), index, receiptNodes, 0, List.of(), List.of(), List.of());
            if (index != 6) assertBroken(proof);
        }
        for (int node = 0; node < receiptNodes.size(); node++) {
            var without = new ArrayList<>(receiptNodes);
            without.remove(node);
            assertBroken(proof(header(), without));
            var added = new ArrayList<>(receiptNodes);
            added.add(node, receiptNodes.get(node));
            assertBroken(proof(header(), added));
            for (int at = 0; at < receiptNodes.get(node).length; at++) {
                var altered = new ArrayList<>(receiptNodes);
                altered.set(node, receiptNodes.get(node).clone());
                altered.get(node)[at] ^= 1;
                assertBroken(proof(header(), altered));
            }
        }
    }

    private static byte[] header() {
        return list(fields);
    }

    private static List<byte[]> seals() throws ProofBroken {
        var in = Rlp.ofList(hex(block.get("extraData"))).items(5).getLast();
        var seals = new ArrayList<byte[]>();
        for (var seal : Rlp.ofList(in).items(4)) seals.add(Rlp.string(seal));
        return seals;
    }

    private static byte[] sealed(List<byte[]> seals) throws ProofBroken {
        var extra = Rlp.ofList(hex(block.get("extraData"))).items(5);
        extra.set(4, list(seals.stream().map(TestTrie::string).toList()));
        var altered = new ArrayList<>(fields);
        altered.set(EXTRA, TestTrie.string(list(extra)));
        return list(altered);
    }

    private static byte[] list(List<byte[]> items) {
        return TestTrie.list(items.toArray(byte[][]::new));
    }

    private static EvmProof proof(byte[] header, List<byte[]> nodes) {
        return new EvmProof(EvmProof.QBFT, header, 6, nodes, 0, List.of(), List.of(), List.of());
    }

    private static AnchorProofFinding check(EvmProof proof) {
        return EvmProof.check(
                proof.encode(),
                name -> Optional.empty(),
                wanted,
                Hash.of(new byte[32]),
                List.of(trusted),
                new SealedBlocks());
    }

    private static void assertBroken(EvmProof proof) {
        assertInstanceOf(AnchorProofFinding.Broken.class, check(proof));
    }

    private static List<String> addresses(JsonNode list) {
        var all = new ArrayList<String>();
        list.forEach(item -> all.add(HexFormat.of().formatHex(hex(item))));
        return all;
    }

    private static List<byte[]> all(JsonNode list) {
        var all = new ArrayList<byte[]>();
        list.forEach(item -> all.add(hex(item)));
        return all;
    }

    private static byte[] hex(JsonNode text) {
        return HexFormat.of().parseHex(text.asText().substring(2));
    }
}
