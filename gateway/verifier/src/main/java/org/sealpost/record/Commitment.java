package org.sealpost.record;

import java.util.Arrays;
import java.util.HexFormat;

/// What a leaf says of its body: 32 bytes that bind every slot and give away none (docs/formats.md §3).
public final class Commitment {
    public static final int SIZE = 32;

    private final byte[] value;

    private Commitment(byte[] value) {
        this.value = value;
    }

    public static Commitment of(byte[] value) {
        if (value.length != SIZE) throw new IllegalArgumentException("a commitment has 32 bytes, not " + value.length);
        return new Commitment(value.clone());
    }

    /// Takes the array over without a copy; the caller forgets it.
    static Commitment owning(byte[] value) {
        return new Commitment(value);
    }

    public byte[] toBytes() {
        return value.clone();
    }

    byte[] shared() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Commitment that && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(value);
    }
}
