package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/// Guards I2, I10, I16 and I17 on the real process: the short form of `gateway/bench/crash`.
class ProcessCrashIT {
    @Test
    void acknowledgedRecordsSurviveTenKills(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
        assumeTrue(SealpostGateway.softHsm().findAny().isPresent(), "SoftHSM is not installed");
        long seed = Long.getLong("sealpost.seed", System.nanoTime());
        var plan = new CrashCampaign.Plan(10, Duration.ofMinutes(5), seed, Duration.ofMillis(400));
        var outcome = CrashCampaign.run(folder, plan, System.out::println);
        System.out.println(outcome.text());

        assertEquals(List.of(), outcome.findings(), outcome::text);
        assertEquals(10, outcome.kills());
        assertTrue(outcome.acknowledged() > 0, "nothing was acknowledged, so nothing was tested");
        assertTrue(outcome.repeated() > 0, "no key was sent twice");
        assertTrue(outcome.removed() > 0, "nothing was erased");
    }
}
