package org.sealpost.ota;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Gives orders to the update agent over its socket. Each call is a connection of its own, and waits no longer than its
/// patience; it may block that long. Thread-safe.
///
/// An [IOException] says that the agent is not there, or not well: nothing is known of the order then.
public final class AgentClient {
    static final int MAX_LINE_BYTES = 64 << 10;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Path socket;
    private final Duration patience;

    /// What the agent answered.
    ///
    /// @param sentence why it did not take the order; empty where it did
    /// @param status   how the agent stands now
    public record Answer(Optional<String> sentence, UpdateStatus status) {
        public boolean taken() {
            return sentence.isEmpty();
        }
    }

    public AgentClient(Path socket) {
        this(socket, PATIENCE);
    }

    public AgentClient(Path socket, Duration patience) {
        this.socket = socket;
        this.patience = patience;
    }

    public UpdateStatus status() throws IOException {
        return give(JSON.createObjectNode().put("order", "status")).status();
    }

    /// Sets where releases come from.
    ///
    /// @param url       of the folder, `https://…`; empty for none but sticks
    /// @param ca        certificates in PEM that the server's is to be trusted by; empty for the system's
    /// @param automatic whether an offer from there is installed without an order
    /// @param by        who says so
    public Answer source(Optional<String> url, Optional<String> ca, boolean automatic, String by) throws IOException {
        return give(JSON.createObjectNode()
                .put("order", "source")
                .put("url", url.orElse(null))
                .put("ca", ca.orElse(null))
                .put("automatic", automatic)
                .put("by", by));
    }

    /// Has the source looked at now; the answer does not wait for the outcome.
    public Answer check(String by) throws IOException {
        return give(JSON.createObjectNode().put("order", "check").put("by", by));
    }

    /// Has the release installed that is offered; the answer does not wait for it.
    public Answer install(String version, String by) throws IOException {
        return give(JSON.createObjectNode()
                .put("order", "install")
                .put("version", version)
                .put("by", by));
    }

    /// Allows a release to be tried again that fell back here.
    public Answer allow(String version, String by) throws IOException {
        return give(JSON.createObjectNode()
                .put("order", "allow")
                .put("version", version)
                .put("by", by));
    }

    private Answer give(ObjectNode order) throws IOException {
        var line = (order + "\n").getBytes(StandardCharsets.UTF_8);
        if (line.length > MAX_LINE_BYTES) throw new IOException("an order is at most 64 KiB");
        try {
            var answer = JSON.readTree(exchange(line));
            var status = UpdateStatus.parse(answer.required("status"));
            boolean taken = answer.required("ok").asBoolean();
            return new Answer(taken ? Optional.empty() : Optional.of(sentence(answer)), status);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IOException("the update agent answered what is no answer: " + e.getMessage(), e);
        }
    }

    private static String sentence(JsonNode answer) {
        return answer.required("sentence").asText();
    }

    private byte[] exchange(byte[] line) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                var selector = Selector.open()) {
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(socket));
            var key = channel.register(selector, SelectionKey.OP_WRITE);
            for (var rest = ByteBuffer.wrap(line); rest.hasRemaining(); ) {
                await(selector, end);
                channel.write(rest);
            }
            key.interestOps(SelectionKey.OP_READ);
            var answer = new ByteArrayOutputStream();
            var buffer = ByteBuffer.allocate(4096);
            while (true) {
                await(selector, end);
                if (channel.read(buffer.clear()) < 0) throw new IOException("the update agent hung up");
                buffer.flip();
                while (buffer.hasRemaining()) {
                    byte next = buffer.get();
                    if (next == '\n') return answer.toByteArray();
                    answer.write(next);
                }
                if (answer.size() > MAX_LINE_BYTES) throw new IOException("the update agent's answer has no end");
            }
        }
    }

    private void await(Selector selector, long end) throws IOException {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0 || selector.select(left) == 0) {
            throw new SocketTimeoutException("the update agent did not answer within " + patience.toMillis() + " ms");
        }
        selector.selectedKeys().clear();
    }
}
