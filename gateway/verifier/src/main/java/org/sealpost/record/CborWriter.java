package org.sealpost.record;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes deterministic CBOR (RFC 8949 §4.2.1), the subset of docs/formats.md §1.
///
/// The caller writes map keys in their order; the writer cannot check that, [CborReader] does. Not thread-safe.
public final class CborWriter {
    /// More than this is not kept for what is written after [#clear].
    private static final int KEPT_BYTES = 64 << 10;

    private byte[] buffer;
    private int length;

    public CborWriter() {
        this(256);
    }

    /// @param capacity bytes to begin with; the buffer grows
    public CborWriter(int capacity) {
        buffer = new byte[Math.max(16, capacity)];
    }

    /// Any integer of 64 bits, signed.
    public CborWriter integer(long value) {
        return value >= 0 ? head(0, value) : head(1, -1 - value);
    }

    /// An integer from 0 to 2^64−1, given as the bits of a long.
    public CborWriter unsigned(long bits) {
        return head(0, bits);
    }

    public CborWriter bytes(byte[] value) {
        return bytes(value, 0, value.length);
    }

    public CborWriter bytes(byte[] value, int offset, int count) {
        head(2, count);
        return raw(value, offset, count);
    }

    public CborWriter text(String value) {
        var utf8 = value.getBytes(StandardCharsets.UTF_8);
        head(3, utf8.length);
        return raw(utf8, 0, utf8.length);
    }

    public CborWriter array(int count) {
        return head(4, count);
    }

    public CborWriter map(int count) {
        return head(5, count);
    }

    public CborWriter tag(int number) {
        return head(6, number);
    }

    public CborWriter bool(boolean value) {
        return one(value ? 0xf5 : 0xf4);
    }

    public CborWriter nil() {
        return one(0xf6);
    }

    /// An item that is encoded already.
    public CborWriter item(byte[] encoded) {
        return raw(encoded, 0, encoded.length);
    }

    public byte[] toBytes() {
        return Arrays.copyOf(buffer, length);
    }

    /// Begins anew, in the same buffer unless a large item has made it large.
    CborWriter clear() {
        if (buffer.length > KEPT_BYTES) buffer = new byte[256];
        length = 0;
        return this;
    }

    int size() {
        return length;
    }

    /// The writer's own buffer, of which [#size] bytes are written; good until the next call.
    byte[] shared() {
        return buffer;
    }

    private CborWriter head(int major, long value) {
        int type = major << 5;
        if (Long.compareUnsigned(value, 24) < 0) return one(type | (int) value);
        if (Long.compareUnsigned(value, 0xffL) <= 0) return one(type | 24).bigEndian(value, 1);
        if (Long.compareUnsigned(value, 0xffffL) <= 0) return one(type | 25).bigEndian(value, 2);
        if (Long.compareUnsigned(value, 0xffff_ffffL) <= 0)
            return one(type | 26).bigEndian(value, 4);
        return one(type | 27).bigEndian(value, 8);
    }

    private CborWriter bigEndian(long value, int count) {
        grow(count);
        for (int shift = (count - 1) * 8; shift >= 0; shift -= 8) buffer[length++] = (byte) (value >>> shift);
        return this;
    }

    private CborWriter one(int value) {
        grow(1);
        buffer[length++] = (byte) value;
        return this;
    }

    /// Bytes as they are.
    CborWriter raw(byte[] value, int offset, int count) {
        grow(count);
        System.arraycopy(value, offset, buffer, length, count);
        length += count;
        return this;
    }

    private void grow(int count) {
        if (buffer.length - length < count) {
            buffer = Arrays.copyOf(buffer, Math.max(Math.addExact(length, count), buffer.length * 2));
        }
    }
}
