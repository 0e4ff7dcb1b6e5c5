package org.sealpost.contracts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The byte code that is checked in is what the pinned compiler makes of the source beside it.
class CheckedInCodeTest {
    private static final List<String> CONTRACTS =
            List.of("SealpostAnchor", "SealpostAnchorPlain", "SealpostPublications", "SealpostPublicationsPlain");
    private static final List<String> SUFFIXES = List.of(".creation.hex", ".runtime.hex", ".code-hash", ".abi.json");

    @Test
    void compilingTheSourceAgainGivesTheSameFiles(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(runs("node", "--version") && runs("npm", "--version"), "node and npm are not installed");
        Path module = Path.of(System.getProperty("sealpost.root"), "gateway", "contracts");
        Path log = folder.resolve("log");
        var build = new ProcessBuilder(module.resolve("build").toString(), folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = build.waitFor(120, TimeUnit.SECONDS);
        build.destroyForcibly();
        String said = Files.readString(log).strip();
        assertTrue(ended, said);
        assertEquals(0, build.exitValue(), said);
        Path checkedIn = module.resolve("src/main/resources/org/sealpost/contracts");
        for (String contract : CONTRACTS) {
            for (String suffix : SUFFIXES) {
                String name = contract + suffix;
                assertEquals(
                        Files.readString(checkedIn.resolve(name)),
                        Files.readString(folder.resolve(name)),
                        name + " is out of date: run gateway/contracts/build");
            }
        }
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
