package org.sealpost.ota.tuf;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file on its way: appended to, and found again after a power cut. What a cut leaves may end in bytes that
/// were never written; only the hash of the whole file tells.
final class Part implements Closeable {
    private final FileChannel channel;
    private long size;

    private Part(FileChannel channel, long size) {
        this.channel = channel;
        this.size = size;
    }

    /// A part that is longer than the file is to be can only be another file's: it begins anew.
    static Part open(Path file, long length) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            var part = new Part(channel, channel.size());
            if (part.size > length) part.restart();
            channel.position(part.size);
            return part;
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    long size() {
        return size;
    }

    void append(ByteBuffer bytes) throws IOException {
        size += bytes.remaining();
        while (bytes.hasRemaining()) channel.write(bytes);
    }

    void restart() throws IOException {
        channel.truncate(0);
        channel.position(0);
        size = 0;
    }

    void force() throws IOException {
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
