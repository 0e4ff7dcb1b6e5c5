package org.sealpost.anchor.fabric;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.ForeignWords;
import org.sealpost.anchor.Preparation;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationRequest;
import org.sealpost.lodging.SignedPublication;

/// Encrypted payloads in a collection of private data, whose members keep them, so that blocks have their hashes alone;
/// where none is configured, they stand in the transactions, as all else does. Any thread.
final class PrivatePayloads {
    private static final String OPEN_IT = "have the channel's administrators commit a definition in which it has"
            + " this organisation among its members, or correct collection";

    private final ChannelAccess access;
    private final Channel channel;
    private final String organisation;
    private final Optional<String> collection;

    /// @param organisation this box's, MSP id
    /// @param collection   empty: they stand in the transactions
    PrivatePayloads(ChannelAccess access, String organisation, Optional<String> collection) {
        this.access = access;
        this.channel = access.channel();
        this.organisation = organisation;
        this.collection = collection;
    }

    Calls.Invocation call(SignedPublication signed) {
        var request = PublicationRequest.of(signed);
        var publication = signed.publication();
        if (!isPrivate(signed)) {
            return new Calls.Invocation("publish", request.toBytes());
        }
        var arguments = List.of(
                request.toBytesWithoutContent(), collection.orElseThrow().getBytes(StandardCharsets.US_ASCII));
        return new Calls.Invocation("publishPrivately", arguments, Map.of("content", publication.content()));
    }

    /// Whether its content goes into the collection.
    boolean isPrivate(SignedPublication signed) {
        return collection.isPresent() && signed.publication().kind() == Publication.Kind.ENCRYPTED_PAYLOADS;
    }

    /// Whether its ciphertext would go elsewhere than the configuration says now.
    boolean goesElsewhere(EndorsedCall call) {
        return call.hidden().isPresent()
                ? !call.hidden().map(EndorsedCall.Hidden::collection).equals(collection)
                : collection.isPresent() && call.showsCiphertext();
    }

    /// Endorsers may have forgotten the content before it was ordered, or one brought it into a collection of its own:
    /// the publication stands, and its hash, and nobody has what it is about.
    boolean isLost(OriginId origin, long number, EndorsedCall.Hidden hidden) throws PeerFailed, AnchorageSetback {
        var held = channel.privateContent(origin, number, collection.orElse(hidden.collection()));
        return !held.equals(Optional.of(hidden.content()));
    }

    /// @param where the content was brought
    Preparation nobodyHandsItOut(String where) throws AnchorageSetback {
        var asked = collection.orElse(where);
        var brought = asked.equals(where) ? "" : ", and it was brought into " + where;
        try {
            var found = channel.collection(asked);
            var why = isOpen(found) ? whyItIsNotThere(found.get()) : whyItIsClosed(found) + ": " + OPEN_IT;
            return new Preparation.Refused("the channel has it, and no peer hands out its content from collection "
                    + asked + brought + ": " + why + "; this box keeps its own copy");
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    /// Whether its members hand its content to this box, as far as its policy tells.
    private boolean isOpen(Optional<PrivateCollection> found) {
        return found.isPresent()
                && (found.get().members().isEmpty() || found.get().members().contains(organisation));
    }

    private String whyItIsClosed(Optional<PrivateCollection> found) {
        return found.map(named -> "this box's organisation, " + organisation + ", is none of its members, which are "
                        + ForeignWords.shortened(String.join(", ", named.members())))
                .orElse("the chaincode's definition has no such collection");
    }

    private static String whyItIsNotThere(PrivateCollection found) {
        String look = "have a member's administrator look for it";
        return found.blocksToLive() == 0
                ? look
                : "its members delete what is older than " + found.blocksToLive() + " blocks (blockToLive); else "
                        + look;
    }

    /// Asks for the content of a publication in the collection, where there is one, whether it is there or not.
    ///
    /// @throws AnchorageSetback also if the chaincode knows nothing of collections, or this one is not there for
    ///     this organisation
    void require(OriginId origin, long number) throws AnchorageSetback {
        if (collection.isEmpty()) return;
        try {
            var found = channel.collection(collection.get());
            if (!isOpen(found)) {
                throw new AnchorageSetback(
                        "nobody hands out collection " + collection.get() + ": " + whyItIsClosed(found), OPEN_IT);
            }
            channel.requireCollection(origin, number, collection.get());
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }
}
