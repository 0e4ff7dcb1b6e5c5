package org.sealpost.ota.release;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.sealpost.ota.ReleaseDescriptor;

/// Copies of large files, hashed on their way so that nothing is read twice.
final class Copy {
    private static final int CHUNK = 1 << 20;

    private Copy() {}

    /// Copies `from` into the new file `to`, forces it, and says what was copied. `to` has no good name yet: whoever
    /// calls this renames it.
    static ReleaseDescriptor.Bundle copy(Path from, Path to, Progress progress) throws IOException {
        Files.deleteIfExists(to);
        try (var out = FileChannel.open(to, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            var copied = read(from, progress, chunk -> {
                while (chunk.hasRemaining()) {
                    out.write(chunk);
                }
            });
            out.force(true);
            return copied;
        }
    }

    /// What the file holds.
    static ReleaseDescriptor.Bundle hash(Path file, Progress progress) throws IOException {
        return read(file, progress, _ -> {});
    }

    private interface Sink {
        void take(ByteBuffer chunk) throws IOException;
    }

    private static ReleaseDescriptor.Bundle read(Path file, Progress progress, Sink sink) throws IOException {
        MessageDigest digest = sha256();
        long length = 0;
        try (var in = FileChannel.open(file, StandardOpenOption.READ)) {
            var chunk = ByteBuffer.allocateDirect(CHUNK);
            while (in.read(chunk) >= 0) {
                chunk.flip();
                length += chunk.remaining();
                digest.update(chunk.duplicate());
                progress.add(chunk.remaining());
                sink.take(chunk);
                chunk.clear();
            }
        }
        return new ReleaseDescriptor.Bundle(length, HexFormat.of().formatHex(digest.digest()));
    }

    static String sha256(byte[] content) {
        return HexFormat.of().formatHex(sha256().digest(content));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
