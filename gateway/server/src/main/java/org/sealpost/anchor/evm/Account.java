package org.sealpost.anchor.evm;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.TokenSetback;

/// An account on a chain, its secp256k1 key in the token.
final class Account {
    private static final byte[] SPKI_PREFIX =
            HexFormat.of().parseHex("3056301006072a8648ce3d020106052b8104000a03420004");
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final org.bouncycastle.asn1.x9.X9ECParameters CURVE = CustomNamedCurves.getByName("secp256k1");

    private final SigningKey key;
    private final byte[] point;
    private final Address address;

    /// @throws IllegalArgumentException if it is no key on secp256k1
    Account(SigningKey key) {
        byte[] spki = key.spki();
        if (spki.length != SPKI_PREFIX.length + 64
                || !Arrays.equals(spki, 0, SPKI_PREFIX.length, SPKI_PREFIX, 0, SPKI_PREFIX.length)) {
            throw new IllegalArgumentException("an account on an EVM chain needs a secp256k1 key");
        }
        this.key = key;
        this.point = Arrays.copyOfRange(spki, SPKI_PREFIX.length, spki.length);
        this.address = Address.ofPoint(point);
    }

    /// @param parity of the y of the point that r stands for; with it the sender is recovered from the signature
    record Signature(BigInteger r, BigInteger s, int parity) {}

    Address address() {
        return address;
    }

    boolean hasSigned(Transaction.Signed signed) {
        var signature = signed.signature();
        return isOurs(signed.transaction().digest(), signature.r, signature.s, signature.parity);
    }

    /// Waits for the token.
    Signature sign(byte[] digest) throws AnchorageSetback {
        byte[] raw = await(digest);
        var r = new BigInteger(1, Arrays.copyOfRange(raw, 0, 32));
        var s = new BigInteger(1, Arrays.copyOfRange(raw, 32, 64));
        if (s.compareTo(CURVE.getN().shiftRight(1)) > 0) {
            throw new IllegalStateException("the token's binding promised a low s"); // EIP-2: nodes would refuse it
        }
        for (int parity = 0; parity < 2; parity++) {
            if (isOurs(digest, r, s, parity)) return new Signature(r, s, parity);
        }
        throw new IllegalStateException("the token's signature is not by the key of account " + address);
    }

    private byte[] await(byte[] digest) throws AnchorageSetback {
        try {
            return key.sign(digest, DEADLINE).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AnchorageSetback("interrupted while account " + address + " signs", "none needed", e);
        } catch (ExecutionException e) {
            String remedy = e.getCause() instanceof TokenSetback setback
                    ? setback.remedy()
                    : "look at the state of the token; it is asked again";
            throw new AnchorageSetback(
                    "account " + address + " cannot sign: " + e.getCause().getMessage(), remedy, e);
        }
    }

    /// SEC 1 §4.1.6: the key for which this signature would be valid, compared with ours. That r plus the group's order
    /// is still below the field's has a chance of 2^-127 and is not looked at.
    private boolean isOurs(byte[] digest, BigInteger r, BigInteger s, int parity) {
        var compressed = new byte[33];
        compressed[0] = (byte) (2 + parity);
        byte[] x = r.toByteArray();
        int length = Math.min(x.length, 32);
        System.arraycopy(x, x.length - length, compressed, 33 - length, length);
        ECPoint commitment;
        try {
            commitment = CURVE.getCurve().decodePoint(compressed);
        } catch (IllegalArgumentException e) {
            return false;
        }
        var n = CURVE.getN();
        var inverse = r.modInverse(n);
        var u1 = new BigInteger(1, digest).negate().multiply(inverse).mod(n);
        var u2 = s.multiply(inverse).mod(n);
        var found = ECAlgorithms.sumOfTwoMultiplies(CURVE.getG(), u1, commitment, u2)
                .normalize();
        if (found.isInfinity()) return false;
        byte[] encoded = found.getEncoded(false);
        return Arrays.equals(encoded, 1, 65, point, 0, 64);
    }
}
