package org.sealpost.lodging;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.evidence.HandOverWrong;
import org.sealpost.evidence.KeyHistory;
import org.sealpost.evidence.P256Key;
import org.sealpost.merkle.Consistency;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Inclusion;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.Leaf;

/// The rules by which every ledger takes heads (docs/relay.md §6, C3 to C9): what the contract on a chain
/// does, in Java. The local ledger is kept by them, and one file of vectors, `lodging.json`, holds both to
/// the same answers.
///
/// C1 and C2 are in the types of what is offered: [OriginId] and [LodgeableHead]. Any thread.
public final class LodgingRules {
    /// So many hand-overs are followed with one head.
    public static final int MAX_HOPS = 16;

    private LodgingRules() {}

    /// What is brought to a ledger.
    ///
    /// @param consistency RFC 9162 proof from the newest head that the ledger holds, empty for an origin's
    /// first one
    /// @param hops        the hand-overs below the head's size that the ledger has not followed yet
    public record Offer(LodgeableHead head, List<Hash> consistency, KeyProof.Hops hops) {
        public Offer {
            consistency = List.copyOf(consistency);
        }
    }

    /// What a ledger answers; only the first changes what it holds.
    public sealed interface Outcome {
        /// To be stored. `keys` are those of the origin from here on, empty as long as no hand-over was
        /// followed.
        record Lodged(Optional<KeyHistory> keys) implements Outcome {}

        /// This very head is held.
        record Repeated() implements Outcome {}

        /// A larger head is held.
        record Covered() implements Outcome {}

        record Refused(Refusal why) implements Outcome {}
    }

    /// Why a head is not taken; the contract's errors have the same names.
    public enum Refusal {
        BAD_ORIGIN("the ledger does not accept the origin's name"),
        BAD_SIZE("the ledger does not accept the size"),
        CONFLICT("the ledger holds another root for this size"),
        NOT_CONSISTENT("the consistency proof does not start from the ledger's newest head"),
        BAD_SIGNATURE("the checkpoint's signature is not by the sealing key in force"),
        BAD_HAND_OVER("a hand-over of the sealing key does not follow from the keys before it, or is not in the log"),
        BROKEN_KEY("its sealing key was lost; this ledger follows hand-overs only"),
        TOO_MANY_HAND_OVERS("more than " + MAX_HOPS + " hand-overs were brought at once");

        public final String sentence;

        Refusal(String sentence) {
            this.sentence = sentence;
        }

        /// How vectors, and what a chaincode answers, write it: `bad hand-over`.
        public String word() {
            return name().toLowerCase(Locale.ROOT)
                    .replace("hand_over", "hand-over")
                    .replace('_', ' ');
        }
    }

    /// What a ledger does with a head. A repeated or covered one is answered before its signature is looked
    /// at, since the key in force may be a later one by now.
    ///
    /// @param found what the ledger holds at the head's size
    /// @param keys  of the origin as the ledger has followed them; empty if it followed no hand-over
    public static Outcome judge(Finding found, Optional<KeyHistory> keys, Offer offer) {
        return switch (found) {
            case Finding.Present _ -> new Outcome.Repeated();
            case Finding.Covered _ -> new Outcome.Covered();
            // By the key of that size, not by the newest: a second history stays one after a hand-over.
            case Finding.Conflict _ ->
                new Outcome.Refused(isSigned(offer.head(), keys) ? Refusal.CONFLICT : Refusal.BAD_SIGNATURE);
            case Finding.Absent(var size, var root) -> extend(size, root, keys, offer);
        };
    }

    private static Outcome extend(long newestSize, @Nullable Hash newestRoot, Optional<KeyHistory> held, Offer offer) {
        try {
            var keys = follow(held, offer);
            if (!isSigned(offer.head(), keys)) return new Outcome.Refused(Refusal.BAD_SIGNATURE);
            return continues(newestSize, newestRoot, offer)
                    ? new Outcome.Lodged(keys)
                    : new Outcome.Refused(Refusal.NOT_CONSISTENT);
        } catch (NotFollowed e) {
            return new Outcome.Refused(e.why);
        }
    }

    private static boolean continues(long newestSize, @Nullable Hash newestRoot, Offer offer) {
        var head = offer.head();
        if (newestRoot == null) return offer.consistency().isEmpty();
        return Consistency.verify(newestSize, newestRoot, head.size(), head.root(), offer.consistency());
    }

    private static boolean isSigned(LodgeableHead head, Optional<KeyHistory> keys) {
        try {
            var key = keys.isPresent() ? keys.get().inForce(head.size()).key() : P256Key.of(head.firstKey());
            return head.isSignedBy(key);
        } catch (IllegalArgumentException e) {
            return false; // the first key's point is not on the curve
        }
    }

    private static Optional<KeyHistory> follow(Optional<KeyHistory> held, Offer offer) throws NotFollowed {
        var hops = offer.hops();
        if (hops.steps().isEmpty()) return held;
        if (hops.steps().size() > MAX_HOPS) throw new NotFollowed(Refusal.TOO_MANY_HAND_OVERS);
        var keys = held.isPresent() ? held.get() : begin(offer.head(), hops);
        for (var step : hops.steps()) keys = after(keys, step, offer.head());
        return Optional.of(keys);
    }

    /// With the first hop that an origin ever brings comes its genesis hash; all later ones must have the same.
    private static KeyHistory begin(LodgeableHead head, KeyProof.Hops hops) throws NotFollowed {
        if (!Inclusion.verify(hops.genesisHash(), 0, head.size(), hops.genesisPath(), head.root())) {
            throw new NotFollowed(Refusal.BAD_HAND_OVER);
        }
        try {
            var first = KeyHistory.Tenure.first(P256Key.of(head.firstKey()), "");
            return new KeyHistory(hops.genesisHash(), List.of(first));
        } catch (IllegalArgumentException e) {
            throw new NotFollowed(Refusal.BAD_HAND_OVER);
        }
    }

    private static KeyHistory after(KeyHistory keys, KeyProof.Step step, LodgeableHead head) throws NotFollowed {
        if (isBreak(step.leaf())) throw new NotFollowed(Refusal.BROKEN_KEY);
        try {
            var next = keys.after(step.leaf());
            long index = next.handOvers().getLast().handOver().index();
            var leafHash = Merkle.leafHash(step.leaf());
            if (!Inclusion.verify(leafHash, index, head.size(), step.path(), head.root())) {
                throw new NotFollowed(Refusal.BAD_HAND_OVER);
            }
            return next;
        } catch (HandOverWrong e) {
            throw new NotFollowed(Refusal.BAD_HAND_OVER);
        }
    }

    /// Its new key is vouched for by the owner's CA alone, and a ledger that is nobody's has no owner.
    private static boolean isBreak(byte[] leaf) {
        try {
            return Leaf.parse(leaf) instanceof HandOverLeaf found
                    && found.handOver().isBreak();
        } catch (CborMalformed e) {
            return false;
        }
    }

    private static final class NotFollowed extends Exception {
        private static final long serialVersionUID = 1;

        final Refusal why;

        NotFollowed(Refusal why) {
            super(why.sentence, null, false, false);
            this.why = why;
        }
    }
}
