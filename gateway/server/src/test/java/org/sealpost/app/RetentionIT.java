package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.merkle.TileCoordinates;
import org.sealpost.record.ClockReading;

/// A real gateway whose journal may not grow beyond a size: the oldest segments go, and all that was promised
/// of them holds, also over restarts and for the command line. Then what is left grows old.
@Timeout(600)
class RetentionIT {
    private static final int LARGE_BYTES = 500_000;
    private static final int LARGE_RECORDS = 60;
    private static final long MAX_BYTES = 20L << 20;

    /// Behind the headers of a segment, of its first group, and of that one's first frame.
    private static final long FIRST_LEAF = 4096 + 64 + 48;

    @TempDir
    private Path folder;

    private Path config;
    private Duration ahead = Duration.ZERO;

    @Test
    void theOldestSegmentsGoAndWhatWasPromisedOfThemStays() throws Exception {
        SoftHsm.create(folder.resolve("hsm"));
        config = folder.resolve("sealpost.toml");
        configure("");
        TokenSetup.initialise(GatewayConfig.read(config));
        byte[] old;
        byte[] bundle;
        String trust;
        long first;
        long last = 0;
        try (var box = start()) {
            first = large(box, 0);
            for (int i = 1; i < LARGE_RECORDS; i++) last = large(box, i);
            // So that the bundles are full in which those segments end, and the window holds younger keys.
            for (int i = 0; i < 400; i++) taken(box, "{}", "small-" + i);
            long size = box.size();
            Await.until("all is sealed", () -> box.sealedSize() >= size);
            old = box.awaitEvidence(first);
            Await.until("a bundle", () -> get(box, bundlePath()).statusCode() == 200);
            bundle = get(box, bundlePath()).body();
            trust = box.trustFile();
            assertTrue(journalBytes() > MAX_BYTES, "nothing goes where nobody asked for it");
        }

        configure("""
                [retention]
                max-size = "20MiB"
                """);
        try (var box = start()) {
            Await.until(
                    "it says that nobody knows of those entries",
                    () -> part(box).contains("no anchorage is required"));
            assertTrue(box.trouble("retention").isEmpty());
            assertEquals(200, get(box, "/v1/records/" + first).statusCode());
        }

        configure("""
                [retention]
                max-size = "20MiB"
                required = ["local"]
                """);
        try (var box = start()) {
            Await.until("the journal is small", () -> journalBytes() <= MAX_BYTES);
            assertIsGone(box, first);
            assertHolds(box, last, bundle);
            assertEquals(201, taken(box, "{}", "after").statusCode());
        }
        assertFalse(anyFileHolds(marker(0)), "the payload is in no file any more");
        assertTrue(anyFileHolds(marker(LARGE_RECORDS - 1)), "that of a younger one is");

        // The tree is made again of what is left of the leaves, and so is the window.
        delete(folder.resolve("data/log"));
        delete(folder.resolve("data/window"));
        try (var box = start()) {
            assertIsGone(box, first);
            assertHolds(box, last, bundle);
            assertEquals(409, taken(box, "{\"other\":1}", "after").statusCode(), "a repeat with other content");
            assertSaysWhatWent(box);
            RunningGateway.verify(old, box.trust(), AnchorCheck.OFFLINE);
            assertEquals(trust, box.trustFile());
        }
        theRestIsErasedByItsAge(last);
        assertToolsFindItWell();
        aDamagedLogGoesOnByTheLeavesThatWereKept();
    }

