package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.NOTHING;
import static org.sealpost.anchor.RelayMove.WRITTEN;
import static org.sealpost.anchor.RelayMove.ask;

import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.anchor.Progress.Phase;
import org.sealpost.lodging.Finding;

/// A request that may be under way is sent, and what became of it is asked until its head is there or it cannot land.
final class RelaySending {
    private final RelayTurn turn;
    private final RelaySchedule schedule;
    private final RelayConflicts conflicts;
    private final RelayChanges changes;
    private final RelayLanding landing;
    private final RelayReplacing replacing;
    private final RelayPreparing preparing;

    // Why sending came to nothing last; written by whoever makes moves, read by any thread.
    private volatile String newestCause = "";

    RelaySending(
            RelayTurn turn,
            RelaySchedule schedule,
            RelayConflicts conflicts,
            RelayChanges changes,
            RelayLanding landing,
            RelayReplacing replacing,
            RelayPreparing preparing) {
        this.turn = turn;
        this.schedule = schedule;
        this.conflicts = conflicts;
        this.changes = changes;
        this.landing = landing;
        this.replacing = replacing;
        this.preparing = preparing;
    }

    RelayMove pursue(Phase.InFlight flight) {
        var prepared = flight.prepared();
        if (preparing.isUnseen(prepared.request()) && !turn.isParked()) return submit(flight);
        return find(prepared, () -> replacing.status(prepared, flight.taken(), state -> goOnWith(flight, state)));
    }

    private RelayMove find(RelayEntry.Prepared prepared, Supplier<RelayMove> whereAbsent) {
        return ask(new Want.Find(turn.originId(), prepared.size(), prepared.root()), finding -> switch (finding) {
            case Finding.Present(var place, var isFinal) -> landing.included(prepared.size(), prepared.root(), place);
            case Finding.Covered(var size, var root) ->
                turn.write(new RelayEntry.Covered(turn.wall(), prepared.size(), size));
            case Finding.Conflict(var other) ->
                conflicts.conflict(
                        prepared.size(), prepared.root(), Optional.of(other), "it holds another root for this size");
            case Finding.Absent _ -> whereAbsent.get();
        });
    }

    private RelayMove goOnWith(Phase.InFlight flight, RequestRow.State state) {
        var prepared = flight.prepared();
        return switch (state.together()) {
            case RequestState.Unknown() -> turn.isParked() ? NOTHING : submit(flight);
            case RequestState.Pooled _ when turn.isParked() -> NOTHING;
            case RequestState.Pooled _ when turn.isWantedAgain() || state.lacksTheDearest() -> submit(flight);
            case RequestState.Pooled _ ->
                replacing.isStuck(turn.row(prepared)) ? replacing.replaceOrOfferAgain(prepared) : NOTHING;
            case RequestState.Included _ -> NOTHING;
            case RequestState.Reverted(var place, var isFinal) ->
                isFinal ? drop(flight, "it was included without effect") : NOTHING;
            // It may have become so since the head was looked for: some wait for the block before they answer.
            case RequestState.Final _ ->
                find(prepared, () -> drop(flight, "it was included and the head is not there"));
            case RequestState.CannotLand(var reason) -> drop(flight, reason);
        };
    }

    private RelayMove drop(Phase.InFlight flight, String cause) {
        long size = flight.prepared().size();
        int attempts = turn.config().attempts();
        if (turn.progress().dropsInARow() + 1 >= attempts) {
            return schedule.park(size, attempts + " requests had no effect, the last: " + cause);
        }
        return turn.write(new RelayEntry.Dropped(turn.wall(), size, cause), () -> {
            schedule.dueAtOnce();
            return WRITTEN;
        });
    }

    // --- it is sent

    private RelayMove submit(Phase.InFlight flight) {
        var prepared = flight.prepared();
        var row = turn.row(prepared);
        boolean isStuck = replacing.isStuck(row);
        preparing.mayBeSeen();
        return ask(new Want.Submit(row.dearest()), outcome -> switch (outcome) {
            case SubmitOutcome.Accepted _, SubmitOutcome.AlreadyKnown _ -> {
                if (!flight.taken() || !flight.cause().isEmpty()) yield sent(flight);
                // It says so each time, and never shows it.
                yield isStuck ? replacing.replace(prepared, () -> NOTHING) : NOTHING;
            }
            case SubmitOutcome.Answered(var proof) -> answered(prepared, proof);
            // What went before it may land, whatever becomes of this one.
            case SubmitOutcome.RefusedForGood(var reason) ->
                row.hasGrown() ? open(flight, isStuck, reason) : schedule.park(prepared.size(), reason);
            case SubmitOutcome.Unknown(var cause) -> open(flight, isStuck, cause);
        });
    }

    private RelayMove sent(Phase.InFlight flight) {
        return turn.write(new RelayEntry.Sent(turn.wall(), flight.prepared().size()), () -> {
            if (!flight.cause().isEmpty()) changes.noteOffered(newestCause(flight));
            return WRITTEN;
        });
    }

    /// The answer is the anchor, and kept nowhere else: it is durable before anything is said of it. What is kept and
    /// not written down is found by the next look.
    private RelayMove answered(RelayEntry.Prepared prepared, AnchorProof proof) {
        return ask(
                new Want.Keep(turn.originId(), prepared.size(), prepared.root(), Optional.empty(), proof),
                place -> landing.included(prepared.size(), prepared.root(), place));
    }

    /// A pool that is full, or takes nothing below the price of the day, never lets it wait in it.
    private RelayMove open(Phase.InFlight flight, boolean isStuck, String cause) {
        return isStuck
                ? replacing.replace(flight.prepared(), () -> ambiguous(flight, cause))
                : ambiguous(flight, cause);
    }

    /// Written once for a row of unknown outcomes, so that an anchorage that stays away does not fill the disk; and
    /// one whose rows are short, as it takes the request in between, is asked ever more rarely.
    private RelayMove ambiguous(Phase.InFlight flight, String cause) {
        String said = cause.isEmpty() ? "no answer" : cause;
        newestCause = said;
        if (!flight.cause().isEmpty()) return NOTHING;
        return turn.write(
                new RelayEntry.Ambiguous(turn.wall(), flight.prepared().size(), said), () -> {
                    if (flight.taken()) changes.noteOffered(newestCause(flight));
                    return NOTHING;
                });
    }

    /// Why sending came to nothing last, of a request of which it did: the journal has the first cause of a row. Any
    /// thread.
    String newestCause(Phase.InFlight flight) {
        String newest = newestCause;
        return newest.isEmpty() ? flight.cause() : newest;
    }
}
