package org.sealpost.app;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// What became of a program that a test ran.
///
/// @param output both streams, in their order
record Command(int status, String output) {
    /// A counterpart may have to be installed first.
    private static final long PATIENCE_MINUTES = 10;

    private static final int CANNOT_BE_ASKED = 2;

    static Command run(String... words) throws IOException, InterruptedException {
        var process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        try {
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) throw new IOException(words[0] + " does not end");
            return new Command(process.exitValue(), output);
        } finally {
            process.destroyForcibly();
        }
    }

    /// One of `scripts/counterparts`; skips the test where it cannot be had, with the sentence that says why.
    static Command counterpart(String name, String... words) throws IOException, InterruptedException {
        var script = Path.of(System.getProperty("sealpost.root"), "scripts", "counterparts", name);
        var all = new String[words.length + 1];
        all[0] = script.toString();
        System.arraycopy(words, 0, all, 1, words.length);
        var done = run(all);
        if (done.status == CANNOT_BE_ASKED) Assumptions.abort(name + ": " + done.output);
        return done;
    }

    /// Skips the test where a program is not installed.
    static void assumeInstalled(String program, String debianPackage) {
        boolean found = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(folder -> Path.of(folder, program).toFile().canExecute());
        assumeTrue(found, program + " is not installed (package " + debianPackage + ")");
    }
}