    /// Most of the tree is known by nothing else where the tiles are gone, too, and so is a leaf of a bundle that ends
    /// behind the first entry that the journal has.
    private void aDamagedLogGoesOnByTheLeavesThatWereKept() throws Exception {
        delete(folder.resolve("data/log"));
        var segment = files(folder.resolve("data/entries")).stream()
                .filter(file -> file.toString().matches(".*/[0-9]{16}\\.segment"))
                .min(Comparator.naturalOrder())
                .orElseThrow();
        flip(segment, FIRST_LEAF + 30);
        var salvage = new String[] {
            "journal",
            "salvage",
            "--config",
            config.toString(),
            "--to",
            folder.resolve("data/entries.salvaged").toString(),
            "--apply"
        };
        var kept = folder.resolve("data/leaves");
        Files.move(kept, folder.resolve("leaves"));
        var refused = run(salvage);
        assertTrue(refused.startsWith("exit 1\n"), refused);
        Files.move(folder.resolve("leaves"), kept);
        var salvaged = run(salvage);
        assertTrue(salvaged.startsWith("exit 0\n"), salvaged);
        try (var box = start()) {
            assertEquals(201, taken(box, "{}", "after-the-salvage").statusCode());
        }
        var rebuilt = run("inspect", "--rebuild", "--config", config.toString());
        assertTrue(rebuilt.startsWith("exit 0\n"), rebuilt);
    }

