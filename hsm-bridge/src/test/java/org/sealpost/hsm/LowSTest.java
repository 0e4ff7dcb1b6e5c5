package org.sealpost.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LowSTest {

    @ParameterizedTest
    @EnumSource(names = {"P256", "SECP256K1"})
    void ofTwoFormsOnlyTheLowOneComesOut(KeyKind kind) {
        BigInteger n = order(kind);
        BigInteger half = n.shiftRight(1);
        BigInteger[] lows = {
            BigInteger.ONE, BigInteger.TWO, half.subtract(BigInteger.ONE), half, BigInteger.ONE.shiftLeft(100)
        };
        for (BigInteger s : lows) {
            byte[] low = signature(BigInteger.TEN, s);
            assertSame(low, LowS.normalise(kind, low));
            assertArrayEquals(low, LowS.normalise(kind, signature(BigInteger.TEN, n.subtract(s))));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"P256", "SECP256K1"})
    void whatIsNoSignatureIsRefused(KeyKind kind) {
        BigInteger n = order(kind);
        BigInteger one = BigInteger.ONE;
        refuses(kind, signature(BigInteger.ZERO, one));
        refuses(kind, signature(one, BigInteger.ZERO));
        refuses(kind, signature(n, one));
        refuses(kind, signature(one, n));
        refuses(kind, new byte[0]);
        refuses(kind, new byte[63]);
        refuses(kind, new byte[72]);
    }

    private static void refuses(KeyKind kind, byte[] bytes) {
        assertThrows(IllegalArgumentException.class, () -> LowS.normalise(kind, bytes));
    }

    private static BigInteger order(KeyKind kind) {
        return CustomNamedCurves.getByName(kind == KeyKind.P256 ? "secp256r1" : "secp256k1")
                .getN();
    }

    private static byte[] signature(BigInteger r, BigInteger s) {
        byte[] both = new byte[64];
        put(r, both, 32);
        put(s, both, 64);
        return both;
    }

    private static void put(BigInteger value, byte[] target, int end) {
        byte[] bytes = value.toByteArray();
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, target, end - length, length);
    }
}
