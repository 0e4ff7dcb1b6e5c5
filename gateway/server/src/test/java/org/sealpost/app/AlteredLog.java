package org.sealpost.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The log of a box as somebody between it and its followers would have it: one bit of one file is another.
final class AlteredLog implements AutoCloseable {
    private final RunningGateway box;
    private final String altered;
    private final int fromEnd;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// @param altered the file below `/log/`
    /// @param fromEnd which of its bytes, counted from its end: 1 is the last one
    AlteredLog(RunningGateway box, String altered, int fromEnd) throws IOException {
        this.box = box;
        this.altered = altered;
        this.fromEnd = fromEnd;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/log/", this::answer);
        server.start();
    }

    String url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/log/")
                .toString();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            var original = box.get(path);
            var body = original.body();
            if (path.equals("/log/" + altered) && original.statusCode() == 200) body[body.length - fromEnd] ^= 1;
            exchange.sendResponseHeaders(original.statusCode(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
