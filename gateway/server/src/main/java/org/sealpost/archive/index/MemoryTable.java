package org.sealpost.archive.index;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A table of MapDB while it is made: blocks in memory, each a small array of its own, since a collector that
/// works by regions takes two of them for each array that is as large as one. Belongs to one thread.
final class MemoryTable extends BlockTable {
    private static final int BLOCK = PartHeader.BLOCK;

    private final List<byte[]> blocks = new ArrayList<>();

    /// Owned by the table; zeros where nothing was put.
    byte[] block(int number) {
        while (blocks.size() <= number) blocks.add(new byte[BLOCK]);
        return blocks.get(number);
    }

    @Override
    byte[] bytes(long at, int length) {
        byte[] bytes = new byte[length];
        getData(at, bytes, 0, length);
        return bytes;
    }

    // --- what MapDB asks for

    @Override
    public void getData(long at, byte[] target, int targetAt, int size) {
        for (int done = 0; done < size; ) {
            int inBlock = (int) ((at + done) % BLOCK);
            int count = Math.min(size - done, BLOCK - inBlock);
            System.arraycopy(block((int) ((at + done) / BLOCK)), inBlock, target, targetAt + done, count);
            done += count;
        }
    }

    @Override
    public void putData(long at, byte[] source, int sourceAt, int size) {
        for (int done = 0; done < size; ) {
            int inBlock = (int) ((at + done) % BLOCK);
            int count = Math.min(size - done, BLOCK - inBlock);
            System.arraycopy(source, sourceAt + done, block((int) ((at + done) / BLOCK)), inBlock, count);
            done += count;
        }
    }

    @Override
    public void putData(long at, ByteBuffer source) {
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        putData(at, bytes, 0, bytes.length);
    }

    @Override
    public byte getByte(long at) {
        return block((int) (at / BLOCK))[(int) (at % BLOCK)];
    }

    @Override
    public void putLong(long at, long value) {
        putData(at, ByteBuffer.allocate(Long.BYTES).putLong(value).flip());
    }

    @Override
    public void putInt(long at, int value) {
        putData(at, ByteBuffer.allocate(Integer.BYTES).putInt(value).flip());
    }

    @Override
    public void putByte(long at, byte value) {
        block((int) (at / BLOCK))[(int) (at % BLOCK)] = value;
    }

    @Override
    public void clear(long from, long to) {
        for (long at = from; at < to; ) {
            int inBlock = (int) (at % BLOCK);
            int count = (int) Math.min(to - at, BLOCK - inBlock);
            Arrays.fill(block((int) (at / BLOCK)), inBlock, inBlock + count, (byte) 0);
            at += count;
        }
    }

    /// Blocks come when something is put into them.
    @Override
    public void ensureAvailable(long size) {}

    @Override
    public void truncate(long size) {
        int kept = Math.toIntExact(Math.ceilDiv(size, BLOCK));
        if (kept < blocks.size()) blocks.subList(kept, blocks.size()).clear();
    }

    @Override
    public long length() {
        return (long) blocks.size() * BLOCK;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public void sync() {}
}
