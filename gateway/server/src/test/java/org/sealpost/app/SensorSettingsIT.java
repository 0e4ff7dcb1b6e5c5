package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.control.Act;
import org.sealpost.control.Clients;
import org.sealpost.control.ControlLog;
import org.sealpost.evidence.Evidence;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.Slot;

/// The owner of a box says which sensors there are, while it runs.
@Timeout(300)
class SensorSettingsIT {
    private static final String ONE = simulated("yard", 3);
    private static final String TWO = ONE + simulated("cold-store", 4);

    @TempDir
    private Path folder;

    private final RunningGateway.Client crane = RunningGateway.Client.named("crane-7");
    private BoxFolder place;
    private Box box;
    private Visitor visitor;
    private String token;

    @BeforeEach
    void claim() throws Exception {
        place = BoxFolder.create(folder.resolve("box"));
        place.configure("[clients]\nfile = \"clients\"\n");
        Files.writeString(
                place.folder().resolve("clients"), Clients.line(crane.name(), Clients.Kind.TOKEN, crane.secret()));
        start();
        assertEquals(403, list("anything").statusCode(), "nothing is served before the claim");
        assertEquals(403, post("anything", ONE).statusCode());
        var code = place.shown("claim code").orElseThrow();
        token = Visitor.element(visitor.post("/claim", Map.of("code", code)), "token");
        assertEquals(
                303,
                visitor.post("/claim/confirm", Map.of("code", code, "token", token))
                        .statusCode());
    }

    @AfterEach
    void stop() throws Exception {
        visitor.close();
        box.close();
    }

    @Test
    void whatTheOwnerGivesIsReadAtOnceAndAfterARestart() throws Exception {
        assertEquals(0, sensors().size());
        assertEquals(200, post(token, ONE).statusCode());
        awaitReadings("yard");
        assertEquals(200, post(token, TWO).statusCode());
        awaitReadings("cold-store");
        restart();
        awaitReadings("yard");
        awaitReadings("cold-store");
        var bad = post(token, ONE + "seeed = 1\n");
        assertEquals(422, bad.statusCode());
        assertTrue(bad.body().contains("seeed") && bad.body().contains("seed"), bad::body);
        assertEquals(422, post(token, TWO + "[").statusCode());
        assertEquals(2, sensors().size(), "a document with one mistake changes nothing");
        restart();
        assertEquals(2, sensors().size());
        assertEquals(200, post(token, "# none\n").statusCode());
        assertEquals(0, sensors().size());
        restart();
        assertEquals(0, sensors().size());
    }

    /// Who checks the log later sees that the sensors were others from then on, and by whose hand.
    @Test
    void eachDocumentIsAnEntryOfTheLog() throws Exception {
        for (var document : List.of(ONE, ONE + "seeed = 1\n", TWO)) post(token, document);
        Await.until("both are in the log", () -> acts().size() == 2);
        assertTrue(acts().get(0).endsWith(",\"by\":\"owner\",\"documentSha256\":\"" + sha256(ONE) + "\"}"));
        assertTrue(acts().get(1).endsWith(",\"by\":\"owner\",\"documentSha256\":\"" + sha256(TWO) + "\"}"));
        for (var act : acts()) assertFalse(act.contains("simulated"), "the document itself stays in the box");
    }

    @Test
    void anotherClientLooksAndReadsAndChangesNothing() throws Exception {
        assertEquals(200, post(token, ONE).statusCode());
        awaitReadings("yard");
        assertEquals(200, list(crane.secret()).statusCode());
        assertEquals(403, post(crane.secret(), TWO).statusCode());
        assertEquals(401, post("guessed", TWO).statusCode());
        assertEquals(1, sensors().size());
        long index = sensor("yard").required("last").required("index").asLong();
        var path = "/v1/records/" + index + "/evidence";
        Await.until("its evidence", () -> bearer(path, crane.secret()).statusCode() == 200);
    }

    @Test
    void aSensorIsTriedAndDevicesAreLookedFor() throws Exception {
        assertEquals(200, post(token, ONE).statusCode());
        var answer = form("/sensors/test", "name=yard");
        assertEquals(200, answer.statusCode(), answer::body);
        var trial = json(answer);
        assertTrue(trial.required("works").asBoolean(), trial::toString);
        assertEquals("Cel", trial.required("reading").required("unit").asText());
        assertEquals(422, form("/sensors/test", "name=nobody").statusCode());
        assertTrue(json(form("/sensors/discover", "")).required("found").isArray());
    }

