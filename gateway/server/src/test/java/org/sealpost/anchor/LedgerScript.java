package org.sealpost.anchor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A script of `scripts/ledgers` that comes to an end by itself.
public final class LedgerScript {
    /// The first one on a machine builds the nodes.
    private static final Duration BUILDING = Duration.ofMinutes(20);

    private LedgerScript() {}

    /// @param said all that it printed
    public record Ended(int code, String said) {}

    /// @param log where its output stands
    /// @throws IOException if it does not end
    public static Ended run(ProcessBuilder script, Path log) throws IOException, InterruptedException {
        var process =
                script.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        boolean ended = process.waitFor(BUILDING.toMinutes(), TimeUnit.MINUTES);
        process.destroyForcibly();
        String said = Files.readString(log).strip();
        if (!ended) {
            throw new IOException(script.command().getFirst() + " has not ended after " + BUILDING + ": " + said);
        }
        return new Ended(process.exitValue(), said);
    }
}
