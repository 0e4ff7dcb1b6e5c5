package org.sealpost.ota.tuf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Repositories that python-tuf made, good ones and one for each attack of the specification's section 1.5.2,
/// seen on a stick and on a server. `tuf_repositories.py` says what each is, and asks python-tuf's own client
/// as well.
@Timeout(900)
class TufAttacksIT {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private static Path folder;

    private static TlsServer server;

    @BeforeAll
    static void makeRepositories() throws Exception {
        var root = Path.of(System.getProperty("sealpost.root"));
        var python = run(root.resolve("scripts/counterparts/python").toString());
        run(
                python,
                "-B",
                root.resolve("ota/src/test/python/tuf_repositories.py").toString(),
                scenarios() + "");
        server = TlsServer.serving(scenarios());
    }

    @AfterAll
    static void stop() {
        if (server != null) server.close();
    }

    @TestFactory
    Stream<DynamicTest> onAStick() throws IOException {
        return each("stick", step -> new FolderRepository(scenarios().resolve(step)));
    }

    @TestFactory
    Stream<DynamicTest> onAServer() throws IOException {
        return each(
                "server", step -> HttpsRepository.at(server.uri(step + "/"), server.authority(), HttpLimits.STANDARD));
    }

    private interface Place {
        Repository of(String step) throws IOException;
    }

    private static Stream<DynamicTest> each(String name, Place place) throws IOException {
        try (var all = Files.list(scenarios())) {
            var names = all.map(path -> path.getFileName().toString()).sorted().toList();
            assertTrue(names.size() > 50, names::toString);
            return names.stream().map(each -> dynamicTest(each, () -> play(each, folder.resolve(name), place)));
        }
    }

    private static void play(String scenario, Path home, Place place) throws IOException {
        var store = TrustedFolder.open(home.resolve(scenario));
        var imageRoot = Files.readAllBytes(scenarios().resolve(scenario).resolve("image-root.json"));
        var steps = JSON.readTree(
                scenarios().resolve(scenario).resolve("scenario.json").toFile());
        for (var step : steps.get("steps")) {
            var where = scenario + "/" + step.get("folder").asText();
            var client = new TufClient(place.of(where), store, imageRoot, MetadataLimits.STANDARD);
            var found = client.refresh(Instant.parse(step.get("now").asText()));
            assertEquals(expected(step), described(found), () -> where + ": " + found);
            if (!(found instanceof Trusted trusted)) continue;
            if (step.has("versions")) assertVersions(step.get("versions"), trusted, where);
            for (var target : step.get("targets").properties()) {
                assertTarget(client, trusted, target.getKey(), target.getValue().asText(), home.resolve("part"));
            }
        }
    }

    private static String expected(JsonNode step) {
        return step.get("outcome").asText().equals("trusted")
                ? "trusted"
                : step.get("file").asText() + " " + step.get("rule").asText();
    }

    private static String described(Refresh found) {
        return switch (found) {
            case Trusted trusted -> "trusted";
            case Refused refused -> {
                assertTrue(refused.sentence().startsWith(refused.file() + ": "), refused::sentence);
                assertTrue(refused.sentence().matches("[^;]+; [^;]+\\."), refused::sentence);
                yield refused.file() + " " + refused.rule();
            }
        };
    }

    private static void assertVersions(JsonNode expected, Trusted found, String where) {
        var versions = Stream.of(found.root(), found.timestamp(), found.snapshot(), found.targets())
                .map(Metadata::version)
                .toList();
        assertEquals(expected.toString(), JSON.valueToTree(versions).toString(), where);
    }

    /// Small, in memory, and large, into a file: both must see the same.
    private static void assertTarget(TufClient client, Trusted trusted, String path, String expected, Path part)
            throws IOException {
        var target = trusted.targets().target(path).orElseThrow();
        var whole = client.fetchInto(trusted, target, part, bytes -> {});
        switch (client.fetch(trusted, target, 16 << 10)) {
            case Download.Content(var bytes) -> {
                assertEquals(expected, new String(bytes, StandardCharsets.UTF_8), path);
                assertTrue(whole.isEmpty(), whole::toString);
                assertArrayEquals(bytes, Files.readAllBytes(part));
            }
            case Refused refused -> {
                assertEquals(expected, refused.rule().name(), refused::sentence);
                assertEquals(refused.rule(), whole.orElseThrow().rule());
            }
        }
        Files.deleteIfExists(part);
    }

    private static Path scenarios() {
        return folder.resolve("scenarios");
    }

    /// A counterpart that cannot be had is told by exit code 2, and skips the test with its reason.
    private static String run(String... words) throws IOException, InterruptedException {
        var process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertTrue(process.waitFor(10, TimeUnit.MINUTES), () -> words[0] + " does not end");
        if (process.exitValue() == 2) Assumptions.abort(output);
        assertEquals(0, process.exitValue(), output);
        return output;
    }
}
