package org.sealpost.evidence;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.sealpost.merkle.Hash;

/// SHA-256 over parts, one after the other.
public final class Sha256 {
    private Sha256() {}

    public static Hash of(byte[]... parts) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            for (var part : parts) sha256.update(part);
            return Hash.of(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
