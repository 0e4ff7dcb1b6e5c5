package org.sealpost.capture.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.capture.IntakeRig;

@Timeout(60)
class HttpCaptureTest {
    @Test
    void aRecordIsAnsweredWith201WhereItIsAndWhatTheClockSaid() throws Exception {
        try (var rig = new HttpRig()) {
            var response = rig.send(rig.post("hello")
                    .header("Content-Type", "application/json; charset=utf-8")
                    .header("Idempotency-Key", "k-1")
                    .header("Sealpost-Profile", "epcis"));
            assertEquals(201, response.statusCode());
            assertEquals(
                    "/v1/records/0", response.headers().firstValue("Location").orElseThrow());
            assertEquals(
                    "application/json",
                    response.headers().firstValue("Content-Type").orElseThrow());
            var json = new JsonObject(response.body());
            assertEquals("0", json.getString("id"));
            assertEquals(HttpRig.ORIGIN.name(), json.getString("origin"));
            assertEquals(0, json.getLong("index"));
            assertEquals("captured", json.getString("state"));
            assertEquals(rig.intake.clock().time(), Instant.parse(json.getString("capturedAt")));
            var clock = json.getJsonObject("clock");
            assertEquals("synced", clock.getString("state"));
            assertEquals("ntp", clock.getString("source"));
            assertEquals(3, clock.getInteger("maxErrorMillis"));
            assertEquals("00".repeat(16), clock.getString("bootId"));

            var entry = rig.intake.journal.read(0);
            assertEquals("hello", IntakeRig.payload(entry));
            assertEquals(
                    "application/json; charset=utf-8", IntakeRig.content(entry).mediaType());
            assertEquals("anna", IntakeRig.source(entry).client());
            assertEquals(Optional.of("k-1"), IntakeRig.source(entry).idempotencyKey());
            assertEquals("/v1/records", IntakeRig.source(entry).where());
        }
    }

    @Test
    void withoutHeadersTheTypeIsUnknownAndTheProfileIsDefault() throws Exception {
        try (var rig = new HttpRig()) {
            assertEquals(201, rig.send(rig.post("")).statusCode());
            var entry = rig.intake.journal.read(0);
            assertEquals("application/octet-stream", IntakeRig.content(entry).mediaType());
            assertEquals("", IntakeRig.payload(entry));
            assertEquals(Optional.empty(), IntakeRig.source(entry).idempotencyKey());
        }
    }

    @Test
    void theSameKeyAndContentGets200WithTheFirstAnswer() throws Exception {
        try (var rig = new HttpRig()) {
            rig.send(rig.post("before"));
            var first = rig.send(rig.post("hello").header("Idempotency-Key", "k"));
            rig.intake.nanos.addAndGet(7_000_000_000L);
            var second = rig.send(rig.post("hello").header("Idempotency-Key", "k"));
            assertEquals(201, first.statusCode());
            assertEquals(200, second.statusCode());
            assertEquals(first.body(), second.body());
            assertEquals(
                    "/v1/records/1", second.headers().firstValue("Location").orElseThrow());
            assertEquals(2, rig.intake.journal.size());
        }
    }

    @Test
    void theSameKeyWithOtherContentIs409() throws Exception {
        try (var rig = new HttpRig()) {
            rig.send(rig.post("hello").header("Idempotency-Key", "k"));
            var problem = problem(409, rig.send(rig.post("hullo").header("Idempotency-Key", "k")));
            assertEquals("Idempotency-Key", problem.getString("field"));
            assertEquals("/v1/records/0", problem.getJsonObject("first").getString("location"));
            assertEquals(1, rig.intake.journal.size());
        }
    }

