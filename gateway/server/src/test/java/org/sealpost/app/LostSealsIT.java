package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.evidence.AnchorCheck;
import org.sealpost.hsm.Installed;
import org.sealpost.hsm.SoftHsm;

/// I6 across a loss that no journal can see by itself: the seals are gone, and others have seen their heads.
class LostSealsIT {
    @TempDir
    Path folder;

    @Test
    void aBoxWhoseAnchoredSealsAreGoneDoesNotStart() throws Exception {
        Installed.require(SoftHsm.module().isPresent(), "SoftHSM2 is not installed (package softhsm2)");
        SoftHsm.create(folder.resolve("hsm"));
        var file = Files.writeString(
                folder.resolve("sealpost.toml"), """
                data = "data"
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
                [anchorage.local]
                kind = "local"
                max-age = "0s"
                min-pause = "0s"
                """.formatted(SoftHsm.module().orElseThrow()));
        var config = GatewayConfig.read(file);
        TokenSetup.initialise(config);
        try (var box = RunningGateway.start(config)) {
            long index = box.record("gate-in".getBytes(StandardCharsets.UTF_8), "key-1");
            var trust = box.trust();
            Await.until("a head over " + index + " is on the local ledger", () -> {
                var proved = RunningGateway.verify(box.awaitEvidence(index), trust, AnchorCheck.OFFLINE);
                return proved.evidence().heads().stream()
                        .anyMatch(head -> !head.anchors().isEmpty());
            });
        }
        Trees.delete(folder.resolve("data/seals"));
        var refused = assertThrows(HeadsLost.class, () -> Gateway.start(config));
        assertTrue(refused.getMessage().contains("is anchored on local, but the newest seal covers 0"));
        assertEquals(Main.BROKEN_PROMISE, Refusal.of(refused).orElseThrow().exitCode());

        assertNoHandOver(config, file, "went to local, but the newest seal covers 0");
        Files.writeString(file, Files.readString(file).replaceFirst("(?s)\\[anchorage.*", ""));
        assertNoHandOver(config, file, "went to local, but the newest seal covers 0");
        Files.write(folder.resolve("data/anchors-local/0000000000000000.segment"), new byte[0]);
        assertNoHandOver(config, file, "which heads went to local cannot be told");
    }

    /// It would be signed at an index that others have seen sealed; no ledger is there that could be asked.
    private static void assertNoHandOver(GatewayConfig config, Path file, String why) throws Exception {
        String inForce;
        long size;
        try (var log = StoppedLog.open(config)) {
            inForce = log.keys().identity().keys().last().thumbprint().hex();
            size = log.entries().size();
        }
        var said = Said.by("hsm", "rotate", "--unasked", "--json", "--config", file.toString(), "--confirm", inForce);
        assertTrue(said.refused(HsmCommand.REFUSED).contains(why), said::toString);
        assertTrue(said.toString().contains("succeed --reason restored, or two-histories"), said::toString);
        try (var log = StoppedLog.open(config)) {
            assertEquals(size, log.entries().size(), "nothing was written");
        }
    }
}
