package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.sealpost.capture.mqtt.RawMqtt.connect3;
import static org.sealpost.capture.mqtt.RawMqtt.connect5;
import static org.sealpost.capture.mqtt.RawMqtt.publish3;
import static org.sealpost.capture.mqtt.RawMqtt.publish5;
import static org.sealpost.capture.mqtt.RawMqtt.userProperty;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.DiskSpace;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.capture.mqtt.RawMqtt;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.hsm.P11KitServer;
import org.sealpost.hsm.SoftHsm;

/// What a whole box answers to what it cannot take or give, over the real wire; and that nothing of it is in the log.
@Timeout(300)
class BadInputIT {
    private static final RunningGateway.Client STRANGER = RunningGateway.Client.named("stranger");
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OTHER = "other".getBytes(StandardCharsets.UTF_8);
    private static final int MAX_PAYLOAD = 4096;
    private static final int PUBACK = 4;
    private static final int DISCONNECT = 14;

    @TempDir
    private Path folder;

    private P11KitServer token;
    private RunningGateway box;

    @AfterEach
    void stop() throws IOException {
        if (box != null) box.close();
        if (token != null) token.close();
    }

    @Test
    void evidenceOfWhatIsNotSealedYetIs409() throws Exception {
        startWithATokenThatCanBeKilled();
        token.kill();
        long index = box.record(HELLO, "k");
        var path = "/v1/records/" + index;
        var notYet = box.get(path + "/evidence");
        var problem = problem(409, notYet);
        assertEquals("state", problem.required("field").asText());
        assertTrue(notYet.headers().firstValueAsLong("Retry-After").getAsLong() > 0);
        assertEquals(
                "captured", RunningGateway.json(box.get(path)).required("state").asText());

        token.restart();
        var proved = RunningGateway.verify(box.awaitEvidence(index), box.trust(), AnchorCheck.OFFLINE);
        assertEquals("hello", proved.text());
    }

    @Test
    void whatIsNotTheirsIsNotFound() throws Exception {
        start(IntakeConfig.defaults());
        long index = box.record(HELLO, "k");
        box.awaitEvidence(index);
        assertEquals(200, box.get("/v1/records/" + index).statusCode());

        // The box's own entries are nobody's, either: the genesis, and its start.
        var ids = List.of("0", "1", "999999", "999999999999999999", "99999999999999999999", "-1", "02", "x", "%2e%2e");
        for (var id : ids) {
            for (var what : List.of("", "/evidence")) {
                problem(404, box.get("/v1/records/" + id + what));
            }
        }
        for (var what : List.of("", "/evidence")) {
            var path = "/v1/records/" + index + what;
            var others = problem(404, box.send(box.request(path, RunningGateway.GATE)));
            assertEquals("id", others.required("field").asText());
            var stranger = box.send(box.request(path, STRANGER));
            assertEquals(
                    "Authorization", problem(401, stranger).required("field").asText());
            assertTrue(stranger.headers()
                    .firstValue("WWW-Authenticate")
                    .orElseThrow()
                    .startsWith("Bearer"));
        }
        problem(404, box.get("/v1/elsewhere"));
        problem(404, box.get("/log/tile/0/000.p/200"));
    }

    @Test
    void whatIsRefusedLeavesNoTrace() throws Exception {
        start(smallPayloads());
        long first = box.record(HELLO, "k");

        field(
                401,
                "Authorization",
                box.send(box.request("/v1/records", STRANGER).POST(BodyPublishers.ofByteArray(HELLO))));
        field(413, "payload", box.post(new byte[MAX_PAYLOAD + 1], "large"));
        field(
                422,
                "profile",
                box.send(box.request("/v1/records", RunningGateway.CRANE)
                        .header("Sealpost-Profile", "nobody")
                        .POST(BodyPublishers.ofByteArray(HELLO))));
        var conflict = field(409, "Idempotency-Key", box.post(OTHER, "k"));
        assertEquals(
                "/v1/records/" + first,
                conflict.required("first").required("location").asText());
        var repeated = box.post(HELLO, "k");
        assertEquals(200, repeated.statusCode());
        assertEquals(first, RunningGateway.json(repeated).required("index").asLong());

        wrongPasswordOverMqtt();
        refusedInVersionFive();
        refusedInVersionThree();

        // The next record stands right behind the first, and nobody else's is there.
        assertEquals(first + 1, box.record(HELLO, "next"));
        assertEquals(first + 2, box.size());
    }

    private void wrongPasswordOverMqtt() throws IOException {
        try (var three = new RawMqtt(box.mqttPort());
                var five = new RawMqtt(box.mqttPort())) {
            three.send(connect3("three", RunningGateway.CRANE.name(), STRANGER.secret()))
                    .expect("20: 0004");
            five.send(connect5("five", RunningGateway.CRANE.name(), STRANGER.secret()));
            assertEquals(0x86, five.receive().at(1));
        }
    }

    private void refusedInVersionFive() throws IOException {
        try (var client = five()) {
            client.send(publish5(1, 1, "records/default", OTHER, userProperty("idempotency-key", "k")));
            assertTrue(client.expectReason(PUBACK, 0x83).contains("as record"));
            client.send(publish5(1, 2, "records/default", new byte[2 * MAX_PAYLOAD + 4096]));
            client.expectReason(DISCONNECT, 0x95);
            assertTrue(client.isHungUp());
        }
    }

