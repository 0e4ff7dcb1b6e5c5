package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.SoftHsm;
import org.sealpost.hsm.TokenCeremony;
import org.sealpost.hsm.TokenConfig;

/// Nonsense and floods on the socket end the connection, and cost nothing else.
@Timeout(1800)
class NonsenseTest {
    private static final int ROUNDS = 300;

    @TempDir
    Path folder;

    /// Both ends of a connection: a bare one for the test, and what became of the other.
    private record Ends(SocketChannel bare, CompletableFuture<Exception> end) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            bare.close();
        }

        /// How the other end ended: the exception, or one that says that it has not.
        Exception ended() throws Exception {
            return end.get(600, TimeUnit.SECONDS);
        }
    }

    @Test
    void aDriverEndsTheConnectionAtWhatIsNoOrder() throws Exception {
        for (Message wrong : List.of(
                new Message.Sign(0, 1, new byte[32]),
                new Message.Key(WireTest.KEY),
                new Message.Pong(),
                new Message.Signature(new byte[64]))) {
            try (Ends ends = driver()) {
                ends.bare().write(Wire.encode(1, wrong));
                assertInstanceOf(ProtocolError.class, ends.ended(), wrong::toString);
            }
        }
        try (Ends ends = driver()) {
            ends.bare()
                    .write(ByteBuffer.allocate(8)
                            .putInt(Wire.MAX_FRAME_BYTES + 1)
                            .putInt(0)
                            .flip());
            assertInstanceOf(ProtocolError.class, ends.ended());
        }
    }

    /// One of them was replaced on the disk while the other ran: each release understands this answer.
    @Test
    void aDriverTellsAParentOfAnotherReleaseWhyItEnds() throws Exception {
        TokenConfig config = SoftHsm.create(folder).token("nonsense", 1);
        try (Ends ends = driver()) {
            ends.bare().write(Wire.encode(7, new Message.Initialise(1, config, TokenCeremony.EmptyToken.ONLY)));
            ByteBuffer answer = ByteBuffer.allocate(4096);
            while (ends.bare().read(answer) >= 0) {
                assertTrue(answer.hasRemaining());
                if (ends.end().isDone()) {
                    break;
                }
            }
            assertInstanceOf(OtherVersion.class, ends.ended());
            Wire.Frame told =
                    Wire.decode(answer.flip().position(Wire.LENGTH_BYTES).slice());
            assertEquals(7, told.call());
            String sentence =
                    assertInstanceOf(Message.Unusable.class, told.message()).sentence();
            assertTrue(sentence.contains("are of different releases"), sentence);
        }
    }

    /// A parent that asks and does not read: what waits for it is bounded, and then it is none.
    @Test
    void aFloodThatIsNotReadEndsTheConnection() throws Exception {
        try (Ends ends = driver()) {
            ByteBuffer many = ByteBuffer.allocate(13 * 10_000);
            while (many.hasRemaining()) {
                many.put(Wire.encode(0, new Message.Ping()));
            }
            long sent = 0;
            try {
                while (sent < 1L << 30 && !ends.end().isDone()) {
                    sent += ends.bare().write(many.rewind());
                }
            } catch (IOException closed) {
                // What we are after.
            }
            ends.ended();
            assertTrue(sent < 64 << 20, "it took " + sent + " bytes");
        }
    }

    /// After a true greeting, orders with some bytes changed, cut anywhere: the driver goes on or ends the connection,
    /// and nothing else happens to it.
    @Test
    void aDriverOutlivesDamagedOrders() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        TokenConfig config = SoftHsm.create(folder).token("nonsense", 1);
        for (int round = 0; round < ROUNDS; round++) {
            try (Ends ends = driver()) {
                ends.bare().write(Wire.encode(0, Message.hello(config, List.of(WireTest.KEY))));
                awaitAnswer(ends.bare());
                for (int i = 0; i < 20; i++) {
                    Message order = WireTest.ALL.get(random.nextInt(12));
                    if (order instanceof Message.Generate
                            || order instanceof Message.Hello
                            || order instanceof Message.ChangePin) {
                        continue;
                    }
                    byte[] frame = Wire.encode(random.nextLong(), order).array();
                    if (random.nextBoolean()) {
                        frame[random.nextInt(Math.min(40, frame.length))] = (byte) random.nextInt();
                    }
                    int cut = random.nextInt(10) == 0 ? random.nextInt(frame.length) : frame.length;
                    try {
                        ends.bare().write(ByteBuffer.wrap(frame, 0, cut));
                    } catch (IOException ended) {
                        break;
                    }
                }
                ends.bare().close();
                Exception end = ends.ended();
                assertTrue(end == NONE || end instanceof IOException, () -> "seed " + seed + ": " + end);
            }
        }
    }

    @Test
    void whatADriverSaysInNonsenseEndsItsLife() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            try (Ends ends = serve(connection -> connection.run(frame -> {}, () -> true, Duration.ofMillis(50)))) {
                byte[] bytes = new byte[1 + random.nextInt(2000)];
                random.nextBytes(bytes);
                ends.bare().write(ByteBuffer.wrap(bytes));
                ends.bare().close();
                Exception end = ends.ended();
                assertTrue(end == NONE || end instanceof IOException, () -> "seed " + seed + ": " + end);
            }
        }
    }

    @Test
    void framesThatComeInPiecesAreRead() throws Exception {
        try (Ends ends = driver()) {
            ByteBuffer ping = Wire.encode(0, new Message.Ping());
            while (ping.hasRemaining()) {
                ends.bare().write(ping.slice(ping.position(), 1));
                ping.position(ping.position() + 1);
            }
            ByteBuffer pong = ByteBuffer.allocate(13);
            while (pong.hasRemaining() && ends.bare().read(pong) >= 0) {}
            assertEquals(Wire.encode(0, new Message.Pong()), pong.flip());
        }
    }

    private static final Exception NONE = new Exception("the other end closed");

    /// The other end, until it ends.
    private interface OtherEnd {
        void run(Connection connection) throws IOException;
    }

    private Ends driver() throws Exception {
        return serve(connection -> {
            var driver = new DriverServer(connection);
            try {
                driver.run();
            } finally {
                driver.close();
            }
        });
    }

    private Ends serve(OtherEnd other) throws Exception {
        Path socket = Path.of(System.getProperty("java.io.tmpdir"), "nonsense-" + System.nanoTime());
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            SocketChannel bare = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            Connection connection = Connection.of(server.accept());
            var end = new CompletableFuture<Exception>();
            Thread.ofPlatform().daemon().start(() -> {
                Exception how = NONE;
                try {
                    other.run(connection);
                } catch (Exception ended) {
                    how = ended;
                } finally {
                    release(connection);
                }
                end.complete(how);
            });
            return new Ends(bare, end);
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    private static void release(Connection connection) {
        try {
            connection.release();
        } catch (IOException gone) {
            // As closed as can be.
        }
    }

    /// Until the token is there: orders are not refused for coming before the welcome.
    private static void awaitAnswer(SocketChannel bare) throws IOException {
        ByteBuffer some = ByteBuffer.allocate(4096);
        assertTrue(bare.read(some) > 0);
    }
}
