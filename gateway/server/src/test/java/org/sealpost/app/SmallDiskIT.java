package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.capture.mqtt.RawMqtt.connect5;
import static org.sealpost.capture.mqtt.RawMqtt.publish5;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.capture.mqtt.RawMqtt;
import org.sealpost.control.Clients;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.hsm.FreePort;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.seal.SealerConfig;

/// The real gateway on a real file system that has no room, or takes nothing any more.
@Timeout(600)
class SmallDiskIT {
    private static final int PUBACK = 4;
    private static final int QUOTA_EXCEEDED = 0x97;
    private static final long SIZE_BYTES = 192L << 20;

    /// A journal takes the space of its second segment when a quarter of the first is full.
    private static final int SEGMENTS_WITHOUT_RESERVE = 1;

    private static final byte[] LARGE = "y".repeat(200_000).getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    @Test
    void aDiskThatIsFullRefusesAndWhatWasTakenIsSealed() throws Exception {
        Installed.require(SoftHsm.module().isPresent(), "SoftHSM2 is not installed (package softhsm2)");
        try (var disk = SmallDisk.make(folder, SIZE_BYTES)) {
            SoftHsm.create(folder.resolve("hsm"));
            var config = config(disk);
            TokenSetup.initialise(config);
            var taken = new HashMap<String, Long>();
            try (var box = RunningGateway.start(config)) {
                var data = config.data();
                assertTrue(Files.exists(data.resolve("reserve.bin")));
                // From now on there is what the journals have taken ahead, and the reserve.
                record(box, taken, "first");
                disk.fill();
                for (int n = 0; segments(data, "seals") <= SEGMENTS_WITHOUT_RESERVE; n++) {
                    assertTrue(n < 20_000, "the seals never came to need the reserve");
                    record(box, taken, "key-" + n);
                }
                assertFalse(Files.exists(data.resolve("reserve.bin")), "given up for the seals");

                int refused = 0;
                for (int n = 0; refused == 0; n++) {
                    var answer = box.post(LARGE, "large-" + n);
                    if (answer.statusCode() == 507) refused++;
                    else
                        taken.put(
                                "large-" + n,
                                RunningGateway.json(answer).required("index").asLong());
                }
                long size = box.size();
                try (var client = new RawMqtt(box.mqttPort())) {
                    client.send(connect5("five", RunningGateway.CRANE.name(), RunningGateway.CRANE.secret()));
                    assertEquals(0, client.receive().at(1));
                    client.send(publish5(1, 1, "records/default", LARGE)).expectReason(PUBACK, QUOTA_EXCEEDED);
                }
                assertEquals(size, box.size(), "the room that the seals gave up is not taken by records");
                assertFalse(Files.exists(data.resolve("reserve.bin")));
                Await.until("all is sealed on a full disk", () -> box.sealedSize() >= size);
                assertEquals(200, box.get("/livez").statusCode());
                assertEquals(507, box.post(LARGE, "still").statusCode());
                assertEquals(200, box.get("/log/checkpoint").statusCode());

                disk.empty();
                Await.until(
                        "records are taken again",
                        () -> box.post(LARGE, "after").statusCode() < 300);
                assertTrue(Files.exists(data.resolve("reserve.bin")), "made again, before anything else took the room");
                assertAllThere(box, taken);
            }
            try (var box = RunningGateway.start(config)) {
                assertAllThere(box, taken);
            }
        }
    }

    private GatewayConfig config(SmallDisk disk) {
        var standard = IntakeConfig.defaults();
        // No marks: the disk itself says when it is full, and nobody is slowed down before.
        var intake = new IntakeConfig(
                standard.maxPayloadBytes(),
                standard.maxWaitingRecords(),
                standard.maxWaitingBytes(),
                standard.rememberedKeys(),
                standard.window(),
                0,
                100,
                100,
                Duration.ofMillis(50));
        var config = RunningGateway.config(folder, RunningGateway.softToken(folder), intake, Optional.empty());
        var usual = SealerConfig.DEFAULT;
        // A seal for each record, so that the seals need another segment before the entries do.
        var unpaced = RunningGateway.with(
                config,
                "sealer",
                new SealerConfig(
                        usual.checkpointInterval(),
                        Duration.ZERO,
                        usual.signatureDeadline(),
                        usual.maxLeavesPerSeal(),
                        usual.thin()));
        var roomy = RunningGateway.with(unpaced, "segmentSizeBytes", 1 << 25);
        return RunningGateway.with(roomy, "data", disk.folder().resolve("data"));
    }

    private static long segments(Path data, String journal) throws IOException {
        try (var files = Files.list(data.resolve(journal))) {
            return files.filter(file -> file.getFileName().toString().matches("[0-9]{16}\\.segment"))
                    .count();
        }
    }

    private static void record(RunningGateway box, Map<String, Long> taken, String key) throws Exception {
        taken.put(key, box.record(key.getBytes(StandardCharsets.UTF_8), key));
    }

