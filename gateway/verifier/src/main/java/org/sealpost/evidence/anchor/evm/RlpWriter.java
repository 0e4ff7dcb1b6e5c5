package org.sealpost.evidence.anchor.evm;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/// Writes recursive length prefix (Ethereum yellow paper, appendix B).
public final class RlpWriter {
    private RlpWriter() {}

    /// A byte string.
    public static byte[] bytes(byte[] value) {
        if (value.length == 1 && value[0] >= 0) return value;
        return prefixed(0x80, value);
    }

    /// A number without leading zeros; zero is the empty string.
    public static byte[] number(BigInteger value) {
        if (value.signum() < 0) throw new IllegalArgumentException("negative number " + value);
        byte[] twos = value.toByteArray();
        return bytes(twos[0] == 0 ? Arrays.copyOfRange(twos, 1, twos.length) : twos);
    }

    public static byte[] number(long value) {
        return number(BigInteger.valueOf(value));
    }

    /// @param items encoded already
    public static byte[] list(byte[]... items) {
        return list(List.of(items));
    }

    /// @param items encoded already
    public static byte[] list(List<byte[]> items) {
        var content = new ByteArrayOutputStream();
        for (byte[] item : items) content.writeBytes(item);
        return prefixed(0xc0, content.toByteArray());
    }

    private static byte[] prefixed(int offset, byte[] content) {
        var out = new ByteArrayOutputStream(content.length + 5);
        if (content.length < 56) {
            out.write(offset + content.length);
        } else {
            byte[] length = BigInteger.valueOf(content.length).toByteArray();
            int from = length[0] == 0 ? 1 : 0;
            out.write(offset + 55 + length.length - from);
            out.write(length, from, length.length - from);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }
}
