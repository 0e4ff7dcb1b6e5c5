package org.sealpost.anchor;

import static org.sealpost.anchor.PublicationMove.NOTHING;
import static org.sealpost.anchor.PublicationMove.WRITTEN;
import static org.sealpost.anchor.PublicationMove.ask;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;

/// Requests are sent, and what became of them is asked until one has landed or none may.
final class PublicationSending {
    private final PublicationTurn turn;
    private final PublicationBudget budget;
    private final PublicationAnswers answers;
    private final PublicationGiveUps giveUps;
    private final PublicationSetbacks setbacks;
    private final PublicationChanges changes;
    private final PublicationDelays delays;
    private final PublicationSchedule schedule;
    private final PublicationSearch search;
    private final PublicationSigning signing;
    private final PublicationReplacing replacing;
    private final PublicationLanding landing;

    PublicationSending(
            PublicationTurn turn,
            PublicationBudget budget,
            PublicationAnswers answers,
            PublicationGiveUps giveUps,
            PublicationSetbacks setbacks,
            PublicationChanges changes,
            PublicationDelays delays,
            PublicationSchedule schedule,
            PublicationSearch search,
            PublicationSigning signing,
            PublicationReplacing replacing,
            PublicationLanding landing) {
        this.turn = turn;
        this.budget = budget;
        this.answers = answers;
        this.giveUps = giveUps;
        this.setbacks = setbacks;
        this.changes = changes;
        this.delays = delays;
        this.schedule = schedule;
        this.search = search;
        this.signing = signing;
        this.replacing = replacing;
        this.landing = landing;
    }

    // --- a request that may be under way, and whose publication is not there

    boolean maySubmitUnasked(Phase.UnderWay flight) {
        return signing.isUnseen(flight.prepared().request()) && !flight.stale() && !turn.sendsNothing();
    }

    PublicationMove goOn(Item item, Phase.UnderWay flight) {
        if (maySubmitUnasked(flight)) return submit(item, flight);
        return answers.status(item.number(), flight.prepared().request(), state -> switch (state) {
            case RequestState.Unknown() -> {
                if (flight.stale()) yield setbacks.dropped(item, "it was given up, and nobody has its request");
                yield turn.sendsNothing() ? NOTHING : submit(item, flight);
            }
            case RequestState.Pooled _ -> {
                delays.hangs(item, flight);
                if (turn.sendsNothing()) yield NOTHING;
                if (schedule.isWantedAgain(item) && !flight.stale()) yield submit(item, flight);
                yield replacing.isStuck(item, flight) ? replacing.replace(item, flight) : NOTHING;
            }
            case RequestState.Included _ -> NOTHING;
            case RequestState.Reverted(var place, var isFinal) ->
                isFinal ? drop(item, flight, PublicationEntry.Dropped.NO_EFFECT) : NOTHING;
            // A ledger may answer only once it is included, which it was not when it was looked for.
            case RequestState.Final _ -> dropIfAbsent(item, flight, PublicationEntry.Dropped.NOTHING_THERE);
            // What came meanwhile may be why, such as the request that this one took the place of.
            case RequestState.CannotLand(var reason) -> dropIfAbsent(item, flight, reason);
        });
    }

    private PublicationMove dropIfAbsent(Item item, Phase.UnderWay flight, String cause) {
        return search.find(
                item, there -> there.isPresent() ? landing.found(item, there.get()) : drop(item, flight, cause));
    }

    /// One that cannot land counts for nothing: its nonce was used, its identity ended, or its endorsers forgot
    /// it, whatever it is about. Nor does one that an earlier sealing key signed: the ledger may have learned of
    /// the next one meanwhile.
    private PublicationMove drop(Item item, Phase.UnderWay flight, String cause) {
        int attempts = turn.config().attempts();
        boolean isByKey = flight.prepared().key() >= turn.terms().key();
        boolean counts = !flight.stale() && isByKey && PublicationEntry.Dropped.counts(cause);
        return counts && item.drops() + 1 >= attempts
                ? setAside(item, attempts + " requests had no effect, the last: " + cause)
                : setbacks.dropped(item, cause);
    }

    private PublicationMove setAside(Item item, String cause) {
        return turn.write(new PublicationEntry.SetAside(turn.wall(), item.number(), cause));
    }

    // --- one is sent

