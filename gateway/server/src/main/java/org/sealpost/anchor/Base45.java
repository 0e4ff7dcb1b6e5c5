package org.sealpost.anchor;

import java.io.ByteArrayOutputStream;
import org.sealpost.record.CborMalformed;

/// Bytes in the characters that a QR code packs most densely after digits (RFC 9285): two bytes in three.
final class Base45 {
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    private static final int BASE = 45;

    private Base45() {}

    static String encode(byte[] bytes) {
        var text = new StringBuilder(bytes.length / 2 * 3 + 2);
        int at = 0;
        for (; at + 1 < bytes.length; at += 2) {
            int pair = (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
            append(append(append(text, pair), pair / BASE), pair / BASE / BASE);
        }
        if (at < bytes.length) append(append(text, bytes[at] & 0xff), (bytes[at] & 0xff) / BASE);
        return text.toString();
    }

    private static StringBuilder append(StringBuilder text, int value) {
        return text.append(ALPHABET.charAt(value % BASE));
    }

    /// @throws CborMalformed if it is no such text, at the character that tells
    static byte[] decode(String text) throws CborMalformed {
        var bytes = new ByteArrayOutputStream(text.length() / 3 * 2 + 1);
        for (int at = 0; at < text.length(); at += 3) {
            int left = text.length() - at;
            if (left == 1) throw malformed(at);
            int value = digit(text, at) + BASE * digit(text, at + 1);
            if (left > 2) value += BASE * BASE * digit(text, at + 2);
            if (value > (left > 2 ? 0xffff : 0xff)) throw malformed(at);
            if (left > 2) bytes.write(value >>> 8);
            bytes.write(value);
        }
        return bytes.toByteArray();
    }

    private static int digit(String text, int at) throws CborMalformed {
        int digit = ALPHABET.indexOf(text.charAt(at));
        if (digit < 0) throw malformed(at);
        return digit;
    }

    private static CborMalformed malformed(int at) {
        return new CborMalformed(at, "no base45");
    }
}
