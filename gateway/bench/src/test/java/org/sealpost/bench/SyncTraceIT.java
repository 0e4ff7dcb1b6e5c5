package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Guards I2 where a kill cannot: what has reached the page cache survives SIGKILL, so [ProcessCrashIT] does not see
/// whether a record was forced before it was acknowledged. The order of the system calls shows it.
class SyncTraceIT {
    @Test
    void everyAcknowledgementFollowsACompletedSyncOfItsRecord(@TempDir Path folder) throws Exception {
        assumeTrue(SealpostGateway.softHsm().findAny().isPresent(), "SoftHSM is not installed");
        var strace = SyncTrace.program();
        assumeTrue(strace.isPresent(), "strace is not installed");

        var finding = SyncTrace.of(new SealpostContender(Optional.empty()), folder, strace.get());
        assertEquals(new SyncTrace.Finding(SyncTrace.PROBES, SyncTrace.PROBES, SyncTrace.PROBES), finding);
    }
}
