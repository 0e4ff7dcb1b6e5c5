package org.sealpost.lodging;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.sealpost.merkle.Hash;
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

    /// Of one whose content comes beside it.
    private static final int WITHOUT_CONTENT = 2;

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
        return read(bytes, VERSION, in -> in.bytes(MAX_SIZE_BYTES));
    }

    /// Of what [#toBytesWithoutContent] gave.
    ///
    /// @param content as it came beside it
    /// @throws CborMalformed if it is none, or of other content
    public static PublicationRequest read(byte[] bytes, byte[] content) throws CborMalformed {
        if (content.length > MAX_SIZE_BYTES) throw new CborMalformed(0, content.length + " bytes of content");
        return read(bytes, WITHOUT_CONTENT, in -> {
            if (!Arrays.equals(in.fixed(Hash.SIZE), sha256(content))) throw new CborMalformed(0, "of other content");
            return content;
        });
    }

    private interface ContentReader {
        byte[] read(CborReader in) throws CborMalformed;
    }

    private static PublicationRequest read(byte[] bytes, int version, ContentReader content) throws CborMalformed {
        if (bytes.length > MAX_SIZE_BYTES) throw new CborMalformed(0, bytes.length + " bytes");
        var in = new CborReader(bytes).arrayOf(10).expect(KIND).expect(version);
        var request = new PublicationRequest(
                in.text(MAX_ORIGIN_BYTES),
                in.fixed(SPKI_SIZE),
                in.unsignedBits(),
                in.unsignedBits(),
                in.unsignedBits(),
                in.unsignedBits(),
                content.read(in),
                in.fixed(SIGNATURE_SIZE));
        in.end();
        return request;
    }

    public byte[] toBytes() {
        return toBytes(VERSION, content);
    }

    /// With SHA-256 of the content in its place, which is all that it takes to look at the signature
    /// (docs/formats.md §32).
    public byte[] toBytesWithoutContent() {
        return toBytes(WITHOUT_CONTENT, sha256(content));
    }

    private byte[] toBytes(int version, byte[] asContent) {
        var out = new CborWriter(512 + asContent.length).array(10).text(KIND).integer(version);
        out.text(origin)
                .bytes(firstKey)
                .unsigned(number)
                .unsigned(kind)
                .unsigned(first)
                .unsigned(count);
        return out.bytes(asContent).bytes(signature).toBytes();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
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
