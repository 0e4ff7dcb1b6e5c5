package org.sealpost.anchor.fabric;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.PublicationCapabilities;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.SigningKey;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.lodging.PublicationRequest;
import org.sealpost.lodging.PublicationRules.Refusal;
import org.sealpost.lodging.SignedPublication;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;

/// Publications by Sealpost's chaincode on a channel of Hyperledger Fabric, beside the heads there and by the
/// same identity: nothing is counted for it, so the lane is always empty, and the two never wait for each
/// other.
///
/// What the chaincode holds decides, and [ChannelAccess] says what becomes of a request. One that was ordered
/// beside another one of the same number, or with the same commitment, takes no effect (MVCC_READ_CONFLICT): it
/// is asked what is there.
public final class FabricPublications implements PublicationLedger {
    /// What a request has room for beside all else in it: its creator's certificate three times, and the
    /// endorsements of eight organisations' peers with theirs.
    public static final int MAX_CONTENT = 20_480;

    /// A commitment is a key that the chaincode reads and writes, and both stand in the transaction: some 320
    /// bytes.
    public static final int MAX_COMMITMENTS = MAX_CONTENT / 320;

    private final ChannelAccess access;
    private final Channel channel;
    private final Optional<String> collection;

    private FabricPublications(ChannelAccess access, Optional<String> collection) {
        this.access = access;
        this.collection = collection;
        this.channel = access.channel();
    }

    /// Contacts nobody.
    ///
    /// @param key   P-256; the identity's, which may be that of heads
    /// @param clock tells whether its certificate is over
    /// @param collection of private data, into which encrypted payloads go; empty: they stand in the transactions
    /// @throws IllegalArgumentException if the key is of another kind
    public static FabricPublications open(
            FabricConfig config, SigningKey key, Supplier<ClockReading> clock, Optional<String> collection) {
        return open(config, key, clock, collection, ChannelAccess.SUBMIT);
    }

    /// @param submitDeadline for the gateway's word that a request was taken; a short one loses it, and
    ///     not the request
    static FabricPublications open(
            FabricConfig config,
            SigningKey key,
            Supplier<ClockReading> clock,
            Optional<String> collection,
            Duration submitDeadline) {
        return new FabricPublications(new ChannelAccess(config, key, clock, submitDeadline), collection);
    }

    /// What each of them can do.
    public static PublicationCapabilities offered() {
        return new PublicationCapabilities(ChannelAccess.FINALITY, MAX_CONTENT, MAX_COMMITMENTS);
    }

    @Override
    public AnchorIdentity.Fabric identity() throws AnchorageSetback {
        return access.identity();
    }

    @Override
    public AnchorIdentity.Fabric identity(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        return access.identity(expected);
    }

    @Override
    public PublicationCapabilities capabilities() {
        return offered();
    }

    @Override
    public Preparation prepare(SignedPublication publication, Lane lane) throws AnchorageSetback {
        int size = publication.publication().content().length;
        if (size > MAX_CONTENT) {
            return new Preparation.Refused(
                    "a publication there has room for " + MAX_CONTENT + " bytes of content, and this one has " + size);
        }
        var member = access.member();
        try {
            FabricRequest request;
            try {
                request = access.signed(member, access.endorse(member, call(publication)));
            } catch (PeerFailed e) {
                return refusal(e);
            }
            var bytes = request.toBytes();
            return bytes.length > SignedRequest.MAX_SIZE
                    ? new Preparation.Refused("with its endorsements a request of it has " + bytes.length
                            + " bytes, at most " + SignedRequest.MAX_SIZE + " are sent")
                    : new Preparation.Ready(ChannelAccess.request(request, bytes));
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    private Calls.Invocation call(SignedPublication signed) {
        var request = PublicationRequest.of(signed);
        var publication = signed.publication();
        if (collection.isEmpty() || publication.kind() != Publication.Kind.ENCRYPTED_PAYLOADS) {
            return new Calls.Invocation("publish", request.toBytes());
        }
        var arguments =
                List.of(request.toBytesWithoutContent(), collection.get().getBytes(StandardCharsets.US_ASCII));
        return new Calls.Invocation("publishPrivately", arguments, Map.of("content", publication.content()));
    }

    private static Preparation refusal(PeerFailed error) throws AnchorageSetback, PeerFailed {
        var said = error.refusal();
        if (said.isEmpty()) throw error;
        var why = named(said.get()).orElseThrow(() -> ChannelAccess.unnamed(said.get(), error));
        return switch (why) {
            case BAD_ORIGIN, BAD_NUMBER, BAD_KIND, BAD_RANGE, BAD_CONTENT -> new Preparation.Refused(why.sentence);
            // The caller looked before and found it otherwise: the channel moved on, so it has to look again.
            case CONFLICT -> throw new AnchorageSetback(why.sentence, "none needed", error);
            case UNKNOWN_ORIGIN, BAD_SIGNATURE ->
                throw new AnchorageSetback(
                        "the ledger does not know the key in force yet; the next head brings it (" + why.sentence + ")",
                        "none needed while heads are lodged there; else look why they are not",
                        error);
        };
    }

    private static Optional<Refusal> named(String said) {
        for (var refusal : Refusal.values()) {
            if (said.startsWith(refusal.word() + ":")) return Optional.of(refusal);
        }
        return Optional.empty();
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        return access.submit(request);
    }

    @Override
    public PublicationFinding find(OriginId origin, long number, Hash digest) throws AnchorageSetback {
        try {
            var held = channel.publication(origin, number);
            if (held.isEmpty()) return new PublicationFinding.Absent();
            if (!held.get().equals(digest)) return new PublicationFinding.Conflict(held.get());
            var place =
                    access.placeOf(channel.publicationAt(origin, number), "something is published as number " + number);
            return new PublicationFinding.Present(place, true);
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    @Override
    public RequestState status(SignedRequest request, Lane lane) throws AnchorageSetback {
        return access.status(request);
    }

    @Override
    public long last(OriginId origin) throws AnchorageSetback {
        try {
            return channel.lastPublication(origin);
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    @Override
    public Optional<PublishedCommitment> publishedAt(OriginId origin, Hash commitment) throws AnchorageSetback {
        try {
            var spot = channel.spot(origin, commitment);
            if (spot.isEmpty()) return Optional.empty();
            var place = access.placeOf(
                    channel.publishedAt(origin, commitment), "commitment " + commitment + " is published");
            return Optional.of(
                    new PublishedCommitment(spot.get().number(), spot.get().position(), place, true));
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    @Override
    public Preparation replace(SignedRequest stuck) {
        return new Preparation.Refused("no request is dearer than another there");
    }

    @Override
    public Optional<Duration> stuckAfter() {
        return Optional.empty();
    }

    @Override
    public Findings findAll(OriginId origin, Map<Long, Hash> digests) throws AnchorageSetback {
        return Findings.oneByOne(this, origin, digests);
    }

    @Override
    public AnchorageHealth health() {
        return access.health();
    }

    @Override
    public void close() {
        access.close();
    }
}
