package org.sealpost.ota.tuf;

import java.util.HexFormat;
import java.util.Optional;

/// A signature as a file states it: by which key, and its bytes in hex. One that is not even hex counts for
/// nothing.
public record MetadataSignature(String keyId, String hex) {
    static MetadataSignature of(String keyId, byte[] signature) {
        return new MetadataSignature(keyId, HexFormat.of().formatHex(signature));
    }

    Optional<byte[]> bytes() {
        try {
            return Optional.of(HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException notHex) {
            return Optional.empty();
        }
    }
}
