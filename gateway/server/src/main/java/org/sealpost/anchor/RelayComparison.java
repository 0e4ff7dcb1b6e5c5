package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.NOTHING;
import static org.sealpost.anchor.RelayMove.ask;

import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.anchor.Progress.Phase;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Consistency;
import org.sealpost.merkle.Hash;

/// Whether all that the anchorage holds of this log lies within it.
///
/// Before anything else: an anchorage that holds more of this log than the log has, or another one, tells that the box
/// was restored from an older copy, or copied, and whoever seals has to know before the next seal. So it is asked also
/// where nothing is to be sent to it, and where the relay has no journal: the copy may be from before its first
/// lodging.
final class RelayComparison {
    private static final Hash NO_ROOT = Hash.of(new byte[Hash.SIZE]);

    private final RelayTurn turn;
    private final RelayDoubt doubt;
    private final RelayConflicts conflicts;
    private final RelayFinals finals;

    RelayComparison(RelayTurn turn, RelayDoubt doubt, RelayConflicts conflicts, RelayFinals finals) {
        this.turn = turn;
        this.doubt = doubt;
        this.conflicts = conflicts;
        this.finals = finals;
    }

    /// @param then goes on with what is due
    RelayMove compare(Supplier<RelayMove> then) {
        if (turn.progress().finals().largest() == 0) return compareThere(then);
        return ask(new Want.LastFinal(), last -> ask(new Want.Remind(last.place()), _ -> compareThere(then)));
    }

    private RelayMove compareThere(Supplier<RelayMove> then) {
        return turn.onceIdentified(_ -> ask(new Want.Origin(), origin -> {
            turn.requireSameOrigin(origin);
            return ask(
                    new Want.Largest(origin),
                    // Asked for afterwards: the log may have grown, and a courier been there, meanwhile.
                    there -> ask(new Want.Newest(), newest -> {
                        long size = there.newestSize();
                        if (size < turn.progress().finals().largest()) return lessThanWasFinal(origin, then);
                        if (size > newest.map(LodgeableHead::size).orElse(0L)) return confirm(origin, size, newest);
                        var root = there.newestRoot();
                        return root == null || size == 0
                                ? agreed(then)
                                : within(newest.orElseThrow(), size, root, then);
                    }));
        }));
    }

    /// Whoever holds less than what was final there has not come so far, and then has not said what is there;
    /// or lost it for good, which is told as surely as a conflict has to be, is written down, and is asked for
    /// anew. What waits there settles first where the loss cannot be written beside it.
    private RelayMove lessThanWasFinal(OriginId origin, Supplier<RelayMove> then) {
        return finals.recheck(origin, () -> NOTHING, then);
    }

    /// This log has no root for that size, so whichever is there is another one, and is told as surely as a conflict
    /// has to be.
    private RelayMove confirm(OriginId origin, long size, Optional<LodgeableHead> newest) {
        String said = "it holds a head of size " + size + ", and this log has come to "
                + newest.map(LodgeableHead::size).orElse(0L);
        return doubt.doubted(
                said,
                () -> ask(new Want.Find(origin, size, NO_ROOT), finding -> {
                    if (!(finding instanceof Finding.Conflict(var root))) return NOTHING;
                    return newest.map(head -> conflicts.beyond(head, size, root))
                            .orElseGet(() ->
                                    conflicts.conflict(size, root, Optional.empty(), "this log has no seal at all"));
                }));
    }

    private RelayMove within(LodgeableHead newest, long size, Hash root, Supplier<RelayMove> then) {
        if (size == newest.size()) {
            return root.equals(newest.root()) ? agreed(then) : conflicts.ofAnotherLog(newest, size, root);
        }
        return ask(
                new Want.Proof(size, newest.size()),
                proof -> Consistency.verify(size, root, newest.size(), newest.root(), proof)
                        ? agreed(then)
                        : conflicts.ofAnotherLog(newest, size, root));
    }

    private RelayMove agreed(Supplier<RelayMove> then) {
        if (turn.phase() instanceof Phase.Stopped(var conflict)) return conflicts.takeBack(conflict);
        var contradicted = doubt.contradicted();
        if (contradicted.isEmpty()) return nothingAgainst(then);
        // Its largest head agrees, and what was said of another one is asked for once more: else a doubt would come
        // and go at each look.
        var told = contradicted.get();
        return ask(told, finding -> {
            doubt.noteContradictedIsAsked();
            return finding instanceof Finding.Conflict(var other)
                    ? conflicts.conflict(
                            told.size(), told.root(), Optional.of(other), "it holds another root for this size")
                    : nothingAgainst(then);
        });
    }

    private RelayMove nothingAgainst(Supplier<RelayMove> then) {
        doubt.noteAgreed();
        return doubt.forgetting(then);
    }
}