    /// What another version of the software took: the box runs, and the owner can give others.
    @Test
    void settingsThatCannotBeUsedAnyMoreStopNoBox() throws Exception {
        stop();
        var journal = LogParts.small(place.data(), ControlLog.KIND, Act.MAX_SIZE_BYTES);
        try (var control = ControlLog.open(journal, KernelClock.open(ClockReading.Source.SYSTEM), new FatalEnd())) {
            control.sensorsSet("[sensor.yard]\nkind = \"of-the-future\"\n", "owner");
        }
        start();
        var ready = visitor.get("/readyz").body();
        assertTrue(ready.contains("\"sensors\"") && ready.contains("of-the-future"), ready);
        assertTrue(ready.contains("give the settings anew on the page Sensors"), ready);
        assertEquals(0, sensors().size());
        assertEquals(200, post(token, ONE).statusCode());
        awaitReadings("yard");
        assertFalse(visitor.get("/readyz").body().contains("of-the-future"));
    }

    /// As a technician asks from a laptop: by the box's own certificate, whatever name its address is.
    @Test
    void theCommandLineShowsTheTableByTheBoxesOwnCertificate() throws Exception {
        assertTrue(table("").contains("There are no sensors yet."));
        assertEquals(200, post(token, TWO).statusCode());
        awaitReadings("yard");
        var shown = table("");
        assertTrue(shown.startsWith("NAME        KIND       STATE"), shown);
        assertTrue(
                shown.lines().anyMatch(line -> line.matches("yard +simulated +well +[0-9.]+ Cel +[0-9]+ s +.*")),
                shown);
        var stranger = assertThrows(StartRefused.class, () -> table("x"));
        assertTrue(stranger.getMessage().contains("does not know SEALPOST_TOKEN"), stranger.getMessage());
        var other = OwnersCa.create(folder.resolve("other")).pem();
        Files.writeString(folder.resolve("other.pem"), other);
        var untrusted = assertThrows(StartRefused.class, () -> table("", folder.resolve("other.pem")));
        assertTrue(untrusted.getMessage().contains("--ca"), untrusted.getMessage());
    }

    private String table(String beforeToken) throws Exception {
        var pem = folder.resolve("box.pem");
        var der = Base64.getMimeEncoder().encodeToString(visitor.certificate());
        Files.writeString(pem, "-----BEGIN CERTIFICATE-----\n" + der + "\n-----END CERTIFICATE-----\n");
        return table(beforeToken, pem);
    }

    private String table(String beforeToken, Path ca) throws Exception {
        var out = new ByteArrayOutputStream();
        var url = "https://localhost:" + box.httpPort() + "/";
        new SensorTable(url, beforeToken + token, Optional.of(ca))
                .print(new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    // --- small things

    private void start() throws Exception {
        box = Box.start(place.config());
        visitor =
                new Visitor(box.httpPort(), place.shown("certificate  SHA-256").orElseThrow());
    }

    private void restart() throws Exception {
        stop();
        start();
    }

    private static String simulated(String name, int seed) {
        return "[sensor." + name + "]\nkind = \"simulated\"\nseed = " + seed + "\nevery = \"100ms\"\n";
    }

    private void awaitReadings(String name) throws Exception {
        Await.until("readings of " + name, () -> sensor(name).required("last").has("index"));
    }

    private JsonNode sensor(String name) throws Exception {
        for (var sensor : sensors()) if (sensor.required("name").asText().equals(name)) return sensor;
        throw new AssertionError(name + " is not there");
    }

    private JsonNode sensors() throws Exception {
        return json(list(token)).required("sensors");
    }

    private HttpResponse<String> list(String token) throws Exception {
        return bearer("/v1/sensors", token);
    }

    private HttpResponse<String> bearer(String path, String token) throws Exception {
        return visitor.send(visitor.request(path).header("Authorization", "Bearer " + token));
    }

    private HttpResponse<String> post(String token, String document) throws Exception {
        return visitor.send(visitor.request("/sensors")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/toml")
                .POST(BodyPublishers.ofString(document)));
    }

    private HttpResponse<String> form(String path, String body) throws Exception {
        return visitor.send(visitor.request(path)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    }

    private List<String> acts() throws Exception {
        var found = new ArrayList<String>();
        for (int index = 1; ; index++) {
            var record = bearer("/v1/records/" + index, token);
            if (record.statusCode() == 404) return found;
            if (!record.body().contains("\"sealpost.act\"")) continue;
            var path = "/v1/records/" + index + "/evidence";
            Await.until(path, () -> bearer(path, token).statusCode() == 200);
            var evidence = Evidence.parse(visitor.bytes(path, token));
            var content = (Slot.Shown) evidence.body().orElseThrow().slots().get(Slot.CONTENT);
            var text = new String(Content.parse(content.bytes()).payload(), StandardCharsets.UTF_8);
            if (text.contains("\"act\":\"sensors-set\"")) found.add(text);
        }
    }

    private static String sha256(String document) throws Exception {
        var bytes = document.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return new ObjectMapper().readTree(answer.body());
    }
}
