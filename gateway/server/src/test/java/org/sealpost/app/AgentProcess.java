package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The real update agent in a process of its own, in a folder instead of a box: slot A is booted and good, and there
/// is no system's bus, so it can be told everything and installs nothing.
final class AgentProcess implements AutoCloseable {
    private final Process process;

    private AgentProcess(Process process) {
        this.process = process;
    }

    /// Its socket is `run/agent.socket`, its acts are `data/acts` of the folder.
    static AgentProcess start(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("data"));
        Files.createDirectories(folder.resolve("run"));
        Files.writeString(folder.resolve("root.json"), "{}");
        Files.writeString(folder.resolve("cmdline"), "quiet rauc.slot=A sealpost.good=A\n");
        Files.writeString(folder.resolve("os-release"), """
                SEALPOST_BOARD=sealpost-amd64
                SEALPOST_RELEASE=1.0.0
                SEALPOST_SECURITY_EPOCH=0
                SEALPOST_DATA_FORMAT=1
                SEALPOST_READS_FROM=1
                SEALPOST_BUILD_TIME=1700000000
                """);
        var config = Files.writeString(folder.resolve("agent.toml"), """
                data = "data"
                run = "run"
                confirmed = "run/confirmed"
                stick = "stick"
                root = "root.json"
                os-release = "os-release"
                kernel-command-line = "cmdline"
                bus = "unix:path=%s"
                """.formatted(folder.resolve("no-bus")));
        var command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.sealpost.ota.Main",
                        "--config",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("agent.log").toFile());
        return new AgentProcess(command.start());
    }

    /// As a power cut does, but for what the kernel still writes.
    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
