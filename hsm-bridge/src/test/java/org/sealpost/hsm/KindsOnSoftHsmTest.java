package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The kinds of keys that SoftHSM 2.6 can make besides those of [SoftHsmTokenTest]. Their signatures are judged by
/// the JDK, which is given the message and makes the digest itself.
class KindsOnSoftHsmTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private TokenConfig config;
    private Token token;

    @BeforeEach
    void openAFreshToken() throws Exception {
        config = SoftHsm.create(folder).token("box", 2);
        token = Tokens.open(config);
        Await.state(token, TokenHealth.State.READY);
    }

    @AfterEach
    void close() {
        if (token != null) {
            token.close();
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "P384",
                "RSA_2048_PKCS1",
                "RSA_3072_PKCS1",
                "RSA_4096_PKCS1",
                "RSA_2048_PSS",
                "RSA_3072_PSS",
                "RSA_4096_PSS"
            })
    void signsWhatTheJdkVerifies(KeyKind kind) throws Exception {
        SigningKey key = token.generate("first", kind);
        for (int i = 0; i < 5; i++) {
            byte[] message = random(100 + i);
            byte[] digest = MessageDigest.getInstance(kind.digestBytes() == 48 ? "SHA-384" : "SHA-256")
                    .digest(message);
            byte[] signature = key.sign(digest, SOON).get();
            assertEquals(kind.signatureBytes(), signature.length);
            assertTrue(jdkVerifies(kind, key.spki(), message, signature));
            assertTrue(SignatureCheck.verifies(kind, key.spki(), digest, signature));
            digest[0] ^= 1;
            assertFalse(SignatureCheck.verifies(kind, key.spki(), digest, signature));
        }
        assertThrows(IllegalArgumentException.class, () -> key.sign(new byte[kind.digestBytes() + 1], SOON));

        byte[] spki = key.spki();
        token.close();
        token = Tokens.open(config);
        assertArrayEquals(spki, token.key(KeySpec.pinned("first", kind, spki)).spki());
    }

    @Test
    void ofTwoFormsOfASignatureOnP384OnlyTheLowOneComesOut() throws Exception {
        SigningKey key = token.generate("first", KeyKind.P384);
        for (int i = 0; i < 40; i++) {
            byte[] digest = random(48);
            byte[] signature = key.sign(digest, SOON).get();
            assertTrue(Independent.isLow(key, signature));
            assertTrue(Independent.verifies(key, digest, signature));
        }
    }

    @Test
    void aKeyOfAnotherSizeOrCurveIsRefused() {
        token.generate("rsa", KeyKind.RSA_2048_PSS);
        token.generate("curve", KeyKind.P384);
        assertEquals("CKA_MODULUS", refusal("rsa", KeyKind.RSA_3072_PSS).attribute());
        assertEquals("CKA_KEY_TYPE", refusal("rsa", KeyKind.P384).attribute());
        assertEquals("CKA_EC_PARAMS", refusal("curve", KeyKind.P256).attribute());
        assertEquals("CKA_KEY_TYPE", refusal("curve", KeyKind.ED25519).attribute());
    }

    private KeyRefused refusal(String name, KeyKind kind) {
        return assertThrows(KeyRefused.class, () -> token.key(KeySpec.unpinned(name, kind)));
    }

    private static boolean jdkVerifies(KeyKind kind, byte[] spki, byte[] message, byte[] signature) throws Exception {
        PublicKey key =
                KeyFactory.getInstance(kind.isRsa() ? "RSA" : "EC").generatePublic(new X509EncodedKeySpec(spki));
        Signature verifier = Signature.getInstance(
                switch (kind.family()) {
                    case RSA_PKCS1 -> "SHA256withRSA";
                    case RSA_PSS -> "RSASSA-PSS";
                    default -> "SHA384withECDSAinP1363Format";
                });
        if (kind.family() == KeyKind.Family.RSA_PSS) {
            verifier.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        verifier.initVerify(key);
        verifier.update(message);
        return verifier.verify(signature);
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return random;
    }
}
