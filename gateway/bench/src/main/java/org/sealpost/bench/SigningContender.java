package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// [BareServer] with a signature of the token's over each record before it is answered.
final class SigningContender implements Contender {
    /// As many as keep both processors of a small machine busy; the module signs on the thread that asks.
    private static final int SESSIONS = Math.max(2, Runtime.getRuntime().availableProcessors());

    private @Nullable ServerProcess process;
    private int port;

    @Override
    public String name() {
        return "bare server, a signature per record";
    }

    @Override
    public String configuration() {
        return "the bare server, with SHA-256 of each payload signed by a P-256 key in SoftHSM after the force and before "
                + "the answer, " + SESSIONS + " sessions, in its own process";
    }

    @Override
    public void start(Path folder, List<String> wrapper) throws IOException, InterruptedException {
        port = ServerProcess.freePort();
        try (var token = SealpostGateway.create(folder)) {
            var command = new ArrayList<>(Jvm.command());
            command.addAll(List.of(
                    BareServer.class.getName(),
                    "--port",
                    Integer.toString(port),
                    "--file",
                    folder.resolve("frames").toString(),
                    "--sign-with",
                    SealpostGateway.softHsm().findFirst().orElseThrow().toString(),
                    "--pin-file",
                    token.home().resolve("pin").toString(),
                    "--sessions",
                    Integer.toString(SESSIONS)));
            process = ServerProcess.start(
                    name(), wrapper, command, token.tokenEnvironment(), folder.resolve("console.log"));
        }
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
