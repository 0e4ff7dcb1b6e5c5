package org.sealpost.evidence;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Genesis;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Origin;
import org.sealpost.record.SourceKind;

/// What becomes of a genesis' word that its log goes on from another one (docs/formats.md §33): anybody may write it,
/// so it is claimed until an entry of the other log says the same. It makes no signer trusted.
final class Succession {
    private static final String SUBJECT = "goes on from";

    /// Of the last entry of a log that ended.
    private static final String SUCCEEDED = "sealpost.succeeded";

    /// For what a log that ends takes a last entry. Otherwise it takes none any more.
    private static final List<String> LAST_ENTRY_FOR = List.of("key-lost", "hand-overs");

    private Succession() {}

    /// An evidence file that is intact.
    ///
    /// @param authorities CAs of the trust store that certify the key of its last head for its origin
    record Judged(SealedEntry entry, Supplier<List<X509Certificate>> authorities, Signer signer) {
        P256Key lastKey() {
            return entry.keys().tenures().get(entry.seals().getLast().tenure()).key();
        }
    }

    /// What was given as evidence of the old log.
    sealed interface Old {
        record NotGiven() implements Old {}

        /// @param reason goes on from "the other file"
        record Unusable(String reason) implements Old {}

        record Intact(Judged file) implements Old {}
    }

    /// What a verdict says of it: nothing where the genesis names no other log and none was given.
    static Optional<Line> line(Judged file, Old old) {
        var previous = file.entry.genesis().previous();
        if (previous.isEmpty()) {
            if (old instanceof Old.NotGiven) return Optional.empty();
            return Optional.of(Wording.notChecked(SUBJECT, "no other log: the genesis names none"));
        }
        return Optional.of(
                switch (old) {
                    case Old.NotGiven() ->
                        claimed(previous.get(), "anybody may name any log; --succession takes evidence of it");
                    case Old.Unusable(var reason) -> claimed(previous.get(), "not proved: the other file " + reason);
                    case Old.Intact(var before) -> line(file, before, previous.get());
                });
    }

    private static Line line(Judged file, Judged old, Genesis.Previous previous) {
        var origin = old.entry.genesis().origin();
        var genesis = old.entry.genesisHash();
        if (!origin.equals(previous.origin()) || !genesis.equals(Hash.of(previous.genesisHash()))) {
            return claimed(previous, "not proved: the other file is of " + log(origin, genesis));
        }
        // Whoever has its genesis, which is public, can go on from that with a break to a key of his own.
        if (old.signer instanceof Signer.Unknown) {
            return claimed(previous, "not proved: the signer of the other file is not in the trust store");
        }
        var named = reason(old.entry, file.entry.genesis().origin(), file.entry.genesisHash());
        if (named.isPresent()) {
            return proved(
                    previous,
                    "the key of the old log, whose entry " + old.entry.index() + " names this one (reason: "
                            + named.get() + ")");
        }
        boolean sameKey =
                isSignedByItsFirstKey(file.entry) && file.entry.keys().first().equals(old.lastKey());
        var certifyingOld = old.authorities.get();
        var both =
                file.authorities.get().stream().filter(certifyingOld::contains).findFirst();
        // Which of an owner's boxes goes on from which his CA does not know.
        var oneOwner = both.map(ca -> "; one owner: the CA " + SealingCertificate.nameOf(ca) + " certifies both");
        if (sameKey) {
            // A retired one, or one that was stolen, can seal as many logs that say so.
            return Wording.claimed(
                    SUBJECT,
                    log(previous) + ": claimed, by the same key, which sealed both: whoever has that key can say so"
                            + oneOwner.orElse(""));
        }
        return claimed(
                previous, "not proved: the other file is no last entry that names this log" + oneOwner.orElse(""));
    }

    /// Why, where an entry is what the box itself writes last when a log ends, about this other log. What
    /// stands in front of the reason is compared byte by byte, so there is one way to read it.
    private static Optional<String> reason(SealedEntry entry, Origin other, Hash otherGenesis) {
        if (!(entry.leaf() instanceof HeaderLeaf leaf) || leaf.source() != SourceKind.BOX) return Optional.empty();
        if (!leaf.profile().equals(SUCCEEDED) || leaf.profileVersion() != 1) return Optional.empty();
        return entry.content()
                .flatMap(content -> LAST_ENTRY_FOR.stream()
                        .filter(reason -> begins(content.payload(), other, otherGenesis, reason))
                        .findFirst());
    }

    private static boolean begins(byte[] payload, Origin other, Hash otherGenesis, String reason) {
        var text = "{\"origin\":\"" + other + "\",\"genesis\":\"" + otherGenesis + "\",\"reason\":\"" + reason + "\",";
        var expected = text.getBytes(StandardCharsets.UTF_8);
        return payload.length >= expected.length
                && Arrays.equals(payload, 0, expected.length, expected, 0, expected.length);
    }

    /// Whether the key that the genesis names signed anything under it: a break leads away from it without that.
    private static boolean isSignedByItsFirstKey(SealedEntry entry) {
        var handOvers = entry.keys().handOvers();
        return entry.tenures().contains(0)
                || !handOvers.isEmpty() && !handOvers.getFirst().handOver().isBreak();
    }

    private static String log(Origin origin, Hash genesisHash) {
        return origin + " (genesis " + genesisHash + ")";
    }

    private static String log(Genesis.Previous previous) {
        return log(previous.origin(), Hash.of(previous.genesisHash()));
    }

    private static Line proved(Genesis.Previous previous, String by) {
        return Wording.proved(SUBJECT, log(previous) + ": proved, by " + by);
    }

    private static Line claimed(Genesis.Previous previous, String why) {
        return Wording.claimed(SUBJECT, log(previous) + ": claimed; " + why);
    }
}
