package org.sealpost.anchor.evm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/// What lies between a relay and its node: remembers what was asked and sent, and loses answers when a test says so.
final class LossyWire implements AutoCloseable {
    private static final String SEND = "eth_sendRawTransaction";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI node;
    private final HttpServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> methods = new CopyOnWriteArrayList<>();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean losesAnswers;

    LossyWire(URI node) throws IOException {
        this.node = node;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::pass);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    /// The node behind this wire.
    EvmConfig config(Duration deadline) {
        var here = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        return new EvmConfig(here, OptionalInt.of(0), deadline);
    }

    /// From now on the node gets each transaction, and its answer to that never comes; or it comes again.
    void loseAnswers(boolean lose) {
        losesAnswers = lose;
    }

    /// The transactions that reached the node, in hex, each as often as it did.
    List<String> sent() {
        return List.copyOf(sent);
    }

    long asked(String method) {
        return methods.stream().filter(method::equals).count();
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] question = exchange.getRequestBody().readAllBytes();
            JsonNode call = JSON.readTree(question);
            String method = call.path("method").asText();
            byte[] answer = ask(question);
            methods.add(method);
            if (method.equals(SEND)) {
                sent.add(call.path("params").path(0).asText());
                if (losesAnswers) {
                    closed.await();
                    return;
                }
            }
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private byte[] ask(byte[] question) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(node)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(question))
                .build();
        return http.send(request, BodyHandlers.ofByteArray()).body();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        http.shutdownNow();
    }
}
