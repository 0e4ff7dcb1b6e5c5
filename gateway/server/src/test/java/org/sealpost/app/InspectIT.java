package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.control.Clients;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.seal.SealLog;

/// `sealpost inspect` over what a box really writes: each of its files is explained, no secret is shown, and
/// what was altered is found.
@Timeout(600)
class InspectIT {
    private static final String PAYLOAD = "container-MSKU1234565";

    @TempDir
    private Path folder;

    private Path config;

    private record Ended(int status, String output) {
        List<JsonNode> lines() throws Exception {
            var all = new ArrayList<JsonNode>();
            for (var line : output.lines().toList()) all.add(new JsonMapper().readTree(line));
            return all;
        }
    }

    @BeforeEach
    void box() throws Exception {
        assumeTrue(SoftHsm.module().isPresent(), "SoftHSM is not installed");
        SoftHsm.create(folder.resolve("hsm"));
        config = folder.resolve("sealpost.toml");
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
                segment-size = "16MiB"
                [anchorage.local]
                kind = "local"
                """.formatted(SoftHsm.module().orElseThrow()));
        TokenSetup.initialise(GatewayConfig.read(config));
    }

    /// A short life with a rotation, and beside it what a demo and an appliance write; by the code that writes
    /// it.
    @Test
    void everyFileOfABoxIsExplainedAndNoSecretIsShown() throws Exception {
        String fingerprint;
        try (var box = start()) {
            long index = box.record(PAYLOAD.getBytes(StandardCharsets.UTF_8), "first");
            box.fill(600);
            // So that a segment is closed, and the index has a part.
            for (int i = 0; i < 20; i++) box.record(new byte[900_000], "large-" + i);
            Await.until("a part of the index", () -> !parts().isEmpty());
            Files.write(folder.resolve("record.evidence"), box.awaitEvidence(index));
            long size = box.size();
            Await.until("all is sealed", () -> box.sealedSize() >= size);
            Await.until("a checkpoint", () -> box.get("/log/checkpoint").statusCode() == 200);
            Files.write(folder.resolve("checkpoint"), box.get("/log/checkpoint").body());
            Files.write(folder.resolve("vkeys"), box.get("/log/vkeys").body());
            Files.writeString(Files.createDirectory(folder.resolve("trust")).resolve("demo.trust"), box.trustFile());
            fingerprint = box.trustFile()
                    .lines()
                    .filter(line -> line.startsWith("key seal "))
                    .map(line -> HsmWords.fingerprint(Base64.getDecoder().decode(line.substring("key seal ".length()))))
                    .toList()
                    .getLast();
            // While it runs, its files are read all the same.
            assertEquals(0, run("inspect", data().toString()).status());
        }
        var rotated = run("hsm", "rotate", "--config", config.toString(), "--confirm", fingerprint);
        assertEquals(0, rotated.status(), rotated.output());
        try (var box = start()) {
            box.record(PAYLOAD.getBytes(StandardCharsets.UTF_8), "after");
        }
        besideTheJournals();
        var stick = Files.createDirectory(folder.resolve("stick")).toString();
        var exported = run("export", "--config", config.toString(), "--out", stick, "--without-bodies");
        assertEquals(0, exported.status(), exported.output());
        var range = exported.output().replaceFirst("(?s)^made ([^,]*),.*", "$1");
        var imported = run("import", "--into", folder.resolve("mirror").toString(), range);
        assertEquals(0, imported.status(), imported.output());

        var told = run("inspect", "--json", folder.toString());
        assertEquals(0, told.status(), told.output());
        var unexplained = told.lines().stream()
                .filter(line -> !line.required("standing").asText().equals("whole"))
                .toList();
        assertEquals(List.of(), unexplained);
        try (var files = Files.walk(folder)) {
            var all = files.filter(Files::isRegularFile)
                    .map(Path::toString)
                    .sorted()
                    .toList();
            var explained = told.lines().stream()
                    .map(line -> line.required("file").asText())
                    .sorted()
                    .toList();
            assertEquals(all, explained);
        }
        assertTrue(told.output().contains("of the log, to the key seal-2"), "the journals' entries are told");
        assertTrue(told.output().contains("a part of a log, carried out"), "and what a stick carries");
        assertTrue(told.output().contains("test-port/"), "so is whose log it is");

        var plain = run("inspect", "--items", "1000", folder.toString());
        for (var secret : secrets()) {
            assertFalse(told.output().contains(secret), "a secret is shown");
            assertFalse(plain.output().contains(secret), "a secret is shown");
        }
        assertFalse(plain.output().contains(PAYLOAD), "a payload is shown that nobody asked for");
        assertTrue(run("inspect", "--payload", data().resolve("entries").toString())
                .output()
                .contains(PAYLOAD));

        var rebuilt = run("inspect", "--rebuild", "--config", config.toString());
        assertEquals(0, rebuilt.status(), rebuilt.output());
        assertTrue(rebuilt.output().contains("2 tiles"), rebuilt.output());
    }

    @Test
    void whatWasAlteredIsNamed() throws Exception {
        try (var box = start()) {
            box.fill(600);
            long size = box.size();
            Await.until("all is sealed", () -> box.sealedSize() >= size);
            // A log that is written to meanwhile is compared as far as it went when the comparison began.
            assertEquals(
                    0,
                    run("inspect", "--rebuild", "--config", config.toString()).status());
        }
        var tile = data().resolve("log/tile/0/001");
        flip(tile, 70);
        var rebuilt = run("inspect", "--rebuild", "--config", config.toString());
        assertEquals(1, rebuilt.status(), rebuilt.output());
        assertTrue(rebuilt.output().contains("tile/0/001: hash 2 is not the one"), rebuilt.output());
        flip(tile, 70);
        Files.copy(tile, data().resolve("log/tile/0/002"));
        rebuilt = run("inspect", "--rebuild", "--config", config.toString());
        assertEquals(1, rebuilt.status(), rebuilt.output());
        assertTrue(rebuilt.output().contains("tile/0/002: the journal has not so many entries"), rebuilt.output());
        Files.delete(data().resolve("log/tile/0/002"));
        Files.delete(tile);
        rebuilt = run("inspect", "--rebuild", "--json", "--config", config.toString());
        assertEquals(1, rebuilt.status(), rebuilt.output());
        assertTrue(rebuilt.output().contains("tile/0/001 is missing"), rebuilt.output());

        // In the first group's frames, behind the block that the header takes.
        var segment = data().resolve("entries/0000000000000000.segment");
        flip(segment, 4096 + 64 + 48 + 30);
        var told = run("inspect", segment.toString());
        assertEquals(1, told.status(), told.output());
        assertTrue(told.output().contains("DAMAGED"), told.output());
        assertTrue(told.output().contains("entries/0000000000000000.segment"), told.output());
        assertEquals(
                1, run("inspect", "--rebuild", "--config", config.toString()).status());

        var stranger = Files.writeString(folder.resolve("letter.txt"), "Dear box");
        assertEquals(2, run("inspect", stranger.toString()).status(), "none of ours");
        assertEquals(2, run("inspect", folder.resolve("nothing").toString()).status(), "not there");
        assertEquals(2, run("inspect").status(), "not said what");
    }

    /// The power went before the seals that were copied to `seals-kept` were given up: they lie in both.
    @Test
    void sealsThatLieInBothJournalsAgree() throws Exception {
        try (var box = start()) {
            for (int i = 0; i < 20; i++) box.awaitEvidence(box.record(new byte[] {1}, "record-" + i));
        }
        long sealed;
        try (var seals = LogParts.small(data(), SealLog.KIND, SealLog.MAX_ENTRY_SIZE_BYTES);
                var kept = LogParts.small(data(), SealLog.KEPT_KIND, SealLog.MAX_ENTRY_SIZE_BYTES)) {
            sealed = seals.size();
            seals.scan(0, Math.toIntExact(sealed), entry -> kept.append(entry.leaf(), new byte[0]));
            kept.force();
        }
        assertTrue(sealed > 5, sealed + " seals");
        var rebuilt = run("inspect", "--rebuild", "--config", config.toString());
        assertEquals(0, rebuilt.status(), rebuilt.output());
    }

    @Test
    void aPartOfTheIndexThatWasAlteredIsNamed() throws Exception {
        try (var box = start()) {
            for (int i = 0; i < 20; i++) box.record(new byte[900_000], "large-" + i);
            Await.until("a part of the index", () -> !parts().isEmpty());
        }
        var part = parts().getFirst();
        var told = run("inspect", part.toString());
        assertEquals(0, told.status(), told.output());
        assertTrue(told.output().contains("part of the index of records"), told.output());
        flip(part, (int) Files.size(part) - 10);
        told = run("inspect", part.toString());
        assertEquals(1, told.status(), told.output());
        assertTrue(told.output().contains("of its table"), told.output());
        var aside = data().resolve("index");
        try (var box = start()) {
            Await.until("it is set aside, and made again", () -> {
                try (var files = Files.list(aside)) {
                    return files.filter(Files::isRegularFile).count() == 2
                            && box.trouble("indexer").isEmpty();
                }
            });
        }
        told = run("inspect", aside.toString());
        assertEquals(0, told.status(), told.output());
        assertTrue(told.output().contains("set aside; it may be deleted"), told.output());
    }

    private List<Path> parts() throws Exception {
        try (var files = Files.list(data().resolve("index"))) {
            return files.filter(file -> file.toString().endsWith(".db"))
                    .sorted()
                    .toList();
        }
    }

    private RunningGateway start() throws Exception {
        return RunningGateway.start(GatewayConfig.read(config));
    }

    private Path data() {
        return folder.resolve("data");
    }

    private void besideTheJournals() throws Exception {
        TlsIdentity.openOrMake(data(), Addresses.now());
        new LastListened(data()).write(Map.of("gate", Instant.parse("2026-11-01T00:00:00Z")));
        new PendingRequest("00".repeat(32), Instant.EPOCH, new byte[] {1, 2, 3}).write(data().resolve("est-request"));
        TokenNotes.beside(folder.resolve("pin")).leave("{\"act\":\"pin-changed\"}".getBytes(StandardCharsets.UTF_8));
        Files.writeString(folder.resolve("pin.blocked"), "sealpost pin-blocked 1\nsalt\nwrong hash\n");
        Files.writeString(folder.resolve("evm-contract"), "sealpost-evm-contract 1\ncontract 00\ncreation 00\n");
        Files.writeString(folder.resolve("client-secret"), RunningGateway.CRANE.secret());
        Files.writeString(folder.resolve("env"), "SEALPOST_TOKEN=" + RunningGateway.CRANE.secret() + "\n");
        Files.writeString(folder.resolve("sensors.toml"), "[sensor.gate]\nkind = \"simulated\"\n");
        Files.writeString(folder.resolve("console"), "address  https://192.0.2.1/\nclaim code  1234-5678\n");
        Files.writeString(folder.resolve("sealpost-1.raucb"), "hsqs and so on");
    }

    private List<String> secrets() throws Exception {
        var key = Files.readString(data().resolve("tls/identity.pem"));
        return List.of(
                Files.readString(folder.resolve("pin")).strip(),
                RunningGateway.CRANE.secret(),
                Clients.line("crane-7", Clients.Kind.TOKEN, RunningGateway.CRANE.secret())
                        .split(" ")[2],
                key.lines().skip(1).findFirst().orElseThrow(),
                "1234-5678",
                "wrong hash");
    }

    private static void flip(Path file, int offset) throws Exception {
        var bytes = Files.readAllBytes(file);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
    }

    private static Ended run(String... words) {
        var out = System.out;
        var err = System.err;
        var output = new ByteArrayOutputStream();
        try (var said = new PrintStream(output, true, StandardCharsets.UTF_8)) {
            System.setOut(said);
            System.setErr(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
            return new Ended(Main.run(words), output.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
