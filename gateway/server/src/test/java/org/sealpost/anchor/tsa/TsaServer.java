package org.sealpost.anchor.tsa;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// An HTTP server on loopback before an authority that does as it is told.
public final class TsaServer implements AutoCloseable {
    /// What is answered to a request.
    public interface Answering {
        byte[] answer(byte[] query) throws Exception;
    }

    private final HttpServer server;
    private final AtomicInteger asked = new AtomicInteger();

    public volatile Answering answering;
    public volatile int status = 200;
    volatile byte[] lastQuery = new byte[0];

    public TsaServer(Answering answering) throws IOException {
        this.answering = answering;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor()); // one that drips holds up no other
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        asked.incrementAndGet();
        lastQuery = exchange.getRequestBody().readAllBytes();
        boolean isQuery = "application/timestamp-query"
                .equals(exchange.getRequestHeaders().getFirst("Content-Type"));
        byte[] answer;
        try {
            answer = answering.answer(lastQuery);
        } catch (Exception e) {
            throw new IOException(e);
        }
        exchange.sendResponseHeaders(isQuery ? status : 415, answer.length == 0 ? -1 : answer.length);
        try (var out = exchange.getResponseBody()) {
            out.write(answer);
        }
    }

    /// Answers one byte after the other, for ever.
    void drips() {
        server.removeContext("/");
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, 1000);
            try (var out = exchange.getResponseBody()) {
                while (true) {
                    out.write(0x30);
                    out.flush();
                    Thread.sleep(20);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/tsa?key=secret");
    }

    public int asked() {
        return asked.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
