package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.TrustFile;
import org.sealpost.evidence.TrustStore;

/// What a released version wrote is read by this one, all of it, and gone on with. A box's folder of each release lies
/// below `released/`, written by that release's own code ([ReleasedDirectory]); it is never made anew.
@Timeout(600)
class ReleasedFormatsTest {
    @TempDir
    private Path folder;

    private record Taken(long index, String key, String sha256) {}

    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void aReleasesFolderIsReadVerifiedAndGoneOnWith(String release) throws Exception {
        unpack(release, folder);
        var taken = taken();
        assertTrue(taken.size() > 40, taken::toString);
        var trust = storedTrust();
        for (var run : List.of("before", "after", "later")) {
            var file = Files.readAllBytes(folder.resolve(run + ".evidence"));
            RunningGateway.verify(file, trust, AnchorCheck.OFFLINE);
        }
        long next;
        try (var box = start()) {
            assertAllThere(box, taken, trust);
            var first = taken.getFirst();
            var repeated = box.post("other content".getBytes(StandardCharsets.UTF_8), first.key);
            assertEquals(409, repeated.statusCode(), "its keys are remembered: " + RunningGateway.text(repeated));
            next = box.record("\"gone on\"".getBytes(StandardCharsets.UTF_8), "gone-on");
            assertEquals("\"gone on\"", verified(box, next, trust).text());
        }
        try (var box = start()) {
            assertAllThere(box, taken, trust);
            assertEquals("\"gone on\"", verified(box, next, trust).text());
            long last = box.record("\"again\"".getBytes(StandardCharsets.UTF_8), "again");
            assertTrue(last > next);
            assertEquals("\"again\"", verified(box, last, trust).text());
        }
    }

    private RunningGateway start() throws Exception {
        return RunningGateway.start(GatewayConfig.read(folder.resolve("sealpost.toml")));
    }

    private static void assertAllThere(RunningGateway box, List<Taken> taken, TrustStore trust) throws Exception {
        for (var record : taken) {
            var proved = verified(box, record.index, trust);
            assertEquals(record.key, proved.source().idempotencyKey().orElseThrow());
            assertEquals(
                    record.sha256,
                    ReleasedDirectory.sha256(proved.content().payload()),
                    () -> "payload of entry " + record.index);
        }
    }

    /// By what was known of the box when the release ran.
    private static RunningGateway.Proved verified(RunningGateway box, long index, TrustStore trust) throws Exception {
        return RunningGateway.verify(box.awaitEvidence(index), trust, AnchorCheck.OFFLINE);
    }

    private TrustStore storedTrust() throws Exception {
        return new TrustStore(List.of(TrustFile.parse("box.trust", Files.readAllBytes(folder.resolve("box.trust")))));
    }

    private List<Taken> taken() throws IOException {
        return Files.readAllLines(folder.resolve("records")).stream()
                .map(line -> line.split(" "))
                .map(words -> new Taken(Long.parseLong(words[0]), words[1], words[2]))
                .toList();
    }

    /// What a release wrote, into a folder.
    static void unpack(String release, Path folder) throws IOException {
        var resource = "/released/" + release + "/box.zip";
        try (var stream = ReleasedFormatsTest.class.getResourceAsStream(resource)) {
            if (stream == null) throw new AssertionError(resource + " is not there");
            var files = new ZipInputStream(stream);
            for (var entry = files.getNextEntry(); entry != null; entry = files.getNextEntry()) {
                var file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(files, file);
            }
        }
    }
}
