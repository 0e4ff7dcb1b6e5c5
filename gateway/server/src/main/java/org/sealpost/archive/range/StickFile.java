package org.sealpost.archive.range;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A file on whatever carries a range. One thread.
interface StickFile extends Closeable {
    long size() throws IOException;

    /// Fills the buffer from `offset` on, as far as the file goes.
    void read(long offset, ByteBuffer target) throws IOException;

    /// Writes all of it. After an exception any part may be written.
    void write(long offset, ByteBuffer source) throws IOException;

    /// Cuts off what lies behind `size`.
    void cut(long size) throws IOException;

    /// Makes what was written durable, and the file's size.
    void force() throws IOException;
}
