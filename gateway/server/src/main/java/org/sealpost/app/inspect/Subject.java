package org.sealpost.app.inspect;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A file that somebody wants explained.
///
/// @param start its first bytes, at most [#START_BYTES]
/// @param depth how much of it is shown
record Subject(Path path, byte[] start, long sizeBytes, Depth depth) {
    static final int START_BYTES = 4096;

    /// No text of ours is longer.
    static final int MAX_TEXT_BYTES = 1 << 20;

    /// @param items    how many of a file's items are told, from the first on
    /// @param payloads whether what clients handed over is shown, too
    record Depth(int items, boolean payloads) {}

    static Subject of(Path path, Depth depth) throws IOException {
        try (var in = Files.newInputStream(path)) {
            return new Subject(path, in.readNBytes(START_BYTES), Files.size(path), depth);
        }
    }

    String name() {
        return path.getFileName().toString();
    }

    /// The name of the folder that it lies in.
    String folder() {
        var parent = path.toAbsolutePath().normalize().getParent();
        return parent == null || parent.getFileName() == null
                ? ""
                : parent.getFileName().toString();
    }

    /// The path with `/` between its parts.
    String slashed() {
        return path.toAbsolutePath().normalize().toString().replace('\\', '/');
    }

    boolean startsWith(String ascii) {
        var bytes = ascii.getBytes(StandardCharsets.US_ASCII);
        return start.length >= bytes.length && Arrays.equals(start, 0, bytes.length, bytes, 0, bytes.length);
    }

    byte[] content(int maxBytes) throws IOException {
        try (var in = Files.newInputStream(path)) {
            var bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) throw new IOException(path + " has more than " + maxBytes + " bytes");
            return bytes;
        }
    }

    /// Its lines, if it is a text at all.
    Optional<List<String>> lines() throws IOException {
        if (sizeBytes > MAX_TEXT_BYTES) return Optional.empty();
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(content(MAX_TEXT_BYTES)))
                    .toString();
            return text.indexOf('\0') >= 0
                    ? Optional.empty()
                    : Optional.of(text.lines().toList());
        } catch (CharacterCodingException noText) {
            return Optional.empty();
        }
    }
}
