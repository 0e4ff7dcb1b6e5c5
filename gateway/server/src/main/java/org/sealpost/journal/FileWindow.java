package org.sealpost.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A piece of a file in memory, moved along as a reader goes through it. Belongs to one thread.
final class FileWindow {
    private final DiskFile file;
    private final long endOfFile;
    private ByteBuffer buffer;
    private long start;

    FileWindow(DiskFile file, long endOfFile, int sizeBytes) {
        this.file = file;
        this.endOfFile = endOfFile;
        this.buffer = allocate(sizeBytes);
    }

    /// Makes `length` bytes from `offset` on available.
    ///
    /// @return where in [#bytes] they begin
    int show(long offset, int length) throws IOException, Flaw {
        if (offset >= start && offset + length <= start + buffer.limit()) {
            return (int) (offset - start);
        }
        if (offset + length > endOfFile) {
            throw new Flaw(offset, "segment ends at %d, expected %d bytes at %d".formatted(endOfFile, length, offset));
        }
        if (length > buffer.capacity()) {
            buffer = allocate(length);
        }
        // Nothing is shown if the read fails.
        ByteBuffer target = buffer.clear().slice(0, (int) Math.min(buffer.capacity(), endOfFile - offset));
        buffer.limit(0);
        int read = file.read(offset, target);
        buffer.clear().limit(read);
        start = offset;
        if (read < length) {
            throw new Flaw(
                    offset, "segment ends at %d, expected %d bytes at %d".formatted(offset + read, length, offset));
        }
        return 0;
    }

    /// How many bytes from `offset` on are there without reading again.
    int shownFrom(long offset) {
        return (int) (start + buffer.limit() - offset);
    }

    byte[] bytes() {
        return buffer.array();
    }

    int intAt(int place) {
        return buffer.getInt(place);
    }

    long longAt(int place) {
        return buffer.getLong(place);
    }

    private static ByteBuffer allocate(int sizeBytes) {
        return ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    }
}
