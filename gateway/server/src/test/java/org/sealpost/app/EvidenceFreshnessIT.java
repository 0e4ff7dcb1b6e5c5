package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.evm.Anvil;
import org.sealpost.evidence.command.VerifyCommand;

/// The first thing that anybody does with a box: hand a record over, take its evidence, have the command line judge it.
@Timeout(300)
class EvidenceFreshnessIT {
    private static final byte[] GATE_IN = "{\"event\":\"gate-in\"}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private Optional<Anvil> anvil = Optional.empty();
    private RunningGateway box;

    @AfterEach
    void stop() throws IOException {
        if (box != null) box.close();
        anvil.ifPresent(Anvil::close);
    }

    @Test
    void aRecordThatWasJustTakenHasEvidenceThatTheCommandLineAccepts() throws Exception {
        box = RunningGateway.start(folder.resolve("box"), Optional.empty());
        long index = box.record(GATE_IN, "gate-in-1");
        var file = write("fresh.evidence", box.awaitEvidence(index));
        var trust = writeTrust();

        var trusted = verify(file, "--trust", trust);
        assertEquals(0, trusted.status(), trusted::output);
        assertTrue(trusted.output().contains("crane-7"), trusted::output);
        var stranger = verify(
                file, "--trust", Files.createDirectory(folder.resolve("nobody")).toString());
        assertEquals(3, stranger.status(), stranger::output);
    }

    /// Two entries follow one another, so that the later one's evidence cannot rest on the earlier one's anchor.
    @Test
    void theNodeProvesTheAnchorOfEach() throws Exception {
        anvil = Optional.of(Anvil.start());
        var node = anvil.get().url().toString();
        box = RunningGateway.start(folder.resolve("box"), anvil);
        var trust = writeTrust();
        for (var key : new String[] {"gate-in-1", "gate-in-2"}) {
            long index = box.record(GATE_IN, key);
            Await.until("the anchor of " + index + " is proved", () -> {
                var asked =
                        verify(write(key + ".evidence", box.awaitEvidence(index)), "--trust", trust, "--node", node);
                assertEquals(0, asked.status(), asked::output);
                return asked.output().contains("anchored in block");
            });
            assertEquals(
                    "final",
                    RunningGateway.json(box.get("/v1/records/" + index))
                            .required("state")
                            .asText());
            // The proof comes with the relay's next step, and says what a block says without whose it is.
            Await.until("the proof of " + index + " is in the file", () -> {
                var offline = verify(write(key + ".evidence", box.awaitEvidence(index)), "--trust", trust);
                assertEquals(0, offline.status(), offline::output);
                return offline.output().contains("claimed, not proved: lodged by the contract in block");
            });
        }
    }

    @Test
    void evidenceThatWasDamagedIsRefusedAndThePartIsNamed() throws Exception {
        box = RunningGateway.start(folder.resolve("box"), Optional.empty());
        var evidence = box.awaitEvidence(box.record(GATE_IN, "gate-in-1"));
        var trust = writeTrust();
        int payload = new String(evidence, StandardCharsets.ISO_8859_1).indexOf("gate-in");

        var altered = evidence.clone();
        altered[payload] ^= 1;
        var refused = verify(write("altered.evidence", altered), "--trust", trust);
        assertEquals(1, refused.status(), refused::output);
        assertTrue(refused.output().contains("commitment"), refused::output);

        var torn = Arrays.copyOf(evidence, evidence.length - 1);
        assertEquals(2, verify(write("torn.evidence", torn), "--trust", trust).status());
    }

    private String writeTrust() throws Exception {
        var store = Files.createDirectories(folder.resolve("trust"));
        Files.writeString(store.resolve("box.trust"), box.trustFile());
        return store.toString();
    }

    private String write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes).toString();
    }

    private static Command verify(String... words) {
        var output = new ByteArrayOutputStream();
        var both = new PrintStream(output, true, StandardCharsets.UTF_8);
        int status = VerifyCommand.run(words, both, both);
        return new Command(status, output.toString(StandardCharsets.UTF_8));
    }
}
