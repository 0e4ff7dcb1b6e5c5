package org.sealpost.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What lies between a gateway and a ledger's node: passes all on, until it is told to be a fault. Connections of
/// before are cut then.
final class LedgerWire implements AutoCloseable {
    /// Shorter than what a gateway waits for an answer, so that it waits in vain each time.
    private static final Duration SLOW = Duration.ofSeconds(9);

    private static final Duration BETWEEN_DRIPS = Duration.ofMillis(50);

    /// What becomes of a connection.
    enum Manner {
        /// Goes on to the node.
        PASSES,
        /// Is refused.
        DEAD,
        /// Is answered after 9 s, by an error.
        SLOW,
        /// Is answered without end, as fast as it is read.
        FLOODS,
        /// Is answered without end, a byte now and then.
        DRIPS
    }

    private final URI node;
    private final int port;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong taken = new AtomicLong();
    private volatile Manner manner = Manner.PASSES;
    private @Nullable ServerSocket server;

    LedgerWire(URI node) throws IOException {
        this.node = node;
        server = listen(0);
        port = server.getLocalPort();
        accept(server);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /// Connections that it took, of whatever manner it was.
    long taken() {
        return taken.get();
    }

    synchronized void become(Manner next) throws IOException {
        manner = next;
        if (next == Manner.DEAD) {
            if (server != null) server.close();
            server = null;
        } else if (server == null) {
            server = listen(port);
            accept(server);
        }
        cut();
    }

    private static ServerSocket listen(int port) throws IOException {
        var server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return server;
    }

    private void accept(ServerSocket from) {
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    var socket = from.accept();
                    taken.incrementAndGet();
                    connections.add(socket);
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
    }

    private void serve(Socket socket) {
        try (socket) {
            if (manner == Manner.PASSES) pass(socket);
            else answer(socket);
        } catch (IOException e) {
            // Either side went away: that is what a wire is told by.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connections.remove(socket);
        }
    }

    private void pass(Socket socket) throws IOException, InterruptedException {
        try (var beyond = new Socket(node.getHost(), node.getPort())) {
            var back = Thread.ofVirtual().start(() -> copy(beyond, socket));
            copy(socket, beyond);
            back.join();
        }
    }

    /// Until one of the two ends; then both do.
    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // As above.
        }
        close(from);
        close(to);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is as good as closed.
        }
    }

    private void answer(Socket socket) throws IOException, InterruptedException {
        if (socket.getInputStream().read() < 0) return;
        discard(socket);
        var out = socket.getOutputStream();
        switch (manner) {
            case SLOW -> {
                TimeUnit.NANOSECONDS.sleep(SLOW.toNanos());
                write(out, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            }
            case FLOODS -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
                var block = " ".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
                while (true) out.write(block);
            }
            case DRIPS -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
                while (true) {
                    write(out, " ");
                    TimeUnit.NANOSECONDS.sleep(BETWEEN_DRIPS.toNanos());
                }
            }
            case PASSES, DEAD -> {} // it became so just now
        }
    }

    private static void discard(Socket socket) {
        Thread.ofVirtual().start(() -> {
            try (InputStream in = socket.getInputStream()) {
                in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // As above.
            }
        });
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private void cut() {
        connections.forEach(LedgerWire::close);
    }

    @Override
    public synchronized void close() throws IOException {
        if (server != null) server.close();
        cut();
    }
}
