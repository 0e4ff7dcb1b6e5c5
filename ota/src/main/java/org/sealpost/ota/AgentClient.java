package org.sealpost.ota;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Gives orders to the update agent over its socket. Each call is a connection of its own, and waits no longer
/// than its patience; it may block that long. Thread-safe.
///
/// An [IOException] says that the agent is not there, or not well: nothing is known of the order then.
public final class AgentClient {
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
        if (line.length > LineChannel.MAX_LINE_BYTES) throw new IOException("an order is at most 64 KiB");
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
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            // A blocking one would wait without end at an agent that accepts no more.
            channel.configureBlocking(false);
            if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
                throw new IOException("the update agent takes no connections");
            }
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        try (var lines = new LineChannel(channel, "the update agent")) {
            lines.write(line, patience);
            return lines.read(patience).orElseThrow(() -> new IOException("the update agent hung up"));
        }
    }
}
