package org.sealpost.capture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/// A short hash of a client and its idempotency key; the seam where tests put a weak one. Any thread.
@FunctionalInterface
interface Fingerprint {
    long of(String client, String key);

    /// 64 bits of SHA-256, seeded anew in each process: nobody outside can make keys collide on purpose.
    static Fingerprint seeded() {
        byte[] seed = new byte[32];
        new SecureRandom().nextBytes(seed);
        ThreadLocal<MessageDigest> sha256 = ThreadLocal.withInitial(Fingerprint::newSha256);
        return (client, key) -> {
            MessageDigest digest = sha256.get();
            digest.update(seed);
            digest.update(client.getBytes(StandardCharsets.UTF_8));
            // No UTF-8 text holds this byte, so client and key cannot run into each other.
            digest.update((byte) 0xff);
            digest.update(key.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest.digest()).getLong();
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
