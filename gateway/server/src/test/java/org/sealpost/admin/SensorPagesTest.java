package org.sealpost.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.sensor.SensorSettings;
import org.sealpost.sensor.SensorState.Condition;
import org.sealpost.sensor.Value;

@Timeout(120)
class SensorPagesTest {
    private static final String OTHER = "[sensor.other]\nkind = \"simulated\"\nseed = 1\nevery = \"2s\"\n";
    private static final String BAD = OTHER + "falts = [\"throw\"]\n";

    private RunningPages pages;

    @BeforeEach
    void start() throws Exception {
        pages = RunningPages.start();
    }

    @AfterEach
    void stop() throws Exception {
        pages.desk.devices.countDown();
        pages.close();
    }

    // --- who looks

    @Test
    void everyClientMayLook() throws Exception {
        var page = pages.get("/sensors", pages.login());
        assertEquals(200, page.statusCode());
        for (var said : List.of(
                "12.50 Cel",
                "2026-11-25 18:04:02 UTC, 3 s ago",
                "192.168.1.20 does not answer on port 502",
                "What to do: see that it has power",
                "needs you since",
                "1 min 30 s ago",
                "1,204 readings, 2 gaps, 5 left out, 1 unreadable, 3 restarts",
                "nothing yet",
                "href=\"/v1/records/77/evidence\"")) {
            assertTrue(page.body().contains(said), () -> said + " is not in " + page.body());
        }
        assertFalse(page.body().contains("<textarea"), "only the owner changes them");
        assertFalse(page.body().contains("/sensors/test"));
        var state = pages.get("/sensors/state", pages.login());
        assertTrue(state.body().startsWith("<div id=\"sensors\""), state.body());
        assertFalse(state.body().contains("/sensors/test"));
        assertEquals(200, list(RunningPages.TOKEN).statusCode());
    }

    @Test
    void nobodyElseMayLook() throws Exception {
        var page = pages.send(pages.request("/sensors"));
        assertEquals(303, page.statusCode());
        assertEquals("/login", page.headers().firstValue("location").orElseThrow());
        var state = pages.send(pages.request("/sensors/state"));
        assertEquals(403, state.statusCode());
        assertEquals("/login", state.headers().firstValue("hx-redirect").orElseThrow());
        problem(401, "not-authenticated", pages.send(pages.request("/v1/sensors")));
        problem(401, "not-authenticated", list("guessed"));
        problem(401, "not-authenticated", pages.send(bearer("/sensors", "guessed")));
        for (var path : List.of("/sensors", "/sensors/discover", "/sensors/test")) {
            assertEquals(303, pages.send(pages.form(path, "name=gate")).statusCode());
            problem(401, "not-authenticated", pages.send(post(path, "guessed", "name=gate")));
        }
    }

    @Test
    void programsAreToldTheSame() throws Exception {
        var all = json(list(RunningPages.TOKEN));
        assertEquals("2026-11-25T18:04:05Z", all.required("at").asText());
        var gate = all.required("sensors").get(0);
        assertEquals("gate", gate.required("name").asText());
        assertEquals("contact", gate.required("kind").asText());
        assertEquals("well", gate.required("state").asText());
        assertTrue(gate.required("last").required("value").isBoolean());
        assertEquals(77, gate.required("last").required("index").asLong());
        assertTrue(all.required("sensors").get(1).required("last").isNull());
        var tank = all.required("sensors").get(2);
        assertEquals("red", tank.required("state").asText());
        assertEquals("12.50", tank.required("last").required("value").textValue(), "its digits as they were read");
        assertEquals("Cel", tank.required("last").required("unit").asText());
        assertEquals(3, tank.required("last").required("ageSeconds").asLong());
        assertEquals("2026-11-25T18:02:35Z", tank.required("since").asText());
        assertTrue(tank.required("remedy").asText().startsWith("see that"));
        assertEquals(1204, tank.required("readings").asLong());
        assertEquals(5, tank.required("leftOut").asLong());
    }

