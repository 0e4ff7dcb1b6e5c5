package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.anchor.evm.BftBlock;
import org.sealpost.evidence.anchor.evm.BftDialect;
import org.sealpost.evidence.anchor.evm.BlockHeader;

/// A block as GoQuorum tells it (shared vectors `evm-qbft`) comes to the hashes that its validators sealed.
class BlockJsonTest {
    @Test
    void aRealBlockAndItsReceiptsGiveTheChainsOwnHashes() throws Exception {
        var block = shared("block.json");
        var header = BlockHeader.parse(BlockJson.header(block).orElseThrow());
        assertEquals(
                block.get("hash").asText(),
                Hex.of(BftBlock.of(BftDialect.QBFT, header).hash().toBytes()));

        var receipts = new ArrayList<byte[]>();
        for (var receipt : shared("receipts.json")) receipts.add(BlockJson.receipt(receipt));
        var trie = new ReceiptTrie(receipts);
        assertEquals(header.receiptsRoot(), trie.root());

        var expected = shared("expected.json");
        int index = expected.at("/transaction/index").asInt();
        assertEquals(expected.at("/receipt/encoded").asText(), Hex.of(receipts.get(index)));
        var nodes = new ArrayList<String>();
        for (var node : expected.at("/receipt/proof")) nodes.add(node.asText());
        assertEquals(nodes, trie.proof(index).stream().map(Hex::of).toList());
    }

    private static JsonNode shared(String name) throws IOException {
        var file = Path.of(System.getProperty("sealpost.shared", "../shared"), "vectors/evm-qbft", name);
        Assumptions.assumeTrue(Files.exists(file), "shared vectors are not here: evm-qbft/" + name);
        return new ObjectMapper().readTree(file.toFile());
    }
}
