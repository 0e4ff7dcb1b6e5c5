package org.sealpost.hsm.driver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// One end of the socket between the two processes.
///
/// Any thread sends, and none ever waits: it writes what the socket has room for, and the one thread that reads
/// writes the rest when there is room. That saves a hand-over between threads for nearly every frame.
final class Connection implements AutoCloseable {
    /// What may wait for room in the socket.
    private static final long MAX_WAITING_BYTES = 4 << 20;

    static final String FULL = "4 MiB wait already for room in the socket of its driver process";

    private static final int USUAL_BYTES = 64 << 10;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ConcurrentLinkedQueue<ByteBuffer> outbox = new ConcurrentLinkedQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();

    /// Set by the thread that writes; whoever finds it set leaves its frame to that one.
    private final AtomicBoolean writing = new AtomicBoolean();

    // Owned by the reading thread.
    private ByteBuffer inbox = ByteBuffer.allocate(USUAL_BYTES);

    private Connection(SocketChannel channel, Selector selector) throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.key = channel.configureBlocking(false).register(selector, SelectionKey.OP_READ);
    }

    /// The connection owns the channel from now on.
    static Connection of(SocketChannel channel) throws IOException {
        Selector selector = Selector.open();
        try {
            return new Connection(channel, selector);
        } catch (IOException | RuntimeException failed) {
            selector.close();
            throw failed;
        }
    }

    /// What the reading thread does between and with the frames.
    interface Reader {
        void received(Wire.Frame frame) throws IOException;
    }

    /// What the reading thread does now and then. Returns whether to go on.
    interface Tick {
        boolean tick() throws IOException;
    }

    /// Returns whether the frame is sent, or will be; false if too much waits already, or the connection has
    /// ended.
    boolean send(long call, Message message) {
        ByteBuffer frame = Wire.encode(call, message);
        int bytes = frame.remaining();
        if (waitingBytes.addAndGet(bytes) > MAX_WAITING_BYTES || !channel.isOpen()) {
            waitingBytes.addAndGet(-bytes);
            return false;
        }
        outbox.add(frame);
        try {
            flush();
            return true;
        } catch (IOException | RuntimeException ended) {
            // The reading thread finds the same.
            close();
            return false;
        }
    }

    private void flush() throws IOException {
        // Who added a frame while another thread was writing relies on that one's second look.
        while (!outbox.isEmpty() && writing.compareAndSet(false, true)) {
            boolean hasRoom;
            try {
                hasRoom = write();
            } finally {
                writing.set(false);
            }
            if (!hasRoom) {
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                selector.wakeup();
                return;
            }
        }
    }

    private boolean write() throws IOException {
        for (ByteBuffer first = outbox.peek(); first != null; first = outbox.peek()) {
            int written = channel.write(first);
            waitingBytes.addAndGet(-written);
            if (first.hasRemaining()) {
                return false;
            }
            outbox.poll();
        }
        return true;
    }

    /// Reads until the other end closes, the tick says so, or this connection is closed. The calling thread is the
    /// reading one.
    ///
    /// @throws IOException if the connection breaks, or the other end sends nonsense
    void run(Reader reader, Tick tick, Duration every) throws IOException {
        long next = System.nanoTime() + every.toNanos();
        boolean open = true;
        while (open) {
            long left = next - System.nanoTime();
            if (left > 0) {
                open = await(reader, left / 1_000_000 + 1);
            } else {
                open = tick.tick();
                // From now, not from when it was due: a process that was stopped for an hour owes no ticks.
                next = System.nanoTime() + every.toNanos();
            }
        }
    }

    /// Waits for what comes next, or [#wake], and has it read. The calling thread is the reading one for so long.
    /// Returns false if nothing can come any more.
    ///
    /// @param patience in milliseconds; 0 for no end
    /// @throws IOException if the connection breaks, or the other end sends nonsense
    boolean await(Reader reader, long patience) throws IOException {
        if (!channel.isOpen()) {
            return false;
        }
        selector.select(patience);
        selector.selectedKeys().clear();
        try {
            if (key.isWritable()) {
                key.interestOps(SelectionKey.OP_READ);
                flush();
            }
            return !key.isReadable() || read(reader);
        } catch (CancelledKeyException closed) {
            return false;
        }
    }

    private boolean read(Reader reader) throws IOException {
        if (channel.read(inbox) < 0) {
            return false;
        }
        inbox.flip();
        while (inbox.remaining() >= Wire.LENGTH_BYTES) {
            int length = inbox.getInt(inbox.position());
            if (length < Wire.HEAD_BYTES || length > Wire.MAX_FRAME_BYTES) {
                throw new ProtocolError("a frame of " + Integer.toUnsignedString(length) + " bytes");
            }
            if (inbox.remaining() < Wire.LENGTH_BYTES + length) {
                makeRoomFor(Wire.LENGTH_BYTES + length);
                return true;
            }
            int start = inbox.position() + Wire.LENGTH_BYTES;
            ByteBuffer frame = inbox.slice(start, length);
            inbox.position(start + length);
            reader.received(Wire.decode(frame));
        }
        makeRoomFor(USUAL_BYTES);
        return true;
    }

    /// Keeps what is not read yet, in a buffer that the next frame fits into, and no larger one.
    private void makeRoomFor(int bytes) {
        int needed = Math.max(bytes, USUAL_BYTES);
        if (inbox.capacity() == needed) {
            inbox.compact();
        } else {
            inbox = ByteBuffer.allocate(needed).put(inbox);
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /// Has the reading thread look at what has changed.
    void wake() {
        selector.wakeup();
    }

    @Override
    public void close() {
        try {
            channel.close();
            // Closing the channel alone would leave it to the reading thread, which may wait for it.
            selector.wakeup();
        } catch (IOException alreadyGone) {
            // Nothing is left to be closed.
        }
    }

    /// What remains to be closed when the reading thread has ended.
    void release() throws IOException {
        close();
        selector.close();
    }
}