    /// While the intake is busy the sensor says more than is recorded: a link leads to the reading beside it.
    @Test
    void aRecordIsShownWithTheReadingItIsOf() throws Exception {
        var before = FakeDesk.state("tank", "modbus", Condition.WELL, Optional.of(new Value.Decimal("11")), "Cel", "");
        var recorded = FakeDesk.recorded(before.last().orElseThrow(), FakeBox.NOW.minusSeconds(40), 12);
        pages.desk.newest = Map.of("tank", recorded, "scale", recorded);

        var sensors = json(list(RunningPages.TOKEN)).required("sensors");
        var last = sensors.get(2).required("last");
        assertEquals("11", last.required("value").asText(), "and not 12.50, which has no record yet");
        assertEquals(12, last.required("index").asLong());
        assertEquals("2026-11-25T18:03:25Z", last.required("at").asText());
        assertEquals(40, last.required("ageSeconds").asLong());
        assertTrue(sensors.get(0).required("last").required("value").asBoolean());
        assertFalse(sensors.get(0).required("last").has("index"), "what has no record yet has no link");
        assertTrue(sensors.get(1).required("last").isNull(), "it said nothing since its settings changed");

        var page = pages.get("/sensors", pages.login()).body();
        var tank = page.substring(page.indexOf("id=\"sensor-tank\""));
        assertTrue(tank.contains("11 Cel") && tank.contains("40 s ago"), tank);
        assertTrue(tank.contains("href=\"/v1/records/12/evidence\""), tank);
        assertFalse(page.substring(0, page.indexOf("id=\"sensor-tank\"")).contains("/v1/records/"), page);
    }

    @Test
    void whatIsNoneOfTheseIsRefused() throws Exception {
        problem(
                405,
                "method-not-allowed",
                pages.send(bearer("/sensors", RunningPages.OWNERS_TOKEN).DELETE()));
        problem(405, "method-not-allowed", pages.send(bearer("/sensors/test", RunningPages.OWNERS_TOKEN)));
        problem(405, "method-not-allowed", pages.send(post("/v1/sensors", RunningPages.OWNERS_TOKEN, "name=gate")));
    }

    // --- who changes

    @Test
    void aClientThatIsNotTheOwnerChangesNothing() throws Exception {
        var cookie = pages.login();
        for (var path : List.of("/sensors", "/sensors/discover", "/sensors/test")) {
            problem(
                    403,
                    "not-the-owner",
                    pages.send(pages.form(path, "name=gate").header("Cookie", cookie)));
            problem(403, "not-the-owner", pages.send(post(path, RunningPages.TOKEN, "name=gate")));
        }
        assertEquals(FakeDesk.DOCUMENT, pages.desk.document);
    }

    @Test
    void theOwnerPutsADocumentInForce() throws Exception {
        for (var type : List.of("text/plain", "application/toml", "text/plain; charset=utf-8")) {
            var document = OTHER + "# " + type + "\r\n";
            var answer = pages.send(upload(type, document));
            assertEquals(200, answer.statusCode(), answer::body);
            assertEquals(3, json(answer).required("sensors").asInt());
            assertEquals(document, pages.desk.document, "byte for byte");
            assertEquals("owner", pages.desk.by);
        }
        assertEquals(200, pages.send(upload("text/plain", "")).statusCode());
        assertEquals("", pages.desk.document, "an empty document means no sensors");
    }

    @Test
    void theOwnersFormPutsWhatWasPastedInForce() throws Exception {
        var cookie = pages.login(RunningPages.OWNERS_TOKEN);
        var page = pages.get("/sensors", cookie);
        assertTrue(page.body().contains("\n[sensor.try]"), page::body);
        assertTrue(page.body().contains("/sensors/test"));
        var pasted = URLEncoder.encode(OTHER.replace("\n", "\r\n"), StandardCharsets.UTF_8);
        var answer = pages.send(pages.form("/sensors", "document=" + pasted).header("Cookie", cookie));
        assertEquals(303, answer.statusCode(), answer::body);
        assertEquals("/sensors", answer.headers().firstValue("location").orElseThrow());
        assertEquals(OTHER, pages.desk.document, "without what the browser does to line ends");
    }

    @Test
    void aFormOfAnotherSiteIsNotLookedAt() throws Exception {
        var cookie = pages.login(RunningPages.OWNERS_TOKEN);
        for (var path : List.of("/sensors", "/sensors/discover", "/sensors/test")) {
            var answer = pages.send(pages.foreignForm(path, "document=x&name=gate")
                    .header("Cookie", cookie)
                    .header("Sec-Fetch-Site", "cross-site"));
            assertEquals(403, answer.statusCode());
            assertTrue(answer.body().contains("a page of another site"), answer::body);
        }
        assertEquals(FakeDesk.DOCUMENT, pages.desk.document);
    }

    @Test
    void aDocumentThatCannotBeUsedIsRefusedWithItsSentence() throws Exception {
        var answer = pages.send(upload("text/plain", BAD));
        var detail = problem(422, "sensors-refused", answer).required("detail").asText();
        assertTrue(detail.contains("falts") && detail.contains("faults"), detail);
        var cookie = pages.login(RunningPages.OWNERS_TOKEN);
        var page = pages.send(pages.form("/sensors", "document=" + URLEncoder.encode(BAD, StandardCharsets.UTF_8))
                .header("Cookie", cookie));
        assertEquals(422, page.statusCode());
        assertTrue(page.body().contains("role=\"alert\""), page::body);
        assertTrue(page.body().contains("falts"), "what was typed is not lost");
        assertEquals(FakeDesk.DOCUMENT, pages.desk.document);
    }

