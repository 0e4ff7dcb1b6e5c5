package org.sealpost.admin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.LodgedHead;
import org.sealpost.control.Act;
import org.sealpost.evidence.AnchorIdentity;

/// What the page Ledgers says, in the words that stand there.
///
/// @param refused why what was ordered was not done
/// @param earlier what ledgers hold of origins that ended
/// @param owner   whether it is the owner who looks
record LedgersView(
        Optional<String> refused,
        List<Row> ledgers,
        List<EarlierRow> earlier,
        boolean none,
        String asOf,
        boolean owner) {
    /// Of a ledger that needs somebody, here and on Home.
    static final String NOT_ANCHORING = "not anchoring";
    /// Of one that may come back by itself.
    static final String AWAY = "away";

    /// @param tile     as on Home
    /// @param parked   whether nothing more is sent there
    /// @param identity who it is
    /// @param trustLine by which a reader's trust file names it
    /// @param heads    the newest final ones, newest first
    record Row(
            String name,
            Tile tile,
            boolean parked,
            String identity,
            Optional<String> trustLine,
            List<HeadRow> heads,
            boolean noHeads,
            Optional<Trouble> trouble,
            Optional<Publishing> publishing) {}

    /// @param waiting  how many publications are on their way, and how long they take, in words
    /// @param setAside those that are not tried any more
    record Publishing(String waiting, Optional<Trouble> trouble, List<AsideRow> setAside) {}

    /// @param entries which records it has, in words
    record AsideRow(String number, String entries, String cause, String remedy, String since) {}

    record HeadRow(String size, String since, String took, String height) {}

    record EarlierRow(String origin, List<LastRow> heads, boolean noHeads) {}

    record LastRow(String ledger, String identity, String size, String height, String since) {}

    record Trouble(String cause, String remedy, String since) {}

    static LedgersView of(
            List<LedgerState> ledgers,
            List<EarlierHeads> earlier,
            AnchorageOrders orders,
            Instant now,
            boolean owner,
            Optional<String> refused) {
        var rows = ledgers.stream()
                .map(ledger -> row(ledger, orders.parked(ledger.name()), now))
                .toList();
        var ended = earlier.stream().map(origin -> earlier(origin, now)).toList();
        return new LedgersView(refused, rows, ended, rows.isEmpty(), Phrases.time(now), owner);
    }

    private static EarlierRow earlier(EarlierHeads ended, Instant now) {
        var heads = ended.newest().stream()
                .map(last -> new LastRow(
                        last.ledger(),
                        last.identity().map(AnchorIdentity::toString).orElse(""),
                        Phrases.counted(last.head().size(), "entry", "entries"),
                        Phrases.count(last.head().place().height()),
                        Phrases.timeAndAge(last.head().since(), now)))
                .toList();
        return new EarlierRow(ended.origin(), heads, heads.isEmpty());
    }

    private static Row row(LedgerState ledger, Optional<Act.Stamp> parked, Instant now) {
        return new Row(
                ledger.name(),
                tile(ledger, parked, now),
                parked.isPresent(),
                ledger.identity().map(AnchorIdentity::toString).orElse("It was not reached yet."),
                ledger.trustLine(),
                ledger.newest().stream().map(head -> head(head, now)).toList(),
                ledger.newest().isEmpty(),
                ledger.trouble().map(found -> trouble(found, now)),
                ledger.publishing()
                        .map(state -> publishing(
                                ledger.name(), state, ledger.trouble().isEmpty(), now)));
    }

    private static Trouble trouble(Anchored.Trouble found, Instant now) {
        return new Trouble(
                Phrases.told(found.cause()),
                Phrases.capitalised(found.remedy()),
                Phrases.timeAndAge(found.since(), now));
    }

    /// @param isWell whether nothing is wrong with the ledger
    private static Publishing publishing(String ledger, PublishingState state, boolean isWell, Instant now) {
        return new Publishing(
                Phrases.counted(state.waiting(), "publication is", "publications are") + " on the way"
                        + state.oldest()
                                .map(since -> ", the oldest since " + Phrases.timeAndAge(since, now))
                                .orElse("")
                        + state.takes()
                                // What is not tried now takes as long as the trouble does, and longer.
                                .filter(_ -> state.trouble().isEmpty() && isWell)
                                .map(time -> ": " + Phrases.duration(time) + ", as it went within the last hour.")
                                .orElse(".")
                        + state.lastFinal()
                                .map(number -> " The last one that is final is number " + number + ".")
                                .orElse(""),
                state.trouble().map(found -> trouble(found, now)),
                state.setAside().stream()
                        .map(aside -> new AsideRow(
                                Long.toString(aside.number()),
                                aside.count() == 1
                                        ? "entry " + aside.first()
                                        : "entries " + aside.first() + " to " + (aside.first() + aside.count() - 1),
                                Phrases.told(aside.cause()),
                                Phrases.capitalised(aside.remedy(ledger)),
                                Phrases.timeAndAge(aside.since(), now)))
                        .toList());
    }

    private static Tile tile(LedgerState ledger, Optional<Act.Stamp> parked, Instant now) {
        Tile tile;
        if (ledger.trouble().filter(Anchored.Trouble::urgent).isPresent()) {
            tile = Tile.bad(ledger.name(), NOT_ANCHORING);
        } else if (ledger.trouble().isPresent()) tile = Tile.note(ledger.name(), AWAY);
        else if (parked.isPresent()) tile = Tile.note(ledger.name(), "parked");
        else if (!ledger.convincesOthers()) tile = Tile.note(ledger.name(), "for itself only");
        else tile = Tile.good(ledger.name(), "anchoring");
        tile = tile.showing(Phrases.count(ledger.waiting()), ledger.waiting() == 1 ? "entry waits" : "entries wait");
        if (parked.isPresent()) {
            tile = tile.line(
                    "Parked by " + parked.get().by() + ": nothing more is sent there, and heads wait.",
                    Phrases.timeAndAge(parked.get().clock().time(), now));
        }
        if (!ledger.newest().isEmpty()) {
            var newest = ledger.newest().getFirst().head();
            tile = tile.line(
                    "Last final head: " + Phrases.counted(newest.size(), "entry,", "entries,"),
                    Phrases.timeAndAge(newest.since(), now));
        }
        var drain = LodgedHead.typical(ledger.newest());
        boolean isSent = parked.isEmpty() && ledger.trouble().isEmpty();
        if (ledger.waiting() > 0 && drain.isPresent() && isSent) {
            tile = tile.line("One head covers all that waits: " + Phrases.duration(drain.get())
                    + " from when it is sent, as the last ones took.");
        }
        tile = tile.line(
                ledger.required()
                        ? "Required: nothing is given up or erased by policy before it is final there."
                        : "Best effort: nothing is kept or held up for its sake (not required by retention).");
        if (ledger.warning().isPresent())
            tile = tile.line(Phrases.capitalised(ledger.warning().get()) + ".");
        return ledger.convincesOthers() ? tile : tile.line("Stands on this box alone: it proves nothing to others.");
    }

    private static HeadRow head(LodgedHead lodged, Instant now) {
        var head = lodged.head();
        return new HeadRow(
                Phrases.counted(head.size(), "entry", "entries"),
                Phrases.timeAndAge(head.since(), now),
                lodged.took().map(took -> "took " + Phrases.duration(took)).orElse("brought by somebody else"),
                Phrases.count(head.place().height()));
    }
}
