package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LedgerWireTest {
    private static final byte[] WORDS = "the node".getBytes(StandardCharsets.UTF_8);

    private HttpServer node;
    private LedgerWire wire;

    @BeforeEach
    void start() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, WORDS.length);
            exchange.getResponseBody().write(WORDS);
            exchange.close();
        });
        node.start();
        wire = new LedgerWire(URI.create("http://127.0.0.1:" + node.getAddress().getPort()));
    }

    @AfterEach
    void stop() throws IOException {
        wire.close();
        node.stop(0);
    }

    @Test
    void passesUntilItIsDeadAndAgainAfterwards() throws Exception {
        assertEquals("the node", ask());
        wire.become(LedgerWire.Manner.DEAD);
        // A connection that the client kept may end first.
        assertThrows(IOException.class, this::ask);
        wire.become(LedgerWire.Manner.PASSES);
        assertEquals("the node", ask());
        assertEquals(2, wire.taken());
    }

    @Test
    void floodsFasterThanAnybodyWants() throws Exception {
        wire.become(LedgerWire.Manner.FLOODS);
        try (var in = HttpClient.newHttpClient()
                .send(request(), BodyHandlers.ofInputStream())
                .body()) {
            assertEquals(4 << 20, in.readNBytes(4 << 20).length);
        }
    }

    @Test
    void dripsWithoutEnd() throws Exception {
        wire.become(LedgerWire.Manner.DRIPS);
        try (var in = HttpClient.newHttpClient()
                .send(request(), BodyHandlers.ofInputStream())
                .body()) {
            long start = System.nanoTime();
            assertEquals(4, in.readNBytes(4).length);
            assertTrue(System.nanoTime() - start > 100_000_000, "it came too quickly");
        }
    }

    private String ask() throws Exception {
        return HttpClient.newHttpClient()
                .send(request(), BodyHandlers.ofString())
                .body();
    }

    private HttpRequest request() {
        return HttpRequest.newBuilder(wire.url())
                .POST(HttpRequest.BodyPublishers.ofString("question"))
                .build();
    }
}
