package org.sealpost.anchor.fabric;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.sealpost.anchor.AnchorageHealth;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.PublicationCapabilities;
import org.sealpost.anchor.PublicationLedger;
import org.sealpost.anchor.Refusals;
import org.sealpost.anchor.RequestState;
import org.sealpost.anchor.SignedRequest;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.hsm.SigningKey;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.PublicationFinding;
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

    /// So long a transaction that is in no block yet is waited for, at most: others wait behind it.
    private static final Duration STATUS = Duration.ofSeconds(2);

    /// So long peers that lack what a collection holds may take to fetch it from one another: by default they do so
    /// once a minute.
    static final Duration FETCHING = Duration.ofMinutes(3);

    /// Endorsers forget private content that was not ordered after so many blocks as they are configured to, 20,000 by
    /// default; long before that it is endorsed anew.
    static final long REMEMBERED_BLOCKS = 300;

    /// Which the chaincode says where it cannot write there (docs/formats.md §32).
    private static final String NO_COLLECTION = "nothing can be written into collection";

    private static final String ELSEWHERE = "it was signed while the configuration had another collection, or none";

    private static final String CALLS_NOTHING = "it calls nothing that can be read";

    private static final int MOST_REMEMBERED = 1024;

    private final ChannelAccess access;
    private final Channel channel;
    private final PrivatePayloads payloads;
    private final LongSupplier nanos;

    // Of private requests that were prepared by this process: how long the channel was then. Those that were forgotten
    // here are endorsed anew.
    private final Map<Hash, Long> prepared = remembered();

    // Of all others that were: the digest of what each publishes. And into which blocks those came that took effect: no
    // number is written twice, so what is held there then came with it. Of those that were forgotten, peers are asked.
    private final Map<Hash, Hash> digests = remembered();
    private final Map<Hash, Place> landed = remembered();

    // Published by these digests, and nobody hands the content out. Those that were forgotten are waited for anew.
    private final Map<Hash, Missing> missing = remembered();

    // Found where something else was wanted: whoever asks for them has given them up.
    private final Set<Hash> unwanted = Collections.newSetFromMap(remembered());

    /// @param collection into which it was brought
    private record Missing(String collection, long since) {}

    private static <T> Map<Hash, T> remembered() {
        return Collections.synchronizedMap(new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Hash, T> eldest) {
                return size() > MOST_REMEMBERED;
            }
        });
    }

    private FabricPublications(
            ChannelAccess access, String organisation, Optional<String> collection, LongSupplier nanos) {
        this.access = access;
        this.payloads = new PrivatePayloads(access, organisation, collection);
        this.nanos = nanos;
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
        return open(config, key, clock, collection, submitDeadline, System::nanoTime);
    }

    /// @param nanos of a clock that only runs forward
    static FabricPublications open(
            FabricConfig config,
            SigningKey key,
            Supplier<ClockReading> clock,
            Optional<String> collection,
            Duration submitDeadline,
            LongSupplier nanos) {
        var status = config.deadline().compareTo(STATUS) < 0 ? config.deadline() : STATUS;
        var access = new ChannelAccess(config, key, clock, submitDeadline, status, KnownChannel.BELIEVED, nanos);
        return new FabricPublications(access, config.msp(), collection, nanos);
    }

    /// What each of them can do.
    public static PublicationCapabilities offered() {
        return new PublicationCapabilities(ChannelAccess.FINALITY, MAX_CONTENT, MAX_COMMITMENTS, true, true);
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
        // It was looked for just before.
        var lost = missing.get(publication.publication().digest());
        if (lost != null) return payloads.nobodyHandsItOut(lost.collection);
        var member = access.member();
        boolean isPrivate = payloads.isPrivate(publication);
        try {
            long height = isPrivate ? channel.height() : 0;
            FabricRequest request;
            try {
                request = access.signed(member, access.endorse(member, payloads.call(publication)));
            } catch (PeerFailed e) {
                return refusal(e);
            }
            var bytes = request.toBytes();
            if (isPrivate) prepared.put(request.hash(), height);
            // What is there already came with another request, elsewhere, and this one is valid all the same.
            else if (channel.call(request).filter(EndorsedCall::writes).isPresent()) {
                digests.put(request.hash(), publication.publication().digest());
            }
            return bytes.length > SignedRequest.MAX_SIZE
                    ? new Preparation.Refused("with its endorsements a request of it has " + bytes.length
                            + " bytes, at most " + SignedRequest.MAX_SIZE + " are sent")
                    : new Preparation.Ready(ChannelAccess.request(request, bytes));
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    /// What others of this box need not wait for: it stands until the channel's administrators have acted.
    private static Preparation refusal(PeerFailed error) throws AnchorageSetback, PeerFailed {
        var said = error.refusal();
        if (said.isEmpty()) {
            if (!error.says(NO_COLLECTION)) throw error;
            return new Preparation.Refused("have the channel's administrators look whether the chaincode's definition"
                    + " has this collection, and this organisation among its members: " + error.getMessage());
        }
        var named = PeerSetbacks.named(said.get(), Refusal.values(), Refusal::word);
        if (named.isEmpty()) {
            return new Preparation.Refused("have the channel's administrators look whether each organisation runs the"
                    + " chaincode of this release; it says: " + said.get());
        }
        return Refusals.of(named.get(), error);
    }

    @Override
    public SubmitOutcome submit(SignedRequest request) {
        var call = channel.call(FabricRequest.read(request.bytes()));
        if (call.isEmpty()) return new SubmitOutcome.Unknown(CALLS_NOTHING);
        return payloads.goesElsewhere(call.get()) ? new SubmitOutcome.Unknown(ELSEWHERE) : access.submit(request);
    }

    @Override
    public PublicationFinding find(OriginId origin, long number, Hash digest) throws AnchorageSetback {
        var about = new SecondWord.Subject(origin, number);
        try {
            var held = channel.publication(origin, number);
            if (!held.equals(Optional.of(digest))) {
                access.noDoubt(about);
                missing.remove(digest);
                held.ifPresent(unwanted::add);
                return held.<PublicationFinding>map(PublicationFinding.Conflict::new)
                        .orElseGet(PublicationFinding.Absent::new);
            }
            var came = landed.get(digest);
            if (came != null) {
                missing.remove(digest);
                return new PublicationFinding.Present(
                        came, access.isConfirmed(about, came, peer -> instead(peer, origin, number, digest)));
            }
            var written =
                    access.written(channel.publicationAt(origin, number), "something is published as number " + number);
            var hidden = channel.call(written.block(), written.position()).hidden();
            boolean isLost =
                    hidden.isPresent() && !unwanted.contains(digest) && payloads.isLost(origin, number, hidden.get());
            if (!isLost) {
                missing.remove(digest);
                return new PublicationFinding.Present(
                        written.place(),
                        access.isConfirmed(about, written.place(), peer -> instead(peer, origin, number, digest)));
            }
            access.noDoubt(about);
            var lost = missing.computeIfAbsent(
                    digest, _ -> new Missing(hidden.get().collection(), nanos.getAsLong()));
            // Nothing is there, then, for whom it was published.
            return nanos.getAsLong() - lost.since < FETCHING.toNanos()
                    ? new PublicationFinding.Present(written.place(), false)
                    : new PublicationFinding.Absent();
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    /// What a channel has it keeps; of several peers a second one has to say so.
    @Override
    public boolean isHeldForGood(OriginId origin, long number, Hash digest) throws AnchorageSetback {
        try {
            if (!channel.publication(origin, number).equals(Optional.of(digest))) return false;
            access.requireSaidByAnother(
                    "the chaincode holds " + digest + " as publication " + number,
                    peer -> instead(peer, origin, number, digest));
            return true;
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    /// @return what this peer says that the chaincode holds under the number, in words; empty if this
    private Optional<String> instead(int peer, OriginId origin, long number, Hash digest)
            throws PeerFailed, AnchorageSetback {
        var found = channel.publication(peer, origin, number);
        return found.equals(Optional.of(digest))
                ? Optional.empty()
                : Optional.of("has " + found.map(Hash::toString).orElse("nothing") + " as publication " + number);
    }

    @Override
    public void mayBeSetBack() {
        landed.clear();
        access.mayBeSetBack();
    }

    @Override
    public Optional<Trouble> delay() {
        return access.delay();
    }

    /// A channel takes no block back, but administrators may set it back as a whole. What any other peer holds
    /// is there; of several peers a second one has to say that it is not.
    @Override
    public Unused unused(OriginId origin, Set<Long> numbers) throws AnchorageSetback {
        try {
            var unused = new TreeSet<Long>();
            for (long number : new TreeSet<>(numbers)) {
                if (channel.publication(origin, number).isEmpty()) unused.add(number);
            }
            if (unused.isEmpty()) return new Unused(Set.of(), 0, Instant.EPOCH);
            access.withoutWhatOthersHave(
                    "nothing is published as number " + unused.first() + " any more",
                    unused,
                    (peer, number) -> channel.publication(peer, origin, number).isPresent());
            return new Unused(unused, channel.height() - 1, Instant.EPOCH);
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    @Override
    public RequestState status(SignedRequest request, Lane lane) throws AnchorageSetback {
        var state = access.status(request);
        if (state instanceof RequestState.Final(var place)) {
            var digest = digests.get(request.id());
            if (digest != null) landed.put(digest, place);
        }
        if (!(state instanceof RequestState.Unknown) || request.isForgotten()) return state;
        var call = channel.call(FabricRequest.read(request.bytes()));
        if (call.isEmpty()) return new RequestState.CannotLand(CALLS_NOTHING);
        if (payloads.goesElsewhere(call.get())) return new RequestState.CannotLand(ELSEWHERE);
        try {
            return call.get().hidden().isPresent() && mayBeForgotten(request)
                    ? new RequestState.CannotLand("its endorsers may have forgotten the content")
                    : state;
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    private boolean mayBeForgotten(SignedRequest request) throws PeerFailed, AnchorageSetback {
        var height = prepared.get(request.id());
        return height == null || channel.height() - height > REMEMBERED_BLOCKS;
    }

    @Override
    public long last(OriginId origin) throws AnchorageSetback {
        try {
            return channel.lastPublication(origin);
        } catch (PeerFailed e) {
            throw access.setback(e);
        }
    }

    /// Asks for the content of a publication in the collection, where there is one, whether it is there or not.
    ///
    /// @throws AnchorageSetback also if the chaincode knows nothing of collections, or this one is not there for
    ///     this organisation
    public void requireCollection(OriginId origin, long number) throws AnchorageSetback {
        payloads.require(origin, number);
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
    public Preparation replace(SignedRequest stuck, SignedPublication other) {
        return replace(stuck);
    }

    @Override
    public Optional<Duration> stuckAfter() {
        return Optional.empty();
    }

    /// Each by itself costs no more, and then one that no peer can tell of keeps no other waiting.
    @Override
    public Findings findAll(OriginId origin, Map<Long, Hash> digests) {
        return Findings.NONE;
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
