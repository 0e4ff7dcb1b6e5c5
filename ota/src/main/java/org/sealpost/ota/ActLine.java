package org.sealpost.ota;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/// How a line of the file `acts` is framed: 8 hex digits CRC-32C, a blank, the JSON object, a line feed.
final class ActLine {
    static final int MAX_SIZE_BYTES = 16 << 10;

    private static final int JSON_OFFSET = 9;
    private static final HexFormat HEX = HexFormat.of();

    private ActLine() {}

    /// The line with its feed.
    static byte[] of(String json) {
        var body = json.getBytes(StandardCharsets.UTF_8);
        if (JSON_OFFSET + body.length + 1 > MAX_SIZE_BYTES) {
            throw new IllegalArgumentException("an act is at most " + MAX_SIZE_BYTES + " bytes");
        }
        if (json.indexOf('\n') >= 0) throw new IllegalArgumentException("an act is one line");
        var line = new byte[JSON_OFFSET + body.length + 1];
        var checksum = HEX.toHexDigits(checksum(body, 0)).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(checksum, 0, line, 0, 8);
        line[8] = ' ';
        System.arraycopy(body, 0, line, JSON_OFFSET, body.length);
        line[line.length - 1] = '\n';
        return line;
    }

    /// The JSON of a line without its feed; empty if it is not what was written.
    static Optional<String> json(byte[] line) {
        if (line.length <= JSON_OFFSET || line[8] != ' ') return Optional.empty();
        var checksum = new String(line, 0, 8, StandardCharsets.US_ASCII);
        if (!checksum.equals(HEX.toHexDigits(checksum(line, JSON_OFFSET)))) return Optional.empty();
        return Optional.of(new String(line, JSON_OFFSET, line.length - JSON_OFFSET, StandardCharsets.UTF_8));
    }

    private static int checksum(byte[] bytes, int from) {
        var crc = new CRC32C();
        crc.update(bytes, from, bytes.length - from);
        return (int) crc.getValue();
    }
}
