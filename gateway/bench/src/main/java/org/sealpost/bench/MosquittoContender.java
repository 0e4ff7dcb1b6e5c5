package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// mosquitto with persistence, saving on each change. A broker keeps a message only for somebody who is to get it, so
/// there are two of it: one that nobody subscribed to, and one with a durable subscription whose client is away.
final class MosquittoContender implements Contender {
    private final Path program;
    private final boolean subscribed;

    private @Nullable ServerProcess process;
    private @Nullable Path folder;
    private List<String> wrapper = List.of();
    private int port;

    MosquittoContender(Path program, boolean subscribed) {
        this.program = program;
        this.subscribed = subscribed;
    }

    /// Where mosquitto lies on this machine.
    static Optional<Path> program() {
        return Stream.of("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public String name() {
        return subscribed ? "mosquitto, one absent subscriber" : "mosquitto, no subscriber";
    }

    @Override
    public String configuration() {
        return "`persistence true`, `autosave_on_changes true`, `autosave_interval 1`"
                + (subscribed
                        ? ", `max_queued_messages 0`, one durable QoS 1 subscription whose client is away; "
                                + "begins each round with an empty database"
                        : ", no subscription");
    }

    @Override
    public void start(Path folder, List<String> wrapper) throws IOException, InterruptedException {
        this.folder = folder;
        this.wrapper = wrapper;
        run(folder);
    }

    private void run(Path folder) throws IOException, InterruptedException {
        port = ServerProcess.freePort();
        var configuration = folder.resolve("mosquitto.conf");
        Files.writeString(configuration, """
                listener %d 127.0.0.1
                user %s
                allow_anonymous true
                persistence true
                persistence_location %s/
                autosave_on_changes true
                autosave_interval 1
                max_queued_messages 0
                log_type error
                """.formatted(port, System.getProperty("user.name"), folder));
        process = ServerProcess.start(
                name(),
                wrapper,
                List.of(program.toString(), "-c", configuration.toString()),
                Map.of(),
                folder.resolve("console.log"));
        process.awaitPort(port, Duration.ofSeconds(10));
        if (subscribed) AbsentSubscriber.leaveBehind(name(), port);
    }

    /// What it keeps for the absent subscriber it writes whole at each save: what one round left would be paid for by
    /// the next.
    @Override
    public void beforeRound() throws IOException, InterruptedException {
        if (!subscribed || folder == null) return;
        close();
        Files.deleteIfExists(folder.resolve("mosquitto.db"));
        run(folder);
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
