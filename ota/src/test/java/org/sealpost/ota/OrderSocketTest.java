package org.sealpost.ota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderSocketTest {
    @TempDir
    Path folder;

    private final List<Order> orders = new CopyOnWriteArrayList<>();

    private Orders.Answer take(Order order) {
        orders.add(order);
        return new Orders.Answer(Optional.empty(), UpdateStatusTest.FULL);
    }

    @Test
    void ordersComeThroughAsTheyWereGiven() throws Exception {
        var file = folder.resolve("agent.socket");
        try (var _ = OrderSocket.open(file, this::take)) {
            assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            var client = new AgentClient(file);
            assertEquals(UpdateStatusTest.FULL, client.status());
            client.check("owner");
            client.install("1.1.0", "owner");
            client.allow("1.1.0", "somebody at 10.0.0.1");
            client.source(Optional.of("https://x/"), Optional.of("pem"), true, "owner");
            assertEquals(
                    List.of(
                            new Order.Status(),
                            new Order.Check("owner"),
                            new Order.Install(Version.parse("1.1.0"), "owner"),
                            new Order.Allow(Version.parse("1.1.0"), "somebody at 10.0.0.1"),
                            new Order.Source(Optional.of("https://x/"), Optional.of("pem"), true, "owner")),
                    orders);
            var wrong = client.install("newest", "owner");
            assertFalse(wrong.taken());
            assertTrue(wrong.sentence().orElseThrow().contains("newest"));
            assertFalse(client.check("\u0000").taken());
        }
        assertFalse(Files.exists(file));
    }

    /// Who opens the door and says nothing keeps nobody else out, as long as there are few of them.
    @Test
    void whoNeverSpeaksOrReadsKeepsNobodyOut() throws Exception {
        var file = folder.resolve("agent.socket");
        try (var _ = OrderSocket.open(file, this::take);
                var silent = SocketChannel.open(UnixDomainSocketAddress.of(file));
                var deaf = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
            deaf.configureBlocking(false);
            var status = ByteBuffer.wrap("{\"order\":\"status\"}\n".getBytes(StandardCharsets.UTF_8));
            askWithoutReading(deaf, status);
            for (int i = 0; i < 20; i++) assertEquals(UpdateStatusTest.FULL, new AgentClient(file).status());
            assertTrue(silent.isConnected());
        }
    }

    private static void askWithoutReading(SocketChannel deaf, ByteBuffer order) {
        try {
            for (int i = 0; i < 10_000 && deaf.write(order.rewind()) > 0; i++) {}
        } catch (IOException closed) {
            // More than a line at a time: it may be thrown out for that.
        }
    }

    @Test
    void whatIsNoOrderHasItsSentence() {
        for (var wrong : List.of(
                "",
                "null",
                "[]",
                "{}",
                "{\"order\":7}",
                "{\"order\":\"dance\"}",
                "{\"order\":\"check\"}",
                "{\"order\":\"check\",\"by\":\"owner\",\"by\":\"me\"}",
                "{\"order\":\"check\",\"by\":\"owner\"} {}",
                "{\"order\":\"check\",\"by\":\"owner\",\"more\":1}",
                "{\"order\":\"source\",\"by\":\"owner\"}",
                "{\"order\":\"install\",\"by\":\"owner\",\"version\":\"1.1\"}")) {
            var bytes = wrong.getBytes(StandardCharsets.UTF_8);
            var refused = assertThrows(IllegalArgumentException.class, () -> OrderJson.read(bytes), wrong);
            assertFalse(refused.getMessage().isBlank());
        }
    }
}
