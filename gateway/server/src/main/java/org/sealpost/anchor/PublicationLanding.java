package org.sealpost.anchor;

import static org.sealpost.anchor.PublicationMove.NOTHING;
import static org.sealpost.anchor.PublicationMove.WRITTEN;
import static org.sealpost.anchor.PublicationMove.ask;

import java.util.function.Supplier;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.anchor.PublicationSearch.There;

/// What is there, until it is final and none of its own requests may land any more.
final class PublicationLanding {
    private final PublicationTurn turn;
    private final PublicationAnswers answers;
    private final PublicationGiveUps giveUps;
    private final PublicationChanges changes;
    private final PublicationRow row;
    private final PublicationDelays delays;
    private final PublicationReplacing replacing;

    PublicationLanding(
            PublicationTurn turn,
            PublicationAnswers answers,
            PublicationGiveUps giveUps,
            PublicationChanges changes,
            PublicationRow row,
            PublicationDelays delays,
            PublicationReplacing replacing) {
        this.turn = turn;
        this.answers = answers;
        this.giveUps = giveUps;
        this.changes = changes;
        this.row = row;
        this.delays = delays;
        this.replacing = replacing;
    }

    PublicationMove found(Item item, There there) {
        if (!(item.phase() instanceof Phase.Seen seen)) {
            var entry = new PublicationEntry.Included(turn.wall(), item.number(), there.digest(), there.place());
            // As it is from then on: what is done about its request next depends on that.
            return turn.write(entry, () -> {
                changes.noteSeen(item);
                return there.isFinal() ? ended(turn.progress().open().get(item.number()), there) : WRITTEN;
            });
        }
        var included = seen.included();
        if (!included.place().equals(there.place()) || !included.digest().equals(there.digest())) return gone(seen);
        if (there.isFinal()) return ended(item, there);
        return ask(new PublicationWant.Standing(), standing -> {
            delays.noteUnsettled(included, standing.map(AnchorageStanding::lastFinal));
            return row.isHoldingUp(item) ? settled(item, false, () -> NOTHING) : NOTHING;
        });
    }

    /// What had been seen is not there any more, or in another place.
    PublicationMove gone(Phase.Seen seen) {
        return turn.write(seen.reorged(turn.wall()), () -> {
            changes.noteGone(seen);
            return WRITTEN;
        });
    }

    private PublicationMove ended(Item item, There there) {
        return settled(
                item,
                true,
                () -> turn.write(
                        new PublicationEntry.Final(turn.wall(), item.number(), there.digest(), there.place())));
    }

    /// A nonce that may still be used keeps its publication open: the next request would get the same one.
    /// Where somebody else brought it and its own request hangs, that is made dearer all the same, for those
    /// behind it.
    private PublicationMove settled(Item item, boolean isFinal, Supplier<PublicationMove> then) {
        var last = item.request();
        if (last.isEmpty() || answers.isSpent(last.get().request())) return then.get();
        return answers.status(item.number(), last.get().request(), state -> switch (state) {
            case RequestState.Pooled _ -> hangsThoughItIsThere(item, then);
            case RequestState.Unknown _ when !isFinal -> offeredThoughItIsThere(item);
            case RequestState.Included _ -> heldUpNoMore(item, () -> NOTHING);
            case RequestState.Reverted(var place, var isSo) -> heldUpNoMore(item, isSo ? then : () -> NOTHING);
            case RequestState.Final _, RequestState.CannotLand _, RequestState.Unknown _ -> heldUpNoMore(item, then);
        });
    }

    private PublicationMove heldUpNoMore(Item item, Supplier<PublicationMove> then) {
        row.noteHoldsUpNoMore(item);
        return then.get();
    }

    /// What was ordered to be erased is not signed once more; those behind it are then signed anew, at its nonce.
    private PublicationMove hangsThoughItIsThere(Item item, Supplier<PublicationMove> then) {
        var flight = item.flight().orElseThrow();
        row.noteHoldsUp(item);
        if (!flight.stale() && item.isPayload() && giveUps.isHidden(item)) return heldUpNoMore(item, then);
        return !turn.sendsNothing() && replacing.isStuck(item, flight) ? replacing.replace(item, flight) : NOTHING;
    }

    /// The pool lost it, and those behind it wait for its nonce until the publication is final.
    private PublicationMove offeredThoughItIsThere(Item item) {
        var flight = item.flight().orElseThrow();
        if (flight.stale() || turn.sendsNothing() || item.isPayload() && giveUps.isHidden(item)) return NOTHING;
        return ask(
                new PublicationWant.Kept(item.number(), flight.prepared().request()),
                kept -> kept.isEmpty() ? NOTHING : ask(new PublicationWant.Submit(kept.get()), _ -> NOTHING));
    }
}
