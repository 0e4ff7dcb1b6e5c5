package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.profile.Profile;

/// Records are found over HTTP by what is known of them, by those who may see them, whatever becomes of the
/// index.
@Timeout(600)
class SearchIT {
    private static final int RECORDS = 60;
    private static final String FILLING = "x".repeat(500_000);

    @TempDir
    private Path folder;

    private GatewayConfig config;

    @BeforeEach
    void box() throws Exception {
        var profile = new Profile("port.weigh", 1, Optional.of("/container/number"));
        SoftHsm.create(folder.resolve("hsm"));
        var plain = RunningGateway.config(
                folder, RunningGateway.softToken(folder), IntakeConfig.defaults(), Optional.empty());
        config = RunningGateway.with(plain, "profiles", List.of(profile));
        TokenSetup.initialise(config);
    }

    @Test
    void recordsAreFoundByKeyBusinessKeyTimeAndSource() throws Exception {
        try (var box = RunningGateway.start(config)) {
            fill(box);
            assertEquals(List.of("weigh-7"), keys(box, "key=weigh-7", RunningGateway.CRANE));
            assertEquals(List.of(), keys(box, "key=weigh-7", RunningGateway.GATE));
            assertEquals(List.of(), keys(box, "client=crane-7&key=weigh-7", RunningGateway.GATE), "it is another's");
            assertEquals(List.of(), keys(box, "key=weigh-999", RunningGateway.CRANE));
            assertEquals(
                    List.of("weigh-53", "weigh-43", "weigh-33", "weigh-23", "weigh-13", "weigh-3"),
                    keys(box, "profile=port.weigh&business-key=MSKU0000003", RunningGateway.CRANE));
            assertEquals(
                    List.of("weigh-3", "weigh-13", "weigh-23", "weigh-33", "weigh-43", "weigh-53"),
                    keys(box, "profile=port.weigh&business-key=MSKU0000003&order=oldest&max=2", RunningGateway.CRANE));
            assertEquals(
                    RECORDS, keys(box, "client=crane-7", RunningGateway.CRANE).size());
            assertEquals(List.of(), keys(box, "client=crane-7", RunningGateway.GATE), "not even that there are any");
            assertEquals(RECORDS, keys(box, "max=9", RunningGateway.CRANE).size(), "page by page");

            var time = capturedAt(box, "key=weigh-30");
            var since = keys(box, "from=" + time, RunningGateway.CRANE);
            assertTrue(since.contains("weigh-30") && since.contains("weigh-59"), since::toString);
            var before = keys(box, "to=" + time, RunningGateway.CRANE);
            assertTrue(before.contains("weigh-0") && !before.contains("weigh-30"), before::toString);
            assertEquals(RECORDS, since.size() + before.size());
            assertEquals(List.of(), keys(box, "from=" + time + "&to=" + time, RunningGateway.CRANE));
            refusals(box);
        }
    }

    /// A box answers the same after its index was deleted, or damaged, also under its hands; records are taken
    /// meanwhile.
    @Test
    void theAnswersAreTheSameWhateverBecomesOfTheIndex() throws Exception {
        List<String> before;
        try (var box = RunningGateway.start(config)) {
            fill(box);
            before = answers(box);
            Await.until("there are parts", () -> parts().size() > 0);
        }
        Trees.delete(index());
        try (var box = RunningGateway.start(config)) {
            assertEquals(before, answers(box), "index deleted");
            assertEquals(Optional.empty(), box.trouble("indexer"));
        }
        var part = parts().getFirst();
        flip(part, Files.size(part) - 5);
        flip(part, 3);
        try (var box = RunningGateway.start(config)) {
            assertEquals(before, answers(box), "a part damaged");
            Await.until("it was set aside", () -> setAside() == 1);
            var said = RunningGateway.text(box.get("/readyz"));
            assertTrue(said.contains("end in .bad"), said);
            assertEquals(Optional.empty(), box.trouble("indexer"), "nothing need be done at once");

            // Under its hands: the page cache is what it reads from.
            for (var open : parts()) {
                for (long at = 2 * 4096; at < Files.size(open); at += 600) flip(open, at);
            }
            box.record("{}".getBytes(StandardCharsets.UTF_8), "taken-meanwhile");
            Await.until("it is noticed where it is needed, or nothing of it was", () -> {
                var found = keysOnce(box, "profile=port.weigh&business-key=MSKU0000003");
                return found.size() == 6;
            });
            assertEquals(List.of("taken-meanwhile"), keys(box, "key=taken-meanwhile", RunningGateway.CRANE));
        }
        Trees.delete(index());
        Files.writeString(index(), "no folder");
        try (var box = RunningGateway.start(config)) {
            box.record("{}".getBytes(StandardCharsets.UTF_8), "without-a-folder");
            Await.until("it is red", () -> box.trouble("indexer").isPresent());
            var answer = ask(box, "client=crane-7", RunningGateway.CRANE);
            assertTrue(answer.contains("indexedBelow"), answer);
            Files.delete(index());
            Await.until("it goes on by itself", () -> box.trouble("indexer").isEmpty());
            assertEquals(
                    RECORDS + 2,
                    keys(box, "client=crane-7", RunningGateway.CRANE).size());
        }
    }

