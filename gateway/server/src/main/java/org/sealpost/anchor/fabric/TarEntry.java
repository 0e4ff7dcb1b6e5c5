package org.sealpost.anchor.fabric;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// A file in an archive of the format ustar (POSIX.1-1988): of nobody, and of no time, so that the same
/// content is the same bytes.
///
/// @param header of 512 bytes
record TarEntry(byte[] header, byte[] content) {
    static final int BLOCK = 512;

    private static final int MAX_NAME_LENGTH = 99;
    private static final int CHECKSUM = 148;

    /// @param name ASCII, at most 99 bytes
    static TarEntry of(String name, byte[] content) {
        if (name.length() > MAX_NAME_LENGTH)
            throw new IllegalArgumentException("a name of " + name.length() + " bytes");
        var header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000644\0" + "0000000\0" + "0000000\0");
        put(header, 124, octal(content.length, 11) + "\0" + octal(0, 11) + "\0");
        put(header, CHECKSUM, "        "); // counts as blanks
        put(header, 156, "0" + "\0".repeat(100) + "ustar\0" + "00");
        int sum = 0;
        for (byte each : header) sum += each & 0xff;
        put(header, CHECKSUM, octal(sum, 6) + "\0 ");
        return new TarEntry(header, content);
    }

    void write(OutputStream out) throws IOException {
        out.write(header);
        out.write(Arrays.copyOf(content, (content.length + BLOCK - 1) / BLOCK * BLOCK));
    }

    private static String octal(int value, int digits) {
        return String.format(Locale.ROOT, "%0" + digits + "o", value);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
