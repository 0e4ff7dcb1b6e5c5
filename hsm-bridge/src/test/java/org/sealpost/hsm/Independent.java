package org.sealpost.hsm;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/// Somebody else's opinion of a signature: Bouncy Castle's, which parses the public key's DER itself, and for
/// PKCS#1 v1.5 the JDK's.
final class Independent {
    private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();
    private static final byte[] SHA256_DIGEST_INFO = HexFormat.of().parseHex("3031300d060960864801650304020105000420");

    private Independent() {}

    static boolean verifies(SigningKey key, byte[] input, byte[] signature) throws IOException {
        try {
            return switch (key.spec().kind().family()) {
                case ECDSA, ED25519 -> verifiesOnACurve(key, input, signature);
                case RSA_PKCS1 -> verifiesPkcs1(key, input, signature);
                case RSA_PSS -> {
                    Signature verifier = verifier(key, "RSA", "NONEwithRSASSA-PSS");
                    verifier.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
                    verifier.update(input);
                    yield verifier.verify(signature);
                }
                case SM2 -> {
                    Signature verifier = verifier(key, "EC", "SM3withSM2");
                    verifier.update(input);
                    yield verifier.verify(StandardDSAEncoding.INSTANCE.encode(
                            ((org.bouncycastle.jce.interfaces.ECPublicKey) publicKey(key, "EC"))
                                    .getParameters()
                                    .getN(),
                            r(signature),
                            s(signature)));
                }
                case ML_DSA -> {
                    Signature verifier = verifier(key, "ML-DSA", "ML-DSA");
                    verifier.update(input);
                    yield verifier.verify(signature);
                }
            };
        } catch (SignatureException malformed) {
            return false;
        } catch (GeneralSecurityException unusable) {
            throw new IOException(unusable);
        }
    }

    private static PublicKey publicKey(SigningKey key, String algorithm) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm, BOUNCY_CASTLE).generatePublic(new X509EncodedKeySpec(key.spki()));
    }

    private static Signature verifier(SigningKey key, String keys, String signatures) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance(signatures, BOUNCY_CASTLE);
        verifier.initVerify(publicKey(key, keys));
        return verifier;
    }

    /// What the signature holds must be the DigestInfo (RFC 8017) of the digest, byte for byte.
    private static boolean verifiesPkcs1(SigningKey key, byte[] digest, byte[] signature)
            throws GeneralSecurityException {
        Cipher opener = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        opener.init(
                Cipher.DECRYPT_MODE, KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(key.spki())));
        byte[] held;
        try {
            held = opener.doFinal(signature);
        } catch (BadPaddingException another) {
            return false;
        }
        byte[] expected = Arrays.copyOf(SHA256_DIGEST_INFO, SHA256_DIGEST_INFO.length + digest.length);
        System.arraycopy(digest, 0, expected, SHA256_DIGEST_INFO.length, digest.length);
        return Arrays.equals(expected, held);
    }

    private static boolean verifiesOnACurve(SigningKey key, byte[] input, byte[] signature) throws IOException {
        var publicKey = PublicKeyFactory.createKey(key.spki());
        if (publicKey instanceof Ed25519PublicKeyParameters edwards) {
            var verifier = new Ed25519Signer();
            verifier.init(false, edwards);
            verifier.update(input, 0, input.length);
            return verifier.verifySignature(signature);
        }
        var verifier = new ECDSASigner();
        verifier.init(false, publicKey);
        return verifier.verifySignature(input, r(signature), s(signature));
    }

    static boolean isLow(SigningKey key, byte[] signature) throws IOException {
        var publicKey = (ECPublicKeyParameters) PublicKeyFactory.createKey(key.spki());
        BigInteger order = publicKey.getParameters().getN();
        return s(signature).compareTo(order.shiftRight(1)) <= 0;
    }

    private static BigInteger r(byte[] signature) {
        return new BigInteger(1, Arrays.copyOfRange(signature, 0, signature.length / 2));
    }

    private static BigInteger s(byte[] signature) {
        return new BigInteger(1, Arrays.copyOfRange(signature, signature.length / 2, signature.length));
    }
}
