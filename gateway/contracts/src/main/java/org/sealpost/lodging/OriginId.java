package org.sealpost.lodging;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// How anchorages know an origin (docs/formats.md §10): SHA-256(SPKI of the first sealing key ‖ origin). Nobody without
/// the key can take it.
public record OriginId(Hash value) {

    public static OriginId of(byte[] firstKeySpki, Origin origin) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(firstKeySpki);
            return new OriginId(Hash.of(sha256.digest(origin.name().getBytes(StandardCharsets.US_ASCII))));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return value.hex();
    }
}
