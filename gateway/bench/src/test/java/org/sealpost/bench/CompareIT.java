package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The short form of `gateway/bench/run`: that it runs, that nothing stays unanswered, that each acknowledged
/// record is in the log once and gets sealed. How fast is no question for a test.
class CompareIT {
    @Test
    void allIsAnsweredAndSealed(@TempDir Path folder) {
        assumeTrue(SealpostGateway.softHsm().findAny().isPresent(), "SoftHSM is not installed");
        assertEquals(0, new CommandLine(new Compare()).execute("--short", "--folder", folder.toString()));
    }
}
