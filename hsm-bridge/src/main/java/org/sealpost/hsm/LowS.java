package org.sealpost.hsm;

import java.math.BigInteger;
import java.util.Arrays;

/// ECDSA's second valid form removed: of (r, s) and (r, n−s) the one with the smaller s.
final class LowS {
    private static final BigInteger P256_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    private static final BigInteger SECP256K1_ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    private static final BigInteger P384_ORDER = new BigInteger(
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16);
    private static final BigInteger SM2_ORDER =
            new BigInteger("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123", 16);

    private LowS() {}

    /// The signature in its low form; r ‖ s goes in and comes out. What has only one form is left alone: SM2, whose
    /// r depends on s, and the kinds whose signatures are no pair of numbers.
    ///
    /// @throws IllegalArgumentException if it is no signature: wrong size, or r or s not within 1 to n−1
    static byte[] normalise(KeyKind kind, byte[] signature) {
        if (signature.length != kind.signatureBytes()) {
            throw new IllegalArgumentException(
                    "a signature of " + signature.length + " bytes instead of " + kind.signatureBytes());
        }
        if (!kind.isEcdsa() && kind != KeyKind.SM2) {
            return signature;
        }
        int half = signature.length / 2;
        BigInteger order = order(kind);
        BigInteger r = new BigInteger(1, Arrays.copyOfRange(signature, 0, half));
        BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, half, 2 * half));
        if (r.signum() == 0 || s.signum() == 0 || r.compareTo(order) >= 0 || s.compareTo(order) >= 0) {
            throw new IllegalArgumentException("a signature whose r or s is not within the group's order");
        }
        if (!kind.isEcdsa() || s.compareTo(order.shiftRight(1)) <= 0) {
            return signature;
        }
        byte[] low = signature.clone();
        write(order.subtract(s), low, half, half);
        return low;
    }

    /// The order of the curve's group; for [KeyKind#isEcdsa] and SM2 only.
    static BigInteger order(KeyKind kind) {
        return switch (kind) {
            case P256 -> P256_ORDER;
            case SECP256K1 -> SECP256K1_ORDER;
            case P384 -> P384_ORDER;
            case SM2 -> SM2_ORDER;
            default -> throw new IllegalArgumentException(kind + " has no curve with two numbers in a signature");
        };
    }

    /// Writes a number that is smaller than 2^(8·size) into `size` bytes.
    static void write(BigInteger value, byte[] target, int at, int size) {
        byte[] bytes = value.toByteArray();
        int length = Math.min(bytes.length, size);
        Arrays.fill(target, at, at + size, (byte) 0);
        System.arraycopy(bytes, bytes.length - length, target, at + size - length, length);
    }
}
