package org.sealpost.anchor;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.lodging.SignedPublication;
import org.sealpost.merkle.Hash;

/// Where publications go: beside the heads of an anchorage, by the same rules on every kind of ledger
/// (docs/relay.md §6, C11), with an account of its own where the ledger has such.
///
/// One thread uses it at a time, but for what [PublicationCapabilities#inAnyOrder] says; calls may block for as long as
/// the network does, so it is a virtual thread. What goes wrong outside is an [AnchorageSetback], or an outcome where
/// the set of outcomes has a place for it.
public interface PublicationLedger extends AutoCloseable {

    /// Who this is, asked afresh.
    ///
    /// @throws AnchorageSetback also if what is there is not what this ledger was configured for
    AnchorIdentity identity() throws AnchorageSetback;

    /// The same, where this ledger is known: of several nodes that answer, the right one is used.
    ///
    /// @param expected who it was when it was reached first; empty before that
    /// @return another one than expected only where whoever answers is another one
    default AnchorIdentity identity(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        return identity();
    }

    PublicationCapabilities capabilities();

    /// A person says that what is there may have been set back as a whole: where the last answer
    /// was that whoever answers is behind what was seen before, the next one counts as it is.
    default void mayBeSetBack() {}

    /// Simulates it, then builds and signs a request to publish it; sends nothing. The caller makes the answer
    /// durable before [#submit].
    ///
    /// @throws AnchorageSetback also if the ledger does not know the key in force yet, which the next head
    /// brings
    Preparation prepare(SignedPublication publication, Lane lane) throws AnchorageSetback;

    /// Makes a request that is not included once more, at the same nonce and dearer: of the two one lands. Sends
    /// nothing. Refused where there is no such thing, or it would not help.
    Preparation replace(SignedRequest stuck) throws AnchorageSetback;

    /// Makes a request for something else at the nonce of one that is not included, and dearer than that: of the two
    /// one lands. Sends nothing. Refused as [#replace(SignedRequest)].
    ///
    /// @param stuck may be forgotten: what it offers is asked of the ledger
    Preparation replace(SignedRequest stuck, SignedPublication other) throws AnchorageSetback;

    /// How long the first of those that wait may do so before [#replace] is asked for; empty where nothing is replaced.
    /// Asks no network.
    Optional<Duration> stuckAfter();

    /// Sends exactly these bytes. May be repeated: the same bytes take effect once at most. Never answers
    /// [SubmitOutcome.Answered].
    SubmitOutcome submit(SignedRequest request);

    /// Whether this publication is there: the authority on what happened to it, however it came there.
    PublicationFinding find(OriginId origin, long number, Hash digest) throws AnchorageSetback;

    /// Whether it holds this under the number, which nobody here made: told as surely as what stops all
    /// publications has to be. That is once it cannot be taken back and, where there are several nodes, a second
    /// one says so, too.
    ///
    /// @return false if nothing, or something else, is there now
    /// @throws AnchorageSetback also while it is not sure, with who says what
    boolean isHeldForGood(OriginId origin, long number, Hash digest) throws AnchorageSetback;

    /// The same as [#find] for several at once, where that costs less; what it leaves out is asked for by itself.
    ///
    /// @param digests by their numbers
    Findings findAll(OriginId origin, Map<Long, Hash> digests) throws AnchorageSetback;

    /// Under which of these numbers nothing is published, as far as whoever else answers agrees. Of numbers that were
    /// final, which only a ledger loses that was rolled back, or set back, as a whole.
    Unused unused(OriginId origin, Set<Long> numbers) throws AnchorageSetback;

    /// What became of a request, for the time that [#find] does not show its publication.
    ///
    /// @param request may be forgotten: then it is asked for by its id and nonce
    /// @param lane    with the request's own nonce
    RequestState status(SignedRequest request, Lane lane) throws AnchorageSetback;

    /// The highest number that is used, as of now; 0 for none. One below it may be free.
    long last(OriginId origin) throws AnchorageSetback;

    /// Where the origin first published this commitment; empty if it did not.
    Optional<PublishedCommitment> publishedAt(OriginId origin, Hash commitment) throws AnchorageSetback;

    /// What, by the last answers, keeps whatever is under way there waiting for longer than it should; empty if
    /// nothing is known to. Any thread, at once.
    default Optional<Anchored.Trouble> delay() {
        return Optional.empty();
    }

    /// Who is asked, and the last final block, by its last answer; empty where it tells none. Any thread, at once.
    default Optional<AnchorageStanding> standing() {
        return Optional.empty();
    }

    /// How it is, for people. May be asked by any thread, and takes as long as the network does.
    AnchorageHealth health();

    /// May be called twice.
    @Override
    void close();

    /// The nonces of all requests of the ledger's account that may still land. Whoever signs for an account
    /// must know of all that it has under way.
    ///
    /// @param nonces ascending, each once; empty, too, where the ledger has no nonces
    record Lane(List<Long> nonces) {
        public static final Lane EMPTY = new Lane(List.of());

        public Lane {
            nonces = List.copyOf(nonces);
            for (int i = 1; i < nonces.size(); i++) {
                if (nonces.get(i - 1) >= nonces.get(i)) {
                    throw new IllegalArgumentException("the nonces of a lane ascend: " + nonces);
                }
            }
        }
    }

    /// Numbers that nothing is published under, as of the newest block.
    ///
    /// @param height of that block
    /// @param time   that it names; any where there are no such numbers
    record Unused(Set<Long> numbers, long height, Instant time) {
        public Unused {
            numbers = Set.copyOf(numbers);
        }
    }

    /// What a ledger holds under several numbers, as of one moment.
    ///
    /// @param digests    which were asked for, by their numbers
    /// @param found      by the same numbers
    /// @param spentBelow requests of its account with a nonce below this can land no more, or have; 0 where that is
    ///     not known
    record Findings(Map<Long, Hash> digests, Map<Long, PublicationFinding> found, long spentBelow) {
        public static final Findings NONE = new Findings(Map.of(), Map.of(), 0);

        public Findings {
            digests = Map.copyOf(digests);
            found = Map.copyOf(found);
        }

        /// These, and others of other numbers.
        Findings and(Findings others) {
            var all = new HashMap<>(digests);
            all.putAll(others.digests);
            var both = new HashMap<>(found);
            both.putAll(others.found);
            return new Findings(all, both, Math.max(spentBelow, others.spentBelow));
        }

        /// Empty if that was not asked for.
        public Optional<PublicationFinding> of(long number, Hash digest) {
            return digest.equals(digests.get(number)) ? Optional.ofNullable(found.get(number)) : Optional.empty();
        }
    }

    /// A commitment among those of a publication.
    ///
    /// @param position from 0
    record PublishedCommitment(long number, int position, Place place, boolean isFinal) {}
}
