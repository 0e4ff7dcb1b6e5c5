package org.sealpost.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.evidence.TrustFile;

/// Four validators of a chain on which gas has no price and a block is final at once (scripts/ledgers).
final class Consortium implements ProvingChain {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final LedgerNodes nodes;
    private final URI node;

    private Consortium(LedgerNodes nodes, URI node) {
        this.nodes = nodes;
        this.node = node;
    }

    /// @param folder for all that it writes
    static Consortium up(Path scripts, Path folder) throws IOException, InterruptedException {
        var nodes = LedgerNodes.up(scripts, "evm", folder);
        return new Consortium(
                nodes, URI.create(Files.readAllLines(folder.resolve("nodes")).getFirst()));
    }

    URI node() {
        return node;
    }

    /// The lines of a gateway's configuration that make it lodge there, each head at once.
    static String settings(URI url) {
        return """
                [anchorage.evm]
                kind = "evm"
                urls = ["%s"]
                contract = "evm-contract"
                confirmations = 0
                max-age = "0s"
                min-pause = "0s"
                """.formatted(url);
    }

    @Override
    public String settings() {
        return settings(node);
    }

    /// Gas has no price, so whoever has a key may send.
    @Override
    public void admit(SealpostGateway gateway) {}

    /// The contract, and who sealed block 0.
    @Override
    public String trusted(AnchorIdentity identity) throws IOException, InterruptedException {
        if (!(identity instanceof AnchorIdentity.Evm chain)) throw new IOException("not a contract: " + identity);
        var lines = new StringBuilder(TrustFile.naming(chain))
                .append("validators evm ")
                .append(chain.chainId())
                .append(" qbft");
        for (var validator : call("istanbul_getValidators", "0x0")) {
            lines.append(' ').append(validator.asText());
        }
        return lines.append('\n').toString();
    }

    /// Sizes of all heads that any contract here took, in their order.
    List<Long> lodged() throws IOException, InterruptedException {
        var sizes = new ArrayList<Long>();
        var filter = json.createObjectNode().put("fromBlock", "0x0");
        for (var event : call("eth_getLogs", filter)) {
            sizes.add(Long.parseLong(event.required("data").asText().substring(2, 66), 16));
        }
        return sizes;
    }

    /// How many transactions there are on the chain.
    long transactions() throws IOException, InterruptedException {
        long height = height();
        long count = 0;
        for (long number = 1; number <= height; number++) {
            count += Long.decode(call("eth_getBlockTransactionCountByNumber", "0x" + Long.toHexString(number))
                    .asText());
        }
        return count;
    }

    /// Waits until there are so many more than now.
    void awaitBlocks(int count) throws IOException, InterruptedException {
        long goal = height() + count;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (height() < goal) {
            if (System.nanoTime() > deadline) throw new IOException("no block " + goal + " after " + PATIENCE);
            Thread.sleep(100);
        }
    }

    /// Hands a signed transaction to the first node.
    void send(byte[] transaction) throws IOException, InterruptedException {
        call("eth_sendRawTransaction", "0x" + HexFormat.of().formatHex(transaction));
    }

    /// How many of an account's transactions are in blocks.
    long transactionsOf(String account) throws IOException, InterruptedException {
        return Long.decode(call("eth_getTransactionCount", account, "latest").asText());
    }

    long height() throws IOException, InterruptedException {
        return Long.decode(call("eth_blockNumber").asText());
    }

    private JsonNode call(String method, Object... params) throws IOException, InterruptedException {
        var question = json.createObjectNode()
                .put("jsonrpc", "2.0")
                .put("id", 1)
                .put("method", method)
                .set("params", json.valueToTree(params));
        var request = HttpRequest.newBuilder(node)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(json.writeValueAsBytes(question)));
        var answer = json.readTree(
                http.send(request.build(), BodyHandlers.ofByteArray()).body());
        if (!answer.has("result")) throw new IOException(method + ": " + answer);
        return answer.required("result");
    }

    /// Ends the nodes; may be called twice.
    @Override
    public void close() {
        http.shutdownNow();
        nodes.close();
    }
}
