package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.capture.IntakeConfig;
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
        var box = RunningGateway.start(folder, Optional.empty());
        try {
            long index = box.record("gate-in".getBytes(StandardCharsets.UTF_8), "key-1");
            var trust = box.trust();
            Await.until("a head over " + index + " is on the local ledger", () -> {
                var proved = RunningGateway.verify(box.awaitEvidence(index), trust, AnchorCheck.OFFLINE);
                return proved.evidence().heads().stream()
                        .anyMatch(head -> !head.anchors().isEmpty());
            });
        } finally {
            box.close();
        }
        Trees.delete(folder.resolve("data/seals"));
        var config = RunningGateway.config(
                folder, RunningGateway.softToken(folder), IntakeConfig.defaults(), Optional.empty());
        var refused = assertThrows(HeadsLost.class, () -> Gateway.start(config));
        assertTrue(refused.getMessage().contains("is anchored on local, but the newest seal covers 0"));
        assertEquals(Main.BROKEN_PROMISE, Refusal.of(refused).orElseThrow().exitCode());
    }
}