    @Test
    void withoutAKnownTokenIs401() throws Exception {
        try (var rig = new HttpRig()) {
            for (String value :
                    List.of("", "Bearer", "Bearer ", "Bearer wrong", "Basic " + HttpRig.TOKEN, HttpRig.TOKEN)) {
                var response = rig.send(rig.post("hello").setHeader("Authorization", value));
                problem(401, response);
                assertTrue(response.headers()
                        .firstValue("WWW-Authenticate")
                        .orElseThrow()
                        .startsWith("Bearer"));
                assertFalse(response.body().contains(HttpRig.TOKEN));
            }
            assertEquals(0, rig.intake.journal.size());
            assertEquals(6, rig.intake.metrics.httpUnauthenticated.sum());
        }
    }

    @Test
    void anUnknownOrReservedProfileIs422AndOneThatCannotBeANameIs400() throws Exception {
        try (var rig = new HttpRig()) {
            var unknown = problem(422, rig.send(rig.post("hello").header("Sealpost-Profile", "nobody")));
            assertEquals("profile", unknown.getString("field"));
            assertTrue(unknown.getString("limit").contains("default"));
            problem(422, rig.send(rig.post("hello").header("Sealpost-Profile", "sealpost.start")));
            problem(400, rig.send(rig.post("hello").header("Sealpost-Profile", "No Name")));
            assertEquals(0, rig.intake.journal.size());
        }
    }