    private void fill(RunningGateway box) throws Exception {
        for (int i = 0; i < RECORDS; i++) {
            var record = "{\"fill\":\"%s\",\"container\":{\"number\":\"MSKU%07d\"},\"kg\":%d}"
                    .formatted(FILLING, i % 10, 20_000 + i);
            var answer = box.send(box.request("/v1/records", RunningGateway.CRANE)
                    .header("Content-Type", "application/json")
                    .header("Sealpost-Profile", "port.weigh")
                    .header("Idempotency-Key", "weigh-" + i)
                    .POST(HttpRequest.BodyPublishers.ofString(record)));
            assertEquals(201, answer.statusCode(), RunningGateway.text(answer));
        }
    }

    private List<String> answers(RunningGateway box) throws Exception {
        var answers = new ArrayList<String>();
        for (var query : List.of(
                "key=weigh-7",
                "profile=port.weigh&business-key=MSKU0000003",
                "client=crane-7&max=5",
                "from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z",
                "key=weigh-999")) {
            Await.until("all are sealed, and the index is complete", () -> {
                var answer = ask(box, query, RunningGateway.CRANE);
                return !answer.contains("indexedBelow") && !answer.contains("\"captured\"");
            });
            answers.add(ask(box, query, RunningGateway.CRANE));
        }
        return answers;
    }

    /// The keys of all that is found, page by page, once the index is complete.
    private static List<String> keys(RunningGateway box, String query, RunningGateway.Client client) throws Exception {
        Await.until("the index is complete", () -> !ask(box, query, client).contains("indexedBelow"));
        return keysNow(box, query, client);
    }

    private static List<String> keysOnce(RunningGateway box, String query) throws Exception {
        return keysNow(box, query, RunningGateway.CRANE);
    }

    private static List<String> keysNow(RunningGateway box, String query, RunningGateway.Client client)
            throws Exception {
        var keys = new ArrayList<String>();
        var goOn = query.contains("order=oldest") ? "&after=" : "&before=";
        for (var more = "-"; ; ) {
            var page = box.send(box.request("/v1/records?" + query + (more.equals("-") ? "" : goOn + more), client));
            assertEquals(200, page.statusCode(), RunningGateway.text(page));
            var answer = RunningGateway.json(page);
            for (var record : answer.required("records")) {
                keys.add(record.path("idempotencyKey").asText("-"));
            }
            if (!answer.has("more")) return keys;
            more = answer.required("more").asText();
        }
    }

    private static Instant capturedAt(RunningGateway box, String query) throws Exception {
        return Instant.parse(RunningGateway.json(box.get("/v1/records?" + query))
                .required("records")
                .get(0)
                .required("capturedAt")
                .asText());
    }

    private static String ask(RunningGateway box, String query, RunningGateway.Client client)
            throws IOException, InterruptedException {
        var answer = box.send(box.request("/v1/records?" + query, client));
        assertEquals(200, answer.statusCode(), RunningGateway.text(answer));
        return RunningGateway.text(answer);
    }

    private static void refusals(RunningGateway box) throws Exception {
        for (var query : List.of(
                "colour=red",
                "max=0",
                "max=101",
                "from=yesterday",
                "before=-1",
                "after=7",
                "profile=port.weigh",
                "business-key=x",
                "profile=default&business-key=x",
                "key=",
                "max=5000",
                "key=a&key=b")) {
            var answer = box.get("/v1/records?" + query);
            assertEquals(400, answer.statusCode(), query);
            assertEquals(
                    "urn:sealpost:problem:search-not-understood",
                    RunningGateway.json(answer).required("type").asText());
        }
        assertEquals(
                200, box.get("/v1/records?to=%2B1000000000-12-31T23:59:59Z").statusCode(), "the end of time");
        assertEquals(
                200, box.get("/v1/records?from=-1000000000-01-01T00:00:00Z").statusCode());
        assertFalse(RunningGateway.text(box.get("/v1/records?%3Cb%3E=1")).contains("<b>"));
    }

    private Path index() {
        return config.data().resolve("index");
    }

    private List<Path> parts() throws IOException {
        try (var files = Files.list(index())) {
            return files.filter(file -> file.toString().endsWith(".db"))
                    .sorted()
                    .toList();
        }
    }

    private long setAside() throws IOException {
        try (var files = Files.list(index())) {
            return files.filter(file -> file.toString().endsWith(".bad")).count();
        }
    }

    private static void flip(Path file, long at) throws IOException {
        var bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 4;
        // In place: whoever has it open sees it.
        Files.write(file, bytes, java.nio.file.StandardOpenOption.WRITE);
    }
}
