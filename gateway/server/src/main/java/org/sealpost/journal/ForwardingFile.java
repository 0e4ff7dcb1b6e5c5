package org.sealpost.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A file that is another one, but for what a subclass does otherwise. As thread-safe as that one.
public abstract class ForwardingFile implements DiskFile {
    private final DiskFile file;

    protected ForwardingFile(DiskFile file) {
        this.file = file;
    }

    @Override
    public int read(long offset, ByteBuffer target) throws IOException {
        return file.read(offset, target);
    }

    @Override
    public void write(long offset, ByteBuffer... sources) throws IOException {
        file.write(offset, sources);
    }

    @Override
    public void force() throws IOException {
        file.force();
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
