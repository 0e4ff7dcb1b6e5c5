package org.sealpost.hsm.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.hsm.Await;

/// Who reads the driver's end: nobody who is woken sleeps on, and somebody always reads.
@Timeout(300)
class TurnsTest {
    private static final Executor ON_A_THREAD_OF_ITS_OWN =
            task -> Thread.ofPlatform().daemon().start(task);

    @TempDir
    Path folder;

    private SocketChannel parent;
    private Connection connection;
    private Turns turns;
    private final List<Message> received = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void connect() throws IOException {
        var address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            parent = SocketChannel.open(address);
            connection = Connection.of(server.accept());
        }
        turns = new Turns(connection, frame -> received.add(frame.message()), () -> {});
    }

    @AfterEach
    void disconnect() throws IOException {
        parent.close();
        connection.release();
    }

    /// Between a lane's word that it will read and its reading, the other thread may have met what was to wake it.
    @Test
    void aLaneIsWokenAlsoIfAnotherThreadWasWokenInItsPlace() throws Exception {
        for (int round = 0; round < 100; round++) {
            turns.wake();
            assertTrue(connection.await(frame -> {}, 60_000));
            assertTrue(turns.idle());
        }
    }

    @Test
    void aLaneThatReadsIsWoken() throws Exception {
        for (int round = 0; round < 100; round++) {
            var idle = CompletableFuture.supplyAsync(turns::idle, ON_A_THREAD_OF_ITS_OWN);
            turns.wake();
            assertTrue(idle.get(200, TimeUnit.SECONDS));
        }
    }

    /// Each frame is read once, by the first thread alone or by it and a lane in turn, and both learn of the end.
    @Test
    void whileNoLaneReadsTheFirstThreadDoesAndGivesWayToOne() throws Exception {
        CompletableFuture<Void> first = CompletableFuture.runAsync(
                () -> {
                    try {
                        turns.run();
                    } catch (IOException broken) {
                        throw new IllegalStateException(broken);
                    }
                },
                ON_A_THREAD_OF_ITS_OWN);
        for (int count = 1; count <= 20; count++) {
            ping();
            await(count);
        }
        CompletableFuture<Void> lane = CompletableFuture.runAsync(
                () -> {
                    boolean open = true;
                    while (open) {
                        open = turns.idle();
                    }
                },
                ON_A_THREAD_OF_ITS_OWN);
        for (int count = 21; count <= 200; count++) {
            if (count % 5 == 0) {
                turns.wake();
            }
            ping();
            await(count);
        }
        parent.close();
        first.get(200, TimeUnit.SECONDS);
        lane.get(200, TimeUnit.SECONDS);
        assertFalse(turns.idle());
        assertEquals(200, received.size());
    }

    private void ping() throws IOException {
        parent.write(Wire.encode(0, new Message.Ping()));
    }

    private void await(int count) {
        Await.until(Driven.SOON, received::size, () -> received.size() >= count);
    }
}
