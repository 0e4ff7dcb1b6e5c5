package org.sealpost.hsm;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/// Public keys as SubjectPublicKeyInfo, each in one form only, so that two can be compared as bytes.
final class PublicKeys {
    private static final BigInteger SMALLEST_EXPONENT = BigInteger.valueOf(65_537);

    private PublicKeys() {}

    /// Refuses bytes that are no SubjectPublicKeyInfo of this kind in our one form (named curve and uncompressed
    /// point; `rsaEncryption` for both ways of RSA).
    static void requireSpki(KeyKind kind, byte[] spki) {
        if (!(kind.isRsa() ? isRsaSpki(kind, spki) : isFixedSpki(kind, spki))) {
            throw new IllegalArgumentException("not a SubjectPublicKeyInfo of a " + kind + " key");
        }
    }

    private static boolean isFixedSpki(KeyKind kind, byte[] spki) {
        byte[] prefix = kind.spkiPrefix();
        return spki.length == prefix.length + kind.pointBytes()
                && Arrays.equals(prefix, 0, prefix.length, spki, 0, prefix.length)
                && (!isWeierstrass(kind) || spki[prefix.length] == 0x04);
    }

    private static boolean isRsaSpki(KeyKind kind, byte[] spki) {
        try {
            RSAPublicKey key = RSAPublicKey.getInstance(
                    SubjectPublicKeyInfo.getInstance(spki).parsePublicKey());
            return spkiFromRsa(
                            kind,
                            key.getModulus().toByteArray(),
                            key.getPublicExponent().toByteArray())
                    .filter(ours -> Arrays.equals(ours, spki))
                    .isPresent();
        } catch (IOException | IllegalArgumentException | IllegalStateException notDer) {
            return false;
        }
    }

    /// The key of a CKA_EC_POINT. The standard wraps the point in an OCTET STRING; some tokens hand it out bare,
    /// or, for Ed25519, in a BIT STRING.
    static Optional<byte[]> spkiFromEcPoint(KeyKind kind, Profile.Point form, byte[] ecPoint) {
        int size = kind.pointBytes();
        boolean either = form == Profile.Point.EITHER;
        boolean bare = (either || form == Profile.Point.PLAIN) && ecPoint.length == size;
        boolean octets = (either || form == Profile.Point.OCTET_STRING)
                && ecPoint.length == size + 2
                && ecPoint[0] == 0x04
                && ecPoint[1] == size;
        boolean bits =
                either && ecPoint.length == size + 3 && ecPoint[0] == 0x03 && ecPoint[1] == size + 1 && ecPoint[2] == 0;
        if (!bare && !octets && !bits) {
            return Optional.empty();
        }
        return spkiFromRaw(kind, Arrays.copyOfRange(ecPoint, ecPoint.length - size, ecPoint.length));
    }

    /// The key whose bytes stand in CKA_VALUE (ML-DSA), or whose bare point this is.
    static Optional<byte[]> spkiFromRaw(KeyKind kind, byte[] key) {
        byte[] prefix = kind.spkiPrefix();
        byte[] spki = Arrays.copyOf(prefix, prefix.length + key.length);
        System.arraycopy(key, 0, spki, prefix.length, key.length);
        return isFixedSpki(kind, spki) ? Optional.of(spki) : Optional.empty();
    }

    /// The key of a CKA_MODULUS and a CKA_PUBLIC_EXPONENT (unsigned, big-endian), if the modulus has the size of
    /// this kind and the exponent is odd and at least 65,537 (FIPS 186-5).
    static Optional<byte[]> spkiFromRsa(KeyKind kind, byte[] modulus, byte[] exponent) {
        BigInteger n = new BigInteger(1, modulus);
        BigInteger e = new BigInteger(1, exponent);
        if (n.bitLength() != kind.modulusBits()
                || !n.testBit(0)
                || !e.testBit(0)
                || e.compareTo(SMALLEST_EXPONENT) < 0
                || e.bitLength() > 256) {
            return Optional.empty();
        }
        try {
            var algorithm = new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
            return Optional.of(
                    new SubjectPublicKeyInfo(algorithm, new RSAPublicKey(n, e)).getEncoded(ASN1Encoding.DER));
        } catch (IOException inMemory) {
            throw new IllegalStateException(inMemory);
        }
    }

    /// The bare point or key of a SubjectPublicKeyInfo that [#requireSpki] accepts; not for RSA.
    static byte[] raw(KeyKind kind, byte[] spki) {
        return Arrays.copyOfRange(spki, spki.length - kind.pointBytes(), spki.length);
    }

    private static boolean isWeierstrass(KeyKind kind) {
        return kind.hasPoint() && kind != KeyKind.ED25519;
    }
}
