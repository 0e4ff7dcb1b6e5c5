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
import java.util.concurrent.TimeUnit;

/// Four validators of a chain on which gas has no price and a block is final at once (scripts/ledgers).
final class Consortium implements AutoCloseable {
    private static final int UP_MINUTES = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Path scripts;
    private final Path folder;
    private final URI node;

    private Consortium(Path scripts, Path folder, URI node) {
        this.scripts = scripts;
        this.folder = folder;
        this.node = node;
    }

    /// Builds its program where that was never done.
    ///
    /// @param folder for all that it writes
    static Consortium up(Path scripts, Path folder) throws IOException, InterruptedException {
        // Whoever ends a benchmark early must not have to look for its nodes.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> down(scripts, folder)));
        run(scripts.resolve("up"), folder);
        var nodes = Files.readAllLines(folder.resolve("nodes"));
        return new Consortium(scripts, folder, URI.create(nodes.getFirst()));
    }

    private static void run(Path script, Path folder) throws IOException, InterruptedException {
        var process = new ProcessBuilder(script.toString(), "evm", folder.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!process.waitFor(UP_MINUTES, TimeUnit.MINUTES)) {
            process.destroy();
            throw new IOException(script + " has not ended after " + UP_MINUTES + " minutes");
        }
        if (process.exitValue() != 0) throw new IOException(script + " ended with " + process.exitValue());
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

    /// Who sealed block 0, for a trust file.
    String validatorsLine() throws IOException, InterruptedException {
        var line = new StringBuilder("validators evm ")
                .append(Long.decode(call("eth_chainId").asText()))
                .append(" qbft");
        for (var validator : call("istanbul_getValidators", "0x0")) {
            line.append(' ').append(validator.asText().substring(2));
        }
        return line.append('\n').toString();
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
        down(scripts, folder);
    }

    private static void down(Path scripts, Path folder) {
        if (!Files.isDirectory(folder)) return; // it ended before, and its folder is gone
        try {
            run(scripts.resolve("down"), folder);
        } catch (IOException e) {
            System.err.println("the nodes in " + folder + " may still run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
