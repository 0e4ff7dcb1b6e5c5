package org.sealpost.lodging;

import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// What a chaincode is asked to publish (docs/formats.md §26), of any content: what of it is good is for the rules to
/// say.
///
/// @param origin    1 to 512 bytes in UTF-8
/// @param number    and kind, first, count: the bits of unsigned numbers
/// @param firstKey  SPKI, 91 bytes
/// @param signature 64 bytes
public record PublicationRequest(
        String origin,
        byte[] firstKey,
        long number,
        long kind,
        long first,
        long count,
        byte[] content,
        byte[] signature) {
    /// Larger ones are not looked at.
    public static final int MAX_SIZE_BYTES = 65_536;

    private static final String KIND = "sealpost-publishing";
    private static final int VERSION = 1;
    private static final int MAX_ORIGIN_BYTES = 512;
    private static final int SPKI_SIZE = 91;
    private static final int SIGNATURE_SIZE = 64;

    public PublicationRequest {
        firstKey = firstKey.clone();
        content = content.clone();
        signature = signature.clone();
    }

    public static PublicationRequest of(SignedPublication signed) {
        var said = signed.publication();
        return new PublicationRequest(
                said.origin().name(),
                said.firstKey(),
                said.number(),
                said.kind().code(),
                said.first(),
                said.count(),
                said.content(),
                signed.signature());
    }

    /// @throws CborMalformed if it is none
    public static PublicationRequest read(byte[] bytes) throws CborMalformed {
        if (bytes.length > MAX_SIZE_BYTES) throw new CborMalformed(0, bytes.length + " bytes");
        var in = new CborReader(bytes).arrayOf(10).expect(KIND).expect(VERSION);
        var request = new PublicationRequest(
                in.text(MAX_ORIGIN_BYTES),
                in.fixed(SPKI_SIZE),
                in.unsignedBits(),
                in.unsignedBits(),
                in.unsignedBits(),
                in.unsignedBits(),
                in.bytes(MAX_SIZE_BYTES),
                in.fixed(SIGNATURE_SIZE));
        in.end();
        return request;
    }

    public byte[] toBytes() {
        var out = new CborWriter(512 + content.length).array(10).text(KIND).integer(VERSION);
        out.text(origin)
                .bytes(firstKey)
                .unsigned(number)
                .unsigned(kind)
                .unsigned(first)
                .unsigned(count);
        return out.bytes(content).bytes(signature).toBytes();
    }

    @Override
    public byte[] firstKey() {
        return firstKey.clone();
    }

    @Override
    public byte[] content() {
        return content.clone();
    }

    @Override
    public byte[] signature() {
        return signature.clone();
    }
}
