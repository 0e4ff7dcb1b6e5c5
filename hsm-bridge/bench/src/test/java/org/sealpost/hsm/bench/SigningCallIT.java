package org.sealpost.hsm.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The short form of `hsm-bridge/bench/jmh`: that JMH has each way sign, and tells what it allocates. How fast
/// is no question for a test.
class SigningCallIT {
    @Test
    void eachWaySignsUnderJmh(@TempDir Path folder) throws Exception {
        boolean complete = Place.missing().isEmpty();
        if (Stream.of("SEALPOST_MUST_RUN", "CI").map(System::getenv).anyMatch("true"::equals)) {
            assertTrue(complete, () -> "not installed: " + Place.missing());
        }
        assumeTrue(complete, () -> "not installed: " + Place.missing());
        assertEquals(
                0,
                new CommandLine(new SigningCallRun())
                        .execute("--short", "--folder", folder.resolve("jmh").toString()));
        String told = Files.readString(folder.resolve("jmh.json"));
        for (String way : new String[] {"inside", "inside-direct", "process", "process-direct"}) {
            assertTrue(told.contains("\"way\" : \"" + way + "\""), told);
        }
        assertTrue(told.contains("gc.alloc.rate.norm"), told);
    }
}
