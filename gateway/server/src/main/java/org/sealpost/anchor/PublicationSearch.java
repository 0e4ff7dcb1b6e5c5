package org.sealpost.anchor;

import static org.sealpost.anchor.PublicationMove.NOTHING;
import static org.sealpost.anchor.PublicationMove.ask;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sealpost.anchor.PublicationMove.Stuck;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.anchor.PublicationWant.Held;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.merkle.Hash;

/// What the ledger holds under a number. What nobody here made stops all publications once it is told for good; until
/// then it may be one node's mistake.
final class PublicationSearch {
    /// So often it is asked whether it still says so.
    private static final Duration ASKED_AGAIN = Duration.ofMinutes(1);

    private final PublicationTurn turn;
    private final PublicationAnswers answers;
    private final PublicationGiveUps giveUps;
    private final PublicationSetbacks setbacks;
    private final PublicationSchedule schedule;

    // What another box did under a number of this one: for as long as the ledger says so nothing is signed.
    private Optional<Foreign> foreign = Optional.empty();

    /// @param nextAsk when the ledger is asked whether it still says so
    private record Foreign(long number, Stuck stuck, long nextAsk) {
        Foreign askedAt(long nanos) {
            return new Foreign(number, stuck, nanos);
        }
    }

    /// A publication that is there.
    ///
    /// @param digest which of those that the number may have
    record There(Hash digest, Place place, boolean isFinal) {}

    PublicationSearch(
            PublicationTurn turn,
            PublicationAnswers answers,
            PublicationGiveUps giveUps,
            PublicationSetbacks setbacks,
            PublicationSchedule schedule) {
        this.turn = turn;
        this.answers = answers;
        this.giveUps = giveUps;
        this.setbacks = setbacks;
        this.schedule = schedule;
    }

    // --- a number of ours

    /// What the ledger told of it in this move, or tells now.
    PublicationMove look(Item item, Function<Optional<There>, PublicationMove> then) {
        var told = answers.of(item);
        return told.isPresent() ? there(item, told.get(), then) : find(item, then);
    }

    /// The authority on what became of it.
    PublicationMove find(Item item, Function<Optional<There>, PublicationMove> then) {
        return ask(
                new PublicationWant.Find(turn.terms().origin(), item.number(), item.wanted()),
                finding -> there(item, finding, then));
    }

    private PublicationMove there(
            Item item, PublicationFinding finding, Function<Optional<There>, PublicationMove> then) {
        if (finding instanceof PublicationFinding.Conflict(var other) && !item.knows(other)) {
            return another(item, other, then);
        }
        setbacks.doubtNoMore(item);
        return switch (finding) {
            case PublicationFinding.Absent _ -> then.apply(Optional.empty());
            case PublicationFinding.Present(var place, var isFinal) ->
                then.apply(Optional.of(new There(item.wanted(), place, isFinal)));
            // What was given up came first.
            case PublicationFinding.Conflict(var other) ->
                ask(
                        new PublicationWant.Find(turn.terms().origin(), item.number(), other),
                        again -> again instanceof PublicationFinding.Present(var place, var isFinal)
                                ? then.apply(Optional.of(new There(other, place, isFinal)))
                                : NOTHING);
        };
    }

    // --- somebody else's publication

    private PublicationMove another(Item item, Hash other, Function<Optional<There>, PublicationMove> then) {
        return ask(new PublicationWant.HeldForGood(turn.terms().origin(), item.number(), other), held -> switch (held) {
            case Held.NotNow() -> NOTHING;
            case Held.Doubted(var why) -> inDoubt(item, why, then);
            case Held.ForGood() -> {
                var stuck = stopped(item.number(), other);
                yield giveUps.orGiveUp(item, () -> stuck);
            }
        });
    }

    /// What is out is settled as ever, since others wait behind its nonce; nothing is signed for the number.
    private PublicationMove inDoubt(Item item, AnchorageSetback why, Function<Optional<There>, PublicationMove> then) {
        turn.identifyAnew();
        return switch (item.phase()) {
            case Phase.UnderWay _ -> {
                setbacks.doubt(item, why);
                yield then.apply(Optional.empty());
            }
            case Phase.Waiting _, Phase.Seen _ -> giveUps.orGiveUp(item, () -> setbacks.unsure(item, why));
            case Phase.Aside _ -> giveUps.orGiveUp(item, () -> NOTHING);
        };
    }

    private Stuck stopped(long number, Hash digest) {
        String name = turn.config().name();
        var stuck = new Stuck(
                name + " holds something else under number " + number + " (digest " + digest
                        + ") than this box made: the box was restored or copied, or its journal of publications was"
                        + " lost",
                "see to it that one box only has this origin; then stop the gateway, and move the folders "
                        + turn.folders() + " away: it begins behind the last number that is used. If " + name
                        + " was wrong: it is asked again each minute, and at once by sealpost anchor resubmit "
                        + name);
        foreign = Optional.of(new Foreign(number, stuck, turn.nanos() + ASKED_AGAIN.toNanos()));
        return stuck;
    }

    /// Why nothing is signed, if that is so.
    Optional<Stuck> stop() {
        return foreign.map(Foreign::stuck);
    }

    /// Somebody wants the ledger asked now.
    void askNow() {
        foreign = foreign.map(found -> found.askedAt(turn.nanos()));
    }

    /// How it goes on while it is stopped: what is ordered to be erased is given up all the same.
    PublicationMove inSpite(Supplier<PublicationMove> onward) {
        var found = foreign.orElseThrow();
        if (turn.nanos() - found.nextAsk >= 0) {
            // Before it is asked: whatever comes of it, the next one is in a while.
            foreign = Optional.of(found.askedAt(turn.nanos() + ASKED_AGAIN.toNanos()));
            return turn.onceIdentified(_ -> askAgain(found, onward));
        }
        boolean givesUp = schedule.due().stream().anyMatch(giveUps::isDue);
        return givesUp ? turn.onceIdentified(_ -> onward.get()) : turn.durable(() -> found.stuck);
    }

    /// A doubt does not end it: who could tell may be away. That nothing, or its own, is there does.
    private PublicationMove askAgain(Foreign found, Supplier<PublicationMove> onward) {
        var item = Optional.ofNullable(turn.progress().open().get(found.number));
        if (item.isEmpty()) return over(onward);
        var wanted = item.get().wanted();
        return ask(new PublicationWant.Find(turn.terms().origin(), found.number, wanted), finding -> {
            boolean isSo = finding instanceof PublicationFinding.Conflict(var other)
                    && !item.get().knows(other);
            return isSo ? onward.get() : over(onward);
        });
    }

    private PublicationMove over(Supplier<PublicationMove> onward) {
        foreign = Optional.empty();
        return onward.get();
    }
}
