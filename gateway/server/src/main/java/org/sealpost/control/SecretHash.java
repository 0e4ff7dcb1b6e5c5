package org.sealpost.control;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// What is kept of a secret: its SHA-256. Right for secrets that a machine made, and for no others; see
/// [Clients].
public final class SecretHash {
    static final int SIZE = 32;

    // Asking for one at each request over HTTP costs more than hashing.
    private static final ThreadLocal<MessageDigest> SHA256 = ThreadLocal.withInitial(SecretHash::newSha256);

    private final byte[] bytes;

    private SecretHash(byte[] bytes) {
        this.bytes = bytes;
    }

    static SecretHash of(String secret) {
        return of(secret.getBytes(StandardCharsets.UTF_8));
    }

    static SecretHash of(byte[] secret) {
        return new SecretHash(SHA256.get().digest(secret));
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// @param hash 32 bytes, computed earlier
    static SecretHash ofHash(byte[] hash) {
        if (hash.length != SIZE) throw new IllegalArgumentException("a hash has 32 bytes, not " + hash.length);
        return new SecretHash(hash.clone());
    }

    byte[] toBytes() {
        return bytes.clone();
    }

    /// The first eight bytes, by which the hash is found among others.
    long start() {
        return ByteBuffer.wrap(bytes).getLong();
    }

    /// Takes the same time whatever the other one is.
    boolean matches(SecretHash other) {
        return MessageDigest.isEqual(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SecretHash that && matches(that);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /// Nothing of the hash: it would help to find a weak secret.
    @Override
    public String toString() {
        return "SecretHash";
    }
}
