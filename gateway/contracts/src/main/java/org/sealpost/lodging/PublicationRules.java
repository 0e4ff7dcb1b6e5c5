package org.sealpost.lodging;

import java.util.Locale;
import java.util.Optional;
import org.sealpost.evidence.P256Key;
import org.sealpost.lodging.Publication.Kind;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Origin;

/// The rules by which every ledger that takes publications does so (docs/relay.md §6, C11): what the contract on
/// a chain does, in Java. The chaincode is kept by them, and one file of vectors, `publishing.json`, holds both
/// to the same answers. The local ledger takes none. Any thread.
public final class PublicationRules {
    private PublicationRules() {}

    /// What a ledger answers; only the first changes what it holds.
    public sealed interface Outcome {
        /// To be stored.
        record Published() implements Outcome {}

        /// This very publication is held.
        record Repeated() implements Outcome {}

        record Refused(Refusal why) implements Outcome {}
    }

    /// Why a publication is not taken; the contract's errors have the same names.
    public enum Refusal {
        BAD_ORIGIN("the ledger does not accept the origin's name"),
        BAD_NUMBER("a publication's number is 1 to 2^63-1"),
        BAD_KIND("a publication's kind is 0 to 3"),
        BAD_RANGE("a publication is of 1 to 256 entries from an index of 0 to 2^63-1, and of none and index 0 if its"
                + " number is given up"),
        BAD_CONTENT("a publication's content is 32 bytes for each commitment, or not empty for payloads, and empty if"
                + " its number is given up"),
        CONFLICT("the ledger holds another publication under this number"),
        UNKNOWN_ORIGIN("the ledger holds no head of this origin"),
        BAD_SIGNATURE("the publication's signature is not by the sealing key in force on the ledger");

        public final String sentence;

        Refusal(String sentence) {
            this.sentence = sentence;
        }

        /// How vectors, and what a chaincode answers, write it: `bad range`.
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /// What a ledger does with a publication. A number that is used is answered for before the signature is
    /// looked at, since the key in force may be a later one by now.
    ///
    /// @param found what the ledger holds under the number
    /// @param key   the origin's key in force on this ledger, as of the newest head held; empty if none is
    public static Outcome judge(PublicationFinding found, Optional<P256Key> key, SignedPublication offered) {
        return switch (found) {
            case PublicationFinding.Present _ -> new Outcome.Repeated();
            case PublicationFinding.Conflict _ -> new Outcome.Refused(Refusal.CONFLICT);
            case PublicationFinding.Absent _ ->
                key.map(inForce -> take(inForce, offered)).orElse(new Outcome.Refused(Refusal.UNKNOWN_ORIGIN));
        };
    }

    private static Outcome take(P256Key inForce, SignedPublication offered) {
        return offered.isSignedBy(inForce) ? new Outcome.Published() : new Outcome.Refused(Refusal.BAD_SIGNATURE);
    }

    /// What of a publication no ledger takes, in the order in which it is looked at; empty if nothing.
    ///
    /// @param number and kind, first, count: the bits of unsigned numbers
    public static Optional<Refusal> flaw(
            String origin, long number, long kind, long first, long count, long contentSize) {
        try {
            new Origin(origin);
        } catch (IllegalArgumentException e) {
            return Optional.of(Refusal.BAD_ORIGIN);
        }
        if (number < 1) return Optional.of(Refusal.BAD_NUMBER);
        return Kind.ofCode(kind)
                .map(known -> flaw(number, known, first, count, contentSize))
                .orElse(Optional.of(Refusal.BAD_KIND));
    }

    static Optional<Refusal> flaw(long number, Kind kind, long first, long count, long contentSize) {
        if (number < 1) return Optional.of(Refusal.BAD_NUMBER);
        if (kind == Kind.GIVEN_UP) {
            if (first != 0 || count != 0) return Optional.of(Refusal.BAD_RANGE);
            return contentSize == 0 ? Optional.empty() : Optional.of(Refusal.BAD_CONTENT);
        }
        if (first < 0 || count < 1 || count > Publication.MAX_COUNT) return Optional.of(Refusal.BAD_RANGE);
        boolean fits = kind == Kind.COMMITMENTS ? contentSize == count * Hash.SIZE : contentSize > 0;
        return fits ? Optional.empty() : Optional.of(Refusal.BAD_CONTENT);
    }
}
