package org.sealpost.record;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Who handed a record over (docs/formats.md §3.1).
///
/// @param client         1 to 128 characters
/// @param idempotencyKey 1 to 255 characters, the client's own
/// @param where          path or topic as received, at most 1,024 bytes in UTF-8
public record Source(String client, Optional<String> idempotencyKey, String where) {
    public Source {
        if (!hasCharacters(client, 1, 128)) throw new IllegalArgumentException("client: 1 to 128 characters");
        if (idempotencyKey.isPresent() && !isKey(idempotencyKey.get())) {
            throw new IllegalArgumentException("idempotency key: 1 to 255 characters");
        }
        if (where.getBytes(StandardCharsets.UTF_8).length > 1024) {
            throw new IllegalArgumentException("where: at most 1024 bytes");
        }
    }

    /// Whether this can be an idempotency key.
    public static boolean isKey(String key) {
        return hasCharacters(key, 1, 255);
    }

    /// Whether a text has so many characters, which are code points (docs/formats.md §1), not units of UTF-16.
    static boolean hasCharacters(String text, int min, int max) {
        int count = text.codePointCount(0, text.length());
        return count >= min && count <= max;
    }

    public byte[] encode() {
        return write(new CborWriter(128)).toBytes();
    }

    CborWriter write(CborWriter out) {
        out.map(3).integer(1).text(client).integer(2);
        if (idempotencyKey.isPresent()) out.text(idempotencyKey.get());
        else out.nil();
        return out.integer(3).text(where);
    }

    public static Source parse(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        try {
            var client = in.mapOf(3).expect(1).text(512);
            in.expect(2);
            Optional<String> key = in.nil() ? Optional.empty() : Optional.of(in.text(1020));
            var source = new Source(client, key, in.expect(3).text(1024));
            in.end();
            return source;
        } catch (IllegalArgumentException e) {
            throw new CborMalformed(0, e.getMessage());
        }
    }
}
