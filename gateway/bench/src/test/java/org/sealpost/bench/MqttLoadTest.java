package org.sealpost.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MqttLoadTest {
    /// Publishes so many distinct payloads and keeps what was said about each.
    private static final class Counted implements Publications {
        final List<Publication> acknowledged = new ArrayList<>();
        final List<Publication> unanswered = new ArrayList<>();
        private final int count;
        private int next;

        Counted(int count) {
            this.count = count;
        }

        @Override
        public Optional<Publication> next() {
            if (next == count) return Optional.empty();
            var payload = "record " + next++;
            return Optional.of(Publication.of("t/" + next, payload.getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public void acknowledged(Publication publication) {
            acknowledged.add(publication);
        }

        @Override
        public void unanswered(Publication publication) {
            unanswered.add(publication);
        }
    }

    private static LoadPlan plan(int port, Duration measured) {
        return new LoadPlan("127.0.0.1", port, Optional.empty(), 3, 7, Duration.ZERO, measured, Duration.ofSeconds(20));
    }

    /// Every record that the generator counts as acknowledged is a whole frame in the bare server's file, once.
    @Test
    void eachAcknowledgedPublishIsInTheBareServersFile(@TempDir Path folder) throws Exception {
        var file = folder.resolve("frames");
        var publications = new Counted(5_000);
        try (var server = new BareServer()) {
            int port = server.open(0, file);
            // A second connection stays open meanwhile: without any, the server would throw its file away.
            try (var held = new Socket("127.0.0.1", port)) {
                assertTrue(held.isConnected());
                var report = MqttLoad.run(plan(port, Duration.ofSeconds(60)), publications);
                assertEquals(5_000, report.acknowledgedTotal());
                assertTrue(report.isClean());
                assertEquals(5_000, new HashSet<>(publications.acknowledged).size());
                assertEquals(expected(5_000), payloads(file));
            }
        }
    }

    @Test
    void endsAfterItsTimeAndMeasuresOnlyTheWindow(@TempDir Path folder) throws Exception {
        try (var server = new BareServer()) {
            int port = server.open(0, folder.resolve("frames"));
            var plan = new LoadPlan(
                    "127.0.0.1",
                    port,
                    Optional.empty(),
                    2,
                    5,
                    Duration.ofMillis(500),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(20));
            var report = MqttLoad.run(plan, Publications.endless("t", 100, 1));

            assertTrue(report.isClean());
            assertTrue(report.acknowledged() > 0);
            assertEquals(report.acknowledged(), report.latency().count());
            assertTrue(report.acknowledgedTotal() > report.acknowledged(), "warm-up is not measured");
            var json = new ObjectMapper().readTree(report.toJson(plan, 100));
            assertEquals(report.acknowledged(), json.get("acknowledged").asLong());
            assertEquals(100, json.get("payloadBytes").asInt());
        }
    }

    /// A server that takes connections, says yes, and then dies with everything in flight.
    @Test
    void reportsWhatADyingServerLeftUnanswered() throws Exception {
        try (var listener = new ServerSocket(0)) {
            var server = new FutureTask<Void>(() -> {
                var sockets = new ArrayList<Socket>();
                for (int i = 0; i < 3; i++) {
                    sockets.add(accept(listener, 0));
                }
                // The first PUBLISHes have arrived; closing with unread bytes resets the connection.
                for (var socket : sockets) {
                    assertEquals(0x32, socket.getInputStream().read());
                    socket.close();
                }
                return null;
            });
            Thread.ofVirtual().start(server);
            var publications = new Counted(1_000_000);
            var report = MqttLoad.run(plan(listener.getLocalPort(), Duration.ofSeconds(60)), publications);
            server.get();

            assertEquals(0, report.acknowledgedTotal());
            assertEquals(21, report.unanswered());
            assertEquals(21, publications.unanswered.size());
            assertEquals(3, report.lostConnections());
            assertFalse(report.isClean());
        }
    }

    /// A server that stands still for a second owes an answer to all that was due meanwhile. A generator that
    /// waited with it would have sent next to nothing in that second, and seen one slow answer for each
    /// connection.
    @Test
    void anOpenLoopChargesAServerForTheSecondInWhichItStoodStill() throws Exception {
        try (var listener = new ServerSocket(0)) {
            var server = new FutureTask<Void>(() -> {
                try (var socket = accept(listener, 0)) {
                    answerEach(socket, 500);
                }
                return null;
            });
            Thread.ofVirtual().start(server);
            var plan = new LoadPlan(
                    "127.0.0.1",
                    listener.getLocalPort(),
                    Optional.empty(),
                    1,
                    100,
                    Duration.ZERO,
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(30),
                    OptionalDouble.of(1000));
            var report = MqttLoad.run(plan, Publications.endless("t", 10, 1));
            server.get();

            assertTrue(report.isClean());
            assertEquals(4000, report.acknowledged(), 1, "each that was due is counted, sent in time or not");
            assertEquals(report.acknowledged(), report.latency().count());
            // A quarter of all was due while nobody answered, spread evenly over that second.
            var p99 = report.latency().percentile(0.99);
            assertTrue(p99.toMillis() >= 900, "p99 is " + p99);
            var p90 = report.latency().percentile(0.9);
            assertTrue(p90.toMillis() >= 500, "p90 is " + p90);
        }
    }

    /// Answers each PUBLISH at once, but stands still for a second after some.
    private static void answerEach(Socket socket, int thenStandsStill) throws Exception {
        var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        var out = socket.getOutputStream();
        for (int count = 0; in.read() == 0x32; count++) {
            var packet = in.readNBytes(in.readUnsignedByte());
            // Topic "t": two bytes of length, one of text, then the packet id.
            out.write(new byte[] {0x40, 2, packet[3], packet[4]});
            if (count == thenStandsStill) assertFalse(new CountDownLatch(1).await(1, TimeUnit.SECONDS));
        }
    }

    @Test
    void saysWhyThereIsNoConnection() throws Exception {
        try (var listener = new ServerSocket(0)) {
            Thread.ofVirtual().start(new FutureTask<Void>(() -> {
                while (true) accept(listener, 5);
            }));
            var refused = assertThrows(
                    IOException.class,
                    () -> MqttLoad.run(plan(listener.getLocalPort(), Duration.ofSeconds(60)), new Counted(1)));
            assertTrue(refused.getMessage().contains("NOT_AUTHORIZED"), refused.getMessage());
        }
    }

    /// Takes a connection, reads its CONNECT whole, and answers with the return code.
    private static Socket accept(ServerSocket listener, int code) throws IOException {
        var socket = listener.accept();
        var in = socket.getInputStream();
        assertEquals(0x10, in.read());
        in.readNBytes(in.read());
        socket.getOutputStream().write(new byte[] {0x20, 2, 0, (byte) code});
        return socket;
    }

    private static Set<String> expected(int count) {
        var all = new HashSet<String>();
        for (int i = 0; i < count; i++) all.add("record " + i);
        return all;
    }

    private static Set<String> payloads(Path file) throws IOException {
        var found = new HashSet<String>();
        var bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        while (bytes.hasRemaining()) {
            var payload = new byte[bytes.getInt()];
            int expected = bytes.getInt();
            bytes.get(payload);
            var crc = new CRC32C();
            crc.update(payload);
            assertEquals((int) crc.getValue(), expected);
            assertTrue(found.add(new String(payload, StandardCharsets.UTF_8)), "twice in the file");
        }
        return found;
    }
}
