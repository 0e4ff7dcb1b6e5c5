package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AgentClientTest {
    @TempDir
    Path folder;

    /// Takes one connection, answers it with the text, and tells what was asked; hangs up only when closed.
    private record OneAnswer(ServerSocketChannel server, CompletableFuture<String> asked) implements AutoCloseable {
        static OneAnswer listening(Path socket, String answer, boolean hangUp) throws IOException {
            var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(socket));
            var asked = new CompletableFuture<String>();
            Thread.ofVirtual().start(() -> {
                try {
                    var channel = server.accept();
                    var line = new StringBuilder();
                    var in = Channels.newInputStream(channel);
                    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) line.append((char) b);
                    Channels.newOutputStream(channel).write(answer.getBytes(StandardCharsets.UTF_8));
                    if (hangUp) channel.close();
                    asked.complete(line.toString());
                } catch (IOException e) {
                    asked.completeExceptionally(e);
                }
            });
            return new OneAnswer(server, asked);
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private Path socket() {
        return folder.resolve("agent.socket");
    }

    @Test
    void givesAnOrderAndReadsTheAnswer() throws Exception {
        var status = UpdateStatusTest.FULL;
        try (var agent = OneAnswer.listening(socket(), "{\"ok\":true,\"status\":" + status.toJson() + "}\n", false)) {
            var answer = new AgentClient(socket()).source(Optional.of("https://x/"), Optional.empty(), true, "owner");
            assertTrue(answer.taken());
            assertEquals(status, answer.status());
            assertEquals(
                    "{\"order\":\"source\",\"url\":\"https://x/\",\"ca\":null,\"automatic\":true,\"by\":\"owner\"}",
                    agent.asked().join());
        }
    }

    @Test
    void aRefusedOrderHasItsSentence() throws Exception {
        var text = "{\"ok\":false,\"sentence\":\"no\",\"status\":" + UpdateStatusTest.FULL.toJson() + "}\n";
        try (var _ = OneAnswer.listening(socket(), text, false)) {
            assertEquals(
                    Optional.of("no"),
                    new AgentClient(socket()).install("9.9.9", "owner").sentence());
        }
    }

    @Test
    void anAgentThatIsNotThereIsASetback() {
        assertThrows(IOException.class, () -> new AgentClient(socket()).status());
    }

    @Test
    void whatIsNoAnswerIsASetback() throws Exception {
        int i = 0;
        for (var wrong : new String[] {"{}\n", "\n", "nonsense\n", "{\"ok\":true,\"status\":{}}\n"}) {
            var socket = folder.resolve("socket" + i++);
            try (var _ = OneAnswer.listening(socket, wrong, false)) {
                assertThrows(IOException.class, () -> new AgentClient(socket).status(), wrong);
            }
        }
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void anAgentThatAcceptsNoMoreHoldsNobodyUp() throws Exception {
        int queue = 2;
        var queued = new ArrayList<SocketChannel>();
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            var address = UnixDomainSocketAddress.of(socket());
            server.bind(address, queue);
            for (int i = 0; i <= queue; i++) queued.add(SocketChannel.open(address));
            assertThrows(IOException.class, () -> new AgentClient(socket()).status());
        } finally {
            for (var channel : queued) channel.close();
        }
    }

    @Test
    void neitherSilenceNorEndlessWordsHoldItUp() throws Exception {
        try (var _ = OneAnswer.listening(socket(), "{\"ok\":", false)) {
            var client = new AgentClient(socket(), Duration.ofMillis(300));
            assertThrows(IOException.class, client::status);
        }
        var endless = folder.resolve("endless");
        try (var _ = OneAnswer.listening(endless, "x".repeat(1 << 20), true)) {
            assertThrows(IOException.class, () -> new AgentClient(endless).status());
        }
        var silent = folder.resolve("hung-up");
        try (var _ = OneAnswer.listening(silent, "{\"ok\":true", true)) {
            var e = assertThrows(IOException.class, () -> new AgentClient(silent).status());
            assertTrue(e.getMessage().contains("hung up"), e.getMessage());
        }
    }
}
