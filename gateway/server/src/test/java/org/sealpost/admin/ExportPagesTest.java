package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.archive.range.RangeEntry;
import org.sealpost.archive.range.RangeFile;
import org.sealpost.archive.range.RangeHead;
import org.sealpost.archive.range.SmallLog;
import org.sealpost.control.Claim;
import org.sealpost.seal.SoftwareKey;

/// The owner takes the log of a running gateway away, over a connection that may be slow or go.
@Timeout(60)
class ExportPagesTest {
    private static final int COUNT = 400;
    private static final Duration LONG = Duration.ofSeconds(40);

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicBoolean sealed = new AtomicBoolean(true);
    private SmallLog log;
    private ExportPages pages;
    private HttpServer server;
    private int port;

    @BeforeEach
    void open() throws Exception {
        log = new SmallLog(folder.resolve("box"), SoftwareKey.p256(), "small/1").grow(COUNT, "x".repeat(4000));
        serve(LONG);
    }

    private void serve(Duration patience) throws Exception {
        pages = new ExportPages(
                vertx,
                request -> Optional.ofNullable(request.getHeader("authorization"))
                        .map(text -> text.replace("Bearer ", "")),
                () -> sealed.get() ? Optional.of(log.source()) : Optional.empty(),
                patience);
        // So that a reader who does not read is felt at once.
        var options = new HttpServerOptions().setHost("127.0.0.1").setPort(0).setSendBufferSize(4096);
        server = vertx.createHttpServer(options)
                .requestHandler(request -> {
                    request.pause();
                    assertTrue(pages.serves(request.path()));
                    pages.handle(request);
                })
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(1, TimeUnit.MINUTES);
        port = server.actualPort();
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
        log.close();
    }

    private HttpRequest.Builder to(String query) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + query));
    }

    private HttpResponse<byte[]> get(String query) throws Exception {
        return http.send(
                to(query).header("authorization", "Bearer " + Claim.OWNER).build(), BodyHandlers.ofByteArray());
    }

    private long lastOf(byte[] bytes) throws Exception {
        var last = new long[1];
        RangeFile.check(Files.write(folder.resolve("taken.range"), bytes), new RangeFile.Watcher() {
            @Override
            public void head(RangeHead head) {}

            @Override
            public void entry(RangeEntry entry) {
                last[0] = entry.index();
            }
        });
        return last[0];
    }

    @Test
    void theOwnerFollowsTheLinksToTheEnd() throws Exception {
        var query = Optional.of("/v1/export?from=3&volume=1");
        long next = 3;
        for (int files = 0; query.isPresent(); files++) {
            var answer = get(query.get());
            assertEquals(200, answer.statusCode());
            long last = lastOf(answer.body());
            assertEquals(
                    "attachment; filename=\"small-1-" + next + "-" + (last + 1) + ".range\"",
                    answer.headers().firstValue("content-disposition").orElseThrow());
            next = last + 1;
            query = answer.headers().firstValue("link").map(link -> {
                var match = Pattern.compile("<(.*)>; rel=\"next\"").matcher(link);
                assertTrue(match.matches(), link);
                return match.group(1);
            });
            assertTrue(files < 6);
        }
        assertEquals(COUNT + 1, next);
    }

    @Test
    void whoMayNotAndWhatIsNotThereIsToldSo() throws Exception {
        assertEquals(
                401,
                http.send(to("/v1/export").build(), BodyHandlers.discarding()).statusCode());
        var client = to("/v1/export").header("authorization", "Bearer crane-7").build();
        assertEquals(403, http.send(client, BodyHandlers.discarding()).statusCode());
        var post = to("/v1/export")
                .header("authorization", "Bearer " + Claim.OWNER)
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build();
        assertEquals(405, http.send(post, BodyHandlers.discarding()).statusCode());
        for (var query : new String[] {
            "from=-1", "from=one", "from=5&to=5", "volume=0", "volume=65537", "bodies=some", "to=0", "from=01"
        }) {
            var answer = get("/v1/export?" + query);
            assertEquals(400, answer.statusCode(), query);
            assertTrue(text(answer).contains("detail"), () -> text(answer));
        }
        assertEquals(404, get("/v1/export?from=" + (COUNT + 1)).statusCode());
        assertEquals(404, get("/v1/export?to=" + (COUNT + 2)).statusCode());
        sealed.set(false);
        assertEquals(404, get("/v1/export").statusCode());
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    /// Two that do not read take all places.
    @Test
    void readersThatGoLeaveRoomForOthers() throws Exception {
        try (var one = stall();
                var other = stall()) {
            awaitStatus(429);
            one.close();
            awaitStatus(200);
        }
        awaitStatus(200);
    }

    @Test
    void aReaderWhoTakesNothingIsLetGoAndKnowsThatItIsNotAll() throws Exception {
        serve(Duration.ofSeconds(1));
        try (var stalled = stall();
                var other = stall()) {
            for (var socket : List.of(stalled, other)) {
                assertEquals(
                        "HTTP/1.1 200", new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8));
            }
            awaitStatus(200);
            // So one of them at least was let go, before anybody read on.
            assertTrue(isCutOff(stalled) | isCutOff(other));
        }
    }

    @Test
    void whoTakesNothingHoldsNoEndUp() throws Exception {
        try (var one = stall();
                var other = stall()) {
            awaitStatus(429);
            pages.close();
            server.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
            assertTrue(isCutOff(one));
            assertTrue(isCutOff(other));
        }
    }

    private static boolean isCutOff(Socket socket) {
        try {
            var rest = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return !rest.endsWith("0\r\n\r\n");
        } catch (IOException reset) {
            return true;
        }
    }

    private Socket stall() throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.getOutputStream()
                .write(("GET /v1/export HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer " + Claim.OWNER + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private void awaitStatus(int wanted) throws Exception {
        long end = System.nanoTime() + LONG.toNanos();
        while (status() != wanted) assertTrue(System.nanoTime() < end, "never " + wanted);
    }

    /// 0 if nobody answered: a machine may be too busy to read what is sent to it in time.
    private int status() throws Exception {
        try {
            return get("/v1/export?from=390&bodies=false").statusCode();
        } catch (IOException cut) {
            return 0;
        }
    }
}
