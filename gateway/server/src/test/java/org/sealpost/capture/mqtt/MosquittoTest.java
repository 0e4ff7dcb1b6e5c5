package org.sealpost.capture.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.IntakeRig;

/// A client that nobody here wrote: mosquitto_pub.
@Timeout(120)
class MosquittoTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void isInstalled() {
        boolean found;
        try {
            found = new ProcessBuilder("mosquitto_pub", "--help")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(1, TimeUnit.MINUTES);
        } catch (IOException | InterruptedException e) {
            found = false;
        }
        Assumptions.assumeTrue(found, "mosquitto_pub is not installed (Debian: mosquitto-clients)");
    }

    @Test
    void publishesInBothVersionsAndBothQualities() throws Exception {
        try (var rig = new MqttRig()) {
            int count = 0;
            for (String version : List.of("mqttv311", "mqttv5")) {
                for (String qos : List.of("0", "1")) {
                    String message = version + " " + qos;
                    var run = publish(rig, version, qos, "records/default", "-m", message);
                    assertEquals(0, run.status(), run.output());
                    int index = count++;
                    MqttRig.until(() -> rig.intake.journal.size() == index + 1);
                    assertEquals(message, IntakeRig.payload(rig.intake.journal.read(index)));
                }
            }
        }
    }

    @Test
    void aFileSurvivesByteForByteWithItsTypeAndKey() throws Exception {
        byte[] bytes = new byte[4096];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (i * 31);
        Path file = Files.write(folder.resolve("payload"), bytes);
        try (var rig = new MqttRig()) {
            for (int i = 0; i < 2; i++) {
                var run = publish(
                        rig,
                        "mqttv5",
                        "1",
                        "records/epcis",
                        "-f",
                        file.toString(),
                        "-D",
                        "publish",
                        "content-type",
                        "application/ld+json",
                        "-D",
                        "publish",
                        "user-property",
                        "idempotency-key",
                        "k-1");
                assertEquals(0, run.status(), run.output());
            }
            assertEquals(1, rig.intake.journal.size());
            var entry = rig.intake.journal.read(0);
            org.junit.jupiter.api.Assertions.assertArrayEquals(
                    bytes, IntakeRig.content(entry).payload());
            assertEquals("application/ld+json", IntakeRig.content(entry).mediaType());
            assertEquals(Optional.of("k-1"), IntakeRig.source(entry).idempotencyKey());
        }
    }

    @Test
    void refusalsReachTheUser() throws Exception {
        Path large = Files.write(folder.resolve("large"), new byte[100_000]);
        try (var rig = new MqttRig()) {
            var password = run(
                    rig,
                    "-V",
                    "mqttv5",
                    "-q",
                    "1",
                    "-t",
                    "records/default",
                    "-m",
                    "x",
                    "-u",
                    MqttRig.USER,
                    "-P",
                    "wrong");
            assertNotEquals(0, password.status());
            var old = run(
                    rig,
                    "-V",
                    "mqttv311",
                    "-q",
                    "1",
                    "-t",
                    "records/default",
                    "-m",
                    "x",
                    "-u",
                    MqttRig.USER,
                    "-P",
                    "wrong");
            assertNotEquals(0, old.status());
            var topic = publish(rig, "mqttv5", "1", "elsewhere", "-m", "x");
            assertTrue(topic.output().contains("records/<profile>"), topic.output());
            publish(rig, "mqttv5", "1", "records/default/k", "-m", "one");
            var conflict = publish(rig, "mqttv5", "1", "records/default/k", "-m", "two");
            assertTrue(conflict.output().contains("as record 0"), conflict.output());
            var tooLarge = publish(rig, "mqttv5", "1", "records/default", "-d", "-f", large.toString());
            // It reads Maximum Packet Size and does not even send.
            assertTrue(tooLarge.output().contains("CONNACK (0)"), tooLarge.output());
            assertFalse(tooLarge.output().contains("PUBLISH"), tooLarge.output());
            assertEquals(1, rig.intake.journal.size());
        }
    }

    @Test
    void manyLinesOverOneConnection() throws Exception {
        Path lines = folder.resolve("lines");
        var text = new StringBuilder();
        for (int i = 0; i < 2000; i++) text.append("line ").append(i).append('\n');
        Files.writeString(lines, text, StandardCharsets.UTF_8);
        try (var rig = new MqttRig()) {
            var command = new ArrayList<>(List.of("mosquitto_pub", "-l"));
            command.addAll(arguments(rig, "-V", "mqttv5", "-q", "1", "-t", "records/default"));
            command.addAll(List.of("-u", MqttRig.USER, "-P", MqttRig.PASSWORD));
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(lines.toFile())
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), output);
            assertEquals(2000, rig.intake.journal.size());
            for (int i = 0; i < 2000; i += 111) {
                assertEquals("line " + i, IntakeRig.payload(rig.intake.journal.read(i)));
            }
        }
    }

    private record Run(int status, String output) {}

    private static Run publish(MqttRig rig, String version, String qos, String topic, String... more) throws Exception {
        var arguments = new ArrayList<>(List.of("-V", version, "-q", qos, "-t", topic));
        arguments.addAll(List.of("-u", MqttRig.USER, "-P", MqttRig.PASSWORD));
        arguments.addAll(List.of(more));
        return run(rig, arguments.toArray(String[]::new));
    }

    private static Run run(MqttRig rig, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("mosquitto_pub"));
        command.addAll(arguments(rig, arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    private static List<String> arguments(MqttRig rig, String... arguments) {
        var all = new ArrayList<>(List.of("-h", "127.0.0.1", "-p", Integer.toString(rig.capture.port())));
        all.addAll(List.of(arguments));
        return all;
    }
}
