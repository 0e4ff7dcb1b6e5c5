package org.sealpost.evidence.anchor.evm;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;
import org.sealpost.merkle.Hash;

/// Tells from a signature which account signed (SEC 1 §4.1.6), as EVM chains do.
final class Secp256k1 {
    static final int SEAL_SIZE = 65;
    private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256k1");
    private static final BigInteger ORDER = CURVE.getN();
    private static final BigInteger HALF_ORDER = ORDER.shiftRight(1);

    private Secp256k1() {}

    /// The account's address, 40 lower-case hex digits; empty if it is nobody's signature in its one form: s ≤
    /// n/2.
    ///
    /// @param seal r ‖ s ‖ parity of the y of the point that r stands for, 0 or 1
    static Optional<String> signer(Hash digest, byte[] seal) {
        if (seal.length != SEAL_SIZE || (seal[64] & 0xfe) != 0) return Optional.empty();
        var r = new BigInteger(1, seal, 0, 32);
        var s = new BigInteger(1, seal, 32, 32);
        if (r.signum() == 0 || r.compareTo(ORDER) >= 0) return Optional.empty();
        if (s.signum() == 0 || s.compareTo(HALF_ORDER) > 0) return Optional.empty();
        return point(seal).flatMap(commitment -> {
            var inverse = r.modInverse(ORDER);
            var z = new BigInteger(1, digest.toBytes());
            var key = ECAlgorithms.sumOfTwoMultiplies(
                            CURVE.getG(),
                            z.negate().multiply(inverse).mod(ORDER),
                            commitment,
                            s.multiply(inverse).mod(ORDER))
                    .normalize();
            return key.isInfinity() ? Optional.empty() : Optional.of(address(key));
        });
    }

    /// The same account's signature with s ≤ n/2; as it is where it has that already, or is nobody's.
    static byte[] lowForm(byte[] seal) {
        var s = new BigInteger(1, seal, 32, 32);
        if (s.compareTo(HALF_ORDER) <= 0 || s.compareTo(ORDER) >= 0) return seal;
        var low = seal.clone();
        System.arraycopy(BigIntegers.asUnsignedByteArray(32, ORDER.subtract(s)), 0, low, 32, 32);
        low[64] ^= 1;
        return low;
    }

    private static Optional<ECPoint> point(byte[] seal) {
        var compressed = new byte[33];
        compressed[0] = (byte) (2 + seal[64]);
        System.arraycopy(seal, 0, compressed, 1, 32);
        try {
            return Optional.of(CURVE.getCurve().decodePoint(compressed));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // r is the x of no point
        }
    }

    private static String address(ECPoint key) {
        var xAndY = Arrays.copyOfRange(key.getEncoded(false), 1, 65);
        return HexFormat.of().formatHex(Keccak256.of(xAndY).toBytes(), 12, 32);
    }
}
