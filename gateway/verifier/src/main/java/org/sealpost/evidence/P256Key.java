package org.sealpost.evidence;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.sealpost.merkle.Hash;

/// A public key on P-256: the kind that seals (docs/formats.md §1). Thread-safe.
public final class P256Key {
    /// All of the SPKI before x: named curve, uncompressed point.
    private static final byte[] PREFIX =
            HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");

    private static final int SPKI_SIZE = PREFIX.length + 64;
    private static final BigInteger FIELD =
            new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
    private static final BigInteger B =
            new BigInteger("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);

    private final byte[] spki;
    private final PublicKey key;

    private P256Key(byte[] spki, PublicKey key) {
        this.spki = spki;
        this.key = key;
    }

    /// @param spki DER SubjectPublicKeyInfo in the one form that docs/formats.md §1 allows
    /// @throws IllegalArgumentException if it has another form, or its point is not on the curve
    public static P256Key of(byte[] spki) {
        if (spki.length != SPKI_SIZE || !Arrays.equals(spki, 0, PREFIX.length, PREFIX, 0, PREFIX.length)) {
            throw new IllegalArgumentException("not the SubjectPublicKeyInfo of an uncompressed point on P-256");
        }
        var x = new BigInteger(1, spki, PREFIX.length, 32);
        var y = new BigInteger(1, spki, PREFIX.length + 32, 32);
        var right = x.pow(3).subtract(x.multiply(BigInteger.valueOf(3))).add(B).mod(FIELD);
        if (x.compareTo(FIELD) >= 0
                || y.compareTo(FIELD) >= 0
                || !y.pow(2).mod(FIELD).equals(right)) {
            throw new IllegalArgumentException("the point of the key is not on P-256");
        }
        try {
            return new P256Key(spki.clone(), KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a key on P-256", e);
        }
    }

    public byte[] spki() {
        return spki.clone();
    }

    /// SHA-256 over the SPKI.
    public Hash thumbprint() {
        return Sha256.of(spki);
    }

    /// Whether this is the key's signature over SHA-256 of the message, in its one accepted form: s ≤ n/2.
    public boolean verifies(byte[] message, P256Signature signature) {
        return signature.isLowS() && verifiesWithAnyS(message, signature);
    }

    /// The same where both forms are accepted: for what others signed, never for seals and checkpoints.
    boolean verifiesWithAnyS(byte[] message, P256Signature signature) {
        if (!signature.isInRange()) return false;
        try {
            var verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature.raw());
        } catch (SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has ECDSA with P-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof P256Key that && Arrays.equals(spki, that.spki);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(spki);
    }

    @Override
    public String toString() {
        return "P-256 " + thumbprint();
    }
}
