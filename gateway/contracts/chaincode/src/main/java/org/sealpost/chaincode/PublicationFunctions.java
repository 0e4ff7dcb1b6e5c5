package org.sealpost.chaincode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
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
    static final Function PUBLICATION_AT = new Function(2, CalledWith.HASH_DIGITS, PublicationFunctions::publicationAt);
    static final Function LAST_PUBLICATION =
            new Function(1, CalledWith.HASH_DIGITS, PublicationFunctions::lastPublication);
    static final Function PUBLISHED_AT = new Function(2, CalledWith.HASH_DIGITS, PublicationFunctions::publishedAt);

    private PublicationFunctions() {}

    private static byte[] publish(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        var offered = offered(arguments.getFirst());
        var publication = offered.publication();
        var held = new HeldPublications(stub, publication.originId());
        var found = held.find(publication);
        return switch (PublicationRules.judge(found, keyFor(found, stub, publication), offered)) {
            case Outcome.Published _ -> {
                var event = new CborWriter().array(4).item(held.put(publication));
                event.integer(publication.kind().code())
                        .integer(publication.first())
                        .integer(publication.count());
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

    private static HeldPublications held(ChaincodeStub stub, List<byte[]> arguments) throws Refused {
        return new HeldPublications(stub, CalledWith.origin(arguments));
    }

    private static SignedPublication offered(byte[] argument) throws Refused {
        PublicationRequest request;
        try {
            request = PublicationRequest.read(argument);
        } catch (CborMalformed e) {
            throw new Refused("bad argument: not a publication: " + e.getMessage());
        }
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
