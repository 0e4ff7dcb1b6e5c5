package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import org.sealpost.app.inspect.Rebuild;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.SoftHsm;

/// A log that is carried out on a stick: by the command line, from what a box really writes, into a mirror on
/// another machine, which is another folder here, and which programs that nobody here wrote then follow.
@Timeout(600)
class CarryOutIT {
    private static final String PAYLOAD = "container-MSKU1234565";

    @TempDir
    private Path folder;

    private Path config;
    private Path stick;
    private Path mirror;

    @BeforeEach
    void box() throws Exception {
        Installed.require(SoftHsm.module().isPresent(), "SoftHSM2 is not installed (package softhsm2)");
        SoftHsm.create(folder.resolve("hsm"));
        config = configured("data");
        assertEquals(0, Said.by("token", "init", "--config", config.toString()).code());
        stick = Files.createDirectory(folder.resolve("stick"));
        mirror = folder.resolve("mirror");
    }

    private Path configured(String data) throws IOException {
        return Files.writeString(folder.resolve("sealpost.toml"), """
                data = "%s"
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
                [anchorage.local]
                kind = "local"
                """.formatted(
                        data, SoftHsm.module().orElseThrow()));
    }

    private RunningGateway start() throws Exception {
        return RunningGateway.start(GatewayConfig.read(config));
    }

    /// A day's work; the checkpoint covers all of it.
    private void work(int count, String key) throws Exception {
        try (var box = start()) {
            box.record(PAYLOAD.getBytes(StandardCharsets.UTF_8), key);
            box.fill(count);
            awaitCheckpoint(box);
        }
    }

    private static void awaitCheckpoint(RunningGateway box) throws Exception {
        long size = box.size();
        Await.until("a checkpoint of " + size, () -> {
            var answer = box.get("/log/checkpoint");
            return answer.statusCode() == 200
                    && Checkpoint.parse(answer.body()).orElseThrow().head().size() >= size;
        });
    }

    private Said export(String... more) {
        var words = new ArrayList<>(List.of("export", "--config", config.toString(), "--out", stick.toString()));
        words.addAll(List.of(more));
        return Said.by(words);
    }

    private Said imported(Path... files) {
        var words = new ArrayList<>(List.of("import", "--into", mirror.toString()));
        for (var file : files) words.add(file.toString());
        return Said.by(words);
    }

    private Path[] files() throws IOException {
        try (var files = Files.list(stick)) {
            return files.filter(file -> file.toString().endsWith(".range"))
                    .sorted()
                    .toArray(Path[]::new);
        }
    }

    private static long size(Said said) {
        assertEquals(0, said.code(), said.err());
        var numbers = said.out().lines().findFirst().orElseThrow();
        return 1 + Long.parseLong(numbers.replaceFirst(".* entries 0 to ([0-9]+) of .*", "$1"));
    }

    @Test
    void whatWasOrderedToBeErasedIsNotCarriedThoughItsBytesAreStillThere() throws Exception {
        long index;
        String origin;
        try (var box = start()) {
            var taken = RunningGateway.json(box.post(PAYLOAD.getBytes(StandardCharsets.UTF_8), "first"));
            index = taken.required("index").asLong();
            origin = taken.required("origin").asText();
            awaitCheckpoint(box);
        }
        var entries = folder.resolve("data/entries");
        assertTrue(holds(entries));
        var rule = List.of("erase", "--config", config.toString(), "--rule", "request 17", "--confirm", origin);
        var words = new ArrayList<>(rule);
        words.add(Long.toString(index));
        var ordered = Said.by(words);
        assertEquals(0, ordered.code(), ordered.err());
        assertTrue(holds(entries), "the gateway has not run since");
        var made = export();
        assertEquals(0, made.code(), made.err());
        assertFalse(holds(stick));
        assertTrue(size(imported(files())) > index);
        assertFalse(holds(mirror));
    }

