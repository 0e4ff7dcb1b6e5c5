package org.sealpost.merkle;

import java.util.Arrays;
import java.util.HexFormat;

/// A hash (SHA-256 or SM3), 32 bytes that nobody can change.
public final class Hash {
    public static final int SIZE = 32;

    private final byte[] value;

    private Hash(byte[] value) {
        this.value = value;
    }

    /// @param value 32 bytes, copied
    public static Hash of(byte[] value) {
        return of(value, 0, value.length);
    }

    /// Copies 32 bytes out of a larger array.
    public static Hash of(byte[] source, int offset) {
        return of(source, offset, SIZE);
    }

    /// @param hex 64 hex digits
    /// @throws IllegalArgumentException if it is anything else
    public static Hash ofHex(String hex) {
        return of(HexFormat.of().parseHex(hex));
    }

    /// Takes the array over without a copy; the caller forgets it.
    static Hash owning(byte[] value) {
        return new Hash(value);
    }

    public byte[] toBytes() {
        return value.clone();
    }

    /// 64 lower-case hex digits.
    public String hex() {
        return HexFormat.of().formatHex(value);
    }

    public void writeTo(byte[] target, int offset) {
        System.arraycopy(value, 0, target, offset, SIZE);
    }

    byte[] shared() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash that && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return hex();
    }

    private static Hash of(byte[] source, int offset, int count) {
        if (count != SIZE) throw new IllegalArgumentException("a hash has 32 bytes, not " + count);
        return new Hash(Arrays.copyOfRange(source, offset, offset + count));
    }
}
