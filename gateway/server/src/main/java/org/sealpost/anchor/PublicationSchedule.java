package org.sealpost.anchor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.sealpost.anchor.PublicationMove.Ask;
import org.sealpost.anchor.PublicationMove.Rest;
import org.sealpost.anchor.PublicationMove.Stuck;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;

/// Which publications are due, in which order, and when each is looked at again.
final class PublicationSchedule {
    /// While a row has no room for more, its lowest is looked at so many times as often.
    private static final int WHEN_FULL = 4;

    /// What is set back again and again waits twice as long each time, so many times.
    private static final int MOST_DOUBLED = 6;

    private final PublicationTurn turn;
    private final PublicationProgress progress;
    private final PublicationBudget budget;
    private final PublicationTries tries;
    private final PublicationGiveUps giveUps;
    private final PublicationSetbacks setbacks;
    private final PublicationChanges changes;
    private final PublicationRow row;

    private final Map<Long, Long> nextLook = new HashMap<>();

    // Somebody wants these sent now.
    private final Set<Long> again = new HashSet<>();

    PublicationSchedule(
            PublicationTurn turn,
            PublicationBudget budget,
            PublicationTries tries,
            PublicationGiveUps giveUps,
            PublicationSetbacks setbacks,
            PublicationChanges changes,
            PublicationRow row) {
        this.turn = turn;
        this.progress = turn.progress();
        this.budget = budget;
        this.tries = tries;
        this.giveUps = giveUps;
        this.setbacks = setbacks;
        this.changes = changes;
        this.row = row;
    }

    /// What came to its end is looked at no more.
    void begin() {
        var open = progress.open().keySet();
        nextLook.keySet().retainAll(open);
        again.retainAll(open);
    }

    /// How many it knows a time of, or an order.
    int size() {
        return nextLook.size() + again.size();
    }

    /// Somebody wants all that is under way sent again.
    void heedResubmit() {
        nextLook.clear();
        progress.underWay().forEach(item -> again.add(item.number()));
    }

    boolean isWantedAgain(Item item) {
        return again.contains(item.number());
    }

    // --- what is due

    /// What is to be given up first: no answer about another one may keep that waiting. Then the lowest nonce first:
    /// what a pool lost of a row lands in this order only. Until the lowest has landed none behind it can, so those
    /// that were taken are not asked for. Of those without nonces what was looked at least recently comes first, so
    /// that each has its turn.
    List<Item> due() {
        var toGiveUp = new ArrayList<Item>();
        var due = new ArrayList<Item>();
        boolean mayPrepare = budget.mayPrepare();
        long lowest = row.lowest();
        for (var item : progress.open().values()) {
            if (budget.hasLookedAt(item)) continue;
            boolean isItsTime = isItsTime(item);
            boolean isToDo = switch (item.phase()) {
                case Phase.UnderWay flight -> isItsTime && !standsBehind(item, flight, lowest);
                case Phase.Seen _ -> isItsTime;
                case Phase.Waiting _ -> isItsTime && (mayPrepare || mayGoOn(item.number()));
                case Phase.Aside _ -> false;
            };
            boolean mayBeGivenUp =
                    !(item.phase() instanceof Phase.Seen) && (isItsTime || !(item.phase() instanceof Phase.Aside));
            if (mayBeGivenUp && giveUps.isDue(item)) toGiveUp.add(item);
            else if (isToDo) due.add(item);
        }
        due.sort(Comparator.comparingLong(PublicationRow::place)
                .thenComparing(this::unlooked, Comparator.reverseOrder())
                .thenComparingLong(Item::number));
        toGiveUp.addAll(due);
        return toGiveUp;
    }

    boolean isItsTime(Item item) {
        return turn.nanos() - nextLook.getOrDefault(item.number(), turn.nanos()) >= 0;
    }

    /// Whether what came of trying it can be acted on: what is to be sent needs room in the row.
    private boolean mayGoOn(long number) {
        return tries.of(number).isPresent() && (budget.hasRoom() || !tries.isReady(number));
    }

    /// For how long it may have been looked at, in nanoseconds, and was not.
    private long unlooked(Item item) {
        var look = nextLook.get(item.number());
        return look == null ? Long.MAX_VALUE : turn.nanos() - look;
    }

    /// A ledger without nonces has no row.
    private boolean standsBehind(Item item, Phase.UnderWay flight, long lowest) {
        return PublicationRow.nonce(flight, lowest) > lowest && isQuiet(item, flight);
    }

    private boolean isQuiet(Item item, Phase.UnderWay flight) {
        return flight.taken() && flight.cause().isEmpty() && !isWantedAgain(item);
    }

    // --- one after the other

    /// Whatever comes of one, the next is looked at.
    PublicationMove andThen(PublicationMove move, Item item, Supplier<PublicationMove> next) {
        return switch (move) {
            case Rest(int done) -> {
                // What was just taken is in no block yet; behind others it is asked for once those have landed.
                boolean mayWait = !turn.terms().inAnyOrder() && isLowestTaken(item.number());
                var pause = changes.takePause(item.number());
                if (pause.isPresent()) putOff(item, pause.get().toNanos());
                else if (done == 0 || mayWait || setbacks.isAgainInVain(item.number())) putOff(item);
                else nextLook.remove(item.number());
                again.remove(item.number());
                yield next.get();
            }
            case Ask<?> ask -> chained(ask, item, next);
            case Stuck stuck -> turn.durable(() -> stuck);
        };
    }

    private void putOff(Item item) {
        long poll = turn.config().poll().toNanos();
        int times = setbacks.times(item.number());
        long wait =
                times > 0 ? poll << Math.min(times - 1, MOST_DOUBLED) : budget.room() <= 0 ? poll / WHEN_FULL : poll;
        putOff(item, wait);
    }

    private void putOff(Item item, long wait) {
        nextLook.put(item.number(), turn.nanos() + wait);
    }

    private boolean isLowestTaken(long number) {
        var item = progress.open().get(number);
        long lowest = row.lowest();
        return item != null
                && item.phase() instanceof Phase.UnderWay flight
                && isQuiet(item, flight)
                && PublicationRow.nonce(flight, lowest) == lowest;
    }

    private <A> PublicationMove chained(Ask<A> ask, Item item, Supplier<PublicationMove> next) {
        boolean isOfOne = ask.want() instanceof PublicationWant.Find || ask.want() instanceof PublicationWant.Status;
        return new Ask<>(
                ask.want(),
                answer -> andThen(ask.then().apply(answer), item, next),
                isOfOne ? Optional.of(why -> andThen(setbacks.unsure(item, why), item, next)) : Optional.empty());
    }
}