    private static void flip(Path file, long at) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 1));
            channel.write(one.flip(), at);
        }
    }

    private void theRestIsErasedByItsAge(long last) throws Exception {
        configure("""
                [retention]
                required = ["local"]
                erase-within = "1s"
                [profile.default]
                erase-after = "24h"
                erase-form = "body-and-salts"
                """);
        ahead = Duration.ofDays(3);
        try (var box = start()) {
            Await.until(
                    "the record is erased",
                    () -> get(box, "/v1/records/" + last).statusCode() == 410);
            var said = RunningGateway.text(get(box, "/v1/records/" + last));
            assertTrue(said.contains("profile.default.erase-after (86400s)"), said);
            Await.until("its bytes are gone", () -> !anyFileHolds(marker(LARGE_RECORDS - 1)));
            assertTrue(box.trouble("erasing-policies").isEmpty());
            assertTrue(box.trouble("eraser").isEmpty());
        }
        assertFalse(anyFileHolds(marker(LARGE_RECORDS - 1)), "nor in one that was renamed meanwhile");
    }

    private void configure(String more) throws IOException {
        Files.writeString(config, """
                data = "data"
                [origin]
                words = "test-port"
                [http]
                port = 0
                [mqtt]
                port = 0
                [clients]
                file = "clients"
                [token]
                module = "%s"
                label = "box"
                pin-file = "pin"
                driver = "inside"
                checkpoint-key = "checkpoint"
                [journal]
                segment-size = "5MiB"
                [intake]
                max-payload = "1MiB"
                remembered-keys = 320
                [anchorage.local]
                kind = "local"
                max-age = "0s"
                min-pause = "0s"
                %s
                """.formatted(SoftHsm.module().orElseThrow(), more));
    }

    private RunningGateway start() throws Exception {
        var machine = new KernelClock.Machine(
                () -> new KernelClock.Discipline(true, 5),
                () -> System.currentTimeMillis() + ahead.toMillis(),
                System::nanoTime,
                true);
        return RunningGateway.start(
                GatewayConfig.read(config), new KernelClock(new byte[16], ClockReading.Source.NTP, machine));
    }

    // --- what is handed over

    private static String marker(int number) {
        return "container-" + HexFormat.of().toHexDigits(number * 0x9e37_79b9L);
    }

    private static long large(RunningGateway box, int number) throws Exception {
        var text = "\"" + marker(number) + "x".repeat(LARGE_BYTES) + "\"";
        var answer = taken(box, text, "large-" + number);
        assertEquals(201, answer.statusCode(), () -> RunningGateway.text(answer));
        return RunningGateway.json(answer).required("index").asLong();
    }

    /// Few keys are remembered, so they have to be written down all the time, and the box may be busy with
    /// that.
    private static HttpResponse<byte[]> taken(RunningGateway box, String text, String key) throws Exception {
        var answer = new ArrayList<HttpResponse<byte[]>>();
        Await.until("it is taken", () -> {
            answer.add(box.post(text.getBytes(StandardCharsets.UTF_8), key));
            return answer.getLast().statusCode() != 503;
        });
        return answer.getLast();
    }

    private static HttpResponse<byte[]> get(RunningGateway box, String path) throws Exception {
        return box.get(path);
    }

    // --- what holds

    private static String bundlePath() {
        return "/log/" + new TileCoordinates(0, 0, TileCoordinates.FULL).entriesPath();
    }

    private static String part(RunningGateway box) throws Exception {
        for (var node : RunningGateway.json(box.get("/readyz")).required("parts")) {
            if (node.required("name").asText().equals("retention")) return node.toString();
        }
        throw new AssertionError("/readyz does not know retention");
    }

    private static void assertIsGone(RunningGateway box, long index) throws Exception {
        for (var path : List.of("/v1/records/" + index, "/v1/records/" + index + "/evidence")) {
            var answer = box.get(path);
            assertEquals(410, answer.statusCode(), () -> RunningGateway.text(answer));
            var said = RunningGateway.text(answer);
            assertTrue(said.contains("given-up-record"), said);
            assertTrue(said.contains("profile default, sealed at 20"), said);
        }
        assertEquals(404, box.get("/v1/records/0").statusCode(), "the genesis is no record");
    }

    private static void assertHolds(RunningGateway box, long last, byte[] bundle) throws Exception {
        Await.until("a checkpoint", () -> box.get("/log/checkpoint").statusCode() == 200);
        assertArrayEquals(bundle, box.get(bundlePath()).body(), "followers get what they always got");
        var proved = RunningGateway.verify(box.awaitEvidence(last), box.trust(), AnchorCheck.OFFLINE);
        assertTrue(proved.text().contains(marker(LARGE_RECORDS - 1)));
        assertTrue(box.trouble("retention").isEmpty());
        assertTrue(box.trouble("idempotency-keys").isEmpty());
        assertTrue(box.trouble("key-filer").isEmpty());
    }

    /// Segment by segment, without a gap, by which rule.
    private void assertSaysWhatWent(RunningGateway box) throws Exception {
        var size = box.size();
        Await.until("all is sealed", () -> box.sealedSize() >= size);
        var inspected = run(
                "inspect",
                "--payload",
                "--items",
                "100000",
                folder.resolve("data/entries").toString());
        long next = 0;
        for (var line : inspected.replace("\\\"", "\"").lines().toList()) {
            int at = line.indexOf("{\"rule\":");
            if (at < 0) continue;
            var json = new JsonMapper().readTree(line.substring(at, line.indexOf("]}", at) + 2));
            assertEquals("retention.max-size", json.required("rule").asText());
            assertEquals(MAX_BYTES, json.required("value").asLong());
            assertEquals(next, json.required("entries").get(0).asLong(), line);
            next = json.required("entries").get(1).asLong();
        }
        assertTrue(next > 3, inspected);
    }

    private void assertToolsFindItWell() throws Exception {
        var rebuilt = run("inspect", "--rebuild", "--config", config.toString());
        assertTrue(rebuilt.startsWith("exit 0\n"), rebuilt);
        var examined = run("journal", "examine", "--config", config.toString());
        assertTrue(examined.startsWith("exit 0\n"), examined);
        var explained = run("inspect", folder.resolve("data").toString());
        assertTrue(explained.startsWith("exit 0\n"), explained);
        assertTrue(explained.contains("leaves"), explained);
    }

    private static String run(String... words) {
        var out = System.out;
        var output = new ByteArrayOutputStream();
        try (var said = new PrintStream(output, true, StandardCharsets.UTF_8)) {
            System.setOut(said);
            int status = Main.run(words);
            return "exit " + status + "\n" + output.toString(StandardCharsets.UTF_8);
        } finally {
            System.setOut(out);
        }
    }

    // --- on the disk

    private long journalBytes() throws IOException {
        long bytes = 0;
        for (var file : files(folder.resolve("data/entries"))) bytes += Files.size(file);
        return bytes;
    }

    private boolean anyFileHolds(String text) throws IOException {
        for (var file : files(folder.resolve("data"))) {
            try {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) return true;
            } catch (NoSuchFileException renamed) {
                // The box goes on meanwhile.
            }
        }
        return false;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (var file : files.sorted((one, other) -> other.compareTo(one)).toList()) Files.delete(file);
        }
    }
}
