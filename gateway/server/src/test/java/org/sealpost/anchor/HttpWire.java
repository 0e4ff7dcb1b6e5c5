package org.sealpost.anchor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// What lies between a relay and a ledger that is reached over HTTP: passes questions and answers on, until a test
/// tells it to do worse.
public final class HttpWire implements AutoCloseable {
    private static final int MORE_THAN_ANYBODY_TAKES = 64 << 20;
    private static final int BLOCK = 1 << 16;

    /// What becomes of a question.
    public enum Manner {
        PASSES,
        /// Of what [HttpWire] was told takes effect the answer never comes; all else passes.
        LOSES_ANSWERS,
        /// Is not answered, and the connection is closed.
        AWAY,
        /// Is taken, and never answered.
        HALF_OPEN,
        /// Is answered a byte now and then.
        DRIPS,
        /// Is answered by far more than anybody asked for.
        FLOODS,
        /// Is answered by something else.
        TALKS_NONSENSE
    }

    private final URI beyond;
    private final Predicate<byte[]> takesEffect;
    private final HttpServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Manner manner = Manner.PASSES;

    /// @param beyond      where it goes on
    /// @param takesEffect whether a question is one whose answer may be lost
    public HttpWire(URI beyond, Predicate<byte[]> takesEffect) throws IOException {
        this.beyond = beyond;
        this.takesEffect = takesEffect;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::pass);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public void become(Manner next) {
        manner = next;
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] question = exchange.getRequestBody().readAllBytes();
            switch (manner) {
                case PASSES -> answer(exchange, ask(exchange, question));
                case LOSES_ANSWERS -> {
                    var answer = ask(exchange, question);
                    if (takesEffect.test(question)) closed.await();
                    else answer(exchange, answer);
                }
                case AWAY -> {}
                case HALF_OPEN -> closed.await();
                case DRIPS -> {
                    exchange.sendResponseHeaders(200, 0);
                    while (!closed.await(20, TimeUnit.MILLISECONDS)) {
                        exchange.getResponseBody().write(' ');
                        exchange.getResponseBody().flush();
                    }
                }
                case FLOODS -> {
                    exchange.sendResponseHeaders(200, 0);
                    byte[] block = new byte[BLOCK];
                    for (int sent = 0; sent < MORE_THAN_ANYBODY_TAKES; sent += BLOCK) {
                        exchange.getResponseBody().write(block);
                    }
                }
                case TALKS_NONSENSE -> {
                    exchange.sendResponseHeaders(200, BLOCK);
                    exchange.getResponseBody().write(new byte[BLOCK]);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpResponse<byte[]> ask(HttpExchange exchange, byte[] question) throws IOException, InterruptedException {
        var type = exchange.getRequestHeaders().getFirst("Content-Type");
        var request = HttpRequest.newBuilder(beyond)
                .header("Content-Type", type == null ? "application/octet-stream" : type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(question))
                .build();
        return http.send(request, BodyHandlers.ofByteArray());
    }

    private static void answer(HttpExchange exchange, HttpResponse<byte[]> answer) throws IOException {
        answer.headers()
                .firstValue("Content-Type")
                .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
        exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
        exchange.getResponseBody().write(answer.body());
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        http.shutdownNow();
    }
}
