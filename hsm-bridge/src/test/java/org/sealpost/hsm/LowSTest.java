package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LowSTest {

    @ParameterizedTest
    @EnumSource(names = {"P256", "SECP256K1", "P384"})
    void ofTwoFormsOnlyTheLowOneComesOut(KeyKind kind) {
        BigInteger n = order(kind);
        BigInteger half = n.shiftRight(1);
        BigInteger[] lows = {
            BigInteger.ONE, BigInteger.TWO, half.subtract(BigInteger.ONE), half, BigInteger.ONE.shiftLeft(100)
        };
        for (BigInteger s : lows) {
            byte[] low = signature(kind, BigInteger.TEN, s);
            assertSame(low, LowS.normalise(kind, low));
            assertArrayEquals(low, LowS.normalise(kind, signature(kind, BigInteger.TEN, n.subtract(s))));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"P256", "SECP256K1", "P384"})
    void whatIsNoSignatureIsRefused(KeyKind kind) {
        BigInteger n = order(kind);
        BigInteger one = BigInteger.ONE;
        refuses(kind, signature(kind, BigInteger.ZERO, one));
        refuses(kind, signature(kind, one, BigInteger.ZERO));
        refuses(kind, signature(kind, n, one));
        refuses(kind, signature(kind, one, n));
        refuses(kind, new byte[0]);
        refuses(kind, new byte[kind.signatureBytes() - 1]);
        refuses(kind, new byte[kind.signatureBytes() + 8]);
    }

    private static void refuses(KeyKind kind, byte[] bytes) {
        assertThrows(IllegalArgumentException.class, () -> LowS.normalise(kind, bytes));
    }

    private static BigInteger order(KeyKind kind) {
        return CustomNamedCurves.getByName(
                        switch (kind) {
                            case P256 -> "secp256r1";
                            case P384 -> "secp384r1";
                            case SM2 -> "sm2p256v1";
                            default -> "secp256k1";
                        })
                .getN();
    }

    private static byte[] signature(KeyKind kind, BigInteger r, BigInteger s) {
        int half = kind.signatureBytes() / 2;
        byte[] both = new byte[2 * half];
        put(r, both, half, half);
        put(s, both, 2 * half, half);
        return both;
    }

    private static void put(BigInteger value, byte[] target, int end, int half) {
        byte[] bytes = value.toByteArray();
        int length = Math.min(half, bytes.length);
        System.arraycopy(bytes, bytes.length - length, target, end - length, length);
    }

    /// SM2 has one form only, so a high s stays; but both numbers must be within the order.
    @Test
    void sm2IsLeftAsItIs() {
        BigInteger n = order(KeyKind.SM2);
        byte[] high = signature(KeyKind.SM2, BigInteger.TEN, n.subtract(BigInteger.ONE));
        assertSame(high, LowS.normalise(KeyKind.SM2, high));
        refuses(KeyKind.SM2, signature(KeyKind.SM2, n, BigInteger.ONE));
        refuses(KeyKind.SM2, signature(KeyKind.SM2, BigInteger.ONE, BigInteger.ZERO));
    }
}
