package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.WRITTEN;
import static org.sealpost.anchor.RelayMove.ask;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.sealpost.anchor.Progress.Phase;
import org.sealpost.anchor.RelayMove.Stuck;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;

/// Whether what was final is still there, and where it was.
final class RelayFinals {
    private final RelayTurn turn;
    private final RelaySchedule schedule;
    private final RelayConflicts conflicts;
    private final RelayChanges changes;

    private OptionalLong nextRecheck = OptionalLong.empty();

    // Written by whoever makes moves, read by any thread.
    private volatile Moved moved;

    /// That what is final was told to be elsewhere, and what a person said to that.
    private enum Moved {
        NOT_TOLD,
        TOLD,
        CONFIRMED
    }

    RelayFinals(RelayTurn turn, RelaySchedule schedule, RelayConflicts conflicts, RelayChanges changes) {
        this.turn = turn;
        this.schedule = schedule;
        this.conflicts = conflicts;
        this.changes = changes;
        this.moved = parkedForAMove().isPresent() ? Moved.TOLD : Moved.NOT_TOLD;
    }

    /// @param resubmittedAt when the newest order was given before this instance began
    void heedResubmitBefore(Instant resubmittedAt) {
        boolean isMoveConfirmed = parkedForAMove()
                .filter(told -> resubmittedAt.isAfter(told.at()))
                .isPresent();
        if (isMoveConfirmed) moved = Moved.CONFIRMED;
    }

    void heedResubmit() {
        // An order from before it was told is about something else.
        if (moved == Moved.TOLD) moved = Moved.CONFIRMED;
        nextRecheck = OptionalLong.empty();
    }

    // --- when it is looked at

    boolean isRecheckDue() {
        return turn.isDue(nextRecheck);
    }

    /// Whether the newest one was looked at, since this instance began or something of it changed.
    boolean isLookedAt() {
        return nextRecheck.isPresent();
    }

    void noteLookedAt() {
        nextRecheck = turn.in(turn.config().recheck());
    }

    /// Whether the newest final head is still there, of a relay that has nothing under way. A chain that was rolled
    /// back says so by itself only when somebody looks.
    RelayMove recheck(OriginId origin, Supplier<RelayMove> otherwise) {
        return recheck(origin, otherwise, otherwise);
    }

    /// The same of any relay.
    ///
    /// @param underWay goes on with what is under way: that settles first where the loss cannot be written
    ///     beside it
    RelayMove recheck(OriginId origin, Supplier<RelayMove> otherwise, Supplier<RelayMove> underWay) {
        var can = turn.can();
        var finals = turn.progress().finals();
        long size = finals.largest();
        return ask(
                new Want.LastFinal(),
                last -> ask(new Want.FindFinal(origin, last), finding -> {
                    noteLookedAt();
                    return switch (finding) {
                        case Finding.Present(var place, var _)
                        when can.keepsOneHistory() && !place.equals(last.place()) ->
                            // Those before it are looked at in turn.
                            can.keepsPlaces()
                                    ? moved(last, "is in block " + inWords(place), underWay)
                                    : rolledBack(finals.before(size));
                        case Finding.Present _ -> {
                            moved = Moved.NOT_TOLD;
                            yield otherwise.get();
                        }
                        case Finding.Conflict(var other) ->
                            conflicts.conflict(
                                    size,
                                    last.root(),
                                    Optional.of(other),
                                    "it holds another root for a size that was final");
                        case Finding.Absent _, Finding.Covered _
                        when can.keepsPlaces() -> moved(last, "is not there", underWay);
                        case Finding.Absent(var newestSize, var newestRoot) -> rolledBack(newestSize);
                        // Larger heads are there without this one: those before it are looked at in turn.
                        case Finding.Covered _ -> rolledBack(finals.before(size));
                    };
                }));
    }

    // --- it is not where it was

    private RelayMove rolledBack(long size) {
        nextRecheck = OptionalLong.empty();
        // It would end the conflict, which has to be asked for first.
        if (turn.phase() instanceof Phase.Stopped(var conflict)) return conflicts.takeBack(conflict);
        long lost = turn.progress().finals().largest();
        return turn.write(new RelayEntry.RolledBack(turn.wall(), size), () -> {
            moved = Moved.NOT_TOLD;
            changes.noteTakenBack(lost, "the head of " + lost + " entries, which was final");
            schedule.dueAtOnce();
            return WRITTEN;
        });
    }

    /// Whoever says so is wrong, or somebody set the ledger itself back: that takes a person to tell, by whose
    /// order all heads count as lost, as no older place is better than this one. It counts if it was heard
    /// after this was told here. Until then nothing is sent, and it is asked for at each look.
    private RelayMove moved(FinalHead last, String where, Supplier<RelayMove> underWay) {
        nextRecheck = OptionalLong.empty();
        if (moved == Moved.CONFIRMED) return rolledBack(0);
        if (turn.phase() instanceof Phase.InFlight || turn.phase() instanceof Phase.Seen) return underWay.get();
        String told = where + ", and it was final in block " + inWords(last.place());
        var stuck = new Stuck(saysOf(last.size(), told), remedyOfAMove());
        if (moved == Moved.TOLD) return stuck;
        if (turn.phase() instanceof Phase.Stopped) {
            moved = Moved.TOLD; // what is written would end the conflict
            return stuck;
        }
        // Durable, so that it can be confirmed while no process runs. The last final head is set aside for no other
        // reason.
        return turn.write(new RelayEntry.Parked(turn.toldAt(), last.size(), told), () -> {
            moved = Moved.TOLD;
            return stuck;
        });
    }

    // --- what people are told

    /// When a person was told last that it is elsewhere; any thread.
    Optional<Instant> toldOfAMoveAt() {
        return parkedForAMove().map(RelayEntry.Parked::at);
    }

    /// What is said of a head that was set aside; any thread.
    Optional<Anchored.Trouble> setAside() {
        var found = turn.progress().parked();
        if (found.isEmpty()) return Optional.empty();
        var parked = found.get();
        if (!tellsOfAMove(parked)) {
            return Optional.of(new Anchored.Trouble(
                    "head of size " + parked.size() + " was set aside: " + parked.cause(),
                    "newer heads are tried; if they are refused too, look at the cause",
                    parked.at()));
        }
        if (moved == Moved.NOT_TOLD) return Optional.empty(); // it is where it was
        return Optional.of(new Anchored.Trouble(saysOf(parked.size(), parked.cause()), remedyOfAMove(), parked.at()));
    }

    private Optional<RelayEntry.Parked> parkedForAMove() {
        return turn.progress().parked().filter(this::tellsOfAMove);
    }

    private boolean tellsOfAMove(RelayEntry.Parked parked) {
        return parked.size() == turn.progress().finals().largest();
    }

    private String saysOf(long size, String where) {
        return turn.config().name() + " says that the head of " + size + " entries " + where
                + ": what is final there stays where it is, so that this is not true";
    }

    private String remedyOfAMove() {
        return "have the ledger's administrators look which of its nodes says so, and ask another one; nothing is sent"
                + " meanwhile. Only if they have set the ledger back themselves: sealpost anchor resubmit "
                + turn.config().name();
    }

    static String inWords(Place place) {
        return place.height() + " (" + place.block() + ")";
    }
}
