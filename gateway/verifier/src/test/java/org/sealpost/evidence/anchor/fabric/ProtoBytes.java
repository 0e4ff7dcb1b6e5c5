package org.sealpost.evidence.anchor.fabric;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Writes messages of protocol buffers; shares nothing with the reader.
final class ProtoBytes {
    private ProtoBytes() {}

    static byte[] message(byte[]... fields) {
        var out = new ByteArrayOutputStream();
        for (var field : fields) out.writeBytes(field);
        return out.toByteArray();
    }

    static byte[] field(int number, byte[] value) {
        return message(varint(number << 3 | 2), varint(value.length), value);
    }

    static byte[] field(int number, String value) {
        return field(number, value.getBytes(StandardCharsets.UTF_8));
    }

    /// As proto3 has it: what is 0 does not stand there.
    static byte[] field(int number, long value) {
        return value == 0 ? new byte[0] : message(varint((long) number << 3), varint(value));
    }

    static byte[] entry(int map, String key, byte[] value) {
        return field(map, message(field(1, key), field(2, value)));
    }

    static byte[] varint(long value) {
        var out = new ByteArrayOutputStream();
        long left = value;
        while ((left & ~0x7fL) != 0) {
            out.write((int) (left & 0x7f | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
        return out.toByteArray();
    }
}