    @Test
    void whatIsNoDocumentIsRefused() throws Exception {
        var large = "#".repeat(SensorSettings.MAX_SIZE_BYTES + 1);
        problem(413, "sensors-refused", pages.send(upload("text/plain", large)));
        problem(415, "sensors-refused", pages.send(upload("application/json", "{}")));
        problem(422, "sensors-refused", pages.send(post("/sensors", RunningPages.OWNERS_TOKEN, "elsewhere=x")));
        var latin = BodyPublishers.ofByteArray("# \u00e4".getBytes(StandardCharsets.ISO_8859_1));
        var answer = pages.send(bearer("/sensors", RunningPages.OWNERS_TOKEN)
                .header("Content-Type", "text/plain")
                .POST(latin));
        assertTrue(problem(422, "sensors-refused", answer)
                .required("detail")
                .asText()
                .contains("UTF-8"));
        pages.desk.full = true;
        problem(507, "sensors-refused", pages.send(upload("text/plain", OTHER)));
        pages.desk.broken = true;
        var broken = pages.send(upload("text/plain", OTHER));
        assertEquals(500, broken.statusCode());
        assertFalse(broken.body().contains("secret"));
        assertEquals(FakeDesk.DOCUMENT, pages.desk.document);
    }

    // --- devices

    @Test
    void theOwnerLooksForDevices() throws Exception {
        var cookie = pages.login(RunningPages.OWNERS_TOKEN);
        var page = pages.send(pages.form("/sensors/discover", "").header("Cookie", cookie));
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("&quot;/dev/ttyUSB0&quot;"), page::body);
        assertTrue(page.body().contains("FTDI &lt;b&gt;"), page::body);
        var found = pages.send(
                bearer("/sensors/discover", RunningPages.OWNERS_TOKEN).POST(BodyPublishers.noBody()));
        assertEquals(
                "/dev/ttyUSB0",
                json(found).required("found").get(0).required("title").asText());
    }

    @Test
    void theOwnerTriesASensor() throws Exception {
        var cookie = pages.login(RunningPages.OWNERS_TOKEN);
        var page = pages.send(pages.form("/sensors/test", "name=scale").header("Cookie", cookie));
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("scale: nothing was said within 15 s"), page::body);
        var trial = json(pages.send(post("/sensors/test", RunningPages.OWNERS_TOKEN, "name=scale")));
        assertEquals("scale", trial.required("sensor").asText());
        assertFalse(trial.required("works").asBoolean());
        assertTrue(trial.required("reading").isNull());
        for (var form : List.of("name=nobody", "name=", "x=y")) {
            problem(422, "sensors-refused", pages.send(post("/sensors/test", RunningPages.OWNERS_TOKEN, form)));
        }
    }

    /// Devices that do not come back hold up neither those who look nor those who change.
    @Test
    void devicesThatHangHoldUpNobodyElse() throws Exception {
        pages.desk.devices = new CountDownLatch(1);
        var trials = new ArrayList<CompletableFuture<Integer>>();
        for (int i = 0; i < 9; i++) trials.add(trial());
        var refused = CompletableFuture.anyOf(trials.toArray(new CompletableFuture<?>[0]));
        assertEquals(429, refused.get(), "eight wait at the most");
        assertEquals(200, pages.get("/sensors", pages.login()).statusCode());
        assertEquals(200, pages.get("/", pages.login()).statusCode());
        assertEquals(200, list(RunningPages.TOKEN).statusCode());
        pages.desk.devices.countDown();
        int answered = 0;
        for (var trial : trials) if (trial.get() == 200) answered++;
        assertEquals(8, answered);
    }

    private CompletableFuture<Integer> trial() {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return pages.send(post("/sensors/test", RunningPages.OWNERS_TOKEN, "name=scale"))
                                .statusCode();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    // --- small things

    private HttpRequest.Builder bearer(String path, String token) {
        return pages.request(path).header("Authorization", "Bearer " + token);
    }

    private HttpRequest.Builder post(String path, String token, String form) {
        return pages.foreignForm(path, form).header("Authorization", "Bearer " + token);
    }

    private HttpRequest.Builder upload(String type, String document) {
        return bearer("/sensors", RunningPages.OWNERS_TOKEN)
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(document));
    }

    private HttpResponse<String> list(String token) throws Exception {
        return pages.send(bearer("/v1/sensors", token));
    }

    private static JsonNode problem(int status, String type, HttpResponse<String> answer) throws Exception {
        assertEquals(status, answer.statusCode(), answer::body);
        var problem = json(answer);
        assertEquals("urn:sealpost:problem:" + type, problem.required("type").asText());
        return problem;
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return new ObjectMapper().readTree(answer.body());
    }
}
