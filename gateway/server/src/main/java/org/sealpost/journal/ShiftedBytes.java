package org.sealpost.journal;

import java.nio.ByteBuffer;

/// Bytes that stand for a part of a file, so that they are checked by the same code. Only read.
///
/// @param start where in the file they would begin
record ShiftedBytes(ByteBuffer bytes, long start) implements DiskFile {
    @Override
    public int read(long offset, ByteBuffer target) {
        int from = (int) Math.min(offset - start, bytes.limit());
        int length = Math.min(target.remaining(), bytes.limit() - from);
        target.put(bytes.slice(from, length));
        return length;
    }

    @Override
    public void write(long offset, ByteBuffer... sources) {
        throw new UnsupportedOperationException("a copy is only read");
    }

    @Override
    public void force() {
        throw new UnsupportedOperationException("a copy is only read");
    }

    @Override
    public long size() {
        return start + bytes.limit();
    }

    @Override
    public void close() {}
}
