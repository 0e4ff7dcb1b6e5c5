package org.sealpost.chaincode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.hyperledger.fabric.shim.ChaincodeStub;
import org.sealpost.evidence.P256Key;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.lodging.PublicationRequest;
import org.sealpost.lodging.PublicationRules;
import org.sealpost.lodging.PublicationRules.Outcome;
import org.sealpost.lodging.PublicationRules.Refusal;
import org.sealpost.lodging.SignedPublication;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborWriter;
import org.sealpost.record.Origin;

/// What may be called about publications (docs/formats.md §26).
final class PublicationFunctions {
    private static final byte[] NOTHING = new byte[0];

    static final Function PUBLISH = new Function(1, PublicationRequest.MAX_SIZE_BYTES, PublicationFunctions::publish);
    static final Function PUBLISH_PRIVATELY =
            new Function(2, PublicationRequest.MAX_SIZE_BYTES, PublicationFunctions::publishPrivately);
    static final Function PUBLICATION_AT = new Function(2, CalledWith.HASH_DIGITS, PublicationFunctions::publicationAt);
    static final Function LAST_PUBLICATION =
            new Function(1, CalledWith.HASH_DIGITS, PublicationFunctions::lastPublication);
    static final Function PUBLISHED_AT = new Function(2, CalledWith.HASH_DIGITS, PublicationFunctions::publishedAt);
    static final Function PRIVATE_CONTENT_AT =
            new Function(3, CalledWith.HASH_DIGITS, PublicationFunctions::privateContentAt);

    /// Under which the transient map has the content of what is published privately.
    private static final String CONTENT = "content";

    private PublicationFunctions() {}

    private static byte[] publish(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        return publish(stub, offered(read(() -> PublicationRequest.read(arguments.getFirst()))), _ -> {});
    }

    /// The content goes to the members of a collection, and its hash to everybody. So it is one that tells nothing: of
    /// ciphertext, as that of what can be guessed would tell what it is.
    private static byte[] publishPrivately(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        var collection = CalledWith.collection(arguments.get(1));
        var content = Optional.ofNullable(stub.getTransient().get(CONTENT))
                .orElseThrow(() -> new Refused("bad argument: no \"" + CONTENT + "\" came in the transient map"));
        var offered = offered(read(() -> PublicationRequest.read(arguments.getFirst(), content)));
        if (offered.publication().kind() != Publication.Kind.ENCRYPTED_PAYLOADS) {
            throw new Refused("bad argument: only encrypted payloads are published privately");
        }
        return publish(stub, offered, held -> held.putPrivately(collection, offered.publication()));
    }

    /// @param also what else is written if it is taken
    private static byte[] publish(ChaincodeStub stub, SignedPublication offered, Consumer<HeldPublications> also)
            throws Refused {
        var publication = offered.publication();
        var held = new HeldPublications(stub, publication.originId());
        var found = held.find(publication);
        return switch (PublicationRules.judge(found, keyFor(found, stub, publication), offered)) {
            case Outcome.Published _ -> {
                var event = new CborWriter().array(4).item(held.put(publication));
                event.integer(publication.kind().code())
                        .integer(publication.first())
                        .integer(publication.count());
                also.accept(held);
                stub.setEvent("published", event.toBytes());
                yield ascii("published");
            }
            case Outcome.Repeated _ -> ascii("repeated");
            case Outcome.Refused(var why) -> throw refused(why);
        };
    }

    /// The key in force as of the newest head. Its record is written by the first lodging and by hand-overs alone, so
    /// that a lodging and a publication of one block do not collide; and it is not read where it is not looked at.
    private static Optional<P256Key> keyFor(PublicationFinding found, ChaincodeStub stub, Publication publication) {
        if (!(found instanceof PublicationFinding.Absent)) return Optional.empty();
        return new HeldHeads(stub, publication.originId()).keys().map(keys -> keys.at(Long.MAX_VALUE));
    }

    private static byte[] publicationAt(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        return held(stub, arguments)
                .stateAt(CalledWith.number(arguments.get(1), "a publication's number"))
                .orElse(NOTHING);
    }

    private static byte[] lastPublication(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        return ascii(Long.toString(held(stub, arguments).last()));
    }

    private static byte[] publishedAt(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        return held(stub, arguments)
                .spotOf(CalledWith.hash(arguments.get(1), "a commitment"))
                .orElse(NOTHING);
    }

    private static byte[] privateContentAt(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        long number = CalledWith.number(arguments.get(1), "a publication's number");
        return held(stub, arguments)
                .privateContent(CalledWith.collection(arguments.get(2)), number)
                .orElse(NOTHING);
    }

    private static HeldPublications held(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        return new HeldPublications(stub, CalledWith.origin(arguments));
    }

    private interface RequestReader {
        PublicationRequest read() throws CborMalformed;
    }

    private static PublicationRequest read(RequestReader reader) throws Refused {
        try {
            return reader.read();
        } catch (CborMalformed e) {
            throw new Refused("bad argument: not a publication: " + e.getMessage());
        }
    }

    private static SignedPublication offered(PublicationRequest request) throws Refused {
        var flaw = PublicationRules.flaw(
                request.origin(),
                request.number(),
                request.kind(),
                request.first(),
                request.count(),
                request.content().length);
        if (flaw.isPresent()) throw refused(flaw.get());
        try {
            return new Publication(
                            new Origin(request.origin()),
                            request.firstKey(),
                            request.number(),
                            Publication.Kind.ofCode(request.kind()).orElseThrow(),
                            request.first(),
                            (int) request.count(),
                            request.content())
                    .signed(request.signature());
        } catch (IllegalArgumentException e) {
            throw new Refused("bad argument: " + e.getMessage());
        }
    }

    private static Refused refused(Refusal why) {
        return new Refused(why.word() + ": " + why.sentence);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
