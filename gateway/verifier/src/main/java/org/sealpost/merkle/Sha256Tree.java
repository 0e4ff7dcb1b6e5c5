package org.sealpost.merkle;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;

/// SHA-256 of the JDK, which the processor helps with.
final class Sha256Tree implements TreeHash {
    private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(Sha256Tree::newDigest);

    @Override
    public Hash leaf(byte[] bytes, int offset, int length) {
        // An exception between the parts would leave the first one in the digest, for the next caller.
        Objects.checkFromIndexSize(offset, length, bytes.length);
        var digest = DIGEST.get();
        digest.update((byte) 0);
        digest.update(bytes, offset, length);
        return Hash.owning(digest.digest());
    }

    @Override
    public Hash node(Hash left, Hash right) {
        var digest = DIGEST.get();
        digest.update((byte) 1);
        digest.update(left.shared());
        return Hash.owning(digest.digest(right.shared()));
    }

    @Override
    public Hash empty() {
        return Hash.owning(DIGEST.get().digest());
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
