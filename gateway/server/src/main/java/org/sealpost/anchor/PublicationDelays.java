package org.sealpost.anchor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;

/// What waits to be included, or to be final, for longer than it should, as people are told of it.
final class PublicationDelays {
    /// So long whatever may pass by itself is nobody's to look after, by running time.
    static final Duration PATIENCE = Duration.ofMinutes(30);

    /// For so long what is there may be not final where nothing is ever made dearer.
    private static final Duration LEAST_LONG_WAIT = Duration.ofMinutes(10);

    private final PublicationTurn turn;
    private final PublicationTerms terms;
    private final PublicationProgress progress;
    private final PublicationRow row;

    // The lowest nonce that waits. Written by the relay's thread, read by any.
    private volatile Optional<Hanging> hanging = Optional.empty();

    // The first of those that are there and not final. Written by the relay's thread, read by any.
    private volatile Optional<Unsettled> unsettled = Optional.empty();

    /// @param refusal why no dearer request took its place when that was asked for last; empty if one did
    private record Hanging(long number, long nonce, Moment since, int dearer, String refusal) {}

    /// One that is there and not final.
    ///
    /// @param since   when what is final came nearer to it last, or it was first found not to be
    /// @param nearest height of the last final block that was told; empty where the ledger tells none
    private record Unsettled(PublicationEntry.Included included, Moment since, Optional<Long> nearest) {}

    PublicationDelays(PublicationTurn turn, PublicationRow row) {
        this.turn = turn;
        this.terms = turn.terms();
        this.progress = turn.progress();
        this.row = row;
    }

    void begin() {
        hanging = hanging.filter(found -> found.nonce == row.lowest());
    }

    /// Notes that it waits, if it holds up all that stand behind it.
    ///
    /// @return whether it does
    boolean hangs(Item item, Phase.UnderWay flight) {
        var nonce = flight.prepared().request().nonce();
        boolean isLowest = terms.stuckAfter().isPresent() && nonce.isPresent() && nonce.getAsLong() == row.lowest();
        if (!isLowest) return false;
        var before = hanging.filter(found -> found.nonce == nonce.getAsLong());
        hanging = Optional.of(new Hanging(
                item.number(),
                nonce.getAsLong(),
                before.map(Hanging::since).orElse(turn.now()),
                item.dearer(),
                before.filter(found -> found.dearer == item.dearer())
                        .map(Hanging::refusal)
                        .orElse("")));
        return true;
    }

    /// Notes why no dearer request took the place of the one that waits.
    void notReplaced(String reason) {
        hanging = hanging.map(found -> new Hanging(found.number, found.nonce, found.since, found.dearer, reason));
    }

    /// What comes nearer, however slowly, is no trouble; what has come as far and is not final is.
    void noteUnsettled(PublicationEntry.Included included, Optional<Long> lastFinal) {
        var before = unsettled.filter(one -> progress.isSeen(one.included.number()));
        boolean isNearer = before.isEmpty()
                || lastFinal.isPresent()
                        && lastFinal.get() > before.get().nearest.orElse(-1L)
                        && before.get().nearest.orElse(-1L)
                                < before.get().included.place().height();
        if (!isNearer) return;
        unsettled = Optional.of(new Unsettled(before.map(Unsettled::included).orElse(included), turn.now(), lastFinal));
    }

    /// Any thread.
    ///
    /// @param nanos as in a [Moment]
    Optional<Trouble> told(long nanos) {
        return Trouble.foremost(List.of(unincluded(nanos), neverFinal(nanos)));
    }

    private Optional<Trouble> unincluded(long nanos) {
        var found = hanging.filter(one -> one.nonce == row.lowest());
        if (found.isEmpty() || terms.stuckAfter().isEmpty()) return Optional.empty();
        var one = found.get();
        long waited = nanos - one.since.nanos();
        if (waited < terms.stuckAfter().get().toNanos()) return Optional.empty();
        var since = one.since.wall();
        return Optional.of(new Trouble(
                "the request of publication " + one.number + " waits to be included since " + since + ", " + one.dearer
                        + " dearer requests were made"
                        + (one.refusal.isEmpty() ? "" : ", and no other is: " + one.refusal),
                "none needed while it passes; look whether the ledger includes anything, and at what price",
                since,
                waited >= PATIENCE.toNanos()));
    }

    private Optional<Trouble> neverFinal(long nanos) {
        var found = unsettled.filter(one -> progress.isSeen(one.included.number()));
        if (found.isEmpty()) return Optional.empty();
        var one = found.get();
        long waited = nanos - one.since.nanos();
        if (waited < terms.stuckAfter().orElse(LEAST_LONG_WAIT).toNanos()) return Optional.empty();
        var since = one.since.wall();
        long others = progress.open().values().stream()
                        .filter(item -> item.phase() instanceof Phase.Seen)
                        .count()
                - 1;
        return Optional.of(new Trouble(
                "publication " + one.included.number() + " is in block "
                        + one.included.place().height() + " since " + one.included.at()
                        + (others == 1 ? ", as is one more," : others > 1 ? ", as are " + others + " more," : "")
                        + " and not final, and "
                        + one.nearest
                                .map(height -> height < 0
                                        ? "no block is final"
                                        : "the last final block is " + height + " since " + since)
                                .orElse("is to be so by " + terms.finality()),
                "none needed while it passes; look whether enough of the ledger's validators agree on what is final, and"
                        + " whether whoever is asked, and a second one, tells the newest of it",
                since,
                waited >= PATIENCE.toNanos()));
    }
}
