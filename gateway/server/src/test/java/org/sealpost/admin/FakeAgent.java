package org.sealpost.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.sealpost.ota.UpdateStatus;

/// Speaks as the update agent does at its socket (docs/updates.md, "Orders"); what it says is the test's.
public final class FakeAgent implements AutoCloseable {
    public static final Instant AT = Instant.parse("2026-11-25T10:00:00Z");

    private static final ObjectMapper JSON = new ObjectMapper();

    /// Nothing has happened yet.
    public static final UpdateStatus IDLE = status("idle", Optional.empty(), Optional.empty());

    public volatile UpdateStatus status = IDLE;

    /// Why the next order is not taken.
    public volatile Optional<String> refusing = Optional.empty();

    /// Whether it takes connections and never answers.
    public volatile boolean silent;

    /// All but those that ask for the status.
    public final List<JsonNode> orders = new CopyOnWriteArrayList<>();

    private final Path socket;
    private final ServerSocketChannel server;
    private final List<SocketChannel> connections = new CopyOnWriteArrayList<>();

    private FakeAgent(Path socket) throws IOException {
        this.socket = socket;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofPlatform().daemon().name("fake-agent").start(this::serve);
    }

    public static FakeAgent at(Path socket) throws IOException {
        Files.deleteIfExists(socket);
        return new FakeAgent(socket);
    }

    /// A box with a release 1.1.0 that is offered, after one that fell back and one that was refused.
    public static UpdateStatus full() {
        return new UpdateStatus(
                "sealpost-amd64",
                "1.0.0",
                3,
                "A",
                false,
                "offered",
                Optional.of("1.1.0"),
                Optional.empty(),
                Optional.of(new UpdateStatus.Offer("1.1.0", "Faster <seals> & fixes.", "url", 150_000_000)),
                Optional.of(new UpdateStatus.Refusal(
                        "expiry", "timestamp.json ended on 2026-11-24; have a new one published", AT)),
                Optional.of(new UpdateStatus.Last("0.9.0", "rolled-back", AT, "the gateway did not answer")),
                List.of("0.9.0"),
                new UpdateStatus.Source(Optional.of("https://updates.example/port"), true, false),
                false,
                Optional.of(AT),
                Optional.of(new UpdateStatus.Setback("the server closed the connection", AT)));
    }

    public static UpdateStatus status(
            String state, Optional<UpdateStatus.Progress> progress, Optional<UpdateStatus.Last> last) {
        return new UpdateStatus(
                "sealpost-amd64",
                "1.0.0",
                0,
                "B",
                state.equals("trial"),
                state,
                state.equals("idle") ? Optional.empty() : Optional.of("1.1.0"),
                progress,
                Optional.empty(),
                Optional.empty(),
                last,
                List.of(),
                new UpdateStatus.Source(Optional.empty(), false, false),
                false,
                Optional.empty(),
                Optional.empty());
    }

    private void serve() {
        while (true) {
            try {
                var connection = server.accept();
                connections.add(connection);
                if (!silent) answer(connection);
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException hungUp) {
                // The next one may be patient.
            }
        }
    }

    private void answer(SocketChannel connection) throws IOException {
        try (connection) {
            var reader = new BufferedReader(Channels.newReader(connection, StandardCharsets.UTF_8));
            var order = JSON.readTree(reader.readLine());
            boolean asks = order.required("order").asText().equals("status");
            if (!asks) orders.add(order);
            var refused = asks ? Optional.<String>empty() : refusing;
            var answer = JSON.createObjectNode().put("ok", refused.isEmpty());
            refused.ifPresent(sentence -> answer.put("sentence", sentence));
            answer.set("status", JSON.readTree(status.toJson()));
            Channels.newOutputStream(connection).write((answer + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /// Its process is gone, and so is its socket.
    @Override
    public void close() throws IOException {
        server.close();
        for (var connection : connections) connection.close();
        Files.deleteIfExists(socket);
    }
}
