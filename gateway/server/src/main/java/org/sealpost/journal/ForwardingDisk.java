package org.sealpost.journal;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/// A disk that is another one, but for what a subclass does otherwise. As thread-safe as that one.
public abstract class ForwardingDisk implements Disk {
    private final Disk disk;

    protected ForwardingDisk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public List<String> list() throws IOException {
        return disk.list();
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return disk.open(name);
    }

    @Override
    public DiskFile create(String name, long sizeBytes) throws IOException {
        return disk.create(name, sizeBytes);
    }

    @Override
    public void clear(String name) throws IOException {
        disk.clear(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void link(String name, String second) throws IOException {
        disk.link(name, second);
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
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
}
