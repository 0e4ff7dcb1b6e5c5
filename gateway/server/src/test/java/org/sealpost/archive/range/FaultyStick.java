package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A stick that is pulled out in the middle of a write, or is full.
final class FaultyStick implements Stick {
    private final Stick stick;
    long bytesLeft = Long.MAX_VALUE;
    long usableBytes = Long.MAX_VALUE;
    int operationsLeft = Integer.MAX_VALUE;

    FaultyStick(Stick stick) {
        this.stick = stick;
    }

    private void operation() throws IOException {
        if (operationsLeft-- <= 0) throw new IOException("Input/output error");
    }

    @Override
    public List<String> names() throws IOException {
        return stick.names();
    }

    @Override
    public StickFile open(String name) throws IOException {
        operation();
        return new FaultyFile(stick.open(name));
    }

    @Override
    public StickFile create(String name) throws IOException {
        operation();
        return new FaultyFile(stick.create(name));
    }

    @Override
    public void delete(String name) throws IOException {
        operation();
        stick.delete(name);
    }

    @Override
    public long usableBytes() throws IOException {
        return Math.min(usableBytes, stick.usableBytes());
    }

    @Override
    public String describe(String name) {
        return stick.describe(name);
    }

    private final class FaultyFile implements StickFile {
        private final StickFile file;

        FaultyFile(StickFile file) {
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void read(long offset, ByteBuffer target) throws IOException {
            file.read(offset, target);
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            operation();
            if (source.remaining() > bytesLeft) {
                file.write(offset, source.slice(source.position(), (int) bytesLeft));
                bytesLeft = 0;
                throw new IOException("Input/output error");
            }
            bytesLeft -= source.remaining();
            file.write(offset, source);
        }

        @Override
        public void cut(long size) throws IOException {
            operation();
            file.cut(size);
        }

        /// The machine goes on: forcing the file would take minutes in all, and change nothing.
        @Override
        public void force() throws IOException {
            operation();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
