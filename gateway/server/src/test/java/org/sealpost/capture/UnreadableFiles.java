package org.sealpost.capture;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;

/// A disk some of whose files cannot be read any more.
///
/// @param names of those files; they follow their files
record UnreadableFiles(Disk disk, Set<String> names) implements Disk {
    @Override
    public List<String> list() throws IOException {
        return disk.list();
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new File(disk.open(name), name, names);
    }

    @Override
    public DiskFile create(String name, long sizeBytes) throws IOException {
        return disk.create(name, sizeBytes);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        disk.rename(from, to);
        if (names.remove(from)) names.add(to);
        else names.remove(to);
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
        names.remove(name);
    }

    @Override
    public void forceDirectory() throws IOException {
        disk.forceDirectory();
    }

    @Override
    public Closeable lock() throws IOException {
        return disk.lock();
    }

    @Override
    public long usableBytes() throws IOException {
        return disk.usableBytes();
    }

    @Override
    public void inBackground(Runnable task) {
        disk.inBackground(task);
    }

    private record File(DiskFile file, String name, Set<String> names) implements DiskFile {
        @Override
        public int read(long offset, ByteBuffer target) throws IOException {
            if (names.contains(name)) throw new IOException(name + ": Input/output error");
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
}
