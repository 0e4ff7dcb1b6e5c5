package org.sealpost.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// `sealpost box` in a process of its own, which a test can kill as a power cut would.
final class BoxProcess implements AutoCloseable {
    private static final String END = "the process has ended";
    private static final Pattern PORT = Pattern.compile("HTTPS on port ([0-9]+)");
    private static final long PATIENCE_SECONDS = 120;

    private final Process process;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> said = new ArrayList<>();

    private BoxProcess(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::read);
    }

    static BoxProcess start(BoxFolder place) throws IOException {
        return start(place, Map.of());
    }

    /// @param environment what it has in its own besides SoftHSM's
    static BoxProcess start(BoxFolder place, Map<String, String> environment) throws IOException {
        var command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.sealpost.app.Main",
                        "box",
                        "--config",
                        place.file().toString())
                .redirectErrorStream(true);
        command.environment().put("SOFTHSM2_CONF", place.hsm().configuration().toString());
        command.environment().putAll(environment);
        return new BoxProcess(command.start());
    }

    private void read() {
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) lines.add(line);
        } catch (IOException e) {
            // Killed in the midst of a line.
        }
        lines.add(END);
    }

    /// Waits for a line that the process says.
    String await(String what, Predicate<String> wanted) throws InterruptedException {
        while (true) {
            var line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (line == null || line.equals(END)) throw new AssertionError("never said: " + what + "; said " + said);
            said.add(line);
            if (wanted.test(line)) return line;
        }
    }

    /// The port of its pages.
    int awaitReady() throws InterruptedException {
        return port(await("ready", line -> line.startsWith("sealpost: ready, ")));
    }

    static int port(String line) {
        var found = PORT.matcher(line);
        if (!found.find()) throw new AssertionError("no port in: " + line);
        return Integer.parseInt(found.group(1));
    }

    /// All that it has said so far.
    List<String> said() {
        return List.copyOf(said);
    }

    /// The gateway itself.
    ProcessHandle gateway() {
        return process.toHandle();
    }

    /// The driver process of its token.
    ProcessHandle driver() {
        return process.children()
                .filter(child -> child.info().commandLine().orElse("").contains("org.sealpost.hsm.driver.Main"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the gateway has no driver process"));
    }

    /// As a power cut does, but for what the kernel still writes.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// As a service manager does; the exit code.
    int stop() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
