package org.sealpost.capture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// A short hash of a client and its idempotency key; the seam where tests put a weak one. Any thread.
@FunctionalInterface
interface Fingerprint {
    long of(String client, String key);

    /// Tells fingerprints by one secret from those by another.
    default long id() {
        return 0;
    }

    /// 64 bits of SHA-256, seeded by a secret of this box: nobody outside can make keys collide on purpose
    /// (docs/formats.md §16).
    static Fingerprint of(byte[] secret) {
        byte[] seed = secret.clone();
        long id = ByteBuffer.wrap(newSha256().digest(seed)).getLong();
        ThreadLocal<MessageDigest> sha256 = ThreadLocal.withInitial(Fingerprint::newSha256);
        return new Fingerprint() {
            @Override
            public long of(String client, String key) {
                MessageDigest digest = sha256.get();
                digest.update(seed);
                digest.update(client.getBytes(StandardCharsets.UTF_8));
                // No UTF-8 text holds this byte, so client and key cannot run into each other.
                digest.update((byte) 0xff);
                digest.update(key.getBytes(StandardCharsets.UTF_8));
                return ByteBuffer.wrap(digest.digest()).getLong();
            }

            @Override
            public long id() {
                return id;
            }
        };
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
