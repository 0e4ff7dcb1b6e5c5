package org.sealpost.sensor;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/// The bytes of a reading as they came, or their SHA-256 where they are longer than 256 bytes.
public final class Raw {
    public static final int MAX_KEPT_BYTES = 256;

    private final byte[] content;
    private final boolean isDigest;

    private Raw(byte[] content, boolean isDigest) {
        this.content = content;
        this.isDigest = isDigest;
    }

    public static Raw of(byte[] bytes) {
        return bytes.length <= MAX_KEPT_BYTES ? new Raw(bytes.clone(), false) : new Raw(sha256(bytes), true);
    }

    /// The bytes, if they are kept.
    public Optional<byte[]> bytes() {
        return isDigest ? Optional.empty() : Optional.of(content.clone());
    }

    /// Their digest, if the bytes themselves are not kept.
    public Optional<byte[]> sha256() {
        return isDigest ? Optional.of(content.clone()) : Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Raw raw && isDigest == raw.isDigest && Arrays.equals(content, raw.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return (isDigest ? "sha256 " : "") + HexFormat.of().formatHex(content);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
