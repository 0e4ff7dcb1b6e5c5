package org.sealpost.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// An open file of a [Disk]. One thread writes and forces; any thread reads.
public interface DiskFile extends Closeable {
    /// Fills the buffer from `offset` on, as far as the file goes.
    ///
    /// @return how many bytes were read; fewer than the buffer had room for only at the end of the file
    int read(long offset, ByteBuffer target) throws IOException;

    /// Writes all of the buffers, one behind the other, from `offset` on. After an exception any part may be written.
    void write(long offset, ByteBuffer... sources) throws IOException;

    /// Makes everything written before durable. After an exception nothing can be said about it.
    void force() throws IOException;

    long size() throws IOException;
}
