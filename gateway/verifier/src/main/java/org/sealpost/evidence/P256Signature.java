package org.sealpost.evidence;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/// An ECDSA signature (r, s) with P-256, of any content: whether it holds is for [P256Key] to say.
public final class P256Signature {
    public static final int SIZE = 64;
    static final BigInteger ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    private static final BigInteger HALF_ORDER = ORDER.shiftRight(1);

    private final BigInteger r;
    private final BigInteger s;

    private P256Signature(BigInteger r, BigInteger s) {
        this.r = r;
        this.s = s;
    }

    /// @param raw r‖s, 64 bytes, big-endian, as COSE and PKCS#11 have it
    /// @throws IllegalArgumentException if it has another length
    public static P256Signature ofRaw(byte[] raw) {
        if (raw.length != SIZE) throw new IllegalArgumentException("a signature has 64 bytes, not " + raw.length);
        return new P256Signature(
                new BigInteger(1, Arrays.copyOf(raw, 32)), new BigInteger(1, Arrays.copyOfRange(raw, 32, 64)));
    }

    /// Reads SEQUENCE { r INTEGER, s INTEGER } in its one DER encoding, or answers nothing.
    public static Optional<P256Signature> ofDer(byte[] der) {
        if (der.length < 8 || der.length > 72 || der[0] != 0x30 || der[1] != der.length - 2) return Optional.empty();
        int rLength = der[3];
        if (rLength < 1 || rLength > 33 || 4 + rLength + 2 >= der.length) return Optional.empty();
        int sLength = der[5 + rLength];
        if (sLength < 1 || sLength > 33) return Optional.empty();
        // Comparing with our own encoding leaves no room for a second spelling, or for negative numbers.
        var r = new BigInteger(1, der, 4, rLength);
        int left = der.length - 6 - rLength;
        var s = new BigInteger(1, der, 6 + rLength, Math.min(sLength, left));
        if (r.bitLength() > 256 || s.bitLength() > 256) return Optional.empty();
        var signature = new P256Signature(r, s);
        return Arrays.equals(signature.der(), der) ? Optional.of(signature) : Optional.empty();
    }

    /// r‖s, 64 bytes.
    public byte[] raw() {
        var raw = new byte[SIZE];
        put(r, raw, 32);
        put(s, raw, 64);
        return raw;
    }

    /// SEQUENCE { r INTEGER, s INTEGER }.
    public byte[] der() {
        var rBytes = r.toByteArray();
        var sBytes = s.toByteArray();
        var der = new byte[6 + rBytes.length + sBytes.length];
        der[0] = 0x30;
        der[1] = (byte) (der.length - 2);
        der[2] = 0x02;
        der[3] = (byte) rBytes.length;
        System.arraycopy(rBytes, 0, der, 4, rBytes.length);
        der[4 + rBytes.length] = 0x02;
        der[5 + rBytes.length] = (byte) sBytes.length;
        System.arraycopy(sBytes, 0, der, 6 + rBytes.length, sBytes.length);
        return der;
    }

    /// The form with s ≤ n/2 of the same signature. Tokens return either; only this one is accepted from us.
    public P256Signature withLowS() {
        return s.compareTo(HALF_ORDER) > 0 && s.compareTo(ORDER) < 0 ? new P256Signature(r, ORDER.subtract(s)) : this;
    }

    boolean isLowS() {
        return s.compareTo(HALF_ORDER) <= 0;
    }

    boolean isInRange() {
        return r.signum() > 0 && s.signum() > 0 && r.compareTo(ORDER) < 0 && s.compareTo(ORDER) < 0;
    }

    private static void put(BigInteger number, byte[] target, int end) {
        var bytes = number.toByteArray();
        int count = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - count, target, end - count, count);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof P256Signature that && r.equals(that.r) && s.equals(that.s);
    }

    @Override
    public int hashCode() {
        return r.hashCode() ^ s.hashCode();
    }
}
