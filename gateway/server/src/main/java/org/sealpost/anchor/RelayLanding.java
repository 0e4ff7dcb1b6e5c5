package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.NOTHING;
import static org.sealpost.anchor.RelayMove.WRITTEN;
import static org.sealpost.anchor.RelayMove.ask;

import java.util.Optional;
import org.sealpost.anchor.Progress.Phase;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

/// A head that was seen there, until it is final.
final class RelayLanding {
    private final RelayTurn turn;
    private final RelayConflicts conflicts;
    private final RelayChanges changes;
    private final RelayDelays delays;
    private final RelayFinals finals;
    private final RelayProofs proofs;

    RelayLanding(
            RelayTurn turn,
            RelayConflicts conflicts,
            RelayChanges changes,
            RelayDelays delays,
            RelayFinals finals,
            RelayProofs proofs) {
        this.turn = turn;
        this.conflicts = conflicts;
        this.changes = changes;
        this.delays = delays;
        this.finals = finals;
        this.proofs = proofs;
    }

    /// It is there, whoever brought it.
    RelayMove included(long size, Hash root, Place place) {
        return turn.write(new RelayEntry.Included(turn.wall(), size, root, place), () -> {
            delays.noteNothingWaits();
            return WRITTEN;
        });
    }

    RelayMove awaitFinality(Phase.Seen seen) {
        var included = seen.included();
        return ask(new Want.Find(turn.originId(), included.size(), included.root()), finding -> switch (finding) {
            case Finding.Present(var place, var isFinal) -> {
                // One entry a move: if the disk is full between two, the first would be written without the second.
                if (!place.equals(included.place())) yield reorged(included);
                yield isFinal ? ended(included) : unsettled(included);
            }
            case Finding.Absent _, Finding.Covered _ -> reorged(included);
            case Finding.Conflict(var other) ->
                conflicts.conflict(
                        included.size(),
                        included.root(),
                        Optional.of(other),
                        "it holds another root for a size that was lodged");
        });
    }

    private RelayMove unsettled(RelayEntry.Included included) {
        return ask(new Want.Standing(), standing -> {
            delays.noteUnsettled(included, standing.map(AnchorageStanding::lastFinal));
            return NOTHING;
        });
    }

    private RelayMove ended(RelayEntry.Included included) {
        finals.noteLookedAt();
        var entry = new RelayEntry.Final(turn.wall(), included.size(), included.root(), included.place());
        return turn.write(entry, () -> {
            delays.noteFinal();
            changes.noteFinal(included.size());
            proofs.noteFinal();
            return WRITTEN;
        });
    }

    private RelayMove reorged(RelayEntry.Included included) {
        return turn.write(new RelayEntry.Reorged(turn.wall(), included.size(), included.place()), () -> {
            changes.noteTakenBack(
                    0,
                    "the head of " + included.size() + " entries, which was in block "
                            + RelayFinals.inWords(included.place()));
            return WRITTEN;
        });
    }
}