    private static boolean holds(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(PAYLOAD)) return true;
            }
        }
        return false;
    }

    @Test
    void aLogIsCarriedOutInVolumesAndFollowedFromItsMirror() throws Exception {
        work(4500, "first");
        var made = export("--volume", "1MiB");
        assertEquals(0, made.code(), made.err());
        var volumes = files();
        assertEquals(2, volumes.length, made.out());
        for (var volume : volumes) assertTrue(Files.size(volume) <= 1 << 20, volume + " is too large");

        // The stick was pulled out: the last file is torn.
        var whole = Files.readAllBytes(volumes[1]);
        Files.write(volumes[1], Arrays.copyOf(whole, whole.length / 2));
        var torn = imported(volumes);
        assertEquals(1, torn.code());
        assertTrue(torn.err().contains("cut off") && torn.err().contains("chunk "), torn.err());
        assertFalse(Files.exists(mirror));
        var again = export("--volume", "1MiB");
        assertEquals(0, again.code(), again.err());
        assertTrue(again.out().contains("whole already: "), again.out());
        assertArrayEquals(whole, Files.readAllBytes(volumes[1]));

        for (var volume : volumes) checkedByAnother(volume);
        long size = size(imported(volumes));
        assertTrue(size > 4500, size + " entries");
        followed();
        assertEquals(size, size(imported(volumes)), "and again");

        // The next trip.
        work(700, "second");
        assertEquals(0, export("--from", Long.toString(size)).code());
        long grown = size(imported(files()));
        assertTrue(grown > size + 700, grown + " entries");
        followed();
        var told = Said.by("inspect", "--json", stick.toString());
        assertEquals(0, told.code(), told.out());
        assertFalse(told.out().contains(PAYLOAD), "a payload is shown that nobody asked for");
        assertTrue(told.out().contains("\"origin\":\"test-port/"), told.out());
        assertTrue(Said.by("inspect", "--payload", "--items", "100", stick.toString())
                .out()
                .contains(PAYLOAD));
        told = Said.by("inspect", "--json", mirror.toString());
        assertEquals(0, told.code(), told.out());
        assertFalse(told.out().contains("\"standing\":\"unknown\""), told.out());
    }

    /// The journal's own tools agree with the mirror, and so do Tessera and Go's checksum database.
    private void followed() throws Exception {
        var rebuilt = Rebuild.of(mirror);
        assertTrue(rebuilt.agrees(), () -> rebuilt.differences().toString());
        var log = mirror.resolve("log");
        try {
            for (var follower : List.of("fsck-log", "follow-log")) {
                var done = Command.counterpart(
                        follower, "file://" + log + "/", log.resolve("vkeys").toString());
                assertEquals(0, done.status(), follower + ": " + done.output());
            }
        } catch (TestAbortedException reason) {
            System.out.println("without another follower: " + reason.getMessage());
        }
    }

    private static void checkedByAnother(Path file) throws Exception {
        try {
            Command.assumeInstalled("python3", "python3");
        } catch (TestAbortedException reason) {
            System.out.println("not checked by vectors.py: " + reason.getMessage());
            return;
        }
        var script = Path.of(System.getProperty("sealpost.root"), "gateway/server/src/test/resources/range/vectors.py");
        var done = Command.run("python3", script.toString(), "--check", file.toString());
        assertEquals(0, done.status(), done.output());
    }

    @Test
    void whatCannotBeDoneIsSaidInASentence() throws Exception {
        var nothing = export();
        assertEquals(78, nothing.code(), nothing.err());
        assertTrue(nothing.err().contains("holds no log"), nothing.err());
        try (var box = start()) {
            box.record(PAYLOAD.getBytes(StandardCharsets.UTF_8), "first");
            long size = box.size();
            Await.until("all is sealed", () -> box.sealedSize() >= size);
            var running = export();
            assertEquals(2, running.code());
            assertTrue(running.err().contains("a gateway runs there; stop it first"), running.err());
        }
        assertTrue(export("--from", "5000").err().contains("sealed are 0 to"));
        assertTrue(export("--to", "5000").err().contains("sealed are 0 to"));
        assertTrue(export("--volume", "12").err().contains("expected a size from 1MiB to 64GiB"));
        assertEquals(1, export("--volume", "1KiB").code());
        Files.delete(stick);
        var away = export();
        assertEquals(1, away.code());
        assertTrue(away.err().contains("mount the stick"), away.err());
        Files.createDirectory(stick);
        assertEquals(0, export("--without-bodies").code());

        var letter = Files.writeString(folder.resolve("letter"), "Dear box");
        var refused = imported(letter);
        assertEquals(1, refused.code());
        assertTrue(refused.err().contains("chunk 0 at byte 0"), refused.err());
        assertEquals(2, imported(folder.resolve("not-there")).code());
        assertEquals(0, imported(files()).code());
        var foreign = Said.by("import", "--into", folder.resolve("data").toString(), files()[0].toString());
        assertEquals(1, foreign.code(), foreign.out());
        assertTrue(foreign.err().contains("is no mirror"), foreign.err());

        // No gateway takes a mirror for its own.
        config = configured("mirror");
        var started = Said.by("run", "--config", config.toString());
        assertEquals(78, started.code(), started.err());
        assertTrue(started.err().contains("is a mirror"), started.err());
        // But a mirror can be carried on, to somebody else's.
        stick = Files.createDirectory(folder.resolve("stick-2"));
        assertEquals(0, export().code());
        mirror = folder.resolve("mirror-2");
        assertEquals(0, imported(files()).code());
    }

    /// The mirror of a log whose key was replaced, and that has not all entries of its newest head.
    @Test
    void aMirrorIsCarriedOnAsFarAsItsEntriesReachAHead() throws Exception {
        work(40, "first");
        assertEquals(0, export().code());
        var first = imported(files());
        var key = first.out().replaceFirst("(?s).*sealed by the key ([0-9a-f]{16}).*", "$1");
        var rotated = Said.by("hsm", "rotate", "--config", config.toString(), "--confirm", key);
        assertEquals(0, rotated.code(), rotated.out() + rotated.err());
        work(40, "second");
        long from = size(first);
        assertEquals(0, export("--from", Long.toString(from)).code());
        long rotatedSize = size(imported(files()));
        work(40, "third");
        long partial = rotatedSize + 5;
        assertEquals(
                0,
                export("--from", Long.toString(rotatedSize), "--to", Long.toString(partial))
                        .code());
        assertEquals(partial, size(imported(files())));

        var boxStick = files();
        var boxMirror = mirror;
        config = configured("mirror");
        stick = Files.createDirectory(folder.resolve("stick-2"));
        var carried = export();
        assertEquals(0, carried.code(), carried.err());
        mirror = folder.resolve("mirror-2");
        assertEquals(rotatedSize, size(imported(files())));
        assertEquals(
                Files.readString(boxMirror.resolve("log/checkpoint")),
                Files.readString(mirror.resolve("log/checkpoint")));
        var rebuilt = Rebuild.of(mirror);
        assertTrue(rebuilt.agrees(), () -> rebuilt.differences().toString());
        checkedByAnother(files()[0]);
        assertEquals(partial, size(imported(boxStick)), "and from the box it goes on");
    }

    /// A box whose disk is full, or mounted read-only since it gave errors, still hands its log over.
    @Test
    void aFullDiskAndOneThatCannotBeWrittenToAreReadAllTheSame() throws Exception {
        try (var disk = SmallDisk.make(folder, 300L << 20)) {
            config = configured("disk/data");
            work(500, "first");
            disk.fill();
            var full = export();
            assertEquals(0, full.code(), full.err());
            Files.delete(files()[0]);
            disk.mountReadOnly();
            var readOnly = export();
            assertEquals(0, readOnly.code(), readOnly.err());
            assertTrue(size(imported(files())) > 500);
        }
    }

    @Test
    void aFullStickAndABrokenOneAreNamed() throws Exception {
        try (var box = start()) {
            for (int i = 0; i < 8; i++) box.record(new byte[700_000], "large-" + i);
            long size = box.size();
            Await.until("all is sealed", () -> box.sealedSize() >= size);
        }
        try (var disk = SmallDisk.make(folder, 6L << 20)) {
            stick = Files.createDirectory(disk.folder().resolve("out"));
            var full = export();
            assertEquals(3, full.code(), full.out() + full.err());
            assertTrue(full.err().contains("goes onto another one with --from "), full.err());
            var from = full.err().replaceFirst("(?s).*--from ([0-9]+).*", "$1");
            var first = files();
            stick = Files.createDirectory(folder.resolve("stick-2"));
            assertEquals(0, export("--from", from).code());
            var all = new ArrayList<>(List.of(first));
            all.addAll(List.of(files()));
            assertTrue(size(imported(all.toArray(Path[]::new))) > 8);

            stick = Files.createDirectory(disk.folder().resolve("again"));
            for (var file : first) Files.delete(file);
            disk.breakDown();
            var broken = export();
            assertEquals(2, broken.code(), broken.out() + broken.err());
            assertTrue(broken.err().contains("the same command goes on"), broken.err());
        }
    }
}
