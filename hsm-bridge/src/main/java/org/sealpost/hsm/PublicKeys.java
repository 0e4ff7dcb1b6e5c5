package org.sealpost.hsm;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;

/// Public keys as SubjectPublicKeyInfo, and the check of a signature by somebody else than the token: the JDK for
/// P-256 and Ed25519, Bouncy Castle for secp256k1, which the JDK lacks.
final class PublicKeys {
    private PublicKeys() {}

    /// Refuses bytes that are no SubjectPublicKeyInfo of this kind in our one form (named curve, uncompressed
    /// point).
    static void requireSpki(KeyKind kind, byte[] spki) {
        byte[] prefix = kind.spkiPrefix();
        boolean fits = spki.length == prefix.length + kind.pointBytes()
                && Arrays.equals(prefix, 0, prefix.length, spki, 0, prefix.length);
        if (!fits || (kind.isEcdsa() && spki[prefix.length] != 0x04)) {
            throw new IllegalArgumentException("not a SubjectPublicKeyInfo of a " + kind + " key");
        }
    }

    /// The key of a CKA_EC_POINT. The standard wraps the point in an OCTET STRING; some tokens hand it out bare,
    /// or, for Ed25519, in a BIT STRING.
    static Optional<byte[]> spkiFromEcPoint(KeyKind kind, byte[] ecPoint) {
        int size = kind.pointBytes();
        boolean bare = ecPoint.length == size;
        boolean octets = ecPoint.length == size + 2 && ecPoint[0] == 0x04 && ecPoint[1] == size;
        boolean bits = ecPoint.length == size + 3 && ecPoint[0] == 0x03 && ecPoint[1] == size + 1 && ecPoint[2] == 0;
        if (!bare && !octets && !bits) {
            return Optional.empty();
        }
        byte[] prefix = kind.spkiPrefix();
        byte[] spki = Arrays.copyOf(prefix, prefix.length + size);
        System.arraycopy(ecPoint, ecPoint.length - size, spki, prefix.length, size);
        return kind.isEcdsa() && spki[prefix.length] != 0x04 ? Optional.empty() : Optional.of(spki);
    }

    /// Whether `signature` (64 bytes) is the key's over `input`, judged without the token.
    static boolean verifies(KeyKind kind, byte[] spki, byte[] input, byte[] signature) {
        try {
            return switch (kind) {
                case P256 -> verifiesWithJdk("EC", "NONEwithECDSAinP1363Format", spki, input, signature);
                case ED25519 -> verifiesWithJdk("Ed25519", "Ed25519", spki, input, signature);
                case SECP256K1 -> verifiesSecp256k1(spki, input, signature);
            };
        } catch (GeneralSecurityException | IllegalArgumentException notAKeyOrSignature) {
            return false;
        }
    }

    private static boolean verifiesWithJdk(
            String keyAlgorithm, String signatureAlgorithm, byte[] spki, byte[] input, byte[] signature)
            throws GeneralSecurityException {
        PublicKey key = KeyFactory.getInstance(keyAlgorithm).generatePublic(new X509EncodedKeySpec(spki));
        Signature verifier = Signature.getInstance(signatureAlgorithm);
        verifier.initVerify(key);
        verifier.update(input);
        return verifier.verify(signature);
    }

    private static boolean verifiesSecp256k1(byte[] spki, byte[] digest, byte[] signature) {
        var curve = CustomNamedCurves.getByName("secp256k1");
        int prefix = KeyKind.SECP256K1.spkiPrefix().length;
        var point = curve.getCurve().decodePoint(Arrays.copyOfRange(spki, prefix, spki.length));
        var verifier = new ECDSASigner();
        verifier.init(false, new ECPublicKeyParameters(point, new ECDomainParameters(curve)));
        return verifier.verifySignature(
                digest,
                new BigInteger(1, Arrays.copyOfRange(signature, 0, 32)),
                new BigInteger(1, Arrays.copyOfRange(signature, 32, 64)));
    }
}
