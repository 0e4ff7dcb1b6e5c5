package org.sealpost.evidence.anchor.evm;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sealpost.evidence.Printable;
import org.sealpost.merkle.Hash;

/// A node's JSON-RPC over HTTP: the few questions that an anchor needs.
final class EvmNode {
    private static final int MAX_ANSWER_BYTES = 4 << 20;

    private final HttpClient client;
    private final URI url;
    private final Duration timeout;

    /// @param timeout for a whole answer
    EvmNode(HttpClient client, URI url, Duration timeout) {
        this.client = client;
        this.url = url;
        this.timeout = timeout;
    }

    /// Where it is, without what may be secret in its URL.
    String name() {
        return Printable.escape(
                url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()));
    }

    long chainId() throws NodeSilent {
        var text = text(call("eth_chainId", "[]"));
        try {
            return Long.parseLong(digits(text), 16);
        } catch (NumberFormatException e) {
            throw silent("gave a chain id that is no number");
        }
    }

    /// The hash of the block of this number, unsigned.
    Hash block(long number) throws NodeSilent {
        return blockIfThere(number).orElseThrow(() -> silent("has no " + name(number)));
    }

    /// The hash of the block of this number, unsigned; empty if the node says that it has none.
    Optional<Hash> blockIfThere(long number) throws NodeSilent {
        var block = call("eth_getBlockByNumber", "[\"0x" + Long.toHexString(number) + "\",false]");
        if (block.equals(new Json.Word("null"))) return Optional.empty();
        var bytes = bytes(text(block.member("hash").orElseThrow(() -> silent("has no " + name(number)))));
        if (bytes.length != Hash.SIZE) throw silent("gave a " + name(number) + " without a hash");
        return Optional.of(Hash.of(bytes));
    }

    private static String name(long number) {
        return "block " + Long.toUnsignedString(number);
    }

    /// The number of its newest block, unsigned.
    long newestBlock() throws NodeSilent {
        var text = text(call("eth_blockNumber", "[]"));
        try {
            return Long.parseUnsignedLong(digits(text), 16);
        } catch (NumberFormatException e) {
            throw silent("gave a number of a block that is none");
        }
    }

    /// Whether it is still catching up with its chain, by its own word.
    boolean isSyncing() throws NodeSilent {
        return !call("eth_syncing", "[]").equals(new Json.Word("false"));
    }

    /// What a transaction made; empty if the node does not have it, or it took no effect.
    Optional<ContractCreation.Made> made(Hash transaction) throws NodeSilent {
        var params = "[\"" + hex(transaction.toBytes()) + "\"]";
        var sent = call("eth_getTransactionByHash", params);
        var receipt = call("eth_getTransactionReceipt", params);
        var isThere = sent instanceof Json.Members && receipt instanceof Json.Members;
        if (!isThere || !receipt.member("status").equals(Optional.of(new Json.Text("0x1")))) return Optional.empty();
        var input = sent.member("input").orElseThrow(() -> silent("gave a transaction without input"));
        var contract = receipt.member("contractAddress").flatMap(Json::text);
        return Optional.of(new ContractCreation.Made(
                sent.member("to").flatMap(Json::text).isPresent(),
                bytes(text(input)),
                contract.isPresent() ? bytes(contract.get()) : new byte[0]));
    }

    /// The code at an address as of the latest block; empty if there is none.
    byte[] code(byte[] address) throws NodeSilent {
        return bytes(text(call("eth_getCode", "[\"" + hex(address) + "\",\"latest\"]")));
    }

    /// What a function returns as of the latest block.
    byte[] call(byte[] address, byte[] input) throws NodeSilent {
        return bytes(text(
                call("eth_call", "[{\"to\":\"" + hex(address) + "\",\"data\":\"" + hex(input) + "\"},\"latest\"]")));
    }

    private Json call(String method, String params) throws NodeSilent {
        var body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
        var request = HttpRequest.newBuilder(url)
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        var response = send(request);
        if (response.statusCode() != 200) throw silent("answered with HTTP status " + response.statusCode());
        try {
            var answer = Json.parse(new String(response.body(), StandardCharsets.UTF_8));
            if (answer.member("error").isPresent()) {
                var message = answer.member("error").flatMap(error -> error.member("message"));
                throw silent("refused " + method + ": "
                        + Printable.quote(message.flatMap(Json::text).orElse("")));
            }
            return answer.member("result").orElseThrow(() -> silent("answered " + method + " without a result"));
        } catch (IllegalArgumentException e) {
            throw silent("answered " + method + " with what is " + Printable.escape(String.valueOf(e.getMessage())));
        }
    }

    private NodeSilent late() {
        return silent("did not answer within " + timeout.toMillis() + " ms");
    }

    /// The request's own timeout ends with the headers; a body that trickles is bounded here.
    private HttpResponse<byte[]> send(HttpRequest request) throws NodeSilent {
        var answer = client.sendAsync(
                request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw late();
        } catch (ExecutionException e) {
            // Whichever of the two clocks runs out first, to the reader it is the same.
            if (e.getCause() instanceof HttpTimeoutException) throw late();
            // Of an answer that is no HTTP the client throws whatever it comes upon, such as NumberFormatException.
            var cause = Objects.requireNonNull(e.getCause());
            if (cause instanceof Error error) throw error;
            throw silent("cannot be asked: " + cause.getClass().getSimpleName()
                    + (cause.getMessage() == null ? "" : " " + Printable.quote(cause.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw silent("was not waited for");
        } finally {
            answer.cancel(true);
        }
    }

    private String text(Json result) throws NodeSilent {
        return result.text().orElseThrow(() -> silent("answered with another type than text"));
    }

    private byte[] bytes(String text) throws NodeSilent {
        try {
            return HexFormat.of().parseHex(digits(text));
        } catch (IllegalArgumentException e) {
            throw silent("answered with what is no hex string");
        }
    }

    private String digits(String text) throws NodeSilent {
        if (!text.startsWith("0x")) throw silent("answered with what is no hex string");
        return text.substring(2);
    }

    private static String hex(byte[] bytes) {
        return "0x" + HexFormat.of().formatHex(bytes);
    }

    private NodeSilent silent(String what) {
        return new NodeSilent("node " + name() + " " + what);
    }
}
