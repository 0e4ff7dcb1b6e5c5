package org.sealpost.ota.release;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// The second implementation: python-tuf's client, as `src/test/python/look.py` drives it.
final class PythonTuf {
    private static final long PATIENCE_MINUTES = 10;
    private static final int CANNOT_BE_ASKED = 2;

    private final Path root = Path.of(System.getProperty("sealpost.root"));
    private final String python;

    /// Skips the test where it cannot be had, with the sentence that says why.
    PythonTuf() throws IOException, InterruptedException {
        python = run(List.of(root.resolve("scripts/counterparts/python").toString()))
                .strip();
    }

    /// What two clients see in each folder: one that knows only the first root, and one that has been at `seen` before.
    List<JsonNode> look(Path firstRoot, Path seen, List<Path> folders) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                python,
                "-B",
                root.resolve("ota/src/test/python/look.py").toString(),
                firstRoot.toString(),
                seen.toString()));
        folders.forEach(folder -> command.add(folder.toString()));
        var answers = new ArrayList<JsonNode>();
        for (String line : run(command).lines().toList()) {
            answers.add(new JsonMapper().readTree(line));
        }
        return answers;
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Path words = Files.createTempFile("python-tuf", ".words");
        Process process =
                new ProcessBuilder(command).redirectError(words.toFile()).start();
        try {
            process.getOutputStream().close();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                throw new IOException(command + " does not end");
            }
            String said = Files.readString(words).strip();
            Assumptions.assumeTrue(process.exitValue() != CANNOT_BE_ASKED, said);
            if (process.exitValue() != 0) {
                throw new IOException(command + " ended with " + process.exitValue() + ": " + said);
            }
            return answer;
        } finally {
            process.destroyForcibly();
            Files.delete(words);
        }
    }
}
