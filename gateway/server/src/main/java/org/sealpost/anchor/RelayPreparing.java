package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.NOTHING;
import static org.sealpost.anchor.RelayMove.WRITTEN;
import static org.sealpost.anchor.RelayMove.ask;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.merkle.Consistency;
import org.sealpost.merkle.Hash;

/// A request for a head that is not there, once the one before it can be in its way no more.
final class RelayPreparing {
    private final RelayTurn turn;
    private final RelaySchedule schedule;
    private final RelayConflicts conflicts;
    private final RelayReplacing replacing;

    // Of the request that this instance prepared and has not offered yet it is known that nobody has seen it.
    private @Nullable SignedRequest unseen;

    RelayPreparing(RelayTurn turn, RelaySchedule schedule, RelayConflicts conflicts, RelayReplacing replacing) {
        this.turn = turn;
        this.schedule = schedule;
        this.conflicts = conflicts;
        this.replacing = replacing;
    }

    /// Whether nobody outside has seen it.
    boolean isUnseen(SignedRequest request) {
        return request.equals(unseen);
    }

    /// Before it is sent: whatever comes of it, somebody may have seen the bytes.
    void mayBeSeen() {
        unseen = null;
    }

    // --- the request before

    /// Whether the last request may still lose what it used up. Its head may be done without it, lodged by
    /// somebody else, while it stands in a block that can be taken back: a request signed for the nonce
    /// behind it would wait for ever.
    ///
    /// @param base size of the newest head that is held there; 0 if none is
    RelayMove settle(LodgeableHead head, long base, @Nullable Hash baseRoot) {
        var last = turn.progress().lastPrepared();
        if (last.isEmpty()) return prove(head, base, baseRoot);
        return replacing.status(last.get(), false, state -> switch (state.together()) {
            case RequestState.Pooled _ -> hasten(last.get(), state);
            case RequestState.Included _ -> NOTHING;
            case RequestState.Reverted(var place, var isFinal) -> isFinal ? prove(head, base, baseRoot) : NOTHING;
            case RequestState.Final _, RequestState.CannotLand _, RequestState.Unknown _ -> prove(head, base, baseRoot);
        });
    }

    /// It waits before whatever is signed next, so it is made dearer like one that is under way; of its own
    /// head there is nothing to write down any more.
    private RelayMove hasten(RelayEntry.Prepared last, RequestRow.State state) {
        var row = turn.row(last);
        boolean isStuck = replacing.isStuck(row);
        if (!state.lacksTheDearest()) return isStuck ? replacing.replaceOrOfferAgain(last) : NOTHING;
        return ask(new Want.Submit(row.dearest()), outcome -> switch (outcome) {
            case SubmitOutcome.Accepted _, SubmitOutcome.AlreadyKnown _, SubmitOutcome.Answered _ -> NOTHING;
            case SubmitOutcome.RefusedForGood _, SubmitOutcome.Unknown _ ->
                isStuck ? replacing.replace(last, () -> NOTHING) : NOTHING;
        });
    }

    // --- a new one

    private RelayMove prove(LodgeableHead head, long base, @Nullable Hash baseRoot) {
        if (baseRoot == null) return prepare(head, base, null, List.of());
        return ask(new Want.Proof(base, head.size()), proof -> {
            // Looked at before anything is sent: what the anchorage would refuse for ever is not tried.
            return Consistency.verify(base, baseRoot, head.size(), head.root(), proof)
                    ? prepare(head, base, baseRoot, proof)
                    : conflicts.ofAnotherLog(head, base, baseRoot);
        });
    }

    private RelayMove prepare(LodgeableHead head, long base, @Nullable Hash baseRoot, List<Hash> proof) {
        return ask(new Want.Prepare(head, base, proof), preparation -> switch (preparation) {
            case Preparation.Refused(var reason) -> schedule.park(head.size(), reason);
            case Preparation.TooManyHandOvers many -> between(head, base, baseRoot, many);
            case Preparation.Ready(var request) ->
                turn.write(new RelayEntry.Prepared(turn.wall(), head.size(), head.root(), base, request), () -> {
                    unseen = request;
                    schedule.notePrepared(head);
                    return WRITTEN;
                });
        });
    }

    /// Goes by an earlier head that is kept, under the ordinary rules.
    private RelayMove between(
            LodgeableHead head, long base, @Nullable Hash baseRoot, Preparation.TooManyHandOvers many) {
        return ask(new Want.Between(base, many.most()), found -> {
            boolean isFurther = found.filter(one -> one.size() > base && one.size() < head.size())
                    .isPresent();
            return isFurther ? prove(found.get(), base, baseRoot) : schedule.park(head.size(), many.sentence());
        });
    }
}
