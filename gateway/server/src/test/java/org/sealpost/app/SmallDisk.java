package org.sealpost.app;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file system of its own in a file, mounted through a loop device: small enough to be filled, and to be broken
/// without harm. Needs root.
final class SmallDisk implements AutoCloseable {
    private static final int BALLAST_STEP = 4096;

    private final Path image;
    private final Path mounted;
    private final Path ballast;
    private boolean isMounted;

    private SmallDisk(Path folder) {
        image = folder.resolve("disk.img");
        mounted = folder.resolve("disk");
        ballast = mounted.resolve("ballast");
    }

    /// Skips the test, with the reason, where nothing can be mounted.
    static SmallDisk make(Path folder, long sizeBytes) throws IOException, InterruptedException {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root mounts a file system");
        Command.assumeInstalled("mkfs.ext4", "e2fsprogs");
        var disk = new SmallDisk(folder);
        try (var file = new RandomAccessFile(disk.image.toFile(), "rw")) {
            file.setLength(sizeBytes);
        }
        // Nothing set aside for root, who runs this.
        var made = Command.run("mkfs.ext4", "-q", "-F", "-m", "0", disk.image.toString());
        if (made.status() != 0) throw new IOException(made.output());
        Files.createDirectory(disk.mounted);
        var mount = disk.mount("loop");
        assumeTrue(mount.status() == 0, "no loop device can be mounted: " + mount.output());
        return disk;
    }

    private Command mount(String options) throws IOException, InterruptedException {
        var done = Command.run("mount", "-o", options, image.toString(), mounted.toString());
        isMounted |= done.status() == 0;
        return done;
    }

    Path folder() {
        return mounted;
    }

    /// Takes every block that is free.
    void fill() throws IOException {
        try (var file = FileChannel.open(
                ballast, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            for (int step = 1 << 20; step >= BALLAST_STEP; ) {
                try {
                    file.write(java.nio.ByteBuffer.allocate(step));
                } catch (IOException full) {
                    step /= 2;
                }
            }
            file.force(true);
        }
    }

    void empty() throws IOException {
        Files.delete(ballast);
    }

    /// What the system does when a disk gives errors: all that is written from now on fails.
    void breakDown() throws IOException, InterruptedException {
        done(Command.run("mount", "-o", "remount,abort", mounted.toString()));
    }

    /// As a system does it whose disk was in trouble: checked, and mounted read-only.
    void mountReadOnly() throws IOException, InterruptedException {
        unmount();
        // 1: errors were corrected.
        var check = Command.run("e2fsck", "-fy", image.toString());
        if (check.status() > 1) throw new IOException(check.output());
        done(mount("loop,ro"));
    }

    void mountForWriting() throws IOException, InterruptedException {
        unmount();
        done(mount("loop"));
    }

    private void unmount() throws IOException, InterruptedException {
        if (!isMounted) return;
        done(Command.run("umount", mounted.toString()));
        isMounted = false;
    }

    private static void done(Command command) throws IOException {
        if (command.status() != 0) throw new IOException(command.output());
    }

    @Override
    public void close() throws IOException, InterruptedException {
        unmount();
        Files.deleteIfExists(image);
    }
}
