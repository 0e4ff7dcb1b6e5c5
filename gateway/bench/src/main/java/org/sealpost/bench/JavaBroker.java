package org.sealpost.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A broker that is itself a Java program, in a process with its own class path, as `gateway/bench/peers/fetch`
/// brings it. Like mosquitto there are two of it: without a subscriber, and with one that is away.
final class JavaBroker implements Contender {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Kind kind;
    private final Path libraries;
    private final boolean subscribed;

    private @Nullable ServerProcess process;
    private int port;

    /// Which one.
    enum Kind {
        MOQUETTE("Moquette 0.17", "MoquettePeer", "1g") {
            @Override
            String settings() {
                return "`persistence_enabled true` (H2), `persistent_queue_type segmented`, "
                        + "`session_queue_size 65536`, telemetry off; its JVM with -Xmx1g";
            }

            @Override
            String configure(Path folder, int port) throws IOException {
                var file = folder.resolve("moquette.conf");
                Files.writeString(file, """
                        host 127.0.0.1
                        port %d
                        allow_anonymous true
                        persistence_enabled true
                        persistent_queue_type segmented
                        data_path %s/
                        session_queue_size 65536
                        telemetry_enabled false
                        """.formatted(port, Files.createDirectories(folder.resolve("data"))));
                return file.toString();
            }
        },
        HIVEMQ("HiveMQ CE 2025.5", "HivemqPeer", "1g") {
            @Override
            String settings() {
                return "file persistence, queue of a client bounded only by 10 million messages; its JVM with -Xmx1g";
            }

            @Override
            String configure(Path folder, int port) throws IOException {
                Files.writeString(
                        Files.createDirectories(folder.resolve("conf")).resolve("config.xml"), """
                        <?xml version="1.0"?>
                        <hivemq>
                          <listeners>
                            <tcp-listener><port>%d</port><bind-address>127.0.0.1</bind-address></tcp-listener>
                          </listeners>
                          <mqtt>
                            <queued-messages><max-queue-size>10000000</max-queue-size></queued-messages>
                            <receive-maximum><server-receive-maximum>65535</server-receive-maximum></receive-maximum>
                          </mqtt>
                          <persistence><mode>file</mode></persistence>
                          <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
                        </hivemq>
                        """.formatted(port));
                return folder.toString();
            }
        };

        private final String broker;
        private final String main;
        private final String heap;

        Kind(String broker, String main, String heap) {
            this.broker = broker;
            this.main = main;
            this.heap = heap;
        }

        abstract String settings();

        /// Writes its configuration.
        ///
        /// @return what its main class is told
        abstract String configure(Path folder, int port) throws IOException;
    }

    /// @param libraries the folder that `peers/fetch` printed
    JavaBroker(Kind kind, Path libraries, boolean subscribed) {
        this.kind = kind;
        this.libraries = libraries;
        this.subscribed = subscribed;
    }

    @Override
    public String name() {
        return kind.broker + (subscribed ? ", one absent subscriber" : ", no subscriber");
    }

    @Override
    public String configuration() {
        return kind.settings()
                + (subscribed
                        ? ", one durable QoS 1 subscription whose client is away; what it keeps for it grows from round to round"
                        : ", no subscription");
    }

    @Override
    public void start(Path folder, List<String> wrapper) throws IOException, InterruptedException {
        port = ServerProcess.freePort();
        var argument = kind.configure(folder, port);
        process = ServerProcess.start(
                name(),
                wrapper,
                List.of(
                        Jvm.java(),
                        "-Xmx" + kind.heap,
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "--add-opens=java.base/java.nio=ALL-UNNAMED",
                        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                        "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
                        "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "-cp",
                        libraries.resolve("lib") + "/*:" + libraries.resolve("classes"),
                        kind.main,
                        argument),
                Map.of(),
                folder.resolve("console.log"));
        process.awaitPort(port, PATIENCE);
        if (subscribed) AbsentSubscriber.leaveBehind(name(), port);
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
