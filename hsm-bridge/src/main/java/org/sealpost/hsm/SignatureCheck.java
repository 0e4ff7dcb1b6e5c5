package org.sealpost.hsm;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.NullDigest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.engines.RSABlindedEngine;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.crypto.signers.SM2Signer;

/// The check of a signature by somebody else than the token: the JDK, or Bouncy Castle for what the JDK lacks:
/// secp256k1, SM2, and RSA over a digest that is made already.
final class SignatureCheck {
    static final int PSS_SALT_BYTES = 32;

    private SignatureCheck() {}

    /// Whether `signature`, in the form of [SigningKey#sign], is the key's over `input`, judged without the token.
    static boolean verifies(KeyKind kind, byte[] spki, byte[] input, byte[] signature) {
        if (signature.length != kind.signatureBytes()) {
            return false;
        }
        try {
            return switch (kind) {
                case P256, P384 -> withJdk("EC", "NONEwithECDSAinP1363Format", spki, input, signature);
                case ED25519 -> withJdk("Ed25519", "Ed25519", spki, input, signature);
                case ML_DSA_44, ML_DSA_65, ML_DSA_87 -> withJdk("ML-DSA", "ML-DSA", spki, input, signature);
                case SECP256K1 -> secp256k1(spki, input, signature);
                case SM2 -> sm2(spki, input, signature);
                case RSA_2048_PKCS1, RSA_3072_PKCS1, RSA_4096_PKCS1 -> pkcs1(spki, input, signature);
                case RSA_2048_PSS, RSA_3072_PSS, RSA_4096_PSS -> pss(spki, input, signature);
            };
        } catch (GeneralSecurityException | RuntimeException | IOException notAKeyOrSignature) {
            return false;
        }
    }

    private static boolean withJdk(
            String keyAlgorithm, String signatureAlgorithm, byte[] spki, byte[] input, byte[] signature)
            throws GeneralSecurityException {
        PublicKey key = KeyFactory.getInstance(keyAlgorithm).generatePublic(new X509EncodedKeySpec(spki));
        Signature verifier = Signature.getInstance(signatureAlgorithm);
        verifier.initVerify(key);
        verifier.update(input);
        return verifier.verify(signature);
    }

    private static boolean secp256k1(byte[] spki, byte[] digest, byte[] signature) {
        var verifier = new ECDSASigner();
        verifier.init(false, point(KeyKind.SECP256K1, "secp256k1", spki));
        return verifier.verifySignature(
                digest,
                new BigInteger(1, Arrays.copyOfRange(signature, 0, 32)),
                new BigInteger(1, Arrays.copyOfRange(signature, 32, 64)));
    }

    /// Makes Z of its own, with the default user id.
    private static boolean sm2(byte[] spki, byte[] message, byte[] signature) {
        var verifier = new SM2Signer(PlainDSAEncoding.INSTANCE);
        verifier.init(false, point(KeyKind.SM2, "sm2p256v1", spki));
        verifier.update(message, 0, message.length);
        return verifier.verifySignature(signature);
    }

    private static ECPublicKeyParameters point(KeyKind kind, String name, byte[] spki) {
        X9ECParameters curve = CustomNamedCurves.getByName(name);
        var point = curve.getCurve().decodePoint(PublicKeys.raw(kind, spki));
        return new ECPublicKeyParameters(point, new ECDomainParameters(curve));
    }

    private static boolean pkcs1(byte[] spki, byte[] digest, byte[] signature) throws IOException {
        // The null digest hands on the digest that the caller made.
        var verifier = new RSADigestSigner(new NullDigest(), NISTObjectIdentifiers.id_sha256);
        verifier.init(false, rsa(spki));
        verifier.update(digest, 0, digest.length);
        return verifier.verifySignature(signature);
    }

    private static boolean pss(byte[] spki, byte[] digest, byte[] signature) throws IOException {
        var verifier = PSSSigner.createRawSigner(
                new RSABlindedEngine(), new SHA256Digest(), new SHA256Digest(), PSS_SALT_BYTES, (byte) 0xBC);
        verifier.init(false, rsa(spki));
        verifier.update(digest, 0, digest.length);
        return verifier.verifySignature(signature);
    }

    private static RSAKeyParameters rsa(byte[] spki) throws IOException {
        RSAPublicKey key =
                RSAPublicKey.getInstance(SubjectPublicKeyInfo.getInstance(spki).parsePublicKey());
        return new RSAKeyParameters(false, key.getModulus(), key.getPublicExponent());
    }
}
