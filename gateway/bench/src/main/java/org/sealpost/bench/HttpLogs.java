package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The logs of gateway/bench/log behind HTTP. A server stays from turn to turn, as servers do: only what is
/// traced has a process of its own.
abstract sealed class HttpLogs implements LogContender {
    private final Path folder;
    private int starts;

    private HttpLogs(Path folder) {
        this.folder = folder;
    }

    /// A new and empty place below the folder that was given to all.
    final Path place() throws IOException {
        return Files.createDirectories(folder.resolve("server-" + ++starts));
    }

    /// The gateway. It answers when a record is durable, so the time until the last is sealed is told, too.
    static final class Gateway extends HttpLogs {
        private static final Duration PATIENCE = Duration.ofSeconds(60);

        private final int connections;
        private @Nullable SealpostGateway running;

        Gateway(Path folder, int connections) {
            super(folder);
            this.connections = connections;
        }

        @Override
        public String name() {
            return "Sealpost over HTTP, " + connections + " connections";
        }

        @Override
        public Turn turn(Path ignored, Load load, List<String> wrapper) throws IOException, InterruptedException {
            if (!wrapper.isEmpty()) {
                try (var traced = started(wrapper)) {
                    return turn(traced, load);
                }
            }
            var gateway = running;
            if (gateway == null) gateway = running = started(List.of());
            return turn(gateway, load);
        }

        private SealpostGateway started(List<String> wrapper) throws IOException, InterruptedException {
            var gateway = SealpostGateway.create(place().resolve("gateway"));
            gateway.start(wrapper);
            gateway.awaitOpen(PATIENCE);
            return gateway;
        }

        private Turn turn(SealpostGateway gateway, Load load) throws IOException, InterruptedException {
            var used = gateway.process().processorTime();
            long start = System.nanoTime();
            var headers = Map.of(
                    "Authorization",
                    "Bearer " + gateway.login().password(),
                    "Content-Type",
                    "application/octet-stream");
            var report = HttpLoad.run(new HttpLoad.Plan(
                    gateway.httpPort(),
                    "/v1/records",
                    headers,
                    connections,
                    load.leafBytes(),
                    load.warmUp(),
                    load.measured()));
            awaitSealed(gateway);
            double sealed = report.total() * 1e9 / (System.nanoTime() - start);
            return LogContender.of(
                    report,
                    load,
                    Optional.of(sealed),
                    gateway.process().processorTime().minus(used));
        }

        private static void awaitSealed(SealpostGateway gateway) throws IOException, InterruptedException {
            long mark = gateway.client()
                    .post(new byte[] {0}, Optional.empty())
                    .index()
                    .orElseThrow();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (gateway.client().state(mark).equals("captured")) {
                if (System.nanoTime() > deadline) throw new IOException("index " + mark + " is not sealed");
                Thread.sleep(5);
            }
        }

        @Override
        public void close() {
            if (running != null) running.close();
        }
    }

    /// Tessera behind HTTP.
    static final class Tessera extends HttpLogs {
        private final String name;
        private final Path program;
        private final List<String> settings;
        private final int connections;
        private @Nullable ServerProcess running;
        private int port;

        Tessera(Path folder, String name, Path program, List<String> settings, int connections) {
            super(folder);
            this.name = name;
            this.program = program;
            this.settings = settings;
            this.connections = connections;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Turn turn(Path ignored, Load load, List<String> wrapper) throws IOException, InterruptedException {
            if (!wrapper.isEmpty()) {
                try (var traced = started(wrapper)) {
                    return turn(traced, load);
                }
            }
            var server = running;
            if (server == null) server = running = started(List.of());
            return turn(server, load);
        }

        private ServerProcess started(List<String> wrapper) throws IOException, InterruptedException {
            var place = place();
            port = ServerProcess.freePort();
            var command = new ArrayList<>(List.of(program.toString(), "--listen", "127.0.0.1:" + port));
            command.addAll(List.of("--folder", place.resolve("log").toString()));
            command.addAll(settings);
            var server = ServerProcess.start(name, wrapper, command, Map.of(), place.resolve("console.log"));
            server.awaitPort(port, Duration.ofSeconds(30));
            return server;
        }

        private Turn turn(ServerProcess server, Load load) throws IOException, InterruptedException {
            var used = server.processorTime();
            var report = HttpLoad.run(new HttpLoad.Plan(
                    port, "/add", Map.of(), connections, load.leafBytes(), load.warmUp(), load.measured()));
            return LogContender.of(
                    report, load, Optional.empty(), server.processorTime().minus(used));
        }

        @Override
        public void close() {
            if (running != null) running.close();
        }
    }
}
