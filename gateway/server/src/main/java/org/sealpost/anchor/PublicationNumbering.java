package org.sealpost.anchor;

import static org.sealpost.anchor.PublicationMove.ask;

import java.util.Set;
import java.util.function.IntFunction;
import org.sealpost.anchor.PublicationMove.Stuck;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.evidence.AnchorIdentity;

/// Runs of records get numbers, as many as there is room for.
final class PublicationNumbering {
    /// So many that are set back leave their places in the row to others; where none can be prepared, so many wait.
    private static final int MOST_SET_BACK = PublicationConfig.MOST_IN_FLIGHT;

    /// While so many are set aside, which stay in memory, and in the journal, until somebody orders something,
    /// no run gets a number.
    static final int MOST_ASIDE = FinishedPublications.MOST_PARTS - 2 * PublicationConfig.MOST_IN_FLIGHT;

    private final PublicationTurn turn;
    private final PublicationProgress progress;
    private final PublicationBudget budget;
    private final PublicationSetbacks setbacks;
    private final LostPublications lost;

    PublicationNumbering(
            PublicationTurn turn, PublicationBudget budget, PublicationSetbacks setbacks, LostPublications lost) {
        this.turn = turn;
        this.progress = turn.progress();
        this.budget = budget;
        this.setbacks = setbacks;
        this.lost = lost;
    }

    /// Goes on with how many were made.
    PublicationMove make(IntFunction<PublicationMove> then) {
        return make(0, then);
    }

    /// @param made how many were made since those that are due were looked at
    private PublicationMove make(int made, IntFunction<PublicationMove> then) {
        if (!mayMake(made)) return then.apply(made);
        return ask(new PublicationWant.RunIsDue(), isDue -> {
            if (!isDue) return then.apply(made);
            return progress.reached().isPresent()
                    ? makeNext(made, then)
                    : turn.onceIdentified(identity -> reach(identity, then));
        });
    }

    private boolean mayMake(int made) {
        long open = progress.open().values().stream()
                .filter(item -> !(item.phase() instanceof Phase.Aside))
                .count();
        if (progress.open().size() - open >= MOST_ASIDE) return false;
        long setBack =
                progress.open().keySet().stream().filter(setbacks::isSetBack).count();
        long inRow = open - Math.min(setBack, MOST_SET_BACK);
        // Where requests land in any order, as many again are prepared while those wait for their block.
        int inFlight = turn.config().inFlight();
        long room = turn.terms().inAnyOrder() ? 2L * inFlight : inFlight;
        return inRow < room && budget.mayMake(made);
    }

    private PublicationMove reach(AnchorIdentity identity, IntFunction<PublicationMove> then) {
        return ask(new PublicationWant.Last(turn.terms().origin()), last -> {
            long used = Math.max(last, lastOrdered());
            if (used == Long.MAX_VALUE) return noNumberLeft();
            return turn.write(new PublicationEntry.Reached(turn.wall(), used + 1, identity), () -> make(then));
        });
    }

    /// An order is about the publication that had the number when it was given, and stays in force: where the journal
    /// was lost, no other one gets that number.
    private long lastOrdered() {
        return turn.orders().byNumber().keySet().stream().reduce(0L, Math::max);
    }

    private PublicationMove makeNext(int made, IntFunction<PublicationMove> then) {
        budget.noteMade();
        return lost.askOnceMore(() -> make(made, then), unasked -> makeNow(made, unasked, then));
    }

    private PublicationMove makeNow(int made, Set<Long> unasked, IntFunction<PublicationMove> then) {
        if (!progress.hasNumberLeft()) return turn.durable(this::noNumberLeft);
        return ask(
                new PublicationWant.Make(progress.nextNumber(), unasked),
                next -> next.isPresent() ? turn.write(next.get(), () -> make(made + 1, then)) : then.apply(made));
    }

    private Stuck noNumberLeft() {
        return new Stuck(
                turn.config().name() + " has used number " + Long.MAX_VALUE
                        + " of this log, and there is none behind it",
                "look who published it, and with which box's key: from here nothing more can be published under this"
                        + " log's name");
    }
}
