package org.sealpost.evidence.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.merkle.Hash;

/// What a node's word about a creation is worth. With real nodes and contracts the box's tests go through it
/// (EvmCreationTest).
class ContractCreationTest {
    private static final Hash TRANSACTION = Hash.ofHex("ab".repeat(32));
    private static final byte[] CONTRACT = new byte[20];
    private static final AnchorIdentity.Evm CHAIN = new AnchorIdentity.Evm(
            1,
            Hash.of(new byte[32]),
            CONTRACT,
            ContractCreation.KNOWN.keySet().iterator().next());

    private FakeNode node;

    @BeforeEach
    void start() throws Exception {
        node = new FakeNode();
        sent("null", "0x6001");
        made("0x1", "\"0x" + "00".repeat(20) + "\"");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void sent(String to, String input) {
        node.results.put("eth_getTransactionByHash", "{\"to\":" + to + ",\"input\":\"" + input + "\"}");
    }

    private void made(String status, String contract) {
        node.results.put(
                "eth_getTransactionReceipt", "{\"status\":\"" + status + "\",\"contractAddress\":" + contract + "}");
    }

    @Test
    void otherCodeThatMadeItIsToldApart() {
        var found = look(CHAIN, List.of(TRANSACTION));
        assertFalse(found.isRight());
        assertTrue(found.words().contains("made the contract by other code: keccak-256"), found.words());
    }

    @Test
    void aTransactionThatMadeNothingOrAnotherContractIsToldApart() {
        for (var contract : List.of("null", "\"0x" + "11".repeat(20) + "\"")) {
            made("0x1", contract);
            assertFalse(look(CHAIN, List.of(TRANSACTION)).isRight());
        }
        made("0x1", "\"0x" + "00".repeat(20) + "\"");
        sent("\"0x" + "22".repeat(20) + "\"", "0x6001");
        var found = look(CHAIN, List.of(TRANSACTION));
        assertFalse(found.isRight());
        assertTrue(found.words().endsWith("did not make the contract"), found.words());
    }

    /// It does not keep old transactions, or took it back, or does not answer: nobody knows.
    @Test
    void whatANodeDoesNotTellContradictsNothing() {
        made("0x0", "null");
        assertUnknown(
                CHAIN,
                List.of(TRANSACTION),
                "does not have transaction " + TRANSACTION + ": nobody has looked whether it made the contract");
        node.results.put("eth_getTransactionReceipt", "null");
        assertUnknown(
                CHAIN,
                List.of(TRANSACTION),
                "does not have transaction " + TRANSACTION + ": nobody has looked whether it made the contract");
        node.results.put("eth_getTransactionReceipt", "{\"status\":\"0x1\",\"contractAddress\":\"0xzz\"}");
        assertUnknown(CHAIN, List.of(TRANSACTION), "is not known: node http");
        node.status = 500;
        assertUnknown(CHAIN, List.of(TRANSACTION), "is not known: node http");
    }

    @Test
    void whereNobodyNamesItNobodyIsAsked() {
        assertUnknown(CHAIN, List.of(), "since the trust store does not name its creation");
        var other = new AnchorIdentity.Evm(1, Hash.of(new byte[32]), CONTRACT, TRANSACTION);
        assertUnknown(other, List.of(TRANSACTION), "since this verifier knows none that leaves this code");
        assertTrue(node.calls.get() == 0);
    }

    private void assertUnknown(AnchorIdentity.Evm chain, List<Hash> transactions, String words) {
        var found = look(chain, transactions);
        assertTrue(found.isRight());
        assertTrue(found.words().contains(words), found.words());
    }

    private ContractCreation.Found look(AnchorIdentity.Evm chain, List<Hash> transactions) {
        try (var client = HttpClient.newHttpClient()) {
            return ContractCreation.look(new EvmNode(client, node.url(), Duration.ofSeconds(10)), chain, transactions);
        }
    }
}
