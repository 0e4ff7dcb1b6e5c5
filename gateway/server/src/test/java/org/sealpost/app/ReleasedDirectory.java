package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.AnchorCheck;

/// The program that makes what [ReleasedFormatsTest] reads: a box's folder as this release writes it, packed. It is
/// run once for a release, by the code of that release, and its output is never made again:
///
/// `mvn -pl gateway/server -am test -Dtest=ReleasedDirectory -Dsurefire.failIfNoSpecifiedTests=false
/// -Dsealpost.released=FILE.zip`
///
/// The box's keys lie in files, so that the folder holds all that is needed to go on writing.
@Timeout(600)
class ReleasedDirectory {
    static final String CONFIG = """
            data = "data"
            [origin]
            words = "test-port"
            [http]
            port = 0
            [mqtt]
            port = 0
            [clients]
            file = "clients"
            [journal]
            segment-size = "%dKiB"
            [token]
            driver = "insecure-software"
            folder = "keys"
            label = "box"
            checkpoint-key = "checkpoint"
            [ledger.local]
            between-heads = "0s"
            """.formatted(4 * 1024 + 8);

    private static final int LARGE_BYTES = 400_000;
    private static final int RECORDS_OF_A_RUN = 14;

    @TempDir
    private Path folder;

    private final List<String> records = new ArrayList<>();

    @Test
    void write() throws Exception {
        var target = System.getProperty("sealpost.released");
        assumeTrue(target != null, "run on its own only, with -Dsealpost.released=FILE.zip");
        var config = Files.writeString(folder.resolve("sealpost.toml"), CONFIG);
        Files.createDirectories(folder.resolve("data"));
        TokenSetup.initialise(GatewayConfig.read(config));
        run("before");
        assertEquals(HsmCommand.DONE, Main.run("hsm", "rotate", "--config", config.toString(), "--confirm", inForce()));
        run("after");
        run("later");
        Files.write(folder.resolve("records"), records);
        try (var files = Files.list(folder.resolve("data/entries"))) {
            assertTrue(files.filter(file -> file.toString().matches(".*[0-9]\\.segment"))
                            .count()
                    >= 3);
        }
        pack(Path.of(target));
    }

    /// Small records and large ones, as their clients name them; at the end one file of evidence, anchored.
    private void run(String run) throws Exception {
        try (var box = RunningGateway.start(GatewayConfig.read(folder.resolve("sealpost.toml")))) {
            long last = 0;
            for (int number = 0; number < RECORDS_OF_A_RUN; number++) {
                var text = "{\"run\":\"" + run + "\",\"number\":" + number + ",\"crane\":\"";
                text += "7".repeat(number % 2 == 0 ? number : LARGE_BYTES) + "\"}";
                var payload = text.getBytes(StandardCharsets.UTF_8);
                var key = run + "-" + number;
                last = box.record(payload, key);
                records.add(last + " " + key + " " + sha256(payload));
            }
            var index = last;
            Await.until(
                    "a head over " + index + " is on the local ledger",
                    () ->
                            RunningGateway.verify(box.awaitEvidence(index), box.trust(), AnchorCheck.OFFLINE)
                                    .evidence()
                                    .heads()
                                    .stream()
                                    .anyMatch(head -> !head.anchors().isEmpty()));
            Files.write(folder.resolve(run + ".evidence"), box.awaitEvidence(index));
            Files.writeString(folder.resolve("box.trust"), box.trustFile());
        }
    }

    private String inForce() throws IOException {
        return Files.readString(folder.resolve("box.trust"))
                .lines()
                .filter(line -> line.startsWith("key seal "))
                .map(line -> HsmWords.fingerprint(Base64.getDecoder().decode(line.substring("key seal ".length()))))
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private void pack(Path target) throws IOException {
        try (var out = new ZipOutputStream(Files.newOutputStream(target));
                var files = Files.walk(folder)) {
            out.setLevel(9);
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                var entry = new ZipEntry(folder.relativize(file).toString());
                entry.setLastModifiedTime(FileTime.fromMillis(0));
                out.putNextEntry(entry);
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }
}
