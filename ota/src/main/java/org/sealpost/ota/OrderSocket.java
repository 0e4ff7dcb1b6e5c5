package org.sealpost.ota;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The door for orders. Who may open it says the socket's file; a few at a time, and nobody for long.
final class OrderSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OrderSocket.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_CONNECTIONS = 8;
    private static final long AGAIN_NANOS = 1_000_000_000;

    private final ServerSocketChannel server;
    private final Path file;
    private final Orders orders;
    private final Semaphore room = new Semaphore(MAX_CONNECTIONS);

    private OrderSocket(ServerSocketChannel server, Path file, Orders orders) {
        this.server = server;
        this.file = file;
        this.orders = orders;
    }

    static OrderSocket open(Path file, Orders orders) throws IOException {
        Files.deleteIfExists(file);
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(file));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        } catch (IOException e) {
            server.close();
            throw e;
        }
        var socket = new OrderSocket(server, file, orders);
        Thread.ofPlatform().name("orders").daemon().start(socket::accept);
        return socket;
    }

    private void accept() {
        while (true) {
            try {
                var channel = server.accept();
                if (room.tryAcquire()) Thread.ofVirtual().start(() -> serve(channel));
                else channel.close();
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException e) {
                LOG.warn("a connection for orders could not be taken: {}", e.toString());
                // Where all files are open it fails at once, again and again.
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (var lines = new LineChannel(channel, "who gives orders")) {
            while (true) {
                var line = lines.read(PATIENCE);
                if (line.isEmpty()) return;
                lines.write(answer(line.get()), PATIENCE);
            }
        } catch (IOException e) {
            LOG.debug("a connection for orders ended: {}", e.toString());
        } finally {
            room.release();
        }
    }

    private byte[] answer(byte[] line) {
        try {
            var answer = orders.take(OrderJson.read(line));
            return OrderJson.answer(answer.sentence(), answer.status());
        } catch (IllegalArgumentException e) {
            var status = orders.take(new Order.Status()).status();
            return OrderJson.answer(java.util.Optional.of(String.valueOf(e.getMessage())), status);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(file);
    }
}
