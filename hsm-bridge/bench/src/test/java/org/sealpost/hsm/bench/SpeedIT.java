package org.sealpost.hsm.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The short form of `hsm-bridge/bench/run`: that it runs, and that everybody's signatures verify. How fast
/// is no question for a test.
class SpeedIT {
    @Test
    void everybodySigns(@TempDir Path folder) {
        boolean complete = Place.missing().isEmpty();
        // As for the tests of hsm-bridge: where all could be installed, nobody would miss one that does not run.
        if (Stream.of("SEALPOST_MUST_RUN", "CI").map(System::getenv).anyMatch("true"::equals)) {
            assertTrue(complete, () -> "not installed: " + Place.missing());
        }
        assumeTrue(complete, () -> "not installed: " + Place.missing());
        assertEquals(
                0,
                new CommandLine(new Speed())
                        .execute("--short", "--folder", folder.resolve("bench").toString()));
    }
}
