package org.sealpost.ota.tuf;

import java.util.Optional;

/// What one metadata file says of another: its version, and perhaps its length in bytes and its hashes.
public record FileVersion(long version, Optional<Long> length, Optional<Hashes> hashes) {
    public FileVersion {
        if (version < 1) throw new IllegalArgumentException("version " + version);
    }

    /// What a writer says of a file that it made.
    public static FileVersion of(long version, byte[] content) {
        return new FileVersion(version, Optional.of((long) content.length), Optional.of(Hashes.sha256(content)));
    }

    /// Whether these bytes have the length and the hashes, as far as they are named.
    boolean describes(byte[] content) {
        return length.map(length -> length == content.length).orElse(true)
                && hashes.map(hashes -> hashes.match(content)).orElse(true);
    }
}
