package org.sealpost.evidence.anchor.evm;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.sealpost.merkle.Hash;

/// An account that seals blocks, its key made from a number.
final class TestValidator {
    private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256k1");

    private final BigInteger secret;
    private final String address;

    TestValidator(int number) {
        secret = BigInteger.valueOf(number).add(BigInteger.ONE.shiftLeft(222));
        var point =
                new FixedPointCombMultiplier().multiply(CURVE.getG(), secret).getEncoded(false);
        var hash = Keccak256.of(Arrays.copyOfRange(point, 1, 65)).toBytes();
        address = HexFormat.of().formatHex(hash, 12, 32);
    }

    String address() {
        return address;
    }

    byte[] addressBytes() {
        return HexFormat.of().parseHex(address);
    }

    /// r ‖ s ‖ parity, with the low s.
    byte[] seal(Hash digest) {
        var n = CURVE.getN();
        var z = new BigInteger(1, digest.toBytes());
        var nonces = new HMacDSAKCalculator(new SHA256Digest());
        nonces.init(n, secret, digest.toBytes());
        var k = nonces.nextK();
        var commitment =
                new FixedPointCombMultiplier().multiply(CURVE.getG(), k).normalize();
        var r = commitment.getAffineXCoord().toBigInteger().mod(n);
        var s = k.modInverse(n).multiply(z.add(r.multiply(secret))).mod(n);
        boolean odd = commitment.getAffineYCoord().testBitZero();
        boolean high = s.compareTo(n.shiftRight(1)) > 0;
        return HexFormat.of().parseHex("%064x%064x0%d".formatted(r, high ? n.subtract(s) : s, odd ^ high ? 1 : 0));
    }

    /// The second valid form of a seal: (r, n−s) with the other parity.
    static byte[] highS(byte[] seal) {
        var s = CURVE.getN().subtract(new BigInteger(1, seal, 32, 32));
        return HexFormat.of().parseHex(HexFormat.of().formatHex(seal, 0, 32) + "%064x0%d".formatted(s, 1 - seal[64]));
    }
}
