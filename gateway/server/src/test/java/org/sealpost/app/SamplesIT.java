package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.evm.Anvil;

/// The messages of the trade, as their standards publish them: each goes in over HTTP and over MQTT by a client that
/// nobody here wrote, and comes back by evidence that verifies, byte for byte.
@Timeout(600)
class SamplesIT {
    private static final List<String> FOLDERS = List.of("epcis/capture-documents", "epcis/capture-events", "dcsa");

    @TempDir
    private Path folder;

    /// By an idempotency key that names the file.
    private Map<String, Path> samples;

    private Optional<Anvil> anvil = Optional.empty();
    private RunningGateway box;

    @BeforeEach
    void start() throws Exception {
        samples = samples();
        anvil = RunningGateway.anvilIfThere();
        box = RunningGateway.start(folder, anvil);
    }

    @AfterEach
    void stop() throws Exception {
        if (box != null) box.close();
        anvil.ifPresent(Anvil::close);
    }

    @Test
    void eachComesBackThatWentInOverHttp() throws Exception {
        for (var sample : samples.entrySet()) {
            box.record(Files.readAllBytes(sample.getValue()), sample.getKey());
        }
        assertAllComeBack("application/json");
    }

    @Test
    void eachComesBackThatWentInOverMqtt() throws Exception {
        Command.assumeInstalled("mosquitto_pub", "mosquitto-clients");
        boolean five = false;
        for (var sample : samples.entrySet()) {
            var done = Command.run(
                    "mosquitto_pub",
                    "-V",
                    five ? "mqttv5" : "mqttv311",
                    "-h",
                    "127.0.0.1",
                    "-p",
                    Integer.toString(box.mqttPort()),
                    "-u",
                    RunningGateway.CRANE.name(),
                    "-P",
                    RunningGateway.CRANE.secret(),
                    "-q",
                    "1",
                    "-t",
                    "records/default/" + sample.getKey(),
                    "-f",
                    sample.getValue().toString());
            assertEquals(new Command(0, ""), done, () -> sample.getValue().toString());
            five = !five;
        }
        assertAllComeBack("application/octet-stream");
    }

    private void assertAllComeBack(String mediaType) throws Exception {
        var back = box.readBack(RunningGateway.CRANE).values().stream()
                .collect(Collectors.toMap(
                        proved -> proved.source().idempotencyKey().orElseThrow(), Function.identity()));
        assertEquals(samples.size(), back.size());
        for (var sample : samples.entrySet()) {
            var proved = back.get(sample.getKey());
            assertArrayEquals(
                    Files.readAllBytes(sample.getValue()), proved.content().payload(), sample.getKey());
            assertEquals(mediaType, proved.content().mediaType());
            assertEquals(RunningGateway.CRANE.name(), proved.source().client());
        }
    }

    private static Map<String, Path> samples() throws IOException {
        var root = Path.of(System.getProperty("sealpost.shared"), "samples");
        assumeTrue(Files.isDirectory(root), "the shared samples are not there: " + root);
        var files = new ArrayList<Path>();
        for (var name : FOLDERS) {
            try (var found = Files.walk(root.resolve(name))) {
                found.filter(Files::isRegularFile)
                        .filter(file -> !isFaulty(file.getFileName().toString()))
                        .forEach(files::add);
            }
        }
        assertFalse(files.isEmpty());
        var byKey = new TreeMap<String, Path>();
        for (var file : files) byKey.put(root.relativize(file).toString().replace('/', '.'), file);
        assertTrue(byKey.size() == files.size(), "two samples with one key");
        return byKey;
    }

    /// The samples' README names these faulty on purpose.
    private static boolean isFaulty(String name) {
        return name.contains("error-message") || name.contains("-wrong-");
    }
}
