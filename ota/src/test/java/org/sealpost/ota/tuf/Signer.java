package org.sealpost.ota.tuf;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;

/// A key pair in memory.
record Signer(TufKey key, PrivateKey secret) implements MetadataSigner {
    static Signer make(String algorithm) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            switch (algorithm) {
                case "EC" -> generator.initialize(new ECGenParameterSpec("secp256r1"));
                case "RSA" -> generator.initialize(2048);
                default -> {}
            }
            var pair = generator.generateKeyPair();
            return new Signer(TufKey.of(pair.getPublic()), pair.getPrivate());
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /// Signs as before, but under another key's name.
    Signer as(TufKey other) {
        return new Signer(other, secret);
    }

    @Override
    public byte[] sign(byte[] message) throws GeneralSecurityException {
        var signature = switch (secret.getAlgorithm()) {
            case "EC" -> Signature.getInstance("SHA256withECDSA");
            case "RSA" -> {
                var pss = Signature.getInstance("RSASSA-PSS");
                pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
                yield pss;
            }
            default -> Signature.getInstance("Ed25519");
        };
        signature.initSign(secret);
        signature.update(message);
        return signature.sign();
    }
}
