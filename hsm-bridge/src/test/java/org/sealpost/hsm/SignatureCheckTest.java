package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Keys and signatures of the JDK in the place of a token's.
class SignatureCheckTest {
    private static final byte[] MESSAGE =
            "what a token was given to sign".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    /// No token here makes ML-DSA keys: the bytes that would stand in its CKA_VALUE are taken from the JDK's keys.
    @ParameterizedTest
    @EnumSource(names = {"ML_DSA_44", "ML_DSA_65", "ML_DSA_87"})
    void mlDsaIsReadAndVerified(KeyKind kind) throws Exception {
        KeyPair pair =
                KeyPairGenerator.getInstance(kind.name().replace('_', '-')).generateKeyPair();
        byte[] spki = pair.getPublic().getEncoded();
        PublicKeys.requireSpki(kind, spki);
        byte[] value = PublicKeys.raw(kind, spki);
        assertArrayEquals(spki, PublicKeys.spkiFromRaw(kind, value).orElseThrow());
        assertEquals(Optional.empty(), PublicKeys.spkiFromRaw(kind, Arrays.copyOf(value, value.length - 1)));

        byte[] signature = sign(Signature.getInstance("ML-DSA"), pair, MESSAGE);
        assertEquals(kind.signatureBytes(), signature.length);
        assertArrayEquals(signature, LowS.normalise(kind, signature));
        assertOnlyTheseVerify(kind, spki, MESSAGE, signature);
    }

    @Test
    void theParameterSetsHaveTheNumbersOfTheStandard() {
        assertEquals(1, KeyKind.ML_DSA_44.parameterSet());
        assertEquals(2, KeyKind.ML_DSA_65.parameterSet());
        assertEquals(3, KeyKind.ML_DSA_87.parameterSet());
        assertEquals(0, KeyKind.P256.parameterSet());
    }

    @ParameterizedTest
    @EnumSource(names = {"RSA_2048_PKCS1", "RSA_2048_PSS"})
    void rsaIsVerifiedInItsOwnWayOnly(KeyKind kind) throws Exception {
        KeyPair pair = rsa(2048, RSAKeyGenParameterSpec.F4);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(MESSAGE);
        byte[] spki = pair.getPublic().getEncoded();
        byte[] pkcs1 = sign(Signature.getInstance("SHA256withRSA"), pair, MESSAGE);
        byte[] pss = sign(pss(32), pair, MESSAGE);
        boolean isPss = kind == KeyKind.RSA_2048_PSS;
        assertOnlyTheseVerify(kind, spki, digest, isPss ? pss : pkcs1);
        assertFalse(SignatureCheck.verifies(kind, spki, digest, isPss ? pkcs1 : pss));
        assertFalse(SignatureCheck.verifies(kind, spki, digest, sign(pss(20), pair, MESSAGE)));
        assertFalse(SignatureCheck.verifies(
                kind, spki, digest, sign(Signature.getInstance("SHA512withRSA"), pair, MESSAGE)));
    }

    @Test
    void anRsaKeyHasOneFormAndTheSizeOfItsKind() throws Exception {
        KeyPair pair = rsa(2048, RSAKeyGenParameterSpec.F4);
        byte[] spki = pair.getPublic().getEncoded();
        byte[] modulus = ((RSAPublicKey) pair.getPublic()).getModulus().toByteArray();
        byte[] exponent = {1, 0, 1};
        KeyKind kind = KeyKind.RSA_2048_PSS;
        assertArrayEquals(spki, PublicKeys.spkiFromRsa(kind, modulus, exponent).orElseThrow());
        // With or without a leading zero, as tokens like.
        byte[] bare = Arrays.copyOfRange(modulus, 1, modulus.length);
        assertArrayEquals(
                spki,
                PublicKeys.spkiFromRsa(kind, bare, new byte[] {0, 1, 0, 1}).orElseThrow());
        KeySpec.pinned("a", kind, spki);
        for (byte[] not : new byte[][] {
            Arrays.copyOf(spki, spki.length - 1),
            Arrays.copyOf(spki, spki.length + 1),
            new byte[0],
            rsa(3072, RSAKeyGenParameterSpec.F4).getPublic().getEncoded(),
            rsa(2048, RSAKeyGenParameterSpec.F0).getPublic().getEncoded()
        }) {
            assertThrows(IllegalArgumentException.class, () -> KeySpec.pinned("a", kind, not));
        }
        assertEquals(Optional.empty(), PublicKeys.spkiFromRsa(kind, bare, new byte[] {3}));
        assertEquals(Optional.empty(), PublicKeys.spkiFromRsa(kind, bare, new byte[] {1, 0, 0}));
        assertEquals(Optional.empty(), PublicKeys.spkiFromRsa(kind, new byte[0], exponent));
    }

    private static KeyPair rsa(int bits, java.math.BigInteger exponent) throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(new RSAKeyGenParameterSpec(bits, exponent));
        return generator.generateKeyPair();
    }

    private static Signature pss(int salt) throws Exception {
        var signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, salt, 1));
        return signature;
    }

    private static byte[] sign(Signature signature, KeyPair pair, byte[] message) throws Exception {
        signature.initSign(pair.getPrivate());
        signature.update(message);
        return signature.sign();
    }

    private static void assertOnlyTheseVerify(KeyKind kind, byte[] spki, byte[] input, byte[] signature) {
        assertTrue(SignatureCheck.verifies(kind, spki, input, signature));
        byte[] other = input.clone();
        other[0] ^= 1;
        assertFalse(SignatureCheck.verifies(kind, spki, other, signature));
        byte[] flipped = signature.clone();
        flipped[7] ^= 1;
        assertFalse(SignatureCheck.verifies(kind, spki, input, flipped));
        assertFalse(SignatureCheck.verifies(kind, spki, input, Arrays.copyOf(signature, signature.length - 1)));
        assertFalse(SignatureCheck.verifies(kind, spki, input, Arrays.copyOf(signature, signature.length + 1)));
        assertFalse(SignatureCheck.verifies(kind, spki, input, new byte[0]));
    }
}
