package org.sealpost.ota.tuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.hsm.FreePort;
import org.sealpost.ota.tuf.Repository.NotThere;
import org.sealpost.ota.tuf.Repository.TooLittle;
import org.sealpost.ota.tuf.Repository.TooMuch;
import org.sealpost.ota.tuf.Repository.Unreachable;

@Timeout(120)
class HttpsRepositoryTest {
    private static final Duration SHORT = Duration.ofMillis(700);
    private static final Duration LONG = Duration.ofSeconds(60);

    private static final byte[] CONTENT = new byte[300_000];

    static {
        new Random(7).nextBytes(CONTENT);
    }

    @TempDir
    private Path folder;

    private final CountDownLatch end = new CountDownLatch(1);
    private TlsServer server;

    @AfterEach
    void stop() {
        end.countDown();
        if (server != null) server.close();
    }

    @Test
    void aFileIsFetchedWhole() throws Exception {
        serve(exchange -> TlsServer.answer(exchange, 200, CONTENT));
        assertArrayEquals(CONTENT, repository().fetch("a/b c.json", CONTENT.length));
        assertEquals(List.of("/base/a/b%20c.json"), server.requests());
    }

    @Test
    void aServerOfAnotherAuthorityIsNotAsked() throws Exception {
        serve(exchange -> TlsServer.answer(exchange, 200, CONTENT));
        var refused = assertThrows(
                Unreachable.class,
                () -> HttpsRepository.at(server.uri("base"), Optional.empty(), HttpLimits.STANDARD)
                        .fetch("a", 10));
        assertTrue(refused.getMessage().contains("certificate"), refused::getMessage);
        assertEquals(List.of(), server.requests());
    }

    @Test
    void whatIsNotThereIsToldFromWhatCannotBeHad() throws Exception {
        serve(exchange -> TlsServer.answer(exchange, status(exchange), new byte[0]));
        assertThrows(NotThere.class, () -> repository().fetch("404", 10));
        assertThrows(NotThere.class, () -> repository().fetch("410", 10));
        for (var status : List.of("403", "500", "503", "204", "206", "301")) {
            assertThrows(Unreachable.class, () -> repository().fetch(status, 10), status);
            assertThrows(Unreachable.class, () -> repository().fetchInto(status, part(), 10, bytes -> {}), status);
        }
    }

    @Test
    void aServerThatIsNotThereIsSaidToBe() throws Exception {
        try (var held = FreePort.refusing()) {
            var there = URI.create("https://127.0.0.1:" + held.getLocalPort());
            var nobody = HttpsRepository.at(there, Optional.empty(), HttpLimits.STANDARD);
            var failed = assertThrows(Unreachable.class, () -> nobody.fetch("a", 10));
            assertTrue(failed.getMessage().endsWith("cannot be reached: no connection"), failed::getMessage);
        }
    }

    @Test
    void endlessDataIsCutOff() throws Exception {
        serve(this::endless);
        assertThrows(TooMuch.class, () -> repository().fetch("endless", 100_000));
        assertThrows(TooMuch.class, () -> repository().fetchInto("endless", part(), 100_000, bytes -> {}));
        assertTrue(Files.size(part()) <= 100_000);
    }

