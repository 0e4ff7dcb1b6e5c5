package org.sealpost.anchor.evm;

import java.io.IOException;
import java.math.BigInteger;
import java.util.HexFormat;
import org.sealpost.anchor.ForeignWords;

/// The two spellings of JSON-RPC (Ethereum execution API): byte strings and quantities. What a node sends is checked.
final class Hex {
    private Hex() {}

    static String of(byte[] bytes) {
        return "0x" + HexFormat.of().formatHex(bytes);
    }

    static String quantity(long value) {
        return "0x" + Long.toHexString(value);
    }

    static String quantity(BigInteger value) {
        return "0x" + value.toString(16);
    }

    static byte[] bytes(String text) throws IOException {
        try {
            if (text.startsWith("0x")) return HexFormat.of().parseHex(text, 2, text.length());
        } catch (IllegalArgumentException e) {
            // falls to the sentence below
        }
        throw new IOException("expected hex digits behind 0x, found \"" + shortened(text) + "\"");
    }

    /// A number of at most 256 bits.
    static BigInteger number(String text) throws IOException {
        if (!text.matches("0x[0-9a-fA-F]{1,64}")) {
            throw new IOException("expected a quantity, found \"" + shortened(text) + "\"");
        }
        return new BigInteger(text.substring(2), 16);
    }

    /// A number from 0 to 2^63−1.
    static long small(String text) throws IOException {
        var value = number(text);
        if (value.bitLength() > 63) throw new IOException("quantity too large: " + text);
        return value.longValue();
    }

    private static String shortened(String text) {
        return ForeignWords.shortened(text.length() <= 40 ? text : text.substring(0, 40) + "…");
    }
}
