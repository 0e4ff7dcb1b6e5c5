package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.anchor.evm.EvmConfig;
import org.sealpost.capture.IntakeConfig;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.evidence.TrustStore;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.SoftHsm;

/// A relay's journal, or its ledger's, that cannot be read: capture and sealing are worth more than lodging.
class UnreadableRelayIT {
    @TempDir
    private Path folder;

    @Test
    void theBoxStartsAndSaysWhichRelayStandsStill() throws Exception {
        Installed.require(SoftHsm.module().isPresent(), "SoftHSM2 is not installed (package softhsm2)");
        TrustStore trust;
        long before;
        try (var box = RunningGateway.start(folder, Optional.empty())) {
            before = box.record("gate-in".getBytes(StandardCharsets.UTF_8), "key-1");
            trust = box.trust();
            Await.until("its head is on the local ledger", () -> anchors(box, before, trust) > 0);
        }
        // A chain that nobody reaches: what was sent there in the place of stuck requests is opened all the same.
        var chain = new EvmConfig(URI.create("http://127.0.0.1:1"), OptionalInt.of(0), Duration.ofSeconds(1));
        var config = RunningGateway.config(
                folder, RunningGateway.softToken(folder), IntakeConfig.defaults(), Optional.of(chain));
        var replaced = folder.resolve("data/replaced-evm/0000000000000000.segment");
        Files.createDirectories(replaced.getParent());
        Files.writeString(replaced, "no segment\n".repeat(1000));
        var relays = folder.resolve("data/anchors-local/0000000000000000.segment");
        var ledgers = folder.resolve("data/local-ledger/0000000000000000.segment");

        byte[] whole = emptied(relays);
        try (var box = RunningGateway.start(config)) {
            assertNames("anchors-local/0000000000000000.segment", box);
            var stuck = box.trouble("replacements evm").orElseThrow();
            assertTrue(stuck.required("remedy").asText().contains("folder replaced-evm away"), stuck.toString());
            long index = box.record("relay".getBytes(StandardCharsets.UTF_8), "key-2");
            assertEquals(0, anchors(box, index, trust), "it is sealed, and no anchor is claimed");
            assertEquals(0, anchors(box, before, trust));
        }
        assertEquals(0, Files.size(relays), "nothing was changed");
        Files.write(relays, whole);

        // Nothing was given up, so that what would have been kept of it cannot be read either is no matter.
        emptied(folder.resolve("data/anchored-local/0000000000000000.segment"));
        emptied(ledgers);
        Files.delete(replaced);
        try (var box = RunningGateway.start(config)) {
            assertTrue(Files.exists(replaced), "made anew, and no word of it");
            assertThrows(AssertionError.class, () -> box.trouble("replacements evm"));
            long index = box.record("ledger".getBytes(StandardCharsets.UTF_8), "key-3");
            assertEquals(0, anchors(box, index, trust));
            assertTrue(anchors(box, before, trust) > 0, "its relay is read again, and what it knows is known");
            Await.until(
                    "the relay asked its ledger",
                    () -> box.trouble("relay local").isPresent());
            assertNames("local-ledger/0000000000000000.segment", box);
        }
    }

    private static byte[] emptied(Path segment) throws Exception {
        byte[] whole = Files.readAllBytes(segment);
        Files.write(segment, new byte[0]);
        return whole;
    }

    private static void assertNames(String segment, RunningGateway box) throws Exception {
        var trouble = box.trouble("relay local").orElseThrow();
        assertTrue(trouble.required("cause").asText().contains(segment), trouble.toString());
    }

    private static long anchors(RunningGateway box, long index, TrustStore trust) throws Exception {
        var proved = RunningGateway.verify(box.awaitEvidence(index), trust, AnchorCheck.OFFLINE);
        return proved.evidence().heads().stream()
                .mapToLong(head -> head.anchors().size())
                .sum();
    }
}
