package org.sealpost.ota.tuf;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// How a key of one type signs, by the JDK's providers.
enum KeyScheme {
    ED25519 {
        @Override
        PublicKey publicKey(String value) throws GeneralSecurityException {
            if (!HEX_OF_32_BYTES.matcher(value).matches()) throw new InvalidKeyException("not 32 bytes in hex");
            return KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex(ED25519_SPKI + value)));
        }

        @Override
        Signature verifier() throws GeneralSecurityException {
            return Signature.getInstance("Ed25519");
        }
    },

    ECDSA_P256 {
        @Override
        PublicKey publicKey(String value) throws GeneralSecurityException {
            var key = (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(spki(value));
            if (!isP256(key.getParams())) throw new InvalidKeyException("not on P-256");
            return key;
        }

        @Override
        Signature verifier() throws GeneralSecurityException {
            return Signature.getInstance("SHA256withECDSA");
        }
    },

    RSA_PSS_SHA256 {
        @Override
        PublicKey publicKey(String value) throws GeneralSecurityException {
            var key = (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spki(value));
            int bits = key.getModulus().bitLength();
            if (bits < 2048 || bits > 8192) throw new InvalidKeyException("an RSA key of " + bits + " bits");
            return key;
        }

        @Override
        Signature verifier() throws GeneralSecurityException {
            var pss = Signature.getInstance("RSASSA-PSS");
            pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            return pss;
        }
    },

    UNKNOWN {
        @Override
        PublicKey publicKey(String value) throws GeneralSecurityException {
            throw new InvalidKeyException("of an unknown type");
        }

        @Override
        Signature verifier() throws GeneralSecurityException {
            throw new InvalidKeyException("of an unknown type");
        }
    };

    private static final Pattern HEX_OF_32_BYTES = Pattern.compile("[0-9a-fA-F]{64}");

    /// What a SubjectPublicKeyInfo of Ed25519 (RFC 8410) has before the key.
    private static final String ED25519_SPKI = "302a300506032b6570032100";

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");

    /// `ecdsa-sha2-nistp256` as a key type is how older tools spell `ecdsa`.
    static KeyScheme of(String keyType, String scheme) {
        return switch (keyType + " " + scheme) {
            case "ed25519 ed25519" -> ED25519;
            case "ecdsa ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256 ecdsa-sha2-nistp256" -> ECDSA_P256;
            case "rsa rsassa-pss-sha256" -> RSA_PSS_SHA256;
            default -> UNKNOWN;
        };
    }

    abstract PublicKey publicKey(String value) throws GeneralSecurityException;

    abstract Signature verifier() throws GeneralSecurityException;

    final boolean verifies(String value, byte[] message, byte[] signature) throws GeneralSecurityException {
        var verifier = verifier();
        verifier.initVerify(publicKey(value));
        verifier.update(message);
        return verifier.verify(signature);
    }

    private static X509EncodedKeySpec spki(String pem) throws InvalidKeyException {
        var matcher = PEM.matcher(pem.strip());
        if (!matcher.matches()) throw new InvalidKeyException("not a public key in PEM");
        try {
            return new X509EncodedKeySpec(
                    Base64.getDecoder().decode(matcher.group(1).replaceAll("\\s", "")));
        } catch (IllegalArgumentException notBase64) {
            throw new InvalidKeyException("not Base64", notBase64);
        }
    }

    private static boolean isP256(ECParameterSpec found) throws GeneralSecurityException {
        var parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        var p256 = parameters.getParameterSpec(ECParameterSpec.class);
        return found.getCurve().equals(p256.getCurve())
                && found.getGenerator().equals(p256.getGenerator())
                && found.getOrder().equals(p256.getOrder())
                && found.getCofactor() == p256.getCofactor();
    }
}