    private PublicationMove submit(Item item, Phase.UnderWay flight) {
        var known = flight.prepared().request();
        return giveUps.orGiveUp(
                item,
                () -> turn.durable(
                        item.number(),
                        () -> ask(new PublicationWant.Kept(item.number(), known), kept -> {
                            if (kept.isEmpty()) return setbacks.dropped(item, PublicationReplacing.NOT_KEPT);
                            signing.mayBeSeen(known);
                            return ask(
                                    new PublicationWant.Submit(kept.get()), outcome -> offered(item, flight, outcome));
                        })));
    }

    private PublicationMove offered(Item item, Phase.UnderWay flight, SubmitOutcome outcome) {
        return switch (outcome) {
            case SubmitOutcome.Accepted _, SubmitOutcome.AlreadyKnown _ -> taken(item, flight);
            case SubmitOutcome.Answered _ ->
                throw new IllegalStateException(turn.config().name() + " answers a publication with an anchor");
            // What it takes the place of may land, whatever becomes of this one.
            case SubmitOutcome.RefusedForGood(var reason) ->
                item.dearer() > 0 ? ambiguous(item, flight, reason) : setAside(item, reason);
            case SubmitOutcome.Unknown(var cause) -> ambiguous(item, flight, cause);
        };
    }

    /// One that is taken again and again, and that the ledger does not show, waits like one that it shows.
    private PublicationMove taken(Item item, Phase.UnderWay flight) {
        if (!flight.taken() || !flight.cause().isEmpty()) {
            return turn.write(new PublicationEntry.Sent(turn.wall(), item.number()), () -> {
                if (!flight.cause().isEmpty()) changes.noteOffered(item, flight.cause());
                return WRITTEN;
            });
        }
        return !turn.sendsNothing() && replacing.isStuck(item, flight) ? replacing.replace(item, flight) : NOTHING;
    }

    /// Written once for a row of unknown outcomes, so that a ledger that stays away does not fill the disk; and one
    /// whose rows are short, as it takes the request in between, is asked ever more rarely.
    private PublicationMove ambiguous(Item item, Phase.UnderWay flight, String cause) {
        turn.identifyAnew();
        // A pool that is full, or takes nothing below the price of the day, never lets it wait in it.
        if (!turn.sendsNothing() && replacing.isStuck(item, flight)) return replacing.replace(item, flight);
        String said = cause.isEmpty() ? "no answer" : cause;
        if (!flight.cause().isEmpty()) return NOTHING;
        return turn.write(new PublicationEntry.Ambiguous(turn.wall(), item.number(), said), () -> {
            if (flight.taken()) changes.noteOffered(item, said);
            return WRITTEN;
        });
    }

    // --- all that was signed in a move

    /// In its order; what is left of it after a failure, or a while, is sent by the next move.
    PublicationMove sendAll() {
        var toSend = signing.toSend();
        boolean isNextMoves = budget.hasLookedForLong() && !turn.terms().inAnyOrder();
        if (toSend.isEmpty() || isNextMoves) return turn.end();
        if (!turn.isIdentified()) return turn.onceIdentified(_ -> sendAll());
        if (turn.terms().inAnyOrder()) return sendAtOnce();
        long number = toSend.remove();
        var item = Optional.ofNullable(turn.progress().open().get(number));
        return item.isPresent() && item.get().phase() instanceof Phase.UnderWay flight
                ? schedule.andThen(submit(item.get(), flight), item.get(), this::sendAll)
                : sendAll();
    }

    /// Those that are to be given up meanwhile, and those whose bytes are gone, are the next move's.
    private PublicationMove sendAtOnce() {
        return turn.durable(() -> {
            var requests = new TreeMap<Long, PublicationEntry.Request>();
            for (long number : signing.toSend()) {
                var item = turn.progress().open().get(number);
                if (item != null && item.phase() instanceof Phase.UnderWay flight && !giveUps.isDue(item)) {
                    requests.put(number, flight.prepared().request());
                }
            }
            requests.values().forEach(signing::mayBeSeen);
            return requests.isEmpty() ? turn.end() : ask(new PublicationWant.SubmitAll(requests), this::sent);
        });
    }

    private PublicationMove sent(Map<Long, SubmitOutcome> outcomes) {
        if (signing.toSend().isEmpty()) return turn.end();
        long number = signing.toSend().remove();
        var outcome = outcomes.get(number);
        var item = turn.progress().open().get(number);
        return outcome != null && item.phase() instanceof Phase.UnderWay flight
                ? schedule.andThen(offered(item, flight, outcome), item, () -> sent(outcomes))
                : sent(outcomes);
    }
}
