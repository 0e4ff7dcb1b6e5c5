package org.sealpost.ota;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;

/// Lines over a connection, each of bounded length and waited for no longer than is said. Not for several
/// threads.
final class LineChannel implements AutoCloseable {
    static final int MAX_LINE_BYTES = 64 << 10;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final String peer;
    private final ByteBuffer came = ByteBuffer.allocate(4096).flip();

    /// @param channel connected; owned from here on
    /// @param peer    who is at the other end, for messages
    LineChannel(SocketChannel channel, String peer) throws IOException {
        this.channel = channel;
        this.peer = peer;
        this.selector = Selector.open();
        channel.configureBlocking(false);
        this.key = channel.register(selector, 0);
    }

    void write(byte[] line, Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        for (var rest = ByteBuffer.wrap(line); rest.hasRemaining(); ) {
            await(SelectionKey.OP_WRITE, end, patience);
            channel.write(rest);
        }
    }

    /// The next line without its feed; empty if the peer hung up.
    Optional<byte[]> read(Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        var line = new ByteArrayOutputStream();
        while (true) {
            while (came.hasRemaining()) {
                byte next = came.get();
                if (next == '\n') return Optional.of(line.toByteArray());
                line.write(next);
                if (line.size() > MAX_LINE_BYTES) throw new IOException("a line of " + peer + " has more than 64 KiB");
            }
            await(SelectionKey.OP_READ, end, patience);
            int count = channel.read(came.clear());
            came.flip();
            if (count < 0) return Optional.empty();
        }
    }

    private void await(int operation, long end, Duration patience) throws IOException {
        key.interestOps(operation);
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0 || selector.select(left) == 0) {
            throw new SocketTimeoutException(peer + " did not answer within " + patience.toMillis() + " ms");
        }
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
