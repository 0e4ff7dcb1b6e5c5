package org.sealpost.anchor;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.Progress.Phase;

/// What waits to be included, or to be final, for longer than it should, as people are told of it.
final class RelayDelays {
    /// Where nothing is made in its place, and somebody looks at once.
    private static final Duration LEAST_LONG_WAIT = Duration.ofMinutes(10);

    private final RelayTurn turn;

    // What was taken last and is not included; written by whoever makes moves, read by any thread.
    private volatile @Nullable Wait wait;

    // Written by whoever makes moves, read by any thread.
    private volatile @Nullable Unsettled unsettled;

    /// A request that the anchorage has taken and not included.
    ///
    /// @param since   when this instance first saw it wait
    /// @param dearer  how many were made in its place
    /// @param refusal why no other one was made last; empty if that was not so
    private record Wait(RelayEntry.Prepared of, Moment since, int dearer, String refusal) {}

    /// A head that is there and not final.
    ///
    /// @param nearest how far what is final had come, as far as the anchorage tells
    /// @param since   when it came that far, or the head was first seen by this instance
    private record Unsettled(RelayEntry.Included included, Moment since, Optional<Long> nearest) {}

    RelayDelays(RelayTurn turn) {
        this.turn = turn;
    }

    /// One that its pool forgot, or never shows, waits all the same.
    ///
    /// @param taken whether the anchorage said that it has it
    void note(RelayEntry.Prepared prepared, boolean taken, RequestRow.State state) {
        var before = Optional.ofNullable(wait).filter(one -> one.of().equals(prepared));
        int dearer = turn.row(prepared).requests().size() - 1;
        boolean waits = switch (state.together()) {
            case RequestState.Pooled _ -> true;
            case RequestState.Unknown _ -> taken || before.isPresent();
            case RequestState.Included _, RequestState.Final _, RequestState.Reverted _, RequestState.CannotLand _ ->
                false;
        };
        wait = waits
                ? new Wait(
                        prepared,
                        before.map(Wait::since).orElse(turn.now()),
                        dearer,
                        before.filter(one -> one.dearer() == dearer)
                                .map(Wait::refusal)
                                .orElse(""))
                : null;
    }

    /// No dearer one is made in the place of what waits.
    void noteNotDearer(String reason) {
        var found = wait;
        if (found != null) wait = new Wait(found.of(), found.since(), found.dearer(), reason);
    }

    void noteNothingWaits() {
        wait = null;
    }

    /// What comes nearer, however slowly, is no trouble.
    void noteUnsettled(RelayEntry.Included included, Optional<Long> lastFinal) {
        var before = Optional.ofNullable(unsettled).filter(one -> one.included().size() == included.size());
        boolean isNearer = before.isEmpty()
                || lastFinal.isPresent()
                        && lastFinal.get() > before.get().nearest().orElse(-1L);
        unsettled = isNearer
                ? new Unsettled(included, turn.now(), lastFinal)
                : new Unsettled(included, before.get().since(), before.get().nearest());
    }

    void noteFinal() {
        unsettled = null;
    }

    /// Any thread.
    ///
    /// @param nanos as in a [Moment]
    Optional<Trouble> told(long nanos) {
        return unincluded(nanos).or(() -> unsettled(nanos));
    }

    private Optional<Trouble> unincluded(long nanos) {
        var found = wait;
        if (found == null || nanos - found.since().nanos() < longWait().toNanos()) return Optional.empty();
        // Then it is told why sending came to nothing.
        if (turn.phase() instanceof Phase.InFlight now && !now.cause().isEmpty()) return Optional.empty();
        var since = found.since().wall();
        return Optional.of(new Trouble(
                "the request for the head of " + found.of().size() + " entries waits to be included since " + since
                        + ", " + found.dearer() + " dearer requests were made"
                        + (found.refusal().isEmpty() ? "" : ", and no other is: " + found.refusal()),
                "none needed while it passes; look whether the ledger includes anything, and at what price",
                since,
                false));
    }

    private Optional<Trouble> unsettled(long nanos) {
        var found = unsettled;
        if (found == null
                || !(turn.phase() instanceof Phase.Seen)
                || nanos - found.since().nanos() < longWait().toNanos()) return Optional.empty();
        var included = found.included();
        return Optional.of(new Trouble(
                "the head of " + included.size() + " entries is in block "
                        + included.place().height() + " since " + included.at() + " and not final, and "
                        + found.nearest()
                                .map(height -> height < 0
                                        ? "no block is final"
                                        : "the last final block is " + height + " since "
                                                + found.since().wall())
                                .orElse("is to be so by " + turn.can().finality()),
                "none needed while it passes; look whether enough of the ledger's validators agree on what is final, and"
                        + " whether whoever is asked tells the newest of it",
                found.since().wall(),
                false));
    }

    private Duration longWait() {
        if (turn.stuckAfter().isPresent()) return turn.stuckAfter().get();
        var patience = turn.config().patience();
        return patience.compareTo(LEAST_LONG_WAIT) < 0 ? LEAST_LONG_WAIT : patience;
    }
}
