package org.sealpost.archive.index;

import java.io.File;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.mapdb.DataInput2;
import org.mapdb.volume.Volume;

/// What MapDB asks of a table, whatever its blocks lie in. Closing it closes nothing else.
abstract class BlockTable extends Volume {
    /// So many bytes, in an array of the caller's.
    abstract byte[] bytes(long at, int length);

    @Override
    public final long getLong(long at) {
        return ByteBuffer.wrap(bytes(at, Long.BYTES)).getLong();
    }

    @Override
    public final int getInt(long at) {
        return ByteBuffer.wrap(bytes(at, Integer.BYTES)).getInt();
    }

    @Override
    public final DataInput2 getDataInput(long at, int size) {
        return new DataInput2.ByteArray(bytes(at, size));
    }

    @Override
    public final int sliceSize() {
        return -1;
    }

    @Override
    public final boolean isSliced() {
        return false;
    }

    @Override
    public final @Nullable File getFile() {
        return null;
    }

    @Override
    public final boolean getFileLocked() {
        return false;
    }

    @Override
    public final void close() {
        closed.set(true);
    }
}
