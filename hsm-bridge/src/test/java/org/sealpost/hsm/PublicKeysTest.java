package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PublicKeysTest {

    /// The JDK's own encoding is the oracle for ours.
    @Test
    void aPointBecomesTheKeyThatTheJdkWouldWrite() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        byte[] spki = generator.generateKeyPair().getPublic().getEncoded();
        assertPoint(KeyKind.P256, spki, 65);
        byte[] edwards = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPublic()
                .getEncoded();
        assertPoint(KeyKind.ED25519, edwards, 32);
    }

    private static void assertPoint(KeyKind kind, byte[] spki, int size) {
        byte[] point = Arrays.copyOfRange(spki, spki.length - size, spki.length);
        assertArrayEquals(
                spki,
                PublicKeys.spkiFromEcPoint(kind, Profile.Point.EITHER, point).orElseThrow());
        assertArrayEquals(
                spki,
                PublicKeys.spkiFromEcPoint(kind, Profile.Point.EITHER, prefixed(point, 0x04, size))
                        .orElseThrow());
        assertArrayEquals(
                spki,
                PublicKeys.spkiFromEcPoint(kind, Profile.Point.EITHER, prefixed(point, 0x03, size + 1, 0))
                        .orElseThrow());
        assertEquals(
                Optional.empty(), PublicKeys.spkiFromEcPoint(kind, Profile.Point.EITHER, prefixed(point, 0x05, size)));
        assertEquals(Optional.empty(), PublicKeys.spkiFromEcPoint(kind, Profile.Point.EITHER, new byte[0]));
        assertEquals(
                Optional.empty(),
                PublicKeys.spkiFromEcPoint(kind, Profile.Point.EITHER, Arrays.copyOf(point, size - 1)));
        assertEquals(KeySpec.pinned("a", kind, spki), KeySpec.pinned("a", kind, spki.clone()));
        assertThrows(IllegalArgumentException.class, () -> KeySpec.pinned("a", KeyKind.SECP256K1, spki));
        assertThrows(
                IllegalArgumentException.class, () -> KeySpec.pinned("a", kind, Arrays.copyOf(spki, spki.length - 1)));
    }

    private static byte[] prefixed(byte[] point, int... prefix) {
        byte[] both = new byte[prefix.length + point.length];
        for (int i = 0; i < prefix.length; i++) {
            both[i] = (byte) prefix[i];
        }
        System.arraycopy(point, 0, both, prefix.length, point.length);
        return both;
    }

    @Test
    void aSpecKeepsItsOwnCopyOfThePinnedKey() throws Exception {
        byte[] spki = KeyPairGenerator.getInstance("Ed25519")
                .generateKeyPair()
                .getPublic()
                .getEncoded();
        KeySpec spec = KeySpec.pinned("a", KeyKind.ED25519, spki);
        byte[] before = spki.clone();
        spki[20] ^= 1;
        spec.pinnedSpki().orElseThrow()[21] ^= 1;
        assertArrayEquals(before, spec.pinnedSpki().orElseThrow());
    }

    @Test
    void aSignatureOfAnotherInputOrKeyDoesNotVerify() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        var pair = generator.generateKeyPair();
        byte[] digest = new byte[32];
        var signer = Signature.getInstance("NONEwithECDSAinP1363Format");
        signer.initSign(pair.getPrivate());
        signer.update(digest);
        byte[] signature = signer.sign();
        byte[] spki = pair.getPublic().getEncoded();
        assertTrue(SignatureCheck.verifies(KeyKind.P256, spki, digest, signature));
        byte[] other = digest.clone();
        other[31] = 1;
        assertFalse(SignatureCheck.verifies(KeyKind.P256, spki, other, signature));
        byte[] otherKey = generator.generateKeyPair().getPublic().getEncoded();
        assertFalse(SignatureCheck.verifies(KeyKind.P256, otherKey, digest, signature));
        // A point that is not on the curve is no key.
        spki[spki.length - 1] ^= 1;
        assertFalse(SignatureCheck.verifies(KeyKind.P256, spki, digest, signature));
    }
}
