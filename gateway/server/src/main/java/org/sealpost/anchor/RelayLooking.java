package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.NOTHING;
import static org.sealpost.anchor.RelayMove.ask;

import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.anchor.RelayMove.Stuck;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.merkle.Hash;

/// With nothing under way it is looked whether a head is due, and what is there already.
final class RelayLooking {
    private final RelayTurn turn;
    private final RelaySchedule schedule;
    private final RelayConflicts conflicts;
    private final RelayDelays delays;
    private final RelayFinals finals;
    private final RelayLanding landing;
    private final RelayPreparing preparing;

    RelayLooking(
            RelayTurn turn,
            RelaySchedule schedule,
            RelayConflicts conflicts,
            RelayDelays delays,
            RelayFinals finals,
            RelayLanding landing,
            RelayPreparing preparing) {
        this.turn = turn;
        this.schedule = schedule;
        this.conflicts = conflicts;
        this.delays = delays;
        this.finals = finals;
        this.landing = landing;
        this.preparing = preparing;
    }

    RelayMove look() {
        return ask(new Want.Newest(), found -> {
            if (found.isEmpty()) return NOTHING;
            var newest = found.get();
            turn.requireSameOrigin(newest.originId());
            return schedule.look(newest, isDue -> look(newest, isDue));
        });
    }

    /// @param isNew whether a head is due
    private RelayMove look(LodgeableHead newest, boolean isNew) {
        if (!isNew) delays.noteNothingWaits(); // nothing waits behind it
        boolean looksBack = turn.progress().finals().largest() > 0 && (isNew || finals.isRecheckDue());
        if (!isNew && !looksBack) return nothingNew();
        return turn.onceIdentified(identity -> {
            Supplier<RelayMove> forward = () -> isNew ? begin(newest, identity) : nothingNew();
            return looksBack ? finals.recheck(newest.originId(), forward) : forward.get();
        });
    }

    private RelayMove nothingNew() {
        turn.wantNoMore();
        return NOTHING;
    }

    /// What the anchorage holds was heard by then, so this keeps nobody from learning of another history.
    private RelayMove begin(LodgeableHead head, AnchorIdentity identity) {
        if (turn.progress().isVouchedFor()) return find(head);
        return ask(new Want.Begun(identity), beginning -> switch (beginning) {
            case Beginning.Unknown(var cause, var remedy) -> new Stuck(cause, remedy);
            case Beginning.Known() ->
                turn.progress().opened().isPresent()
                        ? find(head)
                        : turn.write(
                                new RelayEntry.Opened(turn.config().name(), head.originId(), identity),
                                () -> find(head));
        });
    }

    private RelayMove find(LodgeableHead head) {
        long had = turn.progress().finals().largest();
        return ask(new Want.FindLarger(head.originId(), head.size(), head.root(), had), finding -> switch (finding) {
            case Finding.Present(var place, var isFinal) -> landing.included(head.size(), head.root(), place);
            case Finding.Conflict(var other) ->
                conflicts.conflict(head.size(), head.root(), Optional.of(other), "it holds another root for this size");
            case Finding.Covered(var size, var root) -> covered(head, size, root);
            case Finding.Absent(var size, var root) ->
                root == null || size <= had ? preparing.settle(head, size, root) : brought(head, size, root);
        });
    }

    /// Somebody else lodged a larger head of ours. That is good if this log has grown beyond it, and only
    /// then.
    private RelayMove covered(LodgeableHead head, long size, Hash root) {
        return ask(new Want.Newest(), newest -> {
            long known = newest.map(LodgeableHead::size).orElse(0L);
            return known >= size ? NOTHING : conflicts.beyond(head, size, root);
        });
    }

    /// The newest head there is smaller than ours, and not one that this relay saw: a courier lodged it while
    /// the anchorage was out of reach. It is recorded like one of our own, so what it covers is final by it,
    /// and it is not sent again.
    private RelayMove brought(LodgeableHead newest, long size, Hash root) {
        return ask(new Want.IsSealed(size, root), isSealed -> {
            if (!isSealed) return preparing.settle(newest, size, root);
            return ask(
                    new Want.Find(newest.originId(), size, root),
                    finding -> finding instanceof Finding.Present(var place, var isFinal)
                            ? landing.included(size, root, place)
                            : preparing.settle(newest, size, root));
        });
    }
}
