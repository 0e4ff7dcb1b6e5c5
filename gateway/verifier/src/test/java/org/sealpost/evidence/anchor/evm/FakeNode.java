package org.sealpost.evidence.anchor.evm;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// A node that answers each method with what a test gives it.
final class FakeNode implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    final Map<String, String> results = new ConcurrentHashMap<>();
    /// Blocks that it has beside the one of the results, by number as a quantity.
    final Map<String, String> blocks = new ConcurrentHashMap<>();

    final Map<String, String> lastParams = new ConcurrentHashMap<>();
    final AtomicInteger calls = new AtomicInteger();
    volatile int status = 200;
    volatile String wholeAnswer = "";
    volatile CountDownLatch hold = new CountDownLatch(0);

    FakeNode() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            calls.incrementAndGet();
            var request = new ObjectMapper().readTree(exchange.getRequestBody().readAllBytes());
            lastParams.put(request.get("method").asText(), request.get("params").toString());
            var answer = wholeAnswer.isEmpty()
                    ? "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":"
                            + blocks.getOrDefault(
                                    request.get("params").path(0).asText(),
                                    results.get(request.get("method").asText()))
                            + "}"
                    : wholeAnswer;
            var bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            try {
                hold.await();
            } catch (InterruptedException e) {
                return;
            }
            try (var out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        });
        server.start();
    }

    URI url() {
        return URI.create("http://user:secret@127.0.0.1:" + server.getAddress().getPort() + "/key");
    }

    @Override
    public void close() {
        hold.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
