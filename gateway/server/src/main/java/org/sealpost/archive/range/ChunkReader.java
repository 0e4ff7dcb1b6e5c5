package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/// Reads the chunks of a file one after the other, each checked for itself. Nothing is reserved for a length
/// that the file does not have.
final class ChunkReader {
    private final StickFile file;
    private final long sizeBytes;
    private final MessageDigest before = sha256();
    private long offset;
    private int number;

    ChunkReader(StickFile file) throws IOException {
        this.file = file;
        this.sizeBytes = file.size();
    }

    /// The next chunk; empty where the file ends behind a whole one.
    ///
    /// @throws RangeFault if what comes is no whole chunk; the reader stays before it
    Optional<Chunk> next() throws IOException, RangeFault {
        if (offset == sizeBytes) return Optional.empty();
        if (number == Chunk.MAX_COUNT) throw fault("a file has at most " + Chunk.MAX_COUNT + " chunks");
        if (sizeBytes - offset < Chunk.HEADER_BYTES) throw cutOff();
        var header = ByteBuffer.allocate(Chunk.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        read(offset, header);
        if (header.getLong(0) != Chunk.MAGIC) throw fault("no chunk begins here");
        if (header.getInt(28) != Chunk.crc(header.array(), 0, 28)) throw fault("the checksum of its header is wrong");
        var kind = Chunk.Kind.of(header.getInt(8))
                .orElseThrow(
                        () -> fault("of kind " + Integer.toUnsignedString(header.getInt(8)) + ", known are 1 to 3"));
        if (header.getInt(12) != number) {
            throw fault("it says that it is number " + Integer.toUnsignedString(header.getInt(12)));
        }
        long length = header.getLong(16);
        if (length < 0 || length > Chunk.MAX_BYTES) {
            throw fault("of " + Long.toUnsignedString(length) + " bytes, allowed are " + Chunk.MAX_BYTES);
        }
        if (Chunk.size(length) > sizeBytes - offset) throw cutOff();
        var content = ByteBuffer.allocate((int) Chunk.size(length) - Chunk.HEADER_BYTES);
        read(offset + Chunk.HEADER_BYTES, content);
        if (header.getInt(24) != Chunk.crc(content.array(), 0, (int) length)) throw fault("its checksum is wrong");
        for (int i = (int) length; i < content.capacity(); i++) {
            if (content.get(i) != 0) throw fault("the bytes that fill it up are not zeros");
        }
        var bytes = (int) length == content.capacity() ? content.array() : Arrays.copyOf(content.array(), (int) length);
        var chunk = new Chunk(kind, number, offset, bytes);
        if (kind == Chunk.Kind.END && !Arrays.equals(bytes, copy(before).digest())) {
            throw fault("the hash over the file is wrong");
        }
        before.update(header.array());
        before.update(content.array());
        offset = chunk.end();
        number++;
        return Optional.of(chunk);
    }

    /// Where the next chunk begins: all before is whole.
    long offset() {
        return offset;
    }

    /// How many chunks were read.
    int count() {
        return number;
    }

    /// SHA-256 over all before [#offset], for whoever writes on behind it.
    MessageDigest digestSoFar() {
        return copy(before);
    }

    static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("the JDK's SHA-256 can be cloned", e);
        }
    }

    RangeFault fault(String problem) {
        return new RangeFault(problem).at(number, offset);
    }

    private RangeFault cutOff() {
        return fault("the file ends inside it: it was cut off, export it again into the same folder");
    }

    private void read(long from, ByteBuffer target) throws IOException {
        file.read(from, target);
        if (target.hasRemaining()) throw new IOException("it became shorter while it was read");
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