    @Test
    void aFileThatIsStatedToBeTooLargeIsNotRead() throws Exception {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, 1L << 40);
            exchange.getResponseBody().flush();
            hold();
        });
        assertThrows(TooMuch.class, () -> repository().fetch("large", 100));
        assertThrows(TooMuch.class, () -> repository().fetchInto("large", part(), 100, bytes -> {}));
    }

    @Test
    void aServerThatDoesNotAnswerIsLeft() throws Exception {
        serve(exchange -> hold());
        var failed = assertThrows(
                Unreachable.class,
                () -> repository(new HttpLimits(LONG, SHORT, LONG, 1, LONG, 3)).fetch("silent", 100));
        assertTrue(failed.getMessage().contains("does not answer"), failed::getMessage);
    }

    @Test
    void aServerThatStopsInTheMiddleIsLeft() throws Exception {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, CONTENT.length);
            exchange.getResponseBody().write(CONTENT, 0, 1000);
            exchange.getResponseBody().flush();
            hold();
        });
        var limits = new HttpLimits(LONG, LONG, SHORT, 1 << 20, SHORT, 3);
        var small = assertThrows(Unreachable.class, () -> repository(limits).fetch("slow", CONTENT.length));
        assertTrue(small.getMessage().contains("not there whole"), small::getMessage);
        var large = assertThrows(
                Unreachable.class, () -> repository(limits).fetchInto("slow", part(), CONTENT.length, bytes -> {}));
        assertTrue(large.getMessage().contains("too slow"), large::getMessage);
        assertTrue(Files.size(part()) <= 1000);
    }

    @Test
    void aTransferGoesOnWhereItStopped() throws Exception {
        serve(exchange -> {
            var range = exchange.getRequestHeaders().getFirst("Range");
            if (range == null) cut(exchange, 100_000);
            else range(exchange, Integer.parseInt(range.substring(6, range.length() - 1)));
        });
        assertThrows(Unreachable.class, () -> fetchInto());
        long there = Files.size(part());
        assertTrue(there > 0 && there <= 100_000, () -> there + " bytes");
        fetchInto();
        assertArrayEquals(CONTENT, Files.readAllBytes(part()));
        assertEquals(List.of("/base/file", "/base/file bytes=" + there + "-"), server.requests());
        // What is whole is not asked for again.
        fetchInto();
        assertEquals(2, server.requests().size());
    }

    @Test
    void aServerWithoutRangesSendsTheWholeAgain() throws Exception {
        Files.write(part(), Arrays.copyOf(new byte[0], 5000));
        serve(exchange -> TlsServer.answer(exchange, 200, CONTENT));
        fetchInto();
        assertArrayEquals(CONTENT, Files.readAllBytes(part()));
    }

    @Test
    void aRangeThatTheServerDoesNotKnowBeginsAnew() throws Exception {
        Files.write(part(), new byte[5000]);
        serve(exchange -> {
            if (exchange.getRequestHeaders().containsKey("Range")) TlsServer.answer(exchange, 416, new byte[0]);
            else TlsServer.answer(exchange, 200, CONTENT);
        });
        fetchInto();
        assertArrayEquals(CONTENT, Files.readAllBytes(part()));
    }

    @Test
    void anotherRangeThanAskedForIsNotTaken() throws Exception {
        Files.write(part(), new byte[5000]);
        serve(exchange -> range(exchange, 4000));
        assertThrows(Unreachable.class, () -> fetchInto());
        assertEquals(5000, Files.size(part()));
    }

    @Test
    void aPartThatIsTooLongBeginsAnew() throws Exception {
        Files.write(part(), new byte[CONTENT.length + 1]);
        serve(exchange -> TlsServer.answer(exchange, 200, CONTENT));
        fetchInto();
        assertArrayEquals(CONTENT, Files.readAllBytes(part()));
    }

    @Test
    void aShorterFileIsToldFromOneThatWasCut() throws Exception {
        serve(exchange -> TlsServer.answer(exchange, 200, Arrays.copyOf(CONTENT, 1000)));
        assertThrows(TooLittle.class, () -> fetchInto());
    }

    @Test
    void progressMayEndTheTransfer() throws Exception {
        serve(exchange -> TlsServer.answer(exchange, 200, CONTENT));
        var full = new IOException("no room");
        var thrown = assertThrows(
                IOException.class,
                () -> repository().fetchInto("file", part(), CONTENT.length, bytes -> {
                    if (bytes > 0) throw full;
                }));
        assertEquals(full, thrown);
    }

    @Test
    void anAnswerThatIsNoHttpIsNotTaken() throws Exception {
        serve(exchange -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes 5000-99999999999999999999/7");
            TlsServer.answer(exchange, 206, CONTENT);
        });
        Files.write(part(), new byte[5000]);
        assertThrows(Unreachable.class, () -> fetchInto());
    }

    @Test
    void redirectsAreFollowedWithinHttpsOnlyAndNotForEver() throws Exception {
        serve(exchange -> {
            var path = exchange.getRequestURI().getPath();
            switch (path) {
                case "/base/once" -> redirect(exchange, "/elsewhere");
                case "/base/plain" -> redirect(exchange, "http://127.0.0.1/elsewhere");
                case "/base/file" -> redirect(exchange, "file:///etc/hostname");
                case "/base/nowhere" -> redirect(exchange, "https:///");
                case "/base/port" -> redirect(exchange, "https://127.0.0.1:99999/");
                case "/base/round" -> redirect(exchange, "round");
                default -> TlsServer.answer(exchange, 200, path.getBytes());
            }
        });
        assertEquals("/elsewhere", new String(repository().fetch("once", 100)));
        for (var bad : List.of("plain", "file", "nowhere")) {
            var failed = assertThrows(Unreachable.class, () -> repository().fetch(bad, 100), bad);
            assertTrue(failed.getMessage().contains("not an https address"), failed::getMessage);
        }
        assertThrows(Unreachable.class, () -> repository().fetch("port", 100));
        int before = server.requests().size();
        assertThrows(Unreachable.class, () -> repository().fetch("round", 100));
        assertEquals(1 + HttpLimits.STANDARD.redirects(), server.requests().size() - before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://box",
                "https:///path",
                "https:box",
                "ftp://box",
                "box",
                "",
                "https://me:secret@box/",
                "https://box/?a",
                "https://box/#a"
            })
    void onlyAnHttpsAddressIsTaken(String address) {
        assertThrows(
                IllegalArgumentException.class,
                () -> HttpsRepository.at(URI.create(address), Optional.empty(), HttpLimits.STANDARD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    void onlyCertificatesAreTakenAsAuthorities(String pem) {
        assertThrows(
                IllegalArgumentException.class,
                () -> HttpsRepository.at(URI.create("https://box"), Optional.of(pem), HttpLimits.STANDARD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/../b", "..", "a//b", "a/", "./a", "a\\b", "a\nb", "c:a"})
    void pathsDoNotLeadElsewhere(String path) {
        assertFalse(Paths.isPlain(path));
        var repository = HttpsRepository.at(URI.create("https://box"), Optional.empty(), HttpLimits.STANDARD);
        assertThrows(IllegalArgumentException.class, () -> repository.fetch(path, 10));
        assertThrows(IllegalArgumentException.class, () -> new FolderRepository(folder).fetch(path, 10));
    }

    private void fetchInto() throws IOException {
        repository().fetchInto("file", part(), CONTENT.length, bytes -> {});
    }

    private void serve(HttpHandler handler) throws Exception {
        server = TlsServer.answering(handler);
    }

    private HttpsRepository repository() {
        return repository(HttpLimits.STANDARD);
    }

    private HttpsRepository repository(HttpLimits limits) {
        return HttpsRepository.at(server.uri("base"), server.authority(), limits);
    }

    private Path part() {
        return folder.resolve("part");
    }

    private void hold() {
        try {
            end.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void endless(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        while (end.getCount() > 0) exchange.getResponseBody().write(CONTENT);
    }

    private static void cut(HttpExchange exchange, int length) throws IOException {
        exchange.sendResponseHeaders(200, CONTENT.length);
        exchange.getResponseBody().write(CONTENT, 0, length);
        exchange.getResponseBody().flush();
    }

    private static void range(HttpExchange exchange, int from) throws IOException {
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (CONTENT.length - 1) + "/" + CONTENT.length);
        TlsServer.answer(exchange, 206, Arrays.copyOfRange(CONTENT, from, CONTENT.length));
    }

    private static void redirect(HttpExchange exchange, String to) throws IOException {
        exchange.getResponseHeaders().set("Location", to);
        TlsServer.answer(exchange, 302, new byte[0]);
    }

    private static int status(HttpExchange exchange) {
        return Integer.parseInt(exchange.getRequestURI().getPath().substring("/base/".length()));
    }
}
