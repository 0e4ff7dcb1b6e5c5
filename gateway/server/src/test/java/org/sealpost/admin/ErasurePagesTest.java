package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.archive.erasure.ErasureStore;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.control.Claim;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.stage.BrokenPromises;

/// Which log an order over HTTP may be about; what becomes of one is [org.sealpost.app.ErasureIT]'s.
@Timeout(60)
class ErasurePagesTest {
    private static final JournalConfig SMALL = new JournalConfig("entries", 1 << 20, 1024, 64 << 10);

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private Journal entries;
    private Erasures erasures;
    private int port;

    @BeforeEach
    void open() throws Exception {
        entries = Journal.open(DirectoryDisk.open(folder.resolve("entries")), SMALL, 0);
        erasures = Erasures.open(
                new InFolder(folder.resolve("erasures")),
                entries,
                () -> {
                    throw new AssertionError("nothing is ordered");
                },
                new NoneBroken(),
                1 << 10);
        var pages = new ErasurePages(
                vertx, _ -> Optional.of(Claim.OWNER), erasures, "port/2", "port/1"::equals, Optional::empty);
        port = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> {
                    request.pause();
                    assertTrue(pages.serves(request.path()));
                    pages.handle(request);
                })
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(1, TimeUnit.MINUTES)
                .actualPort();
    }

    private record InFolder(Path folder) implements ErasureStore {
        @Override
        public Optional<Journal> existing() {
            return Optional.empty();
        }

        @Override
        public Journal begin() throws IOException {
            return Journal.open(DirectoryDisk.open(folder), SMALL, 0);
        }
    }

    private record NoneBroken() implements BrokenPromises {
        @Override
        public boolean include(Throwable thrown) {
            return true;
        }

        @Override
        public void end(String stage, Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
        erasures.close();
        entries.close();
    }

    /// No gateway removes bytes of one that ended, so whoever orders it here hears what does.
    @Test
    void anOrderIsAboutThePresentOrigin() throws Exception {
        var ended = order("port/1");
        assertEquals(422, ended.statusCode(), ended.body());
        assertTrue(ended.body().contains("stop this one, and give sealpost erase --origin port/1"), ended.body());
        var other = order("port/3");
        assertEquals(422, other.statusCode(), other.body());
        assertTrue(other.body().contains("this one's origin is port/2"), other.body());
        assertFalse(Files.exists(folder.resolve("erasures")), "nothing was written");
    }

    private HttpResponse<String> order(String origin) throws Exception {
        var json = "{\"origin\":\"" + origin + "\",\"rule\":\"a request\",\"form\":\"body\",\"entries\":[[1,2]]}";
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/erasures"))
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(json))
                        .build(),
                BodyHandlers.ofString());
    }
}
