package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.NOTHING;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.anchor.Progress.Phase;
import org.sealpost.anchor.RelayMove.Ask;
import org.sealpost.anchor.RelayMove.Rest;

/// What a relay decides, without threads, clocks, disk and network: it is told what was heard and says what
/// it wants next (docs/relay.md §4).
///
/// [#begin] makes a move; a move that asks is gone on with by [#hear], until one rests or is stuck. The
/// caller may drop a question whose answer does not come and begin anew, or make another core from the
/// journal: nothing is decided by what stands here alone but when to look again, and that a request was not
/// sent yet.
///
/// How a move goes stands here; its parts know those above them in the constructor, and none below.
final class RelayCore {
    private final RelayConfig config;
    private final Progress progress;

    private final RelayTurn turn;
    private final RelaySchedule schedule;
    private final RelayDoubt doubt;
    private final RelayConflicts conflicts;
    private final RelayChanges changes;
    private final RelayDelays delays;
    private final RelayFinals finals;
    private final RelayProofs proofs;
    private final RelayLanding landing;
    private final RelaySending sending;
    private final RelayLooking looking;
    private final RelayComparison comparison;

    private OptionalLong nextLook = OptionalLong.empty();

    // The last order to send again that was heard of; empty before the first move.
    private OptionalLong heard = OptionalLong.empty();

    /// @param progress the fold over the relay's journal, which goes on here with each entry that is written
    /// @param can of the anchorage
    /// @param stuckAfter how long a request may wait before a dearer one is made in its place; empty where
    ///     none is
    /// @param replacements the fold over those that were made, which goes on here, too
    /// @param doubt what was said against the log before this process began, and is not taken back
    RelayCore(
            RelayConfig config,
            Progress progress,
            Capabilities can,
            Optional<Duration> stuckAfter,
            Replacements replacements,
            Optional<Doubt> doubt) {
        this.config = config;
        this.progress = progress;
        turn = new RelayTurn(config, progress, can, stuckAfter, replacements);
        schedule = new RelaySchedule(turn);
        this.doubt = new RelayDoubt(turn, doubt);
        conflicts = new RelayConflicts(turn, this.doubt);
        changes = new RelayChanges(turn);
        delays = new RelayDelays(turn);
        finals = new RelayFinals(turn, schedule, conflicts, changes);
        proofs = new RelayProofs(turn, finals);
        landing = new RelayLanding(turn, conflicts, changes, delays, finals, proofs);
        var replacing = new RelayReplacing(turn, delays);
        var preparing = new RelayPreparing(turn, schedule, conflicts, replacing);
        sending = new RelaySending(turn, schedule, conflicts, changes, landing, replacing, preparing);
        looking = new RelayLooking(turn, schedule, conflicts, delays, finals, landing, preparing);
        comparison = new RelayComparison(turn, this.doubt, conflicts, finals);
    }

    /// @param orders as they are now
    RelayMove begin(Moment moment, RelayOrders orders) {
        turn.goOn(moment);
        heed(orders);
        return doubt.durable(this::first);
    }

    private void heed(RelayOrders orders) {
        turn.heed(orders);
        // Whether an order was heeded before the start stands nowhere: a head that was set aside is tried once more.
        if (heard.isEmpty()) {
            if (orders.resubmitted() >= 0 && progress.parked().isPresent()) turn.wantAgain();
            conflicts.heedResubmitBefore(orders.resubmittedAt());
            finals.heedResubmitBefore(orders.resubmittedAt());
        } else if (orders.resubmitted() > heard.getAsLong()) {
            turn.wantAgain();
            conflicts.heedResubmit();
            finals.heedResubmit();
            schedule.dueAtOnce();
            nextLook = OptionalLong.empty();
        }
        heard = OptionalLong.of(orders.resubmitted());
    }

    <A> RelayMove hear(Ask<A> question, A answer, Moment moment) {
        turn.goOn(moment);
        var move = question.then().apply(answer);
        if (move instanceof Rest(int done)) {
            var pause = changes.takePause();
            nextLook = pause.isPositive() ? turn.in(pause) : done > 0 ? OptionalLong.empty() : turn.in(config.poll());
            if (done > 0 || !(progress.phase() instanceof Phase.Idle)) turn.wantNoMore();
        }
        return move;
    }

    /// Somebody said something against the log that nobody confirms.
    ///
    /// @param question that was asked
    /// @return what is made durable before anything else is done, if anything is
    RelayMove speaksAgainst(Ask<?> question, AnchorageSetback said) {
        return doubt.speaksAgainst(question, said);
    }

    // --- how a move goes

    private RelayMove first() {
        return switch (progress.phase()) {
            case Phase.Stopped(var conflict) ->
                conflicts.isAskedOnceMore() && turn.isDue(nextLook)
                        ? comparison.compare(this::next)
                        : conflicts.stopped(conflict);
            case Phase.Idle() when turn.isParked() && doubt.isCompared() -> doubt.forgetting(() -> NOTHING);
            case Phase.Idle _, Phase.InFlight _, Phase.Seen _ -> {
                if (!turn.isDue(nextLook)) yield NOTHING;
                yield doubt.isCompared() ? doubt.forgetting(this::next) : comparison.compare(this::next);
            }
        };
    }

    private RelayMove next() {
        return switch (progress.phase()) {
            case Phase.Stopped(var conflict) -> conflicts.stopped(conflict);
            case Phase.Idle() when turn.isParked() -> NOTHING;
            case Phase.Idle() -> proofs.areDue() ? proofs.fetch(looking::look) : looking.look();
            case Phase.InFlight flight -> turn.onceIdentified(_ -> sending.pursue(flight));
            case Phase.Seen seen -> turn.onceIdentified(_ -> landing.awaitFinality(seen));
        };
    }

    // --- what others ask

    /// Whether what the anchorage holds of this log lies within it; any thread.
    Agreement agreement() {
        return doubt.agreement();
    }

    /// What was said and is not confirmed; any thread.
    Optional<Anchored.Trouble> doubted() {
        return doubt.told();
    }

    /// Whether what is on the disk is of a doubt that ended. Asked by whoever makes moves, or once nobody makes any.
    boolean isDoubtOver() {
        return doubt.isOver();
    }

    /// What is said of a conflict; any thread.
    Anchored.Trouble trouble(RelayEntry.Conflict conflict) {
        return conflicts.trouble(conflict);
    }

    /// When a person was told last what an order answers; any thread.
    Optional<Instant> told() {
        return progress.phase() instanceof Phase.Stopped(var conflict)
                ? Optional.of(conflict.at())
                : finals.toldOfAMoveAt();
    }

    /// What is said of a head that was set aside; any thread.
    Optional<Anchored.Trouble> setAside() {
        return finals.setAside();
    }

    /// What takes longer than it should, or changes too often to be in earnest; any thread.
    ///
    /// @param nanos as in a [Moment]
    Optional<Anchored.Trouble> delay(long nanos) {
        return changes.told(nanos).or(() -> delays.told(nanos));
    }

    /// Why sending came to nothing last, of a request of which it did: the journal has the first cause of a row. Any
    /// thread.
    String newestCause(Phase.InFlight flight) {
        return sending.newestCause(flight);
    }
}
