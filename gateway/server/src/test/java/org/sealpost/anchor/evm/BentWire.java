package org.sealpost.anchor.evm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/// One more node of a chain, as far as whoever asks can tell: it passes questions on to a real one, and has of its
/// answers what a test says.
public final class BentWire implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI node;
    private final HttpServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> methods = new CopyOnWriteArrayList<>();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /// Results or errors, in JSON, by a method or by a method and its first parameter with a blank between; of
    /// a call to a contract that is all its data, or the selector.
    public final Map<String, String> results = new ConcurrentHashMap<>();

    public final Map<String, String> errors = new ConcurrentHashMap<>();

    /// The same, for one answer each.
    final Map<String, String> errorsOnce = new ConcurrentHashMap<>();

    /// What becomes of it once a result that a test says was told, by the same names.
    final Map<String, Runnable> afterwards = new ConcurrentHashMap<>();

    /// From now on, or until taken back, it takes connections and never answers.
    volatile boolean isHalfOpen;

    /// The newest block that it has.
    volatile long newest = Long.MAX_VALUE;

    /// How many of the newest blocks it keeps the state of.
    volatile long keepsState = Long.MAX_VALUE;

    /// From this block on it has others than the real node.
    volatile long othersFrom = Long.MAX_VALUE;

    /// What each answer takes from now on.
    volatile Duration delay = Duration.ZERO;

    public BentWire(URI node) throws IOException {
        this.node = node;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::pass);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    long asked(String method) {
        return methods.stream().filter(method::equals).count();
    }

    /// The transactions that came over it, in hex, each as often as it did.
    List<String> sent() {
        return List.copyOf(sent);
    }

    int asked() {
        return methods.size();
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            var question = JSON.readTree(exchange.getRequestBody().readAllBytes());
            var calls = question.isArray() ? question : JSON.createArrayNode().add(question);
            for (var call : calls) {
                methods.add(call.path("method").asText());
                if (call.path("method").asText().equals("eth_sendRawTransaction")) {
                    sent.add(call.path("params").path(0).asText());
                }
            }
            if (isHalfOpen) {
                closed.await();
                return;
            }
            Thread.sleep(delay);
            var answers = JSON.createArrayNode();
            for (var call : calls) answers.add(answer((ObjectNode) call));
            byte[] answer = JSON.writeValueAsBytes(question.isArray() ? answers : answers.get(0));
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private JsonNode answer(ObjectNode call) throws IOException, InterruptedException {
        String method = call.path("method").asText();
        String first = first(call.path("params").path(0));
        var answer = JSON.createObjectNode().put("jsonrpc", "2.0").<ObjectNode>set("id", call.get("id"));
        var data = call.path("params").path(0).path("data").asText();
        for (var key : List.of(method + " " + data, method + " " + first, method)) {
            var once = errorsOnce.remove(key);
            if (once != null) return answer.set("error", JSON.readTree(once));
            if (errors.containsKey(key)) return answer.set("error", JSON.readTree(errors.get(key)));
            if (!results.containsKey(key)) continue;
            answer.set("result", JSON.readTree(results.get(key)));
            afterwards.getOrDefault(key, () -> {}).run();
            return answer;
        }
        if (method.equals("eth_getTransactionCount")
                && isPruned(call.path("params").path(1).asText())) {
            return answer.set("error", JSON.readTree("{\"code\":-32000,\"message\":\"missing trie node\"}"));
        }
        if (method.equals("eth_getBlockByNumber") && newest < Long.MAX_VALUE) {
            if (first.equals("latest")) ((ArrayNode) call.get("params")).set(0, Hex.quantity(newest));
            else if (first.startsWith("0x") && Hex.small(first) > newest) return answer.putNull("result");
        }
        var real = (ObjectNode) ask(call);
        if (method.equals("eth_getBlockByNumber") && real.path("result").isObject()) {
            var block = (ObjectNode) real.get("result");
            if (Hex.small(block.get("number").asText()) >= othersFrom) {
                block.put("hash", "0x" + "ee".repeat(32));
            }
        }
        return real;
    }

    private boolean isPruned(String block) throws IOException, InterruptedException {
        if (keepsState == Long.MAX_VALUE || !block.startsWith("0x")) return false;
        var question =
                JSON.createObjectNode().put("jsonrpc", "2.0").put("id", 1).put("method", "eth_blockNumber");
        long height = Hex.small(ask(question.set("params", JSON.createArrayNode()))
                .path("result")
                .asText());
        return Hex.small(block) <= height - keepsState;
    }

    private static String first(JsonNode parameter) {
        var data = parameter.path("data").asText();
        return data.length() < 10 ? parameter.asText() : data.substring(0, 10);
    }

    private JsonNode ask(JsonNode call) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(node)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(call)))
                .build();
        return JSON.readTree(http.send(request, BodyHandlers.ofByteArray()).body());
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        http.shutdownNow();
    }
}
