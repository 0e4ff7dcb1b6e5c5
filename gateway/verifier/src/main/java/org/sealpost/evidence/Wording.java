package org.sealpost.evidence;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.sealpost.record.ClockReading;
import org.sealpost.record.GenesisLeaf;
import org.sealpost.record.HandOverLeaf;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Slot;

/// Puts into words what a sealed entry says. Each line of what is proved or claimed stands alone: it does not
/// change when another part of the file is withheld or left out. What comes from the file is escaped.
final class Wording {
    private Wording() {}

    /// All that is under the signatures of the sealing keys.
    static List<Line> proved(SealedEntry entry) {
        var lines = new ArrayList<Line>();
        lines.add(proved("origin", entry.genesis().origin().name()));
        lines.add(proved("index", Long.toString(entry.index())));
        for (int tenure : entry.tenures()) {
            lines.add(proved("key", key(entry.keys().tenures().get(tenure))));
        }
        lines.add(proved(
                "genesis",
                entry.genesisHash() + ", made by "
                        + Printable.quote(entry.genesis().software()) + " at "
                        + clock(entry.genesis().clock())));
        lines.add(proved(
                "record",
                switch (entry.leaf()) {
                    case GenesisLeaf genesis -> "the genesis of this origin";
                    case HandOverLeaf leaf -> "hand-over " + leaf.handOver().number() + " of the sealing key";
                    case HeaderLeaf header ->
                        "profile " + header.profile() + " version " + header.profileVersion() + ", came by "
                                + header.source().name().toLowerCase(Locale.ROOT);
                }));
        entry.source()
                .ifPresent(source -> lines.add(proved(
                        "client",
                        Printable.quote(source.client()) + " at "
                                + Printable.quote(source.where())
                                + source.idempotencyKey()
                                        .map(key -> ", key " + Printable.quote(key))
                                        .orElse(", without a key"))));
        entry.clock().ifPresent(clock -> lines.add(proved("captured", clock(clock))));
        entry.content()
                .ifPresent(content -> lines.add(proved(
                        "content",
                        Printable.quote(content.mediaType()) + ", " + content.payload().length + " bytes, SHA-256 "
                                + Sha256.of(content.payload()))));
        entry.references()
                .filter(references -> !references.indexes().isEmpty())
                .ifPresent(references -> lines.add(proved(
                        "refers to",
                        references.indexes().stream().map(String::valueOf).collect(Collectors.joining(", ")))));
        for (var leaf : entry.keys().handOvers()) lines.add(proved("hand-over", handOver(leaf)));
        for (var seal : entry.seals()) {
            lines.add(proved(
                    "sealed",
                    "as one of " + seal.head().size() + " entries with root "
                            + seal.head().root() + " at " + clock(seal.time())));
        }
        return lines;
    }

    private static String key(KeyHistory.Tenure tenure) {
        return "SHA-256 thumbprint " + tenure.key().thumbprint() + ", in the token " + Printable.quote(tenure.token())
                + tenure.by()
                        .map(leaf -> ", in force from entry " + leaf.handOver().index() + " on")
                        .orElse("");
    }

    private static String handOver(HandOverLeaf leaf) {
        var said = leaf.handOver();
        var old = HexFormat.of().formatHex(said.oldKey());
        var next = Sha256.of(said.newKey().spki());
        var at = ", at " + clock(said.clock());
        return switch (said.reason()) {
            case PLANNED ->
                "at entry " + said.index() + " from the key " + old + " to the key " + next + ", signed by both" + at;
            case EXPOSED ->
                "at entry " + said.index() + " from the key " + old + ", which somebody else may have, to the key "
                        + next + ", signed by both" + at;
            case LOST ->
                "a break: the key of the box was replaced at entry " + said.index() + " without its old key " + old
                        + ", by the key " + next + "; what was recorded before rests on the new key alone" + at;
        };
    }