    private static void assertAllThere(RunningGateway box, Map<String, Long> taken) throws Exception {
        long size = box.size();
        Await.until("all is sealed", () -> box.sealedSize() >= size);
        var trust = box.trust();
        int number = 0;
        for (var record : taken.entrySet()) {
            var answer = box.get("/v1/records/" + record.getValue());
            assertEquals(200, answer.statusCode(), record::toString);
            assertEquals(
                    record.getKey(),
                    RunningGateway.json(answer).required("idempotencyKey").asText());
            if (number++ % 50 != 0) continue;
            RunningGateway.verify(box.awaitEvidence(record.getValue()), trust, AnchorCheck.OFFLINE);
        }
    }

    @Test
    void aDiskThatBecomesReadOnlyEndsTheProcessAndLosesNothing() throws Exception {
        Installed.require(SoftHsm.module().isPresent(), "SoftHSM2 is not installed (package softhsm2)");
        try (var disk = SmallDisk.make(folder, SIZE_BYTES)) {
            var hsm = SoftHsm.create(folder.resolve("hsm"));
            var secret = Clients.newSecret(new SecureRandom());
            int port = configure(disk, secret);
            assertEquals(0, Main.run("token", "init", "--config", file()));
            var taken = new HashMap<String, Long>();
            var client = HttpClient.newHttpClient();
            var console = folder.resolve("console");

            var process = start(hsm, console);
            try {
                Await.until("it is open", () -> post(client, port, secret, "first", taken));
                for (int n = 0; n < 50; n++) post(client, port, secret, "key-" + n, taken);
                disk.breakDown();
                for (int n = 50; post(client, port, secret, "key-" + n, taken); n++) {
                    assertTrue(n < 1000, "records are acknowledged on a disk that takes nothing");
                }
                assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends by itself");
                assertEquals(Main.BROKEN_PROMISE, process.exitValue(), Files.readString(console));
                assertTrue(Files.readString(console).contains("a promise was broken"), Files.readString(console));
            } finally {
                process.destroyForcibly().waitFor();
            }

            disk.mountReadOnly();
            var said = folder.resolve("console-read-only");
            var refused = start(hsm, said);
            assertTrue(refused.waitFor(60, TimeUnit.SECONDS), "it does not stay");
            assertEquals(78, refused.exitValue(), Files.readString(said));
            var sentences = Files.readAllLines(said).stream()
                    .filter(line -> line.startsWith("sealpost: "))
                    .toList();
            assertEquals(1, sentences.size(), sentences::toString);
            assertTrue(sentences.getFirst().contains("is read-only for the gateway"), sentences::toString);

            disk.mountForWriting();
            var again = start(hsm, folder.resolve("console-again"));
            try {
                Await.until("it is open again", () -> post(client, port, secret, "again", taken));
                assertTrue(taken.size() >= 50, taken::toString);
                for (var record : taken.entrySet()) {
                    var answer = client.send(
                            request(port, "/v1/records/" + record.getValue(), secret)
                                    .GET()
                                    .build(),
                            BodyHandlers.ofString());
                    assertEquals(200, answer.statusCode(), answer.body());
                    assertTrue(answer.body().contains("\"" + record.getKey() + "\""), answer.body());
                }
            } finally {
                again.destroy();
                again.waitFor();
            }
        }
    }

    private String file() {
        return folder.resolve("sealpost.toml").toString();
    }

    /// @return the port of the HTTP door
    private int configure(SmallDisk disk, String secret) throws IOException {
        int port = FreePort.any();
        Files.writeString(folder.resolve("clients"), Clients.line("crane-7", Clients.Kind.TOKEN, secret));
        Files.writeString(folder.resolve("sealpost.toml"), """
                data = "%s"
                [clients]
                file = "clients"
                [http]
                port = %d
                [mqtt]
                port = 0
                [journal]
                segment-size = "16MiB"
                [token]
                module = "%s"
                label = "box"
                pin-file = "pin"
                driver = "inside"
                [anchorage.local]
                kind = "local"
                """.formatted(
                        disk.folder().resolve("data"), port, SoftHsm.module().orElseThrow()));
        return port;
    }

    private Process start(SoftHsm hsm, Path console) throws IOException {
        var command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.sealpost.app.Main",
                        "run",
                        "--config",
                        file())
                .redirectErrorStream(true)
                .redirectOutput(console.toFile());
        command.environment().put("SOFTHSM2_CONF", hsm.configuration().toString());
        return command.start();
    }

    private static HttpRequest.Builder request(int port, String path, String secret) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + secret);
    }

    /// @return whether it was acknowledged
    private static boolean post(HttpClient client, int port, String secret, String key, Map<String, Long> taken)
            throws InterruptedException {
        try {
            var answer = client.send(
                    request(port, "/v1/records", secret)
                            .header("Idempotency-Key", key)
                            .POST(BodyPublishers.ofString(key))
                            .build(),
                    BodyHandlers.ofString());
            if (answer.statusCode() > 201) return false;
            var index = answer.body().replaceAll("(?s).*\"index\" ?: ?([0-9]+).*", "$1");
            taken.put(key, Long.parseLong(index));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
