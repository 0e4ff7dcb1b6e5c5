package org.sealpost.anchor;

import java.util.List;
import java.util.Optional;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// Where heads can be anchored: a chain, a time-stamping authority, or the box's own ledger.
///
/// One thread uses an anchorage at a time; calls may block for as long as the network does, so it is a virtual thread.
/// What goes wrong outside is an [AnchorageSetback], or an outcome where the set of outcomes has a place for it.
public interface Anchorage extends AutoCloseable {

    /// Who this is, asked afresh. The relay compares it with what it knew before it does anything else.
    ///
    /// @throws AnchorageSetback also if what is there is not what this anchorage was configured for
    AnchorIdentity identity() throws AnchorageSetback;

    /// The same, where this anchorage is known: of several that answer, the right one is used.
    ///
    /// @param expected who it was when it was reached first; empty before that
    /// @return another one than expected only where whoever answers is another one
    default AnchorIdentity identity(Optional<AnchorIdentity> expected) throws AnchorageSetback {
        return identity();
    }

    /// What was final there before this process began, by the word of whoever wrote that down: who has not
    /// come so far is behind, and is not asked where another one is well.
    default void had(Place place) throws AnchorageSetback {}

    Capabilities capabilities();

    /// How it began, looked at before this box sends anything there for the first time. What it holds is asked
    /// for without that.
    ///
    /// @param identity who it is
    /// @throws AnchorageSetback if it is known to have begun otherwise than it should, while those who may know
    ///     do not answer, or what they tell may be taken back
    default Beginning beginning(AnchorIdentity identity) throws AnchorageSetback {
        return new Beginning.Known();
    }

    /// A person says that what is there may have been set back as a whole: where the last answer
    /// was that whoever answers is behind what was seen before, the next one counts as it is.
    default void mayBeSetBack() {}

    /// Builds and signs a request to lodge the head; sends nothing. The caller makes the answer durable before
    /// [#submit].
    ///
    /// @param base the newest size that [#find] reported here for this origin, 0 for none
    /// @param proof RFC 9162 consistency proof from `base` to the head, empty if `base` is 0
    Preparation prepare(LodgeableHead head, long base, List<Hash> proof) throws AnchorageSetback;

    /// Builds and signs the same request once more, so that whoever includes requests would rather have this
    /// one: at the same nonce, so that one of the two takes effect at most. Sends nothing. The caller makes the
    /// answer durable before [#submit].
    ///
    /// @return refused where there is no such thing, or nothing would be rather had
    default Preparation replace(SignedRequest stuck) throws AnchorageSetback {
        return new Preparation.Refused("nothing takes the place of a request there");
    }

    /// Sends exactly these bytes. May be repeated: the same bytes take effect once at most.
    SubmitOutcome submit(SignedRequest request);

    /// Whether this head is there: the authority on what happened to it, however it came there.
    ///
    /// [Finding.Conflict] and [Finding.Covered] are told once they cannot be taken back and, where there are
    /// several nodes, a second one says so, too; until then they are a setback.
    Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback;

    /// The same of a head that was final there: that it is gone, or elsewhere, is told as surely as a conflict,
    /// and is a setback as long as whoever says so may only not have come so far.
    default Finding findFinal(OriginId origin, FinalHead head) throws AnchorageSetback {
        return find(origin, head.size(), head.root());
    }

    /// The largest head of an origin that is there, however it came there; it may still be taken back, and nobody has
    /// to confirm it.
    ///
    /// @return of size 0 if the origin is unknown there
    default Finding.Absent largest(OriginId origin) throws AnchorageSetback {
        // No log comes to this size, so whatever is there is smaller.
        var found = find(origin, Long.MAX_VALUE, Hash.of(new byte[Hash.SIZE]));
        if (found instanceof Finding.Absent largest) return largest;
        throw new AnchorageSetback(
                "it says that it holds a head of " + Long.MAX_VALUE + " entries, which no log has",
                "look whether it is the anchorage that it should be");
    }

    /// What became of a request, for the time that [#find] does not show its head.
    RequestState status(SignedRequest request) throws AnchorageSetback;

    /// What proves to others that this head is final there, checked as a verifier would; empty where this kind has no
    /// such thing, or the anchorage no longer has what it takes.
    ///
    /// @param place where [#find] saw it
    Optional<AnchorProof> proof(OriginId origin, long size, Hash root, Place place) throws AnchorageSetback;

    /// What, by the last answers, keeps whatever is under way there waiting for longer than it should; empty if
    /// nothing is known to. Any thread, at once.
    default Optional<Anchored.Trouble> delay() {
        return Optional.empty();
    }

    /// Who answers for it, and how far what is final has come there, by its last answer; empty if nobody told.
    /// Any thread, at once.
    default Optional<AnchorageStanding> standing() {
        return Optional.empty();
    }

    /// How it is, for people. May be asked by any thread, and takes as long as the network does.
    AnchorageHealth health();

    /// May be called twice.
    @Override
    void close();
}
