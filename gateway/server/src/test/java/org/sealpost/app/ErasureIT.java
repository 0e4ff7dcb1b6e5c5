package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.control.Clients;
import org.sealpost.evidence.Evidence;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.command.VerifyCommand;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.record.Content;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;

/// The owner of a running box has records erased: they are hidden at once, their bytes leave every file, and
/// what was promised of the rest still holds.
@Timeout(600)
class ErasureIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final RunningGateway.Client crane = RunningGateway.Client.named("crane-7");
    private BoxFolder place;
    private Box box;
    private Visitor visitor;
    private OwnedBox owner;
    private String origin = "";

    /// A record as a client knows it.
    ///
    /// @param evidence as it was handed out before anything was erased
    private record Known(long index, String key, String payload, byte[] evidence) {
        Slot.Shown slot(int position) throws Exception {
            var body = Evidence.parse(evidence).body().orElseThrow();
            return assertInstanceOf(Slot.Shown.class, body.slots().get(position));
        }
    }

    @BeforeEach
    void claim() throws Exception {
        Installed.require(SoftHsm.module().isPresent(), "SoftHSM2 is not installed (package softhsm2)");
        place = BoxFolder.create(folder.resolve("box"));
        place.configure("""
                [clients]
                file = "clients"
                [journal]
                segment-size = "8MiB"
                [retention]
                erase-within = "1s"
                """);
        Files.writeString(
                place.folder().resolve("clients"), Clients.line(crane.name(), Clients.Kind.TOKEN, crane.secret()));
        start();
        owner = OwnedBox.claim(visitor, place);
    }

    @AfterEach
    void stop() throws Exception {
        visitor.close();
        box.close();
    }

    private void start() throws Exception {
        box = Box.start(place.config());
        visitor =
                new Visitor(box.httpPort(), place.shown("certificate  SHA-256").orElseThrow());
    }

    private void restart() throws Exception {
        stop();
        start();
        owner = owner.at(visitor);
    }

    @Test
    void erasedRecordsAreHiddenAtOnceAndTheirBytesLeaveEveryFile() throws Exception {
        var stays = known("stays");
        var body = known("loses its body");
        var all = known("loses all");
        for (var record : List.of(stays, body, all)) {
            assertNotEquals(Set.of(), filesWith(bytes(record.payload)), "else the search would prove nothing");
        }
        ordersOfOthersAreRefused(body);

        var first = order("body", body.index);
        assertEquals(201, first.statusCode(), first::body);
        var made = order("body-and-salts", all.index);
        assertEquals(201, made.statusCode(), made::body);
        assertHidden(body, all);
        carriedAwayWithoutThem(stays, body, all);
        var again = order("body", body.index);
        assertEquals(422, again.statusCode(), again::body);
        assertTrue(again.body().contains("erased already"), again::body);

        awaitRemoved(first);
        awaitRemoved(made);
        assertGone(body, all);
        assertNotEquals(Set.of(), filesWith(bytes(stays.payload)));
        assertEquals(200, get("/v1/records/" + stays.index + "/evidence").statusCode());
        assertHidden(body, all);
        proveACopy(body);
        theLogSays(first, "body", body);
        theLogSays(made, "body-and-salts", all);

        restart();
        assertHidden(body, all);
        assertGone(body, all);
        assertEquals(200, get("/v1/records/" + stays.index).statusCode());
        // Its key names nothing any more.
        var repeat = post(all.payload, all.key);
        assertEquals(201, repeat.statusCode(), repeat::body);
        var whole = post(stays.payload, stays.key);
        assertEquals(200, whole.statusCode(), whole::body);
        assertEquals(stays.index, json(whole).required("index").asLong());

        // What an earlier order kept goes, too.
        assertNotEquals(Set.of(), filesWith(body.slot(Slot.CONTENT).salt()));
        var later = order("body-and-salts", body.index);
        assertEquals(201, later.statusCode(), later::body);
        assertEquals(410, get("/v1/records/" + body.index + "/evidence").statusCode());
        awaitRemoved(later);
        for (int slot = 0; slot < Slot.LABELS.size(); slot++) {
            assertEquals(Set.of(), filesWith(body.slot(slot).salt()), "salt of " + Slot.LABELS.get(slot));
        }
        assertEquals(0, inspect(), "every file is explained and whole");
        assertFalse(owner.get("/readyz").body().contains("\"well\":false"), owner.get("/readyz")::body);
    }

    /// By who stands at a gateway that does not run: in force before it starts.
    @Test
    void whoStandsAtTheBoxOrdersItWhileTheGatewayDoesNotRun() throws Exception {
        var record = known("by hand");
        var running = erase("--confirm", origin, Long.toString(record.index));
        assertEquals(75, running.status, running.output);
        visitor.close();
        box.close();
        var wrong = erase("--confirm", "another/origin", Long.toString(record.index));
        assertEquals(1, wrong.status, wrong.output);
        assertEquals(1, erase("--confirm", origin, "four").status);
        var mark = Files.createFile(place.data().resolve("mirror"));
        var mirror = erase("--confirm", origin, Long.toString(record.index));
        assertTrue(mirror.status == 1 && mirror.output.contains("is a mirror"), mirror.output);
        Files.delete(mark);
        assertEquals(1, erase("--confirm", origin, "100000-100001").status);
        var done = erase("--confirm", origin, Long.toString(record.index));
        assertEquals(0, done.status, done.output);
        var entries = place.data().resolve("entries").toString();
        for (var depth : List.of(List.of("--payload", "--items", "1000"), List.of("--items", "1000"))) {
            var words = Stream.of(List.of("inspect"), depth, List.of(entries)).flatMap(List::stream);
            var shown = run(words.toArray(String[]::new));
            assertFalse(shown.output.contains(record.payload), shown.output);
            assertTrue(shown.output.contains("body ordered to be erased"), shown.output);
        }
        // As a salvage leaves one behind.
        var damaged = Files.createDirectory(place.data().resolve("entries.damaged-1"));
        start();
        owner = owner.at(visitor);
        var told = get("/v1/records/" + record.index);
        assertTrue(json(told).required("erased").required("by").asText().endsWith("at the command line"), told::body);
        Await.until(
                "its bytes are removed", () -> filesWith(bytes(record.payload)).isEmpty());
        Await.until(
                "it says what may hold them, too",
                () -> json(owner.get("/v1/erasures")).path("waitsFor").asText().contains("entries.damaged-1"));
        assertEquals(
                "ordered", json(owner.get("/v1/erasures/0")).required("state").asText());
        var ready = owner.get("/readyz");
        assertTrue(ready.statusCode() == 200 && ready.body().contains("entries.damaged-1"), ready::body);
        Files.delete(damaged);
        Await.until(
                "it is done",
                () -> json(owner.get("/v1/erasures/0"))
                        .required("state")
                        .asText()
                        .equals("removed"));
    }

    /// The page Sensors and its list show the newest reading out of memory.
    @Test
    void anErasedReadingIsShownNowhere() throws Exception {
        known("tells the origin");
        var set = visitor.send(visitor.request("/sensors")
                .header("Authorization", "Bearer " + owner.token())
                .header("Content-Type", "application/toml")
                .POST(BodyPublishers.ofString("[sensor.yard]\nkind = \"simulated\"\nseed = 3\nevery = \"1h\"\n")));
        assertEquals(200, set.statusCode(), set::body);
        Await.until("a reading", () -> yard().path("last").has("index"));
        long index = yard().required("last").required("index").asLong();
        var value = yard().required("last").required("value").asText();
        assertTrue(get("/v1/records/" + index).statusCode() == 200);
        assertEquals(201, order("body-and-salts", index).statusCode());
        assertTrue(yard().path("last").isNull(), () -> "the reading " + value + " is still shown");
        assertEquals(410, get("/v1/records/" + index).statusCode());
        var page = visitor.send(visitor.request("/sensors").header("Authorization", "Bearer " + owner.token()));
        assertFalse(page.body().contains(value), page::body);
    }

    private JsonNode yard() throws Exception {
        return json(bearer("/v1/sensors", owner.token())).required("sensors").get(0);
    }

    // --- what is tried

    private void ordersOfOthersAreRefused(Known record) throws Exception {
        var json = orderOf(origin, "body", record.index);
        assertEquals(403, order(crane.secret(), json).statusCode());
        assertEquals(401, order("guessed", json).statusCode());
        assertEquals(403, bearer("/v1/erasures", crane.secret()).statusCode());
        assertEquals(
                422,
                order(owner.token(), orderOf("another/log", "body", record.index))
                        .statusCode());
        assertEquals(400, order(owner.token(), json.replace("body", "soul")).statusCode());
        assertEquals(400, order(owner.token(), "[" + json).statusCode());
        assertEquals(422, order(owner.token(), orderOf(origin, "body", 100_000)).statusCode());
        assertEquals(422, order(owner.token(), orderOf(origin, "body", 0)).statusCode(), "the genesis");
        assertEquals(404, owner.get("/v1/erasures/0").statusCode());
        assertFalse(Files.exists(place.data().resolve("erasures")), "nothing was ordered");
        assertEquals(200, get("/v1/records/" + record.index).statusCode());
    }

    private void assertHidden(Known body, Known all) throws Exception {
        var left = get("/v1/records/" + body.index);
        assertEquals(200, left.statusCode(), left::body);
        assertEquals("body", json(left).required("erased").required("form").asText());
        for (var hidden : List.of("slots", "mediaType", "capturedAt", "idempotencyKey")) {
            assertFalse(json(left).has(hidden), left::body);
        }
        var gone = get("/v1/records/" + all.index);
        assertEquals(410, gone.statusCode(), gone::body);
        var erased = json(gone).required("erased");
        assertEquals("owner", erased.required("by").asText());
        assertEquals("request \"17\"", erased.required("rule").asText());
        assertTrue(erased.has("at"));
        assertEquals(410, get("/v1/records/" + all.index + "/evidence").statusCode());
        assertEquals(410, owner.get("/v1/records/" + all.index).statusCode());

        var file = folder.resolve("withheld.evidence");
        Files.write(file, visitor.bytes("/v1/records/" + body.index + "/evidence", crane.secret()));
        var verdict = verify(file);
        assertEquals(0, verdict.status, verdict.output);
        assertEquals(
                4,
                verdict.output.lines().filter(line -> line.contains("withheld")).count(),
                verdict.output);
        assertFalse(verdict.output.contains(body.payload), verdict.output);
        Files.delete(file);
    }

    private void carriedAwayWithoutThem(Known stays, Known... hidden) throws Exception {
        assertEquals(403, bearer("/v1/export", crane.secret()).statusCode());
        var carried = visitor.bytes("/v1/export", owner.token());
        assertTrue(holds(carried, bytes(stays.payload)));
        for (var record : hidden) assertFalse(holds(carried, bytes(record.payload)), record.payload);
        var file = Files.write(folder.resolve("carried.range"), carried);
        var imported = run("import", "--into", folder.resolve("mirror").toString(), file.toString());
        assertEquals(0, imported.status, imported.output);
    }

    /// With the salts that the owner is told, the copy of who has one leads to the digests of the evidence.
    private void proveACopy(Known copy) throws Exception {
        var told = json(owner.get("/v1/records/" + copy.index));
        var evidence = Evidence.parse(visitor.bytes("/v1/records/" + copy.index + "/evidence", crane.secret()));
        var withheld = evidence.body().orElseThrow();
        for (int slot = 0; slot < Slot.LABELS.size(); slot++) {
            var label = Slot.LABELS.get(slot);
            var salted = told.required("slots").get(slot);
            assertEquals(label, salted.required("label").asText());
            var salt = HexFormat.of().parseHex(salted.required("salt").asText());
            var digest = new Slot.Shown(salt, copy.slot(slot).bytes()).digest(label);
            assertArrayEquals(digest, withheld.slots().get(slot).digest(label));
            assertEquals(
                    HexFormat.of().formatHex(digest), salted.required("digest").asText());
        }
    }

    private void theLogSays(HttpResponse<String> made, String form, Known record) throws Exception {
        var path = "/v1/erasures/"
                + json(made).required("orders").get(0).required("order").asLong();
        Await.until("a copy of " + path, () -> json(owner.get(path)).has("inTheLogAt"));
        var evidence =
                "/v1/records/" + json(owner.get(path)).required("inTheLogAt").asLong() + "/evidence";
        Await.until(evidence, () -> owner.get(evidence).statusCode() == 200);
        var slots = Evidence.parse(visitor.bytes(evidence, owner.token()))
                .body()
                .orElseThrow()
                .slots();
        var content = Content.parse(((Slot.Shown) slots.get(Slot.CONTENT)).bytes());
        var text = new String(content.payload(), StandardCharsets.UTF_8);
        assertTrue(text.contains("\"by\":\"owner\",\"rule\":\"request \\\"17\\\"\",\"form\":\"" + form + "\""), text);
        assertTrue(text.endsWith("\"entries\":[[" + record.index + "," + (record.index + 1) + "]]}"), text);
        assertEquals(
                404,
                get("/v1/records/"
                                + json(owner.get(path)).required("inTheLogAt").asLong())
                        .statusCode());
    }

    /// @param made the answer to an order that was taken
    private void awaitRemoved(HttpResponse<String> made) throws Exception {
        var path = "/v1/erasures/"
                + json(made).required("orders").get(0).required("order").asLong();
        Await.until(
                "the bytes of " + path + " are removed",
                () -> json(owner.get(path)).required("state").asText().equals("removed"));
    }

    // --- what is left on the disk

    private void assertGone(Known body, Known all) throws Exception {
        for (var record : List.of(body, all)) {
            assertEquals(Set.of(), filesWith(bytes(record.payload)), record.payload);
            assertEquals(Set.of(), filesWith(bytes(record.key)), record.key);
            assertEquals(Set.of(), filesWith(fingerprint(record.key)), "its key's fingerprint");
        }
        for (int slot = 0; slot < Slot.LABELS.size(); slot++) {
            assertEquals(Set.of(), filesWith(all.slot(slot).salt()), "salt of " + Slot.LABELS.get(slot));
        }
    }

    /// As it lies in a file of keys (docs/formats.md §16).
    private byte[] fingerprint(String key) throws Exception {
        var sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(Files.readAllBytes(place.data().resolve("window/secret")));
        sha256.update(bytes(crane.name()));
        sha256.update((byte) 0xff);
        long print = ByteBuffer.wrap(sha256.digest(bytes(key))).getLong();
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(print)
                .array();
    }

    /// The files below the data directory that hold these bytes.
    private Set<String> filesWith(byte[] wanted) throws IOException {
        var found = new TreeSet<String>();
        List<Path> all;
        try (var files = Files.walk(place.data())) {
            all = files.filter(Files::isRegularFile).toList();
        }
        for (var file : all) {
            try {
                if (holds(Files.readAllBytes(file), wanted))
                    found.add(place.data().relativize(file).toString());
            } catch (NoSuchFileException renamed) {
                // The box goes on meanwhile.
            }
        }
        return found;
    }

    private static boolean holds(byte[] bytes, byte[] wanted) {
        for (int at = 0; at <= bytes.length - wanted.length; at++) {
            if (bytes[at] == wanted[0] && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length))
                return true;
        }
        return false;
    }

    // --- small things

    private Known known(String what) throws Exception {
        var payload = "{\"says\":\"" + what + ", and nobody else does\"}";
        var key = "key-of-what-" + what.replace(' ', '-');
        var taken = post(payload, key);
        assertEquals(201, taken.statusCode(), taken::body);
        long index = json(taken).required("index").asLong();
        origin = json(taken).required("origin").asText();
        var path = "/v1/records/" + index + "/evidence";
        Await.until(path, () -> get(path).statusCode() == 200);
        return new Known(index, key, payload, visitor.bytes(path, crane.secret()));
    }

    private HttpResponse<String> post(String payload, String key) throws Exception {
        return visitor.send(visitor.request("/v1/records")
                .header("Authorization", "Bearer " + crane.secret())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(payload)));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return bearer(path, crane.secret());
    }

    private HttpResponse<String> bearer(String path, String token) throws Exception {
        return visitor.send(visitor.request(path).header("Authorization", "Bearer " + token));
    }

    private HttpResponse<String> order(String form, long index) throws Exception {
        return order(owner.token(), orderOf(origin, form, index));
    }

    private HttpResponse<String> order(String token, String json) throws Exception {
        return visitor.send(visitor.request("/v1/erasures")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    private static String orderOf(String origin, String form, long index) {
        return "{\"origin\":\"%s\",\"rule\":\"request \\\"17\\\"\",\"form\":\"%s\",\"entries\":[[%d,%d]]}"
                .formatted(origin, form, index, index + 1);
    }

    private record Said(int status, String output) {}

    private Said verify(Path file) throws Exception {
        var genesis = ((GenesisLeaf)
                        Leaf.parse(Evidence.parse(Files.readAllBytes(file)).genesis()))
                .genesis();
        var keys = KeyHistory.of(genesis);
        var trust = Files.createDirectories(folder.resolve("trust"));
        Files.writeString(
                trust.resolve("box.trust"), TrustFile.naming(genesis.origin(), keys.genesisHash(), keys.keys()));
        var said = new ByteArrayOutputStream();
        var stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        int status = VerifyCommand.run(new String[] {file.toString(), "--trust", trust.toString()}, stream, stream);
        return new Said(status, said.toString(StandardCharsets.UTF_8));
    }

    private Said erase(String... words) {
        var all = new String[words.length + 5];
        var begin = List.of("erase", "--config", place.file().toString(), "--rule", "by hand");
        for (int i = 0; i < begin.size(); i++) all[i] = begin.get(i);
        System.arraycopy(words, 0, all, begin.size(), words.length);
        return run(all);
    }

    private int inspect() {
        return run("inspect", place.data().toString()).status;
    }

    private static Said run(String... words) {
        var out = System.out;
        var err = System.err;
        var said = new ByteArrayOutputStream();
        var stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        System.setOut(stream);
        System.setErr(stream);
        try {
            return new Said(Main.run(words), said.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
