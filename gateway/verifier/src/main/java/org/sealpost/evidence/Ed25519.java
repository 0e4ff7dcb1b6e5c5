package org.sealpost.evidence;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/// Checks Ed25519 signatures (RFC 8032): the second line of checkpoints, and receipts of others.
final class Ed25519 {
    static final int KEY_SIZE = 32;
    private static final byte[] SPKI_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private Ed25519() {}

    /// @param key the 32 bytes
    static boolean verifies(byte[] key, byte[] message, byte[] signature) {
        if (key.length != KEY_SIZE || signature.length != 64) return false;
        var spki = Arrays.copyOf(SPKI_PREFIX, SPKI_PREFIX.length + KEY_SIZE);
        System.arraycopy(key, 0, spki, SPKI_PREFIX.length, KEY_SIZE);
        try {
            var verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki)));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (SignatureException | InvalidKeySpecException | InvalidKeyException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has Ed25519", e);
        }
    }

    /// The 32 bytes of the key in a SubjectPublicKeyInfo, or an empty array if it is none of Ed25519.
    static byte[] ofSpki(byte[] spki) {
        int start = SPKI_PREFIX.length;
        boolean fits = spki.length == start + KEY_SIZE && Arrays.equals(spki, 0, start, SPKI_PREFIX, 0, start);
        return fits ? Arrays.copyOfRange(spki, start, spki.length) : new byte[0];
    }
}
