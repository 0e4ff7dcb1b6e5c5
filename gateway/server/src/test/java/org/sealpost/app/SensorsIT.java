package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.SourceKind;

/// A whole box with simulated sensors: what they say comes in by itself and verifies, whatever they do.
@Timeout(300)
class SensorsIT {
    private static final Duration EVERY = Duration.ofMillis(100);

    /// One that is well, and one for each fault there is. With these seeds the first faults come within two seconds.
    private static final String DOCUMENT = """
            [sensor.calm]
            kind = "simulated"
            seed = 3
            every = "%dms"
            """.formatted(EVERY.toMillis())
            + faulty("flood", 18)
            + faulty("hang", 27)
            + faulty("throw", 28)
            + faulty("nonsense", 37)
            + faulty("silent", 49);

    private static final byte[] PUSHED = "pushed by a system".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private Path document;
    private GatewayConfig config;
    private RunningGateway box;

    @BeforeEach
    void start() throws Exception {
        SoftHsm.create(folder.resolve("hsm"));
        document = Files.writeString(folder.resolve("sensors.toml"), DOCUMENT);
        config = RunningGateway.withSensors(
                RunningGateway.config(
                        folder, RunningGateway.softToken(folder), IntakeConfig.defaults(), Optional.empty()),
                document);
        TokenSetup.initialise(config);
        box = RunningGateway.start(config);
    }

    @AfterEach
    void stop() throws Exception {
        if (box != null) box.close();
    }

    @Test
    void whateverASensorDoesRecordsArriveAndVerifyAndTheDoorsStayOpen() throws Exception {
        var pushed = new ArrayList<Long>();
        Await.until("each has shown what it can do", () -> {
            pushed.add(box.record(PUSHED, "key-" + pushed.size()));
            return count("flood", "leftOut") > 0
                    && count("hang", "restarts") > 0
                    && count("throw", "restarts") > 0
                    && count("nonsense", "unreadable") > 0
                    && List.of("flood", "hang", "throw", "nonsense", "silent").stream()
                            .allMatch(name -> count(name, "gaps") > 0)
                    && count("calm", "readings") >= 20;
        });
        assertNotEquals("red", sensor("calm").required("state").asText(), "a neighbour is not concerned");
        assertTrue(box.trouble("sensor calm").isEmpty());
        assertFiguresAreShown();

        long readings = count("calm", "readings");
        var all = box.readBack(RunningGateway.CRANE);
        assertTrue(recordsOf(all, "calm", "sensor.reading").size() >= readings);
        for (var name : List.of("calm", "flood", "hang", "throw", "nonsense", "silent")) {
            for (var record : recordsOf(all, name, "sensor.reading")) assertReading(name, record);
            for (var gap : recordsOf(all, name, "sensor.gap")) assertGap(gap);
        }
        for (var name : List.of("flood", "hang", "throw", "nonsense", "silent")) {
            assertFalse(recordsOf(all, name, "sensor.gap").isEmpty(), name + " has left no gap");
        }
        for (long index : pushed)
            assertArrayEquals(PUSHED, all.get(index).content().payload());
    }

    /// A sensor that is red is a part of the box that is red, with what to do; and it becomes well by itself.
    @Test
    void aRedSensorIsARedPart() throws Exception {
        Await.until("the one that breaks down is red", () -> {
            var trouble = box.trouble("sensor throw");
            return trouble.isPresent()
                    && !trouble.get().required("cause").asText().isEmpty()
                    && !trouble.get().required("remedy").asText().isEmpty()
                    && trouble.get().has("since");
        });
        assertEquals(200, box.get("/livez").statusCode());
        box.record(PUSHED, "while-it-is-red");
        Await.until("it is well again", () -> box.trouble("sensor throw").isEmpty());
    }

    @Test
    void whatWasRecordedIsThereAfterARestartAndTheSensorsGoOn() throws Exception {
        Await.until("there are readings", () -> count("calm", "readings") >= 3);
        var before = box.readBack(RunningGateway.CRANE);
        box.close();
        var closed = Instant.now();
        Await.until("a sample was due", () -> Instant.now().isAfter(closed.plus(EVERY)));
        box = RunningGateway.start(config);
        Await.until("and more of them", () -> count("calm", "readings") >= 3);
        var after = box.readBack(RunningGateway.CRANE);
        assertTrue(after.size() > before.size());
        before.forEach(
                (index, proved) -> assertEquals(proved.text(), after.get(index).text(), "entry " + index));
        var off = recordsOf(after, "calm", "sensor.gap").stream()
                .filter(gap -> gap.text().contains("the gateway did not run"))
                .toList();
        assertEquals(1, off.size(), "samples were due while it did not run");
        assertTrue(off.getFirst().text().contains("\"missed\":null"), off.getFirst()::text);
        assertGap(off.getFirst());
    }

