package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sealpost.hsm.driver.Driven.SOON;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.hsm.KeyKind;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.ListedKey;
import org.sealpost.hsm.QueueFull;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.TokenConfig;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.hsm.TokenSetback;

/// What a driver process could do to its parent with answers that do not fit, that are too many, or that never come.
@Timeout(600)
class ImpostorTest {
    private static final KeySpec KEY = WireTest.KEY;
    private static final TokenHealth READY =
            new TokenHealth(TokenHealth.State.READY, "signs", "", Instant.ofEpochMilli(1_700_000_000_000L), 0);

    private static final TokenHealth HANGS = new TokenHealth(
            TokenHealth.State.UNRESPONSIVE, "two calls hang", "", Instant.ofEpochMilli(1_700_000_000_000L), 2);

    private final List<Impostor> impostors = new ArrayList<>();
    private RemoteToken token;

    /// A life of the driver process whose other end is the test's.
    private record Impostor(Life life, Process process, SocketChannel bare, CompletableFuture<String> end) {
        void says(long call, Message message) throws IOException {
            bare.write(Wire.encode(call, message));
        }

        /// The next order that is no ping; pings are answered.
        Wire.Frame order() throws IOException {
            while (true) {
                Wire.Frame frame = next();
                if (!(frame.message() instanceof Message.Ping)) {
                    return frame;
                }
                says(0, new Message.Pong());
            }
        }

        /// Waits for a ping, and answers.
        void ping() throws IOException {
            assertInstanceOf(Message.Ping.class, next().message());
            says(0, new Message.Pong());
        }

        private Wire.Frame next() throws IOException {
            int length = take(Wire.LENGTH_BYTES).getInt();
            return Wire.decode(take(length));
        }

        private ByteBuffer take(int bytes) throws IOException {
            ByteBuffer taken = ByteBuffer.allocate(bytes);
            while (taken.hasRemaining()) {
                if (bare.read(taken) < 0) {
                    throw new IOException("the parent has closed");
                }
            }
            return taken.flip();
        }

        String ended() throws Exception {
            return end.get(600, TimeUnit.SECONDS);
        }
    }

    @AfterEach
    void close() throws Exception {
        for (Impostor impostor : impostors) {
            impostor.life().close();
            impostor.process().destroyForcibly();
            impostor.bare().close();
        }
    }

    @Test
    void aSignatureOfAnotherLengthAndAnotherAnswerEndTheConnectionAndAreToldAtOnce() throws Exception {
        for (Message wrong : List.of(
                new Message.Signature(new byte[63]),
                new Message.Signature(new byte[1 << 19]),
                new Message.KeyIs(0, KEY.pinnedSpki().orElseThrow()),
                new Message.Listed(listed(1)),
                new Message.Done())) {
            Impostor driver = begin(Driven.LONG);
            SigningKey key = key(driver);
            CompletableFuture<byte[]> signature = key.sign(new byte[10], Duration.ofDays(1));
            driver.says(driver.order().call(), wrong);
            assertTrue(setback(signature).words().contains("talks nonsense"), wrong::toString);
            assertTrue(driver.ended().startsWith("not what was asked for"), wrong::toString);
        }
    }

    @Test
    void aPublicKeyThatIsNotThePinnedOneOrNoneEndsTheConnection() throws Exception {
        byte[] other = KEY.pinnedSpki().orElseThrow();
        other[20] ^= 1;
        for (byte[] wrong : List.of(other, new byte[3], new byte[0])) {
            Impostor driver = begin(Driven.LONG);
            var asked = CompletableFuture.supplyAsync(() -> token.key(KEY));
            driver.says(driver.order().call(), new Message.KeyIs(0, wrong));
            assertTrue(driver.ended().startsWith("not what was asked for"));
            assertEquals(KEY, asked.get(600, TimeUnit.SECONDS).spec());
        }
        Impostor driver = begin(Driven.LONG);
        var made = CompletableFuture.supplyAsync(() -> token.generate("next", KeyKind.P256));
        driver.says(driver.order().call(), new Message.KeyIs(0, new byte[3]));
        var failed = assertThrows(ExecutionException.class, () -> made.get(600, TimeUnit.SECONDS));
        assertInstanceOf(TokenSetback.class, failed.getCause());
    }

    @Test
    void aListWithoutEndEndsTheConnection() throws Exception {
        Impostor driver = begin(Driven.LONG);
        var asked = CompletableFuture.supplyAsync(token::keys);
        long call = driver.order().call();
        for (int i = 0; i <= Wire.MAX_LISTED; i++) {
            driver.says(call, new Message.Listed(listed(1)));
        }
        assertTrue(driver.ended().startsWith("a list of more than 1000 keys"));
        assertThrows(ExecutionException.class, () -> asked.get(600, TimeUnit.SECONDS));

        Impostor second = begin(Driven.LONG);
        var again = CompletableFuture.supplyAsync(token::keys);
        call = second.order().call();
        for (int i = 0; i < 32; i++) {
            second.says(call, new Message.Listed(listed(100_000)));
        }
        assertTrue(second.ended().startsWith("a list of more than"));
        assertThrows(ExecutionException.class, () -> again.get(600, TimeUnit.SECONDS));
    }

