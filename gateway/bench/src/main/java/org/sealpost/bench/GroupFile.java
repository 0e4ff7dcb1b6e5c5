package org.sealpost.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/// The least that group commit takes: everything that waits goes into one write and one force, then all are answered.
/// A frame is length and CRC-32C, four bytes each, and the payload. Nothing can be read back: there is no recovery.
final class GroupFile implements AutoCloseable {
    private static final int MAX_WAITING_BYTES = 64 << 20;

    private final FileChannel channel;
    private final Consumer<List<BareServer.Waiting>> forced;
    private final Thread writer;

    // Guarded by this.
    private List<BareServer.Waiting> waiting = new ArrayList<>();
    private long waitingBytes;
    private boolean anew;
    private boolean closed;

    // Owned by the writer.
    private ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    private final CRC32C crc = new CRC32C();

    private GroupFile(FileChannel channel, Consumer<List<BareServer.Waiting>> forced) {
        this.channel = channel;
        this.forced = forced;
        writer = Thread.ofPlatform().name("group-writer").unstarted(this::write);
    }

    /// @param forced told what is durable, in the order in which it was offered, on the writer's thread
    static GroupFile create(Path file, Consumer<List<BareServer.Waiting>> forced) throws IOException {
        var channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        var groups = new GroupFile(channel, forced);
        groups.writer.start();
        return groups;
    }

    /// Takes records over, their buffers included. Blocks its caller, an event loop, when too much waits: the plainest
    /// way to stop reading, and harmless as long as the writer never waits for the loop.
    synchronized void offer(List<BareServer.Waiting> records) {
        boolean interrupted = false;
        while (waitingBytes > MAX_WAITING_BYTES && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
        for (var record : records) waitingBytes += record.payload().readableBytes();
        waiting.addAll(records);
        notifyAll();
    }

    /// Throws away what was written so far, once nothing waits: nobody will read it, and runs would fill the disk.
    synchronized void begin() {
        anew = true;
        notifyAll();
    }

    private void write() {
        try {
            for (var group = take(); !group.isEmpty(); group = take()) {
                for (var record : group) frame(record);
                drain();
                channel.force(false);
                forced.accept(group);
            }
        } catch (IOException e) {
            // Nothing unforced is ever answered: without its file the server has no more to do.
            throw new UncheckedIOException(e);
        }
    }

    private synchronized List<BareServer.Waiting> take() throws IOException {
        while (waiting.isEmpty() && !closed) {
            if (anew) channel.truncate(0);
            anew = false;
            try {
                wait();
            } catch (InterruptedException e) {
                closed = true;
            }
        }
        var group = waiting;
        waiting = new ArrayList<>(group.size());
        waitingBytes = 0;
        notifyAll();
        return group;
    }

    private void frame(BareServer.Waiting record) throws IOException {
        var payload = record.payload();
        int length = payload.readableBytes();
        if (buffer.remaining() < length + 8) drain();
        if (buffer.remaining() < length + 8) buffer = ByteBuffer.allocateDirect(length + 8);
        int at = buffer.position();
        buffer.position(at + 8).limit(at + 8 + length);
        payload.readBytes(buffer);
        payload.release();
        buffer.limit(buffer.capacity());
        crc.reset();
        crc.update(buffer.slice(at + 8, length));
        buffer.putInt(at, length).putInt(at + 4, (int) crc.getValue());
    }

    private void drain() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) channel.write(buffer);
        buffer.clear();
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        channel.close();
    }
}
