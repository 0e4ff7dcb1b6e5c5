package org.sealpost.anchor;

import static org.sealpost.anchor.PublicationMove.NOTHING;
import static org.sealpost.anchor.PublicationMove.WRITTEN;
import static org.sealpost.anchor.PublicationMove.ask;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.anchor.PublicationWant.Load;
import org.sealpost.anchor.PublicationWant.Tried;
import org.sealpost.merkle.Hash;

/// Requests for what has none that may land: they are prepared, and signed for as there is room in the row. Nothing is
/// sent.
final class PublicationSigning {
    private final PublicationTurn turn;
    private final PublicationBudget budget;
    private final PublicationAnswers answers;
    private final PublicationTries tries;
    private final PublicationGiveUps giveUps;
    private final PublicationSetbacks setbacks;
    private final PublicationSchedule schedule;

    // The requests that this instance prepared and has not offered yet: nobody has seen them.
    private final Set<Hash> unseen = new HashSet<>();

    // What was signed for in this move, in its order.
    private final Deque<Long> toSend = new ArrayDeque<>();

    PublicationSigning(
            PublicationTurn turn,
            PublicationBudget budget,
            PublicationAnswers answers,
            PublicationTries tries,
            PublicationGiveUps giveUps,
            PublicationSetbacks setbacks,
            PublicationSchedule schedule) {
        this.turn = turn;
        this.budget = budget;
        this.answers = answers;
        this.tries = tries;
        this.giveUps = giveUps;
        this.setbacks = setbacks;
        this.schedule = schedule;
    }

    void begin() {
        toSend.clear();
    }

    /// The numbers that this move signed for and has not sent. Whoever sends one takes it out.
    Deque<Long> toSend() {
        return toSend;
    }

    /// Whether nobody has seen the bytes.
    boolean isUnseen(PublicationEntry.Request request) {
        return unseen.contains(request.id());
    }

    /// Before it is sent: whatever comes of it, somebody may have seen the bytes.
    void mayBeSeen(PublicationEntry.Request request) {
        unseen.remove(request.id());
    }

    // --- prepared

    PublicationMove prepare(Item item) {
        var before = tries.of(item.number());
        if (before.isPresent()) return came(item, before.get());
        if (!budget.mayPrepare()) return NOTHING;
        budget.noteTried();
        if (!turn.terms().inAnyOrder() || tries.has(item.number())) return prepareAlone(item);
        var several = withThoseBehind(item);
        return ask(new PublicationWant.PrepareAll(several), all -> {
            tries.keep(all);
            return prepare(item);
        });
    }

    /// As many as there is room for of those that come next, and are not there.
    private List<Item> withThoseBehind(Item item) {
        var behind = schedule.due().stream()
                .filter(next -> turn.progress().isWaiting(next.number()) && !tries.has(next.number()))
                .filter(answers::isAbsent)
                .filter(next -> !giveUps.isDue(next));
        return Stream.concat(Stream.of(item), behind)
                .limit(Math.min(budget.room(), budget.tokens()))
                .toList();
    }

    /// Those that take the places of the row that is under way, where requests land in any order.
    List<Item> successors() {
        if (turn.sendsNothing()) return List.of();
        return turn.progress().open().values().stream()
                .filter(item -> item.phase() instanceof Phase.Waiting && !budget.hasLookedAt(item))
                .filter(schedule::isItsTime)
                .filter(item -> !giveUps.isDue(item))
                .limit(Math.min(turn.config().inFlight(), budget.tokens()))
                .toList();
    }

    private PublicationMove prepareAlone(Item item) {
        return ask(new PublicationWant.Loaded(item), load -> switch (load) {
            case Load.Gone(var cause) -> giveUps.giveUp(item, cause);
            case Load.Unreadable _ -> setbacks.holdBack(item, Optional.empty());
            case Load.Ready(var publication) ->
                ask(new PublicationWant.Prepare(publication, turn.progress().lane()), came -> came(item, came));
        });
    }

    private PublicationMove came(Item item, Tried tried) {
        return switch (tried) {
            case Tried.SetBack(var why) -> setbacks.setBack(item, why);
            case Tried.Came(Preparation.Refused(var reason)) ->
                turn.write(new PublicationEntry.SetAside(turn.wall(), item.number(), reason));
            case Tried.Came(Preparation.TooManyHandOvers many) ->
                throw new IllegalStateException("a publication brings no hand-overs: " + many);
            case Tried.Came(Preparation.Ready(var request)) -> prepared(item, request);
        };
    }

    // --- signed

    private PublicationMove prepared(Item item, SignedRequest request) {
        budget.noteSigned();
        setbacks.holdBackNoMore(item);
        return ask(
                new PublicationWant.Keep(item.number(), request),
                _ -> signed(item, request, turn.terms().key()));
    }

    /// Its bytes are kept.
    ///
    /// @param key how many hand-overs of the sealing key there were before the one that signed what is published
    PublicationMove signed(Item item, SignedRequest request, int key) {
        var known = PublicationEntry.Request.of(request);
        return turn.write(new PublicationEntry.Prepared(turn.wall(), item.number(), known, key), () -> {
            turn.noteRequest(item.number());
            unseen.add(request.id());
            toSend.add(item.number());
            return WRITTEN;
        });
    }
}
