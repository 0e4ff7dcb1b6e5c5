package org.sealpost.anchor;

import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.LodgingRules;
import org.sealpost.lodging.PublicationRules;

/// What it means for a request that is prepared that a contract refuses it: the same on every ledger. What was looked
/// for just before, and found otherwise, is a setback: the ledger moved on, so it has to be looked for again.
public final class Refusals {
    private Refusals() {}

    /// How many hand-overs of the sealing key a contract has followed, asked anew.
    @FunctionalInterface
    public interface Followed<E extends Exception> {
        int now() throws E, AnchorageSetback;
    }

    /// Of a head.
    ///
    /// @param followed how many hand-overs had been followed when its request was made
    /// @param asked    the same now; asked where only that tells what the refusal is about
    /// @param cause    how the refusal came
    /// @throws AnchorageSetback if it is not about the head itself
    public static <E extends Exception> Preparation of(
            LodgingRules.Refusal why, LodgeableHead head, int followed, Followed<E> asked, Exception cause)
            throws AnchorageSetback, E {
        return switch (why) {
            case BAD_ORIGIN, BAD_SIZE, BROKEN_KEY, TOO_MANY_HAND_OVERS -> new Preparation.Refused(why.sentence);
            case CONFLICT, NOT_CONSISTENT -> throw new AnchorageSetback(why.sentence, "none needed", cause);
            case BAD_SIGNATURE, BAD_HAND_OVER -> {
                if (head.keyProof().isPresent() && asked.now() != followed) {
                    throw new AnchorageSetback(
                            "somebody else brought hand-overs of the sealing key meanwhile", "none needed", cause);
                }
                yield new Preparation.Refused(why.sentence);
            }
        };
    }

    /// Of a publication.
    ///
    /// @param cause how the refusal came
    /// @throws AnchorageSetback if it is not about the publication itself
    public static Preparation of(PublicationRules.Refusal why, Exception cause) throws AnchorageSetback {
        return switch (why) {
            case BAD_ORIGIN, BAD_NUMBER, BAD_KIND, BAD_RANGE, BAD_CONTENT -> new Preparation.Refused(why.sentence);
            case CONFLICT -> throw new AnchorageSetback(why.sentence, "none needed", cause);
            case UNKNOWN_ORIGIN, BAD_SIGNATURE ->
                throw new AnchorageSetback(
                        "the ledger does not know the key in force yet; the next head brings it (" + why.sentence + ")",
                        "none needed while heads are lodged there; else look why they are not",
                        cause);
        };
    }
}
