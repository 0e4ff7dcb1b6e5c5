package org.sealpost.anchor;

import static org.sealpost.anchor.PublicationMove.NOTHING;
import static org.sealpost.anchor.PublicationMove.ask;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.anchor.PublicationWant.Load;
import org.sealpost.anchor.PublicationWant.Tried;
import org.sealpost.merkle.Hash;

/// A dearer request in the place of one that hangs and holds up all that stand behind it.
final class PublicationReplacing {
    static final String NOT_KEPT = "its signed request is not on the disk any more";

    private final PublicationTurn turn;
    private final PublicationAnswers answers;
    private final PublicationGiveUps giveUps;
    private final PublicationSetbacks setbacks;
    private final PublicationRow row;
    private final PublicationDelays delays;
    private final PublicationSigning signing;

    // The first of those that wait, and when it has waited for too long; it counts from when it was first looked for.
    private Optional<Hash> waiting = Optional.empty();
    private long stuckNanos;

    PublicationReplacing(
            PublicationTurn turn,
            PublicationAnswers answers,
            PublicationGiveUps giveUps,
            PublicationSetbacks setbacks,
            PublicationRow row,
            PublicationDelays delays,
            PublicationSigning signing) {
        this.turn = turn;
        this.answers = answers;
        this.giveUps = giveUps;
        this.setbacks = setbacks;
        this.row = row;
        this.delays = delays;
        this.signing = signing;
    }

    /// Whether it holds up all that stand behind it, and may be made dearer.
    boolean isStuck(Item item, Phase.UnderWay flight) {
        if (!delays.hangs(item, flight) || item.dearer() >= RequestRow.MAX_DEARER) return false;
        var request = flight.prepared().request();
        if (!waiting.equals(Optional.of(request.id()))) {
            waiting = Optional.of(request.id());
            waitAnew();
        }
        return turn.nanos() - stuckNanos >= 0;
    }

    private void waitAnew() {
        stuckNanos = turn.nanos() + turn.terms().stuckAfter().orElseThrow().toNanos();
    }

    /// The one before is given up in the same moment. Should it land all the same, its publication is there, and the
    /// dearer one cannot: they have one nonce. To releases that replace nothing it is one that was signed anew.
    PublicationMove replace(Item item, Phase.UnderWay flight) {
        return heldUp(
                row.before(item, flight),
                () -> giveUps.orGiveUp(
                        item, () -> flight.stale() ? takePlace(item, flight) : makeDearer(item, flight)));
    }

    /// Goes on if the requests of all of these landed.
    private PublicationMove heldUp(List<Item> before, Supplier<PublicationMove> otherwise) {
        if (before.isEmpty()) return otherwise.get();
        var first = before.getFirst();
        Supplier<PublicationMove> next = () -> heldUp(before.subList(1, before.size()), otherwise);
        var request = first.request().orElseThrow().request();
        if (answers.isSpent(request)) return next.get();
        return answers.status(first.number(), request, state -> switch (state) {
            case RequestState.Pooled _, RequestState.Unknown _ -> {
                row.noteHoldsUp(first);
                yield NOTHING;
            }
            case RequestState.Included _, RequestState.Final _, RequestState.Reverted _, RequestState.CannotLand _ ->
                next.get();
        });
    }

    private PublicationMove makeDearer(Item item, Phase.UnderWay flight) {
        var known = flight.prepared().request();
        return ask(new PublicationWant.Kept(item.number(), known), kept -> {
            if (kept.isEmpty()) {
                return item.phase() instanceof Phase.Seen ? takePlace(item, flight) : setbacks.dropped(item, NOT_KEPT);
            }
            waitAnew(); // before it is asked: whatever comes of it, those behind have their turn
            return ask(
                    new PublicationWant.Replace(kept.get()),
                    tried -> replaced(item, tried, flight.prepared().key()));
        });
    }

    /// The bytes of what was given up are gone, and never sent again: that the number is nobody's takes its
    /// nonce. Of what somebody else brought, and whose bytes are gone, the same content does. Should the one
    /// before land all the same, it has the number, as if it had come first at another nonce. Where the number
    /// is taken, this uses up the nonce, and nothing else.
    private PublicationMove takePlace(Item item, Phase.UnderWay flight) {
        waitAnew();
        return ask(new PublicationWant.Loaded(item), load -> switch (load) {
            case Load.Ready(var same) ->
                ask(
                        new PublicationWant.TakePlace(flight.prepared().request(), same),
                        tried -> replaced(item, tried, turn.terms().key()));
            case Load.Gone _, Load.Unreadable _ -> notReplaced(NOT_KEPT + ", nor what it brings");
        });
    }

    private PublicationMove replaced(Item item, Tried tried, int key) {
        return switch (tried) {
            case Tried.SetBack(var why) -> {
                turn.identifyAnew();
                yield notReplaced(String.valueOf(why.getMessage()));
            }
            case Tried.Came(Preparation.Refused(var reason)) -> notReplaced(reason);
            case Tried.Came(Preparation.TooManyHandOvers many) -> notReplaced(many.sentence());
            case Tried.Came(Preparation.Ready(var dearer)) -> signedInstead(item, dearer, key);
        };
    }

    private PublicationMove notReplaced(String reason) {
        delays.notReplaced(reason);
        return NOTHING;
    }

    private PublicationMove signedInstead(Item item, SignedRequest dearer, int key) {
        var dropped = new PublicationEntry.Dropped(turn.wall(), item.number(), PublicationEntry.Dropped.REPLACED);
        Supplier<PublicationMove> anew = () -> turn.write(dropped, () -> signing.signed(item, dearer, key));
        return ask(
                new PublicationWant.Keep(item.number(), dearer),
                // As if it were not there any more: an entry about a request follows no other to releases before.
                _ -> item.phase() instanceof Phase.Seen seen
                        ? turn.write(seen.reorged(turn.wall()), anew)
                        : anew.get());
    }
}