    /// Why a key is trusted.
    static String trustedBy(TrustStore.Trust trust) {
        return switch (trust) {
            case TrustStore.Trust.Key found -> "the key is named by " + Printable.quote(found.file());
            case TrustStore.Trust.Certificate found ->
                "the key is certified by the CA that " + Printable.quote(found.file()) + " names";
            case TrustStore.Trust.Inherited found ->
                switch (found.from()) {
                    case TrustStore.Trust.Key first ->
                        "the key was handed over to by one that " + Printable.quote(first.file()) + " names";
                    case TrustStore.Trust.Certificate covering ->
                        "the key of the box was replaced without its old key, and the new one is certified by the CA"
                                + " that " + Printable.quote(covering.file()) + " names";
                    case TrustStore.Trust.Inherited _, TrustStore.Trust.None _ ->
                        throw new IllegalStateException("trust is inherited from a key or a certificate");
                };
            case TrustStore.Trust.None none -> "nobody vouches for the key";
        };
    }

    /// What a reader might take for settled, and is not.
    ///
    /// @param anchors that were checked
    static List<Line> notChecked(SealedEntry entry, Optional<Line> certificates, AnchorsOfEntry anchors) {
        var lines = new ArrayList<Line>();
        if (entry.leaf() instanceof HeaderLeaf) {
            withheld(lines, Slot.SOURCE, entry.source());
            withheld(lines, Slot.CLOCK, entry.clock());
            withheld(lines, Slot.CONTENT, entry.content());
            withheld(lines, Slot.REFERENCES, entry.references());
        }
        certificates.ifPresent(lines::add);
        lines.add(notChecked(
                "time",
                "the times are what the box's clock said; "
                        + (anchors.provesTime()
                                ? "an anchor proves by when its head was sealed, and no more"
                                : "nothing here proves them from outside")));
        lines.add(notChecked("revocation", "whether the key was revoked or stolen; no list is asked"));
        lines.add(notChecked("history", history(anchors.isFollowed())));
        if (entry.seals().stream().allMatch(seal -> seal.anchors().isEmpty())) {
            lines.add(notChecked("anchors", "the file names none"));
        }
        return lines;
    }

    /// A ledger that follows a log tells of what was brought to it, once it is proved that this file's head
    /// was. What was shown to somebody without that, no file can tell.
    private static String history(boolean isFollowed) {
        return isFollowed
                ? "whether the box showed others another history that it never brought to a ledger of an anchor proved"
                        + " above: a chain takes one history of a log (a contract, if it was made by its own code"
                        + " alone); of what was not brought there a witness tells"
                : "whether the box showed others another history; an anchor or a witness tells";
    }

    static Line proved(String subject, String text) {
        return new Line(Standing.PROVED, subject, text);
    }

    static Line claimed(String subject, String text) {
        return new Line(Standing.CLAIMED, subject, text);
    }

    static Line notChecked(String subject, String text) {
        return new Line(Standing.NOT_CHECKED, subject, text);
    }

    private static void withheld(List<Line> lines, int position, Optional<?> slot) {
        if (slot.isEmpty()) {
            lines.add(notChecked(Slot.LABELS.get(position), "withheld by whoever made this file"));
        }
    }

    private static String clock(ClockReading reading) {
        var quality = switch (reading.state()) {
            case SYNCED -> "synced";
            case HOLDOVER -> "in holdover";
            case UNTRUSTED -> "not to be relied on";
        };
        var source = switch (reading.source()) {
            case NONE -> "no source";
            case SYSTEM -> "the system's daemon";
            case MANUAL -> "a manual setting";
            case RTC, NTP, NTS, PTP, GNSS -> reading.source().name();
        };
        var error = reading.maxErrorMillis().isPresent()
                ? "off by at most " + reading.maxErrorMillis().getAsLong() + " ms"
                : "error unknown";
        return Instant.ofEpochMilli(reading.timeMillis()) + " by the box's own clock (" + quality + ", " + source + ", "
                + error + "; boot " + HexFormat.of().formatHex(reading.bootId()) + " + "
                + reading.sinceBootMicros() + " µs)";
    }
}
