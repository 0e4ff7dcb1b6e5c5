package org.sealpost.anchor;

import static org.sealpost.anchor.PublicationMove.NOTHING;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sealpost.anchor.PublicationProgress.Item;

/// What came to nothing of single publications, why, and how often in a row. It may be one alone, for days: the others
/// are tried all the same.
final class PublicationSetbacks {
    private final PublicationTurn turn;

    // Those that could not be prepared when it was tried last, by their numbers.
    private final Map<Long, HeldBack> heldBack = new TreeMap<>();

    // How many requests of these this process dropped that could not land: a disk has no room for them without end.
    private final Map<Long, Integer> inVain = new HashMap<>();

    // Of numbers that are under way, or were seen there: why it is not sure what is there now.
    private final Map<Long, AnchorageSetback> doubted = new TreeMap<>();

    // Whether one that was tried in this move was set back.
    private boolean hasSetBack;

    /// @param why   empty where whoever could not read it knows
    /// @param times in a row
    private record HeldBack(Optional<AnchorageSetback> why, int times) {}

    PublicationSetbacks(PublicationTurn turn) {
        this.turn = turn;
    }

    void begin() {
        hasSetBack = false;
        heldBack.keySet().removeIf(number -> !turn.progress().isWaiting(number));
        inVain.keySet().retainAll(turn.progress().open().keySet());
        doubted.keySet().retainAll(turn.progress().open().keySet());
    }

    /// Somebody wants all of them tried now.
    void heedResubmit() {
        heldBack.clear();
    }

    /// Nobody does what is needed to prepare a request of it.
    PublicationMove setBack(Item item, AnchorageSetback why) {
        turn.identifyAnew();
        hasSetBack = true;
        return holdBack(item, Optional.of(why));
    }

    PublicationMove holdBack(Item item, Optional<AnchorageSetback> why) {
        heldBack.merge(item.number(), new HeldBack(why, 1), (before, _) -> new HeldBack(why, before.times + 1));
        return NOTHING;
    }

    void holdBackNoMore(Item item) {
        heldBack.remove(item.number());
    }

    /// Of this one nobody can tell: who is away tells nothing of the next one either, and is asked who he is before.
    PublicationMove unsure(Item item, AnchorageSetback why) {
        if (turn.progress().isWaiting(item.number())) return holdBack(item, Optional.of(why));
        doubt(item, why);
        return NOTHING;
    }

    void doubt(Item item, AnchorageSetback why) {
        doubted.put(item.number(), why);
    }

    void doubtNoMore(Item item) {
        doubted.remove(item.number());
    }

    /// Its request takes no effect.
    PublicationMove dropped(Item item, String cause) {
        if (!PublicationEntry.Dropped.counts(cause)) inVain.merge(item.number(), 1, Integer::sum);
        return turn.write(new PublicationEntry.Dropped(turn.wall(), item.number(), cause));
    }

    /// Whether it has no request because another one of its requests could not land.
    boolean isAgainInVain(long number) {
        return turn.progress().isWaiting(number) && inVain.getOrDefault(number, 0) > 1;
    }

    /// Whether it leaves its place in the row to others.
    boolean isSetBack(long number) {
        return heldBack.containsKey(number) || isAgainInVain(number);
    }

    /// How often in a row it came to nothing.
    int times(long number) {
        var held = heldBack.get(number);
        if (held != null) return held.times;
        return isAgainInVain(number) ? inVain.get(number) : 0;
    }

    /// Why something that waits could not be prepared when it was tried last, of the lowest number; else why it is
    /// not sure what became of one that is under way.
    Optional<AnchorageSetback> first() {
        return heldBack.entrySet().stream()
                .filter(held -> turn.progress().isWaiting(held.getKey()))
                .flatMap(held -> held.getValue().why.stream())
                .findFirst()
                .or(() -> doubted.values().stream().findFirst());
    }

    /// Whether all that the move tried was set back, and nothing else is under way.
    boolean isAll() {
        return hasSetBack
                && turn.written() == 0
                && turn.progress().underWay().findAny().isEmpty();
    }
}
