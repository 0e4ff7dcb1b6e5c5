package org.sealpost.record;

import java.util.Arrays;

/// What was handed over, as received (docs/formats.md §3.3).
///
/// @param mediaType 1 to 255 characters
/// @param payload   owned by this value from here on: neither side changes it
public record Content(String mediaType, byte[] payload) {
    public static final String UNKNOWN_TYPE = "application/octet-stream";

    public Content {
        if (!Source.hasCharacters(mediaType, 1, 255)) {
            throw new IllegalArgumentException("media type: 1 to 255 characters");
        }
    }

    public byte[] encode() {
        return write(new CborWriter(payload.length + mediaType.length() + 16)).toBytes();
    }

    CborWriter write(CborWriter out) {
        return out.map(2).integer(1).text(mediaType).integer(2).bytes(payload);
    }

    public static Content parse(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        try {
            var content =
                    new Content(in.mapOf(2).expect(1).text(1020), in.expect(2).bytes(Integer.MAX_VALUE));
            in.end();
            return content;
        } catch (IllegalArgumentException e) {
            throw new CborMalformed(0, e.getMessage());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Content that
                && mediaType.equals(that.mediaType)
                && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(payload);
    }
}
