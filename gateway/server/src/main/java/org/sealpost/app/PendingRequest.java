package org.sealpost.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.sealpost.journal.DurableFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A certificate request that a CA has, or may have, and has not answered for good: it knows it by its bytes,
/// so the same one is sent again, after a restart, too.
///
/// @param key   SHA-256 of the public key that it is for
/// @param again when to ask again, as the CA said
/// @param der   the request
record PendingRequest(String key, Instant again, byte[] der) {
    private static final Logger LOG = LoggerFactory.getLogger(PendingRequest.class);
    private static final String KIND = "sealpost-est-request 1";
    private static final int MAX_FILE_BYTES = 64 << 10;

    /// What is kept for this key. A file that is damaged, or of another key, is as none: a new request does no
    /// harm.
    static Optional<PendingRequest> read(Path file, String key) throws IOException {
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_FILE_BYTES);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        var lines = new String(bytes, StandardCharsets.US_ASCII).split("\n");
        try {
            if (lines.length == 5 && lines[0].equals(KIND) && lines[4].equals(checksum(lines))) {
                var pending = new PendingRequest(
                        lines[1], Instant.parse(lines[2]), Base64.getDecoder().decode(lines[3]));
                return pending.key.equals(key) ? Optional.of(pending) : Optional.empty();
            }
        } catch (RuntimeException malformed) {
            // Said below.
        }
        LOG.warn("{} is damaged; a new request is made, which the CA may have to approve anew", file);
        return Optional.empty();
    }

    /// Durable when it returns.
    void write(Path file) throws IOException {
        var lines =
                new String[] {KIND, key, again.toString(), Base64.getEncoder().encodeToString(der), ""};
        lines[4] = checksum(lines);
        DurableFile.replace(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII), "rw-------");
    }

    static void forget(Path file) throws IOException {
        if (Files.deleteIfExists(file)) DurableFile.forceDirectoryOf(file);
    }

    private static String checksum(String[] lines) {
        return TokenNotes.sha256(
                String.join("\n", lines[0], lines[1], lines[2], lines[3]).getBytes(StandardCharsets.US_ASCII));
    }
}
