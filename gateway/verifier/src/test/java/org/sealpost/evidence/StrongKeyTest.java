package org.sealpost.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrongKeyTest {
    @ParameterizedTest
    @CsvSource({
        "2047, 17, false",
        "2048, 17, true",
        "2048, 256, true",
        "2048, 257, false",
        "8192, 17, true",
        "8193, 17, false"
    })
    void rsaHasBounds(int bits, int exponentBits, boolean expected) throws Exception {
        var spec = new RSAPublicKeySpec(odd(bits), odd(exponentBits));
        assertEquals(expected, StrongKey.isOne(KeyFactory.getInstance("RSA").generatePublic(spec)));
    }

    private static BigInteger odd(int bits) {
        return BigInteger.ONE.shiftLeft(bits - 1).add(BigInteger.ONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
    void theCurvesOfTheJdkAreGood(String curve) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        assertTrue(StrongKey.isOne(generator.generateKeyPair().getPublic()));
    }

    @Test
    void noOtherKindIsButEd25519() throws Exception {
        assertTrue(StrongKey.isOne(made("Ed25519")));
        assertFalse(StrongKey.isOne(made("Ed448")));
        assertFalse(StrongKey.isOne(made("ML-DSA-44")));
        assertFalse(StrongKey.isOne(SlowAuthority.named("CN=slow").getPublicKey()));
    }

    private static PublicKey made(String kind) throws Exception {
        return KeyPairGenerator.getInstance(kind).generateKeyPair().getPublic();
    }
}