    /// What a barcode reader said while the gateway did not run, nobody heard: that is on record, not silence.
    @Test
    void aSerialLineLeavesAGapForTheTimeInWhichNobodyListened() throws Exception {
        try (var line = SerialLine.open()) {
            readCodesOf(line, ".{1,80}");
            awaitSaid(line, "4006381333931");
            Await.until("it is on record", () -> count("code", "readings") > 0);
            box.close();
            box = RunningGateway.start(config);
            awaitSaid(line, "5901234123457");
            Await.until(
                    "the gap is there, and what came after it",
                    () -> count("code", "gaps") > 0 && count("code", "readings") > 0);
            var all = box.readBack(RunningGateway.CRANE);
            var gaps = recordsOf(all, "code", "sensor.gap");
            assertTrue(gaps.stream().anyMatch(gap -> gap.text().contains("the gateway did not run")), gaps::toString);
            for (var gap : gaps) assertGap(gap);
            var said = recordsOf(all, "code", "sensor.reading").stream()
                    .map(RunningGateway.Proved::text)
                    .toList();
            assertTrue(said.getFirst().contains("\"value\":\"4006381333931\",\"unit\":\"1\""), said::toString);
            assertTrue(said.getLast().contains("5901234123457"), said::toString);
        }
    }

    /// Anybody may read how the box is; what a reader read, though nobody can make sense of it, is for the clients.
    @Test
    void ofNonsenseOnlyClientsAreToldTheBytes() throws Exception {
        try (var line = SerialLine.open()) {
            readCodesOf(line, "[0-9]{13}");
            Await.until("it is red", () -> {
                line.say("member 4711\r");
                return box.trouble("sensor code").isPresent()
                        && count("code", "unreadable") > 0
                        && sensor("code")
                                .required("cause")
                                .asText()
                                .endsWith("the first bytes are " + hex("member 4711"));
            });
            assertEquals(
                    "it talks nonsense: it does not match the pattern frame",
                    box.trouble("sensor code").orElseThrow().required("cause").asText());
            assertFalse(RunningGateway.text(box.get("/readyz")).contains(hex("member 4711")));
            assertTrue(RunningGateway.text(get("/sensors", login())).contains(hex("member 4711")));
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void readCodesOf(SerialLine line, String pattern) throws Exception {
        box.close();
        Files.writeString(document, """
                [sensor.code]
                kind = "serial"
                port = "%s"
                baud = 9600
                frame-end = "\\r"
                frame = '^(?<text>%s)$'
                """.formatted(line.port(), pattern));
        box = RunningGateway.start(config);
    }

    /// A line that is just being opened may lose what came before; so it is said until it is heard.
    private void awaitSaid(SerialLine line, String code) throws Exception {
        Await.until("the box has heard " + code, () -> {
            line.say(code + "\r");
            return sensor("code").required("last").path("value").asText().equals(code);
        });
    }

    /// From the page to the file: who is logged in downloads a reading's evidence by the link that stands there.
    @Test
    void aBrowserDownloadsTheEvidenceOfTheLastReading() throws Exception {
        Await.until(
                "the last reading has a record",
                () -> sensor("calm").required("last").has("index"));
        var cookie = login();
        var page = RunningGateway.text(get("/sensors", cookie));
        int at = page.indexOf("/v1/records/", page.indexOf("id=\"sensor-calm\""));
        var path = page.substring(at, page.indexOf('"', at));
        Await.until("it is sealed", () -> get(path, cookie).statusCode() == 200);
        var proved = RunningGateway.verify(get(path, cookie).body(), box.trust(), AnchorCheck.OFFLINE);
        assertEquals("sensor:calm", proved.source().client());
        assertTrue(RunningGateway.text(get("/", cookie)).contains("<a href=\"/sensors\">Sensors</a>"));
        assertEquals(401, box.send(HttpRequest.newBuilder(box.url(path))).statusCode());
    }

    @Test
    void theFileIsTheOnlyPlaceOfTheSettings() throws Exception {
        for (var path : List.of("/sensors", "/sensors/discover", "/sensors/test")) {
            var answer = box.send(box.request(path, RunningGateway.CRANE)
                    .header("Content-Type", "text/plain")
                    .POST(BodyPublishers.ofString("")));
            assertEquals(403, answer.statusCode(), () -> RunningGateway.text(answer));
        }
        box.close();
        Files.writeString(document, DOCUMENT + "evry = \"1s\"\n");
        var refused = assertThrows(ConfigRefused.class, () -> RunningGateway.start(config));
        assertTrue(refused.getMessage().contains("evry"), refused.getMessage());
        Files.delete(document);
        var missing = assertThrows(ConfigRefused.class, () -> RunningGateway.start(config));
        assertTrue(missing.getMessage().startsWith("sensors.file cannot be read"), missing.getMessage());
        box = null;
    }

    @Test
    void noClientCanPassForASensor() throws Exception {
        for (var profile : List.of("sensor.reading", "sensor.gap", "sensor.other")) {
            var answer = box.send(box.request("/v1/records", RunningGateway.CRANE)
                    .header("Sealpost-Profile", profile)
                    .POST(BodyPublishers.ofString("{}")));
            assertEquals(422, answer.statusCode());
            assertTrue(RunningGateway.text(answer).contains("reserved-profile"));
        }
    }

    // --- small things

    private JsonNode sensor(String name) throws Exception {
        var all = RunningGateway.json(box.get("/v1/sensors")).required("sensors");
        for (var sensor : all) if (sensor.required("name").asText().equals(name)) return sensor;
        throw new AssertionError(name + " is not among " + all);
    }

    private static String faulty(String fault, int seed) {
        return """

                [sensor.%1$s]
                kind = "simulated"
                seed = %2$d
                every = "%3$dms"
                faults = ["%1$s"]
                """.formatted(fault, seed, EVERY.toMillis());
    }

    private long count(String sensor, String what) {
        try {
            return sensor(sensor).required(what).asLong();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertFiguresAreShown() throws Exception {
        var metrics = RunningGateway.text(box.get("/metrics"));
        for (var figure : List.of(
                "sealpost_sensor_readings_total{sensor=\"calm\"} ",
                "sealpost_sensor_gaps_total{sensor=\"silent\"} ",
                "sealpost_sensor_left_out_total{sensor=\"flood\"} ",
                "sealpost_part_well{part=\"sensor calm\"} 1")) {
            assertTrue(metrics.contains(figure), () -> figure + " is not in " + metrics);
        }
    }

    private static List<RunningGateway.Proved> recordsOf(
            SortedMap<Long, RunningGateway.Proved> all, String sensor, String profile) throws Exception {
        var found = new ArrayList<RunningGateway.Proved>();
        for (var proved : all.values()) {
            if (!(Leaf.parse(proved.evidence().leaf()) instanceof HeaderLeaf leaf)) continue;
            boolean wanted =
                    leaf.profile().equals(profile) && proved.source().client().equals("sensor:" + sensor);
            if (!wanted) continue;
            assertEquals(SourceKind.SENSOR, leaf.source());
            found.add(proved);
        }
        return found;
    }

    private static void assertReading(String sensor, RunningGateway.Proved record) throws Exception {
        assertEquals("application/json", record.content().mediaType());
        var reading = new ObjectMapper().readTree(record.text());
        var digits = reading.required("value").textValue();
        assertTrue(digits.matches("[0-9]{2}\\.[0-9]"), digits);
        assertArrayEquals(
                digits.getBytes(StandardCharsets.US_ASCII),
                reading.required("raw").binaryValue());
        assertEquals(
                "{\"sensor\":\"" + sensor + "\",\"kind\":\"simulated\",\"value\":\"" + digits
                        + "\",\"unit\":\"Cel\",\"quality\":\"good\",\"deviceTime\":null,\"raw\":\""
                        + reading.required("raw").asText() + "\",\"rawSha256\":null}",
                record.text());
    }

    private static void assertGap(RunningGateway.Proved record) throws Exception {
        var gap = new ObjectMapper().readTree(record.text());
        assertFalse(Instant.parse(gap.required("from").asText())
                .isAfter(Instant.parse(gap.required("to").asText())));
        assertFalse(gap.required("cause").asText().isEmpty());
        var missed = gap.required("missed");
        assertTrue(missed.isNull() || missed.asLong() > 0, record::text);
    }

    private String login() throws Exception {
        var answer = box.send(HttpRequest.newBuilder(box.url("/login"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Sec-Fetch-Site", "same-origin")
                .POST(BodyPublishers.ofString("token=" + RunningGateway.CRANE.secret())));
        assertEquals(303, answer.statusCode());
        return answer.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
    }

    private HttpResponse<byte[]> get(String path, String cookie) throws Exception {
        return box.send(HttpRequest.newBuilder(box.url(path)).header("Cookie", cookie));
    }
}
