package org.sealpost.anchor.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.anchor.evm.JsonRpc.Question;
import org.sealpost.hsm.FreePort;
import org.sealpost.merkle.Hash;

/// Nodes that answer nonsense, too much, too late or not at all.
class JsonRpcTest {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    private HttpServer server;
    private URI node;
    private volatile int status = 200;
    private volatile byte[] answer = new byte[0];
    private volatile boolean answersOne = true;
    private final CountDownLatch closed = new CountDownLatch(1);

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
            try (var out = exchange.getResponseBody()) {
                out.write(answer);
            }
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor()); // one that trickles holds up no other
        server.start();
        node = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void nonsenseIsAnErrorOfItsOwn() {
        for (String nonsense : List.of(
                "",
                "<html>",
                "[]",
                "null",
                "1",
                "{}",
                "{\"jsonrpc\":\"2.0\",\"id\":99,\"result\":\"0x1\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":7}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"one\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0xffffffffffffffffff\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x" + "f".repeat(100) + "\"}",
                "{".repeat(5000))) {
            say(200, nonsense);
            var error = assertThrows(IOException.class, this::chainId, nonsense);
            assertFalse(error instanceof RpcError, nonsense);
        }
        say(200, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x1\"}");
        assertEquals(1, chainIdOrFail());
    }

    /// What is kept of an answer that cannot be read has none of it: neither its words nor whoever read it.
    @Test
    void ofALongAnswerThatCannotBeReadNothingIsKept() {
        String million = "x".repeat(1_000_000);
        for (String nonsense :
                List.of(million, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"" + million, "<" + million)) {
            say(200, nonsense);
            var error = assertThrows(IOException.class, this::chainId);
            assertTrue(error.getMessage().length() < 200, error.getMessage());
            assertEquals(null, error.getCause(), "it would have the answer with it");
        }
    }

    @Test
    void anErrorWithAnHttpStatusIsStillTheNodesWord() {
        say(500, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"nonce too low\"}}");
        assertTrue(assertThrows(RpcError.class, this::chainId).getMessage().contains("nonce too low"));
        say(502, "Bad Gateway");
        assertFalse(assertThrows(IOException.class, this::chainId) instanceof RpcError);
        say(429, "");
        assertTrue(assertThrows(IOException.class, this::chainId).getMessage().contains("429"));
    }

    /// What stands before a node may know one question at a time only, or fewer at once; both say so in many ways.
    @Test
    void whoeverDoesNotAnswerManyAtOnceIsAskedOneByOne() throws Exception {
        var many = listenForMany();
        for (var refusal : List.of(
                new Refusal(413, "too large"),
                new Refusal(200, ""),
                new Refusal(403, "<html>"),
                new Refusal(400, "{\"error\":{\"code\":-32600,\"message\":\"batches are not supported\"}}"),
                new Refusal(200, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600}}"),
                new Refusal(200, "[]"),
                new Refusal(
                        200, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32600,\"message\":\"too many\"}}]"),
                new Refusal(200, "[{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600}}]"))) {
            say(refusal.status, refusal.text);
            many.set(0);
            try (var rpc = new JsonRpc(node.resolve("/one"), DEADLINE)) {
                for (int i = 0; i < 2; i++) {
                    for (var reply : rpc.together(List.of(new Question("a"), new Question("b")))) {
                        assertEquals("0x7", reply.result().asText(), refusal.text);
                    }
                }
            }
            assertEquals(1, many.get(), () -> "asked once, and not again: " + refusal.text);
        }
    }

    /// It is found out once, by questions that change nothing.
    @Test
    void whoeverAnswersFewAtOnceIsAskedFewAtOnce() throws Exception {
        var sizes = new ArrayList<Integer>();
        server.createContext("/few", exchange -> {
            var asked = JSON.readTree(exchange.getRequestBody().readAllBytes());
            sizes.add(asked.isArray() ? asked.size() : 1);
            var said = JSON.createArrayNode();
            if (asked.size() <= 16) {
                for (var each : asked) {
                    said.add(JSON.createObjectNode()
                            .put("jsonrpc", "2.0")
                            .put("result", each.get("method").asText())
                            .set("id", each.get("id")));
                }
            }
            exchange.sendResponseHeaders(200, 0);
            try (var out = exchange.getResponseBody()) {
                out.write(JSON.writeValueAsBytes(said));
            }
        });
        var questions = IntStream.range(0, 50)
                .mapToObj(i -> new Question("question " + i))
                .toList();
        try (var rpc = new JsonRpc(node.resolve("/few"), DEADLINE)) {
            for (int i = 0; i < 2; i++) {
                var replies = rpc.together(questions);
                assertEquals(50, replies.size());
                for (int j = 0; j < 50; j++) {
                    assertEquals("question " + j, replies.get(j).result().asText());
                }
            }
        }
        assertEquals(List.of(50, 16, 16, 16, 2, 16, 16, 16, 2), sizes);
    }

    private record Refusal(int status, String text) {}

    /// A node, or a proxy, that is away for a moment says nothing of how it is to be asked.
    @Test
    void whoeverAnswersNothingIsAskedManyAtOnceAgain() throws Exception {
        var many = listenForMany();
        answersOne = false;
        say(502, "Bad Gateway");
        try (var rpc = new JsonRpc(node.resolve("/one"), DEADLINE)) {
            var questions = List.of(new Question("a"), new Question("b"));
            assertThrows(IOException.class, () -> rpc.together(questions));
            answersOne = true;
            for (var reply : rpc.together(questions))
                assertEquals("0x7", reply.result().asText());
            assertEquals(2, many.get());
        }
    }

    /// From then on single questions are answered at "/one", and many as [#say] has it.
    private AtomicInteger listenForMany() {
        var many = new AtomicInteger();
        server.createContext("/one", exchange -> {
            String question = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            byte[] said = answer;
            int code = status;
            if (question.startsWith("[")) {
                many.incrementAndGet();
            } else if (answersOne) {
                String id = question.replaceAll(".*\"id\":([0-9]+).*", "$1");
                said = ("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":\"0x7\"}").getBytes(StandardCharsets.UTF_8);
                code = 200;
            }
            exchange.sendResponseHeaders(code, said.length == 0 ? -1 : said.length);
            try (var out = exchange.getResponseBody()) {
                out.write(said);
            }
        });
        return many;
    }

    @Test
    void revertDataIsFoundWhereverNodesPutIt() {
        for (String data : List.of("\"0xabcd\"", "{\"data\":\"0xabcd\"}", "\"Reverted 0xabcd\"")) {
            say(200, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":3,\"message\":\"x\",\"data\":" + data + "}}");
            assertEquals("0xabcd", assertThrows(RpcError.class, this::chainId).data());
        }
    }

    @Test
    void anAnswerWithoutEndIsCutOff() {
        say(200, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x" + "0".repeat(2 << 20) + "1\"}");
        assertThrows(IOException.class, this::chainId);
    }

    /// Whatever comes back after bytes were sent, they may have arrived; only the node's clear words say more.
    @Test
    void afterSendingOnlyClearWordsAreMoreThanUnknown() {
        assertInstanceOf(SubmitOutcome.Unknown.class, sent(502, "Bad Gateway"));
        assertInstanceOf(SubmitOutcome.Unknown.class, sent(200, "{\"jsonrpc\":\"2.0\""));
        assertInstanceOf(SubmitOutcome.AlreadyKnown.class, sent("already known"));
        assertInstanceOf(SubmitOutcome.AlreadyKnown.class, sent("known transaction: 0x12"));
        assertInstanceOf(SubmitOutcome.RefusedForGood.class, sent("invalid chain id for signer: have 1 want 2"));
        assertInstanceOf(SubmitOutcome.RefusedForGood.class, sent("cannot extract signature"));
        for (String words : List.of(
                "nonce too low",
                "nonce too low: next nonce 5, tx nonce 4",
                "replacement transaction underpriced",
                "there is another tx which has the same nonce in the tx pool",
                "insufficient funds for gas * price + value",
                "txpool is full",
                "exceeds block gas limit",
                "something new")) {
            assertInstanceOf(SubmitOutcome.Unknown.class, sent(words), words);
        }
    }

    /// The client has no words for these, and the name of a class is none.
    @Test
    void whoIsNotReachedIsToldInWords() throws Exception {
        try (var nobody = FreePort.refusing()) {
            notReached("http://127.0.0.1:" + nobody.getLocalPort(), "eth_chainId: it refuses connections");
        }
        notReached("http://no-such-host.invalid:8545", "eth_chainId: there is no such host");
        notReached("http://255.255.255.255:8545", "eth_chainId: it cannot be reached");
    }

    private static void notReached(String node, String words) {
        try (var rpc = new JsonRpc(URI.create(node), Duration.ofSeconds(20))) {
            var failed = assertThrows(IOException.class, () -> rpc.call("eth_chainId"));
            assertTrue(String.valueOf(failed.getMessage()).startsWith(words), failed.getMessage());
        }
    }

    @Test
    void aNodeThatTakesCallsAndNeverAnswersIsGivenUp() throws Exception {
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var config = new EvmConfig(
                    URI.create("http://127.0.0.1:" + silent.getLocalPort()), OptionalInt.of(0), Duration.ofMillis(300));
            try (var ledger = EvmLedger.open(config, address(), SoftwareKey.secp256k1ForTests(1))) {
                var setback = assertThrows(AnchorageSetback.class, ledger::identity);
                assertTrue(String.valueOf(setback.getMessage()).contains("node http://127.0.0.1:"));
                assertInstanceOf(SubmitOutcome.Unknown.class, ledger.submit(request()));
                assertInstanceOf(AnchorageHealth.Bad.class, ledger.health());
            }
        }
    }

    /// The JDK's own timeout ends with the headers: without a bound of ours this test would not end.
    @Test
    @Timeout(120)
    void aNodeWhoseAnswerTricklesIsGivenUp() throws Exception {
        server.createContext("/trickle", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, 1_000_000);
            try (var out = exchange.getResponseBody()) {
                while (!closed.await(20, TimeUnit.MILLISECONDS)) {
                    out.write(' ');
                    out.flush();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        var config = new EvmConfig(node.resolve("/trickle"), OptionalInt.of(0), Duration.ofSeconds(3));
        try (var ledger = EvmLedger.open(config, address(), SoftwareKey.secp256k1ForTests(1))) {
            var setback = assertThrows(AnchorageSetback.class, ledger::identity);
            assertTrue(String.valueOf(setback.getMessage()).contains("no whole answer within 3000 ms"));
            assertInstanceOf(SubmitOutcome.Unknown.class, ledger.submit(request()));
        } finally {
            closed.countDown();
        }
    }

    private void say(int httpStatus, String text) {
        status = httpStatus;
        answer = text.getBytes(StandardCharsets.UTF_8);
    }

    private long chainId() throws IOException {
        try (var rpc = new JsonRpc(node, DEADLINE)) {
            return new Chain(rpc).chainId();
        }
    }

    private long chainIdOrFail() {
        try {
            return chainId();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private SubmitOutcome sent(String message) {
        return sent(200, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,\"message\":\"" + message + "\"}}");
    }

    private SubmitOutcome sent(int httpStatus, String text) {
        say(httpStatus, text);
        var config = new EvmConfig(node, OptionalInt.of(0), DEADLINE);
        try (var ledger = EvmLedger.open(config, address(), SoftwareKey.secp256k1ForTests(1))) {
            return ledger.submit(request());
        }
    }

    private static Address address() {
        return new Address("12".repeat(20));
    }

    private static SignedRequest request() {
        return new SignedRequest(Hash.of(new byte[32]), OptionalLong.of(0), new byte[] {1});
    }
}
