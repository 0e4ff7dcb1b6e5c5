package org.sealpost.ota.tuf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A repository in a folder: a USB stick, or what a server would serve.
public final class FolderRepository implements Repository {
    private static final int CHUNK = 256 << 10;

    private final Path folder;

    public FolderRepository(Path folder) {
        this.folder = folder;
    }

    /// Where a repository lies on a stick that is mounted there: in a folder of ours, or it is all that there is.
    public static Path onStick(Path stick) {
        var ours = stick.resolve("sealpost-updates");
        return Files.isDirectory(ours) ? ours : stick;
    }

    @Override
    public byte[] fetch(String path, int maxLength) throws IOException {
        byte[] content = read(path, file(path), maxLength + 1);
        if (content.length > maxLength) throw new TooMuch(path, maxLength);
        return content;
    }

    @Override
    public void fetchInto(String path, Path part, long length, Progress progress) throws IOException {
        try (var from = open(path);
                var to = Part.open(part, length)) {
            long found = size(path, from);
            if (found > length) throw new TooMuch(path, length);
            if (found < length) throw new TooLittle(path, length);
            position(path, from, to.size());
            var chunk = ByteBuffer.allocate(CHUNK);
            progress.at(to.size());
            while (to.size() < length) {
                if (read(path, from, chunk.clear()) < 0)
                    throw new Unreachable(folder.resolve(path) + " ends too early");
                to.append(chunk.flip());
                progress.at(to.size());
            }
            to.force();
        }
    }

    private byte[] read(String path, Path file, int maxLength) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(maxLength);
        } catch (IOException failed) {
            throw unreadable(path, failed);
        }
    }

    private FileChannel open(String path) throws IOException {
        var file = file(path);
        try {
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException failed) {
            throw unreadable(path, failed);
        }
    }

    /// Only plain files below the folder: a link could lead to a secret of the box, a pipe would never end. A
    /// stick that fails is told from a file that is not there: the latter may be the end of the chain of roots.
    private Path file(String path) throws IOException {
        Paths.check(path);
        try {
            var real = folder.resolve(path).toRealPath();
            if (real.startsWith(folder.toRealPath()) && Files.isRegularFile(real)) return real;
            throw new NotThere(path + " as a plain file below the folder");
        } catch (NoSuchFileException none) {
            if (Files.isDirectory(folder)) throw new NotThere(path);
            throw new Unreachable("folder " + folder + " is not there", none);
        } catch (NotThere said) {
            throw said;
        } catch (IOException failed) {
            throw unreadable(path, failed);
        }
    }

    private long size(String path, FileChannel from) throws IOException {
        try {
            return from.size();
        } catch (IOException failed) {
            throw unreadable(path, failed);
        }
    }

    private void position(String path, FileChannel from, long position) throws IOException {
        try {
            from.position(position);
        } catch (IOException failed) {
            throw unreadable(path, failed);
        }
    }

    private int read(String path, FileChannel from, ByteBuffer chunk) throws IOException {
        try {
            return from.read(chunk);
        } catch (IOException failed) {
            throw unreadable(path, failed);
        }
    }

    private Unreachable unreadable(String path, IOException cause) {
        return new Unreachable(folder.resolve(path) + " cannot be read: " + cause, cause);
    }
}