    /// Version 3.1.1 has no word for a refusal, so the connection ends and the message stays unacknowledged.
    private void refusedInVersionThree() throws IOException {
        for (var payload : List.of("other", "x".repeat(2 * MAX_PAYLOAD + 4096))) {
            try (var client = box.mqtt("three", RunningGateway.CRANE)) {
                client.send(publish3(1, 1, "records/default/k", payload));
                assertTrue(client.isHungUp(), "hung up without a PUBACK");
            }
        }
    }

    @Test
    void beyondItsQuotaAClientIsToldWhenToComeBack() throws Exception {
        var standard = IntakeConfig.defaults();
        start(new IntakeConfig(
                standard.maxPayloadBytes(),
                standard.maxWaitingRecords(),
                standard.maxWaitingBytes(),
                standard.rememberedKeys(),
                1,
                standard.refuseAtUsedPercent(),
                standard.diskCheckEvery()));
        var refused = box.get("/livez");
        int taken = 0;
        while (refused.statusCode() != 429) {
            refused = box.post(HELLO, "k-" + taken);
            if (refused.statusCode() == 201) taken++;
        }
        problem(429, refused);
        assertTrue(refused.headers().firstValueAsLong("Retry-After").getAsLong() > 0);
        // Over MQTT the same client has the same quota.
        try (var client = five()) {
            for (int id = 1; true; id++) {
                client.send(publish5(1, id, "records/default", HELLO));
                var answer = client.receive();
                if (answer.rest().length > 2 && answer.at(2) == 0x97) break;
                taken++;
            }
        }
        // Beside them lie entries of the box's own, which come when they come.
        assertEquals(taken, box.readBack(RunningGateway.CRANE).size());
    }

    @Test
    void aFullDiskRefusesAndWhatIsThereCanBeRead() throws Exception {
        start(IntakeConfig.defaults());
        long index = box.record(HELLO, "k");
        box.awaitEvidence(index);
        box.close();
        assumeTrue(DiskSpace.of(folder).usedPercent() > 1, "this disk is too empty to be called full");

        var standard = IntakeConfig.defaults();
        box = RunningGateway.start(config(new IntakeConfig(
                standard.maxPayloadBytes(),
                standard.maxWaitingRecords(),
                standard.maxWaitingBytes(),
                standard.rememberedKeys(),
                0,
                1,
                Duration.ofMillis(1))));
        // The first one that comes may still pass: it is the one that makes the box look.
        Await.until("the disk is full", () -> box.post(OTHER, "too-late").statusCode() == 507);
        long size = box.size();
        var full = box.post(OTHER, "too-late-again");
        assertEquals("disk", problem(507, full).required("field").asText());
        assertTrue(full.headers().firstValueAsLong("Retry-After").getAsLong() > 0);
        assertTrue(box.trouble("disk").orElseThrow().has("since"));
        try (var client = five()) {
            client.send(publish5(1, 1, "records/default", OTHER)).expectReason(PUBACK, 0x97);
        }
        assertEquals(size, box.size());
        var proved = RunningGateway.verify(box.awaitEvidence(index), box.trust(), AnchorCheck.OFFLINE);
        assertEquals("hello", proved.text());
    }

    private RawMqtt five() throws IOException {
        var client = new RawMqtt(box.mqttPort());
        client.send(connect5("five", RunningGateway.CRANE.name(), RunningGateway.CRANE.secret()));
        assertEquals(0, client.receive().at(1));
        return client;
    }

    private void start(IntakeConfig intake) throws Exception {
        SoftHsm.create(folder.resolve("hsm"));
        var config = config(intake);
        TokenSetup.initialise(config);
        box = RunningGateway.start(config);
    }

    private GatewayConfig config(IntakeConfig intake) {
        return RunningGateway.config(folder, RunningGateway.softToken(folder), intake, Optional.empty());
    }

    private static IntakeConfig smallPayloads() {
        var standard = IntakeConfig.defaults();
        return new IntakeConfig(
                MAX_PAYLOAD,
                standard.maxWaitingRecords(),
                standard.maxWaitingBytes(),
                standard.rememberedKeys(),
                0,
                standard.refuseAtUsedPercent(),
                standard.diskCheckEvery());
    }

    private void startWithATokenThatCanBeKilled() throws Exception {
        var far = FarToken.start(folder);
        token = far.server();
        box = RunningGateway.start(
                RunningGateway.config(folder, far.settings(), IntakeConfig.defaults(), Optional.empty()));
    }

    private static JsonNode field(int status, String field, HttpResponse<byte[]> answer) throws IOException {
        var problem = problem(status, answer);
        assertEquals(field, problem.required("field").asText());
        return problem;
    }

    /// Problem details that name what is wrong, what would be right, and what to do.
    private static JsonNode problem(int status, HttpResponse<byte[]> answer) throws IOException {
        assertEquals(status, answer.statusCode(), () -> RunningGateway.text(answer));
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElseThrow());
        var problem = RunningGateway.json(answer);
        assertEquals(status, problem.required("status").asInt());
        for (var name : List.of("type", "title", "field", "limit", "remedy")) {
            assertFalse(problem.required(name).asText().isBlank(), () -> name + " is missing: " + problem);
        }
        return problem;
    }
}