    @Test
    void whatIsTooLargeIs413HoweverItIsSent() throws Exception {
        try (var rig = new HttpRig()) {
            for (int size : new int[] {4097, 100_000, 3_000_000}) {
                byte[] large = new byte[size];
                var announced =
                        problem(413, rig.send(rig.request().POST(HttpRequest.BodyPublishers.ofByteArray(large))));
                assertEquals("payload", announced.getString("field"));
                assertEquals("at most 4096 bytes", announced.getString("limit"));
                // Without a length the client of the JDK sends chunks.
                problem(
                        413,
                        rig.send(rig.request()
                                .POST(HttpRequest.BodyPublishers.ofInputStream(
                                        () -> new ByteArrayInputStream(large)))));
            }
            assertEquals(0, rig.capture.bodiesBytes());
            var fits = rig.request()
                    .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[4096])));
            assertEquals(201, rig.send(fits).statusCode());
            assertEquals(4096, IntakeRig.content(rig.intake.journal.read(0)).payload().length);
            assertEquals(1, rig.intake.journal.size());
        }
    }

    @Test
    void anEndlessBodyIsCutOff() throws Exception {
        try (var rig = new HttpRig();
                var socket = rig.connect()) {
            HttpRig.write(socket, head("Transfer-Encoding: chunked"));
            HttpRig.write(socket, "1001\r\n" + "x".repeat(4097) + "\r\n");
            assertTrue(HttpRig.readUpTo(socket, "\r\n\r\n").startsWith("HTTP/1.1 413"));
            // Goes on sending until the server hangs up, which it does although no end of the body ever comes.
            try {
                while (true) HttpRig.write(socket, "1000\r\n" + "x".repeat(4096) + "\r\n");
            } catch (java.io.IOException closed) {
                assertEquals(0, rig.capture.bodiesBytes());
            }
        }
    }

    @Test
    void methodsKeysTypesAndEncodingsThatCannotBeTakenAreNamed() throws Exception {
        try (var rig = new HttpRig()) {
            var method = rig.send(rig.request().PUT(HttpRequest.BodyPublishers.ofString("x")));
            problem(405, method);
            assertEquals("POST", method.headers().firstValue("Allow").orElseThrow());
            problem(405, rig.send(rig.request().GET()));
            field(400, "Idempotency-Key", rig.send(rig.post("x").header("Idempotency-Key", "k".repeat(256))));
            field(400, "Idempotency-Key", rig.send(rig.post("x").header("Idempotency-Key", "two words")));
            field(
                    400,
                    "Idempotency-Key",
                    rig.send(rig.post("x").header("Idempotency-Key", "a").header("Idempotency-Key", "b")));
            field(400, "Content-Type", rig.send(rig.post("x").header("Content-Type", "t".repeat(256))));
            field(415, "Content-Encoding", rig.send(rig.post("x").header("Content-Encoding", "gzip")));
            assertEquals(
                    201,
                    rig.send(rig.post("x").header("Content-Encoding", "identity"))
                            .statusCode());
            assertEquals(
                    201,
                    rig.send(rig.post("x").header("Idempotency-Key", "k".repeat(255)))
                            .statusCode());
            assertEquals(2, rig.intake.journal.size());
        }
    }

    @Test
    void withoutALengthIs411AndWhatIsNotHttpIs400() throws Exception {
        try (var rig = new HttpRig()) {
            assertRaw(rig, head("X-Nothing: 1"), "HTTP/1.1 411");
            assertRaw(rig, head("Transfer-Encoding: gzip, chunked"), "HTTP/1.1 400");
            assertRaw(rig, head("Content-Length: many"), "HTTP/1.1 400");
            assertRaw(rig, "\u0001\u0002 no http at all\r\n\r\n", "HTTP/1.1 400");
            assertRaw(rig, head("X-Long: " + "x".repeat(9000)), "HTTP/1.1 431");
            assertRaw(rig, "POST /" + "x".repeat(5000) + " HTTP/1.1\r\n\r\n", "HTTP/1.1 414");
            assertRaw(rig, head("Content-Length: 99999999999999999999"), "HTTP/1.1 4");
            assertEquals(0, rig.intake.journal.size());
        }
    }

    @Test
    void aFullDiskIs507WithRetryAfter() throws Exception {
        try (var rig = new HttpRig()) {
            rig.intake.usedPercent = 99;
            rig.intake.nanos.addAndGet(2_000_000_000L);
            // The first one that comes after the disk has filled may still pass: it is the one that makes the box look.
            rig.send(rig.post("hello"));
            var response = rig.send(rig.post("hello"));
            var problem = problem(507, response);
            assertEquals("disk", problem.getString("field"));
            assertTrue(response.headers().firstValueAsLong("Retry-After").getAsLong() > 0);
            rig.intake.usedPercent = 10;
            rig.intake.nanos.addAndGet(2_000_000_000L);
            until(() -> {
                try {
                    return rig.send(rig.post("hello")).statusCode() == 201;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    @Test
    void beyondItsQuotaAClientGets429WithRetryAfter() throws Exception {
        var config = new IntakeConfig(4096, 1000, 1 << 20, 10, 2, 95, Duration.ofSeconds(1));
        try (var rig = new HttpRig(config, HttpRig.config())) {
            assertEquals(201, rig.send(rig.post("1")).statusCode());
            assertEquals(201, rig.send(rig.post("2")).statusCode());
            var response = rig.send(rig.post("3"));
            var problem = problem(429, response);
            assertEquals("at most 2", problem.getString("limit"));
            assertEquals(1, response.headers().firstValueAsLong("Retry-After").getAsLong());
            assertEquals(2, rig.intake.journal.size());
        }
    }

    @Test
    void whileTooMuchWaitsTheAnswerIs503WithRetryAfter() throws Exception {
        var config = new IntakeConfig(4096, 1, 1 << 20, 10, 0, 95, Duration.ofSeconds(1));
        try (var rig = new HttpRig(config, HttpRig.config(), false)) {
            rig.intake.offer("fills the room");
            var response = rig.send(rig.post("one more"));
            problem(503, response);
            assertEquals(1, response.headers().firstValueAsLong("Retry-After").getAsLong());
            rig.intake.step();
            var later = rig.client.sendAsync(rig.post("later").build(), HttpResponse.BodyHandlers.ofString());
            until(() -> rig.intake.step() == 1);
            assertEquals(201, later.get().statusCode());
        }
    }

    @Test
    void bodiesOfAllRequestsTogetherAreBounded() throws Exception {
        var small = new HttpConfig("127.0.0.1", 0, 8192, 1 << 16, Duration.ofSeconds(20), Duration.ofSeconds(60));
        try (var rig = new HttpRig(IntakeRig.config(), small)) {
            List<Socket> slow = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                var socket = rig.connect();
                HttpRig.write(socket, head("Content-Length: 4096") + "x".repeat(4000));
                slow.add(socket);
            }
            until(() -> rig.capture.bodiesBytes() == 1 << 16);
            var response = rig.send(rig.post("no memory left"));
            problem(503, response);
            assertEquals(1, response.headers().firstValueAsLong("Retry-After").getAsLong());
            for (Socket socket : slow) socket.close();
            until(() -> rig.capture.bodiesBytes() == 0);
            assertEquals(201, rig.send(rig.post("memory")).statusCode());
            assertEquals(1, rig.intake.journal.size(), "half a body is no record");
        }
    }

    @Test
    void aBodyThatDoesNotComeIs408() throws Exception {
        var hasty = new HttpConfig("127.0.0.1", 0, 8192, 1 << 20, Duration.ofMillis(200), Duration.ofSeconds(60));
        try (var rig = new HttpRig(IntakeRig.config(), hasty);
                var socket = rig.connect()) {
            HttpRig.write(socket, head("Content-Length: 10") + "half");
            String answer = HttpRig.readToEnd(socket);
            assertTrue(answer.startsWith("HTTP/1.1 408"), answer);
            assertTrue(answer.contains("body-too-slow"), answer);
            assertEquals(0, rig.intake.journal.size());
            assertEquals(0, rig.capture.bodiesBytes());
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
        try (var rig = new HttpRig();
                var socket = rig.connect()) {
            var requests = new StringBuilder();
            for (int i = 0; i < 20; i++)
                requests.append(head("Content-Length: 2")).append("%02d".formatted(i));
            HttpRig.write(socket, requests.toString());
            for (int i = 0; i < 20; i++) {
                String headers = HttpRig.readUpTo(socket, "\r\n\r\n");
                assertTrue(headers.startsWith("HTTP/1.1 201"), headers);
                assertTrue(
                        headers.toLowerCase(java.util.Locale.ROOT).contains("location: /v1/records/" + i + "\r\n"),
                        headers);
                HttpRig.readUpTo(socket, "}}");
            }
            for (int i = 0; i < 20; i++) {
                assertEquals("%02d".formatted(i), IntakeRig.payload(rig.intake.journal.read(i)));
            }
        }
    }

    @Test
    void afterARefusalWithASmallBodyTheConnectionGoesOn() throws Exception {
        try (var rig = new HttpRig();
                var socket = rig.connect()) {
            HttpRig.write(socket, head("Sealpost-Profile: A B\r\nContent-Length: 4") + "nope");
            assertTrue(HttpRig.readUpTo(socket, "}").startsWith("HTTP/1.1 400"));
            HttpRig.write(socket, head("Content-Length: 4") + "good");
            assertTrue(HttpRig.readUpTo(socket, "}}").startsWith("HTTP/1.1 201"));
        }
    }

    @Test
    void leaveToSendIsGivenOnlyForWhatMayBeTaken() throws Exception {
        try (var rig = new HttpRig()) {
            try (var socket = rig.connect()) {
                HttpRig.write(socket, head("Expect: 100-continue\r\nContent-Length: 5"));
                assertTrue(HttpRig.readUpTo(socket, "\r\n\r\n").startsWith("HTTP/1.1 100"));
                HttpRig.write(socket, "hello");
                assertTrue(HttpRig.readUpTo(socket, "}}").startsWith("HTTP/1.1 201"));
            }
            try (var socket = rig.connect()) {
                HttpRig.write(socket, head("Expect: 100-continue\r\nContent-Length: 5000"));
                String answer = HttpRig.readToEnd(socket);
                assertTrue(answer.startsWith("HTTP/1.1 413"), answer);
                assertTrue(answer.toLowerCase(java.util.Locale.ROOT).contains("connection: close"), answer);
            }
            assertRaw(rig, head("Expect: a-miracle\r\nContent-Length: 5"), "HTTP/1.1 417");
            assertEquals(1, rig.intake.journal.size());
        }
    }

    @Test
    void aClientThatHasGoneHarmsNobodyAndFindsItsRecordByItsKey() throws Exception {
        var config = IntakeRig.config();
        try (var rig = new HttpRig(config, HttpRig.config(), false)) {
            try (var socket = rig.connect()) {
                HttpRig.write(socket, head("Idempotency-Key: k\r\nContent-Length: 5") + "hello");
                until(() -> rig.intake.metrics.httpRequests.sum() == 1);
            }
            until(() -> rig.intake.step() == 1);
            CompletableFuture<HttpResponse<String>> again = rig.client.sendAsync(
                    rig.post("hello").header("Idempotency-Key", "k").build(), HttpResponse.BodyHandlers.ofString());
            until(() -> rig.intake.step() == 1);
            assertEquals(200, again.get().statusCode());
        }
    }

    @Test
    void noAnswerComesWhenTheForceFails() throws Exception {
        try (var rig = new HttpRig(IntakeRig.config(), HttpRig.config(), false)) {
            rig.intake.disk.failNextForce();
            var answer = rig.client.sendAsync(rig.post("hello").build(), HttpResponse.BodyHandlers.ofString());
            until(() -> {
                try {
                    return rig.intake.step() > 0;
                } catch (RuntimeException failed) {
                    return true;
                }
            });
            assertEquals(503, rig.send(rig.post("after")).statusCode());
            assertFalse(answer.isDone());
        }
    }

    /// Manufacturers' clients send all kinds of things: what is printable must survive in the entry as it came.
    @Test
    void binaryPayloadsSurviveByteForByte() throws Exception {
        byte[] all = new byte[4096];
        for (int i = 0; i < all.length; i++) all[i] = (byte) i;
        try (var rig = new HttpRig()) {
            assertEquals(
                    201,
                    rig.send(rig.request().POST(HttpRequest.BodyPublishers.ofByteArray(all)))
                            .statusCode());
            org.junit.jupiter.api.Assertions.assertArrayEquals(
                    all, IntakeRig.content(rig.intake.journal.read(0)).payload());
        }
    }

    private static String head(String headers) {
        return "POST /v1/records HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer " + HttpRig.TOKEN + "\r\n" + headers
                + "\r\n\r\n";
    }

    private static void assertRaw(HttpRig rig, String request, String start) throws Exception {
        try (var socket = rig.connect()) {
            HttpRig.write(socket, request);
            String answer = HttpRig.readUpTo(socket, "}");
            // Where the request line cannot be read the server answers as HTTP/1.0.
            assertTrue(answer.replace("HTTP/1.0", "HTTP/1.1").startsWith(start), answer);
            assertTrue(answer.contains("application/problem+json"), answer);
            assertTrue(answer.contains("\"remedy\""), answer);
        }
    }

    private static void field(int status, String field, HttpResponse<String> response) {
        assertEquals(field, problem(status, response).getString("field"));
    }

    private static JsonObject problem(int status, HttpResponse<String> response) {
        assertEquals(status, response.statusCode(), response.body());
        assertEquals(
                "application/problem+json",
                response.headers().firstValue("Content-Type").orElseThrow());
        var json = new JsonObject(response.body());
        assertEquals(status, json.getInteger("status"));
        for (String member : List.of("type", "title", "field", "limit", "remedy")) {
            assertNotNull(json.getString(member), member);
            assertFalse(json.getString(member).isBlank(), member);
        }
        return json;
    }

    static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) throw new AssertionError("did not happen in time");
            Thread.onSpinWait();
            Thread.yield();
        }
    }
}
