package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// [BareServer] as a process of its own.
final class BareContender implements Contender {
    private @Nullable ServerProcess process;
    private int port;

    @Override
    public String name() {
        return "bare Netty server";
    }

    @Override
    public String configuration() {
        return "yardstick of this benchmark: appends the payload to a file and forces it, one force for many; "
                + "no password check, no index, no hash, nothing can be read back";
    }

    @Override
    public void start(Path folder, List<String> wrapper) throws IOException, InterruptedException {
        port = ServerProcess.freePort();
        var command = new ArrayList<>(Jvm.command());
        command.addAll(List.of(
                BareServer.class.getName(),
                "--port",
                Integer.toString(port),
                "--file",
                folder.resolve("frames").toString()));
        process = ServerProcess.start(name(), wrapper, command, Map.of(), folder.resolve("console.log"));
        process.awaitPort(port, Duration.ofSeconds(60));
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Duration processorTime() {
        return process == null ? Duration.ZERO : process.processorTime();
    }

    @Override
    public void close() {
        if (process != null) process.close();
    }
}
