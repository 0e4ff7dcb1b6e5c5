package org.sealpost.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A file on a disk that does not give all of its blocks any more: zeros stand for those, so that their checksums do
/// not hold and the rest can be read. Only read. Belongs to one thread.
final class SpoiltFile extends ForwardingFile {
    private long firstUnreadable = -1;

    SpoiltFile(DiskFile file) {
        super(file);
    }

    /// Where the first block begins that could not be read; -1 if there was none.
    long firstUnreadable() {
        return firstUnreadable;
    }

    @Override
    public int read(long offset, ByteBuffer target) throws IOException {
        int start = target.position();
        try {
            return super.read(offset, target);
        } catch (IOException spoilt) {
            target.position(start);
            return readBlocks(offset, target);
        }
    }

    private int readBlocks(long offset, ByteBuffer target) throws IOException {
        int start = target.position();
        int length = Math.clamp(size() - offset, 0, target.remaining());
        for (int done = 0; done < length; ) {
            long place = offset + done;
            int part = (int) Math.min(length - done, Layout.BLOCK_SIZE - place % Layout.BLOCK_SIZE);
            ByteBuffer block = ByteBuffer.allocate(part);
            try {
                super.read(place, block);
            } catch (IOException unreadable) {
                block = ByteBuffer.allocate(part);
                if (firstUnreadable < 0) {
                    firstUnreadable = place;
                }
            }
            target.put(start + done, block.array(), 0, part);
            done += part;
        }
        target.position(start + length);
        return length;
    }

    @Override
    public void write(long offset, ByteBuffer... sources) {
        throw new UnsupportedOperationException("a damaged file is only read");
    }

    @Override
    public void force() {
        throw new UnsupportedOperationException("a damaged file is only read");
    }
}
