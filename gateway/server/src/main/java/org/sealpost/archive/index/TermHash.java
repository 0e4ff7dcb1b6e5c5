package org.sealpost.archive.index;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Hashes of what clients choose, seeded by a secret of this box: nobody outside can make them collide on
/// purpose, and who finds the index alone learns nothing from it. Any thread.
public final class TermHash {
    private static final ThreadLocal<MessageDigest> SHA256 = ThreadLocal.withInitial(TermHash::newSha256);

    private final byte[] secret;

    public TermHash(byte[] secret) {
        this.secret = secret.clone();
    }

    /// Tells hashes by one secret from those by another.
    long id() {
        return ByteBuffer.wrap(SHA256.get().digest(secret)).getLong();
    }

    long key(String client, String key) {
        return of(Term.Kind.KEY, client, key);
    }

    long businessKey(String client, String profile, String value) {
        return of(Term.Kind.BUSINESS_KEY, client, profile, value);
    }

    long source(String client) {
        return of(Term.Kind.SOURCE, client, "");
    }

    private long of(Term.Kind kind, String first, String... others) {
        MessageDigest digest = SHA256.get();
        digest.update(secret);
        digest.update((byte) (kind.ordinal() + 1));
        digest.update(first.getBytes(StandardCharsets.UTF_8));
        for (var other : others) {
            // No UTF-8 text holds this byte, so none runs into the next.
            digest.update((byte) 0xff);
            digest.update(other.getBytes(StandardCharsets.UTF_8));
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
