package org.sealpost.anchor.evm;

import static org.sealpost.anchor.evm.Abi.WORD;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.PublicationRules.Refusal;
import org.sealpost.lodging.SignedPublication;
import org.sealpost.merkle.Hash;

/// Questions to the contract for publications and its answers: what `Publications.sol` declares and nothing
/// more.
final class PublicationCalls {
    private static final byte[] PUBLISH =
            Abi.selector("publish((bytes32,bytes32,string,uint64,uint8,uint64,uint64,bytes,bytes32,bytes32))");
    private static final byte[] PUBLICATION_AT = Abi.selector("publicationAt(bytes32,uint64)");
    private static final byte[] LAST_PUBLICATION = Abi.selector("lastPublication(bytes32)");
    private static final byte[] PUBLISHED_AT = Abi.selector("publishedAt(bytes32,bytes32)");
    private static final byte[] ANCHOR = Abi.selector("anchor()");
    private static final Map<String, Refusal> ERRORS = Map.of(
            error("BadOrigin()"), Refusal.BAD_ORIGIN,
            error("BadNumber(uint64)"), Refusal.BAD_NUMBER,
            error("BadKind(uint8)"), Refusal.BAD_KIND,
            error("BadRange(uint64,uint64)"), Refusal.BAD_RANGE,
            error("BadContent(uint256)"), Refusal.BAD_CONTENT,
            error("Conflict(bytes32,uint64,bytes32)"), Refusal.CONFLICT,
            error("UnknownOrigin(bytes32)"), Refusal.UNKNOWN_ORIGIN,
            error("BadSignature()"), Refusal.BAD_SIGNATURE);

    private PublicationCalls() {}

    /// What a publication brings, of any content: whether it makes sense is for the contract to say.
    ///
    /// @param firstKey  x ‖ y, 64 bytes
    /// @param number    and first, count: the bits of unsigned numbers
    /// @param signature r ‖ s, 64 bytes
    record Offer(
            byte[] firstKey,
            byte[] origin,
            long number,
            int kind,
            long first,
            long count,
            byte[] content,
            byte[] signature) {
        static Offer of(SignedPublication signed) {
            var said = signed.publication();
            byte[] spki = said.firstKey();
            return new Offer(
                    Arrays.copyOfRange(spki, spki.length - 2 * WORD, spki.length),
                    said.origin().name().getBytes(StandardCharsets.US_ASCII),
                    said.number(),
                    said.kind().code(),
                    said.first(),
                    said.count(),
                    said.content(),
                    signed.signature());
        }
    }

    /// A publication held by the contract, and the block that has it.
    record Held(Hash digest, long height) {}

    /// Where a commitment was published first.
    record Spot(long number, int position, long height) {}

    static byte[] publish(Offer offer) {
        return Abi.call(
                PUBLISH,
                Abi.tuple(
                        Abi.word(offer.firstKey, 0),
                        Abi.word(offer.firstKey, WORD),
                        Abi.bytes(offer.origin),
                        Abi.word(offer.number),
                        Abi.word(offer.kind),
                        Abi.word(offer.first),
                        Abi.word(offer.count),
                        Abi.bytes(offer.content),
                        Abi.word(offer.signature, 0),
                        Abi.word(offer.signature, WORD)));
    }

    static byte[] publicationAt(OriginId origin, long number) {
        return Abi.call(PUBLICATION_AT, Abi.word(origin.value()), Abi.word(number));
    }

    static byte[] lastPublication(OriginId origin) {
        return Abi.call(LAST_PUBLICATION, Abi.word(origin.value()));
    }

    static byte[] publishedAt(OriginId origin, Hash commitment) {
        return Abi.call(PUBLISHED_AT, Abi.word(origin.value()), Abi.word(commitment));
    }

    static byte[] anchor() {
        return Abi.call(ANCHOR);
    }

    /// The answer to [#publicationAt]; empty if the number is free.
    static Optional<Held> publicationAtAnswer(byte[] answer) throws IOException {
        Abi.requireWords(answer, 2);
        long height = Abi.number(answer, 1);
        return height == 0 ? Optional.empty() : Optional.of(new Held(Hash.of(answer, 0), height));
    }

    /// The answer to [#lastPublication]; 0 for none.
    static long lastPublicationAnswer(byte[] answer) throws IOException {
        Abi.requireWords(answer, 1);
        return Abi.number(answer, 0);
    }

    /// The answer to [#publishedAt]; empty if the commitment is not published.
    static Optional<Spot> publishedAtAnswer(byte[] answer) throws IOException {
        Abi.requireWords(answer, 3);
        long height = Abi.number(answer, 1);
        if (height == 0) return Optional.empty();
        long position = Abi.number(answer, 2);
        if (position > 255) throw new IOException("the contract answered with position " + position + " of 256");
        return Optional.of(new Spot(Abi.number(answer, 0), (int) position, height));
    }

    /// The answer to [#anchor].
    static Address anchorAnswer(byte[] answer) throws IOException {
        return Abi.address(answer);
    }

    /// What the contract's own errors say; empty if it stopped for a reason that it does not name.
    static Optional<Refusal> refusal(RpcError error) {
        String data = error.data().toLowerCase(Locale.ROOT);
        return data.length() < 10 ? Optional.empty() : Optional.ofNullable(ERRORS.get(data.substring(0, 10)));
    }

    private static String error(String signature) {
        return Hex.of(Abi.selector(signature));
    }
}
