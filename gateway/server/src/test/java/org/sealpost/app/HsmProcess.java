package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.sealpost.hsm.SoftHsm;

/// A verb of `sealpost hsm` in a process of its own, started as the script `sealpost` does it.
final class HsmProcess {
    private static final long PATIENCE_MINUTES = 5;

    private final Process process;
    private final Path said;

    private HsmProcess(Process process, Path said) {
        this.process = process;
        this.said = said;
    }

    /// What became of it.
    record Ended(int status, String output, String said) {}

    /// @param folder where it runs, and what it says is kept
    static HsmProcess start(Path folder, SoftHsm hsm, Map<String, String> environment, String... words)
            throws IOException {
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:ErrorFile=/dev/null",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                HsmCommand.NAME));
        command.addAll(List.of(words));
        var said = folder.resolve("said-" + HexFormat.of().toHexDigits(System.nanoTime()));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectError(said.toFile());
        builder.environment().put("SOFTHSM2_CONF", hsm.configuration().toString());
        builder.environment().putAll(environment);
        return new HsmProcess(builder.start(), said);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// Waits for its end.
    ///
    /// @param input what is typed
    Ended end(String input) throws IOException, InterruptedException {
        try {
            try (var typed = process.getOutputStream()) {
                typed.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException doesNotRead) {
                // Most verbs ask nothing.
            }
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) throw new IOException("it does not end");
            return new Ended(process.exitValue(), output, Files.readString(said));
        } finally {
            process.destroyForcibly();
        }
    }
}
