package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.archive.SelfCheck;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.hsm.SoftHsm;

/// The nightly self-check of a running box, with the verifier in a process of its own.
@Timeout(600)
class SelfCheckIT {
    @TempDir
    private Path folder;

    @Test
    void aRunningBoxSaysWhichRecordWasAltered() throws Exception {
        SoftHsm.create(folder.resolve("hsm"));
        var config = RunningGateway.config(
                folder, RunningGateway.softToken(folder), IntakeConfig.defaults(), Optional.empty());
        TokenSetup.initialise(config);
        var payload = "x".repeat(900_000).getBytes(StandardCharsets.UTF_8);
        // More than a segment holds, so that one is closed: a start reads the last one wholly, and would refuse.
        try (var box = RunningGateway.start(config)) {
            for (int i = 0; i < 20; i++) box.record(payload, "record-" + i);
            assertEquals(Optional.empty(), box.trouble(SelfCheckParts.NAME));
        }
        dayHasGone();
        try (var box = RunningGateway.start(config)) {
            // The round begins with the lowest entries, and each of them takes a process: a late one takes minutes.
            flip(folder.resolve("data/entries/0000000000000000.segment"), 3 << 20);
            Await.until(
                    "it is found",
                    Duration.ofMinutes(8),
                    () -> box.trouble(SelfCheckParts.NAME).isPresent());
            var part = box.trouble(SelfCheckParts.NAME).orElseThrow().toString();
            assertTrue(part.contains("body of entry "), part);
            assertTrue(part.contains("checksum"), part);
            assertTrue(part.contains("copy the data directory"), part);
            assertFalse(part.contains("verifier"), "those before it were proved: " + part);
            assertEquals(
                    201,
                    box.post("{}".getBytes(StandardCharsets.UTF_8), "after").statusCode(),
                    "it goes on");
        }
    }

    /// What the process itself says: evidence of a box that its trust file names, of another box, and nothing
    /// at all.
    @Test
    void theVerifierJudgesInAProcessOfItsOwn() throws Exception {
        byte[] evidence;
        String trust;
        try (var box = RunningGateway.start(folder.resolve("box"), Optional.empty())) {
            evidence = box.awaitEvidence(box.record("{}".getBytes(StandardCharsets.UTF_8), "one"));
            trust = box.trustFile();
        }
        var verifier = new VerifierProcess(folder.resolve("work"), () -> trust);
        assertEquals(Optional.empty(), verifier.objection(evidence));

        var altered = evidence.clone();
        // In the leaf. At the end an anchor may stand by now, on a local ledger, whose word nobody checks.
        altered[60] ^= 1;
        var objection = verifier.objection(altered);
        assertTrue(objection.isPresent(), "an altered one is refused");

        var stranger = new VerifierProcess(
                folder.resolve("other"),
                () -> trust.lines()
                        .filter(line -> !line.startsWith("key "))
                        .reduce("", (one, other) -> one + other + "\n"));
        assertFalse(objectionOrFailure(stranger, evidence).isEmpty(), "nobody is trusted without a key");

        var missing = new VerifierProcess(folder.resolve("none"), () -> trust, List.of("/nonexistent/java"));
        assertThrows(IOException.class, () -> missing.objection(evidence));
        assertFalse(Files.exists(folder.resolve("work/record.evidence")), "no payload is left behind");
    }

    private static String objectionOrFailure(SelfCheck.Verifier verifier, byte[] evidence) {
        try {
            return verifier.objection(evidence).orElse("");
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private Path memory() {
        return folder.resolve("data/" + SelfCheckParts.NAME);
    }

    /// As its own memory has it.
    private void dayHasGone() throws IOException {
        Files.writeString(memory(), "sealpost-self-check 1\nran " + SelfCheck.EVERY.toMillis() + "\n");
    }

    private static void flip(Path file, long offset) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1)}), offset);
        }
    }
}
