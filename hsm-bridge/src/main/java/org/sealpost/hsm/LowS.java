package org.sealpost.hsm;

import java.math.BigInteger;
import java.util.Arrays;

/// ECDSA's second valid form removed: of (r, s) and (r, n−s) the one with the smaller s.
final class LowS {
    private static final BigInteger P256_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    private static final BigInteger SECP256K1_ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    private static final int HALF = 32;

    private LowS() {}

    /// The signature in its low form; r ‖ s of 64 bytes goes in and comes out. Ed25519 has only one form and is
    /// left alone.
    ///
    /// @throws IllegalArgumentException if it is no signature: wrong size, or r or s not within 1 to n−1
    static byte[] normalise(KeyKind kind, byte[] signature) {
        if (signature.length != 2 * HALF) {
            throw new IllegalArgumentException("a signature of " + signature.length + " bytes instead of 64");
        }
        if (!kind.isEcdsa()) {
            return signature;
        }
        BigInteger order = kind == KeyKind.P256 ? P256_ORDER : SECP256K1_ORDER;
        BigInteger r = new BigInteger(1, Arrays.copyOfRange(signature, 0, HALF));
        BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, HALF, 2 * HALF));
        if (r.signum() == 0 || s.signum() == 0 || r.compareTo(order) >= 0 || s.compareTo(order) >= 0) {
            throw new IllegalArgumentException("a signature whose r or s is not within the group's order");
        }
        if (s.compareTo(order.shiftRight(1)) <= 0) {
            return signature;
        }
        byte[] low = signature.clone();
        byte[] flipped = order.subtract(s).toByteArray();
        Arrays.fill(low, HALF, 2 * HALF, (byte) 0);
        int length = Math.min(flipped.length, HALF);
        System.arraycopy(flipped, flipped.length - length, low, 2 * HALF - length, length);
        return low;
    }
}