    /// It answers pings, and owes all else: nothing grows, further calls are refused, and it is killed.
    @Test
    void aDriverThatOwesItsAnswersGetsNoMoreCallsAndIsKilled() throws Exception {
        Impostor driver = begin(Duration.ofSeconds(2));
        SigningKey key = key(driver);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    driver.order();
                }
            } catch (IOException ended) {
                // As it should.
            }
        });
        int full = 0;
        for (int i = 0; i < 4 * token.capacity(); i++) {
            CompletableFuture<byte[]> late = key.sign(new byte[10_000], Duration.ofMillis(1));
            var failed = assertThrows(ExecutionException.class, () -> late.get(600, TimeUnit.SECONDS));
            full += failed.getCause() instanceof QueueFull ? 1 : 0;
        }
        assertTrue(full >= 2 * token.capacity(), "full " + full);
        assertEquals("", driver.ended());
        assertTrue(driver.process().waitFor(600, TimeUnit.SECONDS));
    }

    /// A chip that makes a key signs nothing, for minutes perhaps; that is no reason to kill it.
    @Test
    void aDriverThatIsUnresponsiveIsNotKilledWhileItMakesAKey() throws Exception {
        Impostor driver = begin(Duration.ofSeconds(2));
        var made = CompletableFuture.supplyAsync(() -> token.generate("next", KEY.kind()));
        long call = driver.order().call();
        driver.says(0, new Message.Health(HANGS, "a token", Optional.of("17")));
        for (int pings = 0; pings < 3 * Life.TICKS; pings++) {
            driver.ping();
        }
        driver.says(call, new Message.KeyIs(0, KEY.pinnedSpki().orElseThrow()));
        made.get(600, TimeUnit.SECONDS);
        assertTrue(driver.process().isAlive());
        assertThrows(IOException.class, () -> {
            while (true) {
                driver.ping();
            }
        });
        assertEquals("", driver.ended());
        assertTrue(driver.process().waitFor(600, TimeUnit.SECONDS));
    }

    /// Between the end of the connection and the end of the process, and until the next one is there.
    @Test
    void whatComesWhileAProcessEndsWaitsForTheNextOne() throws Exception {
        Impostor first = begin(Driven.LONG);
        SigningKey key = key(first);
        CompletableFuture<byte[]> lost = key.sign(new byte[10], SOON);
        first.order();
        token.ending();
        assertFalse(token.health().isReady());
        CompletableFuture<byte[]> waiting = key.sign(new byte[10], SOON);
        var asked = CompletableFuture.supplyAsync(() -> token.key(KEY));
        token.ended(first.life(), "has ended", Duration.ZERO);
        assertEquals("the driver process has ended", setback(lost).words());
        Impostor second = begin(Driven.LONG);
        for (int order = 0; order < 2; order++) {
            Wire.Frame frame = second.order();
            second.says(
                    frame.call(),
                    frame.message() instanceof Message.Sign
                            ? new Message.Signature(new byte[64])
                            : new Message.KeyIs(0, KEY.pinnedSpki().orElseThrow()));
        }
        assertArrayEquals(new byte[64], waiting.get(600, TimeUnit.SECONDS));
        assertEquals(key, asked.get(600, TimeUnit.SECONDS));
    }

    @Test
    void whatIsPendingIsToldWhereATokenIsClosedWhileItsProcessEnds() throws Exception {
        Impostor driver = begin(Driven.LONG);
        CompletableFuture<byte[]> pending = key(driver).sign(new byte[10], SOON);
        driver.order();
        token.ending();
        token.close();
        token.ended(driver.life(), "has ended", Duration.ZERO);
        assertEquals(TokenHealth.State.CLOSED, setback(pending).state());
    }

    /// Of the same token, if there is one; greeted, and ready.
    private Impostor begin(Duration patience) throws Exception {
        if (token == null || impostors.stream().noneMatch(one -> one.life().isOver())) {
            token = new RemoteToken(
                    new TokenConfig(
                            Path.of("/lib/x.so"), "box", Optional.empty(), Optional.empty(), Path.of("/pin"), 1),
                    new DriverOptions(Map.of(), patience));
        }
        Path socket = Path.of(System.getProperty("java.io.tmpdir"), "impostor-" + System.nanoTime());
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            SocketChannel bare = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            Process process = new ProcessBuilder("sleep", "3600").start();
            Thread nobody = Thread.ofPlatform().start(() -> {});
            var driver = new DriverProcess(process, new LastWords("box"), nobody, server.accept());
            Life life = Life.begin(token, driver, token.starting(), patience);
            var end = new CompletableFuture<String>();
            Thread.ofPlatform().daemon().start(() -> {
                String how = "";
                try {
                    life.run();
                } catch (IOException nonsense) {
                    how = String.valueOf(nonsense.getMessage());
                } finally {
                    life.close();
                }
                end.complete(how);
            });
            var impostor = new Impostor(life, process, bare, end);
            impostors.add(impostor);
            assertInstanceOf(Message.Hello.class, impostor.order().message());
            impostor.says(0, new Message.Welcome(Message.VERSION, process.pid()));
            impostor.says(0, new Message.Health(READY, "a token", Optional.of("17")));
            Driven.await(token, TokenHealth.State.READY);
            return impostor;
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    private SigningKey key(Impostor driver) throws Exception {
        var asked = CompletableFuture.supplyAsync(() -> token.key(KEY));
        driver.says(driver.order().call(), new Message.KeyIs(0, KEY.pinnedSpki().orElseThrow()));
        return asked.get(600, TimeUnit.SECONDS);
    }

    private static TokenSetback setback(CompletableFuture<byte[]> answer) {
        var failed = assertThrows(ExecutionException.class, () -> answer.get(600, TimeUnit.SECONDS));
        return assertInstanceOf(TokenSetback.class, failed.getCause());
    }

    private static ListedKey listed(int certificateBytes) {
        return new ListedKey(
                "seal",
                new byte[] {1},
                List.of(KeyKind.P256),
                Optional.empty(),
                new ListedKey.Flags(Optional.empty(), Optional.empty(), Optional.empty()),
                true,
                List.of(new byte[certificateBytes]));
    }
}
