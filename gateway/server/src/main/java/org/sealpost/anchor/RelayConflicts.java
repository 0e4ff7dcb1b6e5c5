package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.NOTHING;
import static org.sealpost.anchor.RelayMove.WRITTEN;
import static org.sealpost.anchor.RelayMove.ask;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.anchor.Progress.Phase;
import org.sealpost.anchor.RelayMove.Stuck;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.merkle.Hash;

/// Another history of the log is there: what a relay stops for, until somebody orders that it is asked once more and it
/// is taken back.
final class RelayConflicts {
    private final RelayTurn turn;
    private final RelayDoubt doubt;

    // Somebody who knows of the conflict orders that the ledger is asked once more: until it answered.
    private boolean isAskedOnceMore;

    RelayConflicts(RelayTurn turn, RelayDoubt doubt) {
        this.turn = turn;
        this.doubt = doubt;
    }

    /// @param resubmittedAt when the newest order was given before this instance began
    void heedResubmitBefore(Instant resubmittedAt) {
        isAskedOnceMore = turn.phase() instanceof Phase.Stopped(var conflict) && resubmittedAt.isAfter(conflict.at());
    }

    void heedResubmit() {
        isAskedOnceMore = turn.phase() instanceof Phase.Stopped;
    }

    boolean isAskedOnceMore() {
        return isAskedOnceMore;
    }

    // --- it is told

    /// What it holds is told as surely as a conflict has to be; who says something else now was wrong.
    RelayMove ofAnotherLog(LodgeableHead head, long base, Hash baseRoot) {
        String said = "its head of size " + base + " (root " + baseRoot + ") is not of this log's history";
        return doubt.doubted(
                said,
                () -> ask(new Want.Find(head.originId(), base, head.root()), finding -> {
                    if (!finding.equals(new Finding.Conflict(baseRoot))) return NOTHING;
                    return conflict(
                            head.size(),
                            head.root(),
                            Optional.of(baseRoot),
                            "its head of size " + base + " is not of this log's history");
                }));
    }

    RelayMove beyond(LodgeableHead head, long size, Hash root) {
        return conflict(
                head.size(),
                head.root(),
                Optional.of(root),
                "it holds a head of size " + size
                        + ", which this log has not come to: the box was restored from an older" + " copy, or copied");
    }

    RelayMove conflict(long size, Hash root, Optional<Hash> other, String cause) {
        Supplier<RelayMove> told =
                () -> turn.write(new RelayEntry.Conflict(turn.toldAt(), size, root, other, cause), () -> {
                    isAskedOnceMore = false;
                    return doubt.besideTheJournal(cause, () -> WRITTEN);
                });
        if (turn.progress().opened().isPresent()) return told.get();
        // That nobody knows how it began takes nothing from what it says; that it began otherwise does.
        return turn.onceIdentified(identity -> ask(
                new Want.Begun(identity),
                _ -> ask(
                        new Want.Origin(),
                        origin -> turn.write(new RelayEntry.Opened(turn.config().name(), origin, identity), told))));
    }

    // --- it stopped for one

    RelayMove stopped(RelayEntry.Conflict conflict) {
        var trouble = trouble(conflict);
        // Where a release before this one wrote it down, it stands in the journal alone.
        return doubt.besideTheJournal(conflict.cause(), () -> new Stuck(trouble.cause(), trouble.remedy()));
    }

    /// All that it holds lies within this log, and now also what it was stopped for. What was final stays so unless
    /// the anchorage says otherwise.
    RelayMove takeBack(RelayEntry.Conflict conflict) {
        return ask(new Want.Find(turn.originId(), conflict.size(), conflict.root()), finding -> {
            if (finding instanceof Finding.Conflict(var other)) {
                return conflict(
                        conflict.size(),
                        conflict.root(),
                        Optional.of(other),
                        "it holds another root for this size, asked once more");
            }
            var entry = new RelayEntry.RolledBack(
                    turn.wall(), turn.progress().finals().largest());
            return turn.write(entry, () -> {
                isAskedOnceMore = false;
                return doubt.takenBack(() -> WRITTEN);
            });
        });
    }

    /// What is said of a conflict; any thread.
    Anchored.Trouble trouble(RelayEntry.Conflict conflict) {
        String name = turn.config().name();
        return new Anchored.Trouble(
                name + " stopped at size " + conflict.size() + " (root " + conflict.root() + "): " + conflict.cause()
                        + conflict.other()
                                .map(other -> " (its root: " + other + ")")
                                .orElse(""),
                "nothing more is lodged there"
                        + (turn.can().keepsHistoryElsewhere()
                                ? ", nothing is sealed, and records wait as captured"
                                : "")
                        + ". Find out which box made the other history, or whether"
                        + " this data directory came from a backup: only an origin that goes on from this one can be"
                        + " lodged there, which sealpost origin succeed begins, for the reason two-histories or"
                        + " restored. If " + name + " was wrong: sealpost anchor resubmit " + name
                        + " has it asked once more",
                conflict.at());
    }
}
