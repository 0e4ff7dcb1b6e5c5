package org.sealpost.anchor;

import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;

/// What the ledger said of single publications and then took back, and how long each is left alone for that.
///
/// What it says is written down each time, so whoever says something else as often as he is asked would fill the disk.
/// Each publication has its own rows, for others come to their ends meanwhile; they end with it. Of this process only.
final class PublicationChanges {
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final PublicationTurn turn;
    private final Duration shortest;
    private final Duration longest;

    // By their numbers: those that were seen and were not there, or elsewhere, when they were looked for again; and
    // those whose request was taken, and was not when it was offered again, or the other way round. Written by the
    // relay's thread, read by any.
    private final NavigableMap<Long, ComingAndGoing> places = new ConcurrentSkipListMap<>();
    private final NavigableMap<Long, ComingAndGoing> offers = new ConcurrentSkipListMap<>();

    // How long those of which something else was said last are left alone.
    private final Map<Long, Duration> ofPlaces = new HashMap<>();
    private final Map<Long, Duration> untilNextLook = new HashMap<>();

    PublicationChanges(PublicationTurn turn) {
        this.turn = turn;
        shortest = turn.config().poll();
        longest = shortest.compareTo(LONGEST) > 0 ? shortest : LONGEST;
    }

    void begin() {
        var open = turn.progress().open().keySet();
        for (var rows : List.of(places, offers, ofPlaces, untilNextLook))
            rows.keySet().retainAll(open);
    }

    /// It was seen, and is not there any more, or in another place.
    void noteGone(Phase.Seen seen) {
        long number = seen.included().number();
        var place = seen.included().place();
        var pause = row(places, number).changed(turn.now(), "block " + place.height() + " (" + place.block() + ")");
        ofPlaces.put(number, pause);
        untilNextLook.put(number, pause);
    }

    /// It is there, for the first time or again: what is to be given up is looked for at each move until then, so that
    /// what was gone before is left alone from here on, too.
    void noteSeen(Item item) {
        var row = places.get(item.number());
        if (row == null || row.isOver(turn.nanos())) return;
        untilNextLook.put(item.number(), ofPlaces.getOrDefault(item.number(), shortest));
    }

    /// Its request was taken, and what was said when it was offered before was something else; or the other way round.
    ///
    /// @param cause why it was not, that of the last time
    void noteOffered(Item item, String cause) {
        untilNextLook.put(item.number(), row(offers, item.number()).changed(turn.now(), cause));
    }

    private ComingAndGoing row(Map<Long, ComingAndGoing> rows, long number) {
        return rows.computeIfAbsent(number, _ -> new ComingAndGoing(shortest, longest));
    }

    /// How long this one is left alone, if something else was said of it than before; told once.
    Optional<Duration> takePause(long number) {
        return Optional.ofNullable(untilNextLook.remove(number));
    }

    /// What changes too often to be in earnest; any thread.
    ///
    /// @param nanos as in a [Moment]
    Optional<Trouble> told(long nanos) {
        return Trouble.foremost(List.of(
                told(
                        places,
                        _ -> true,
                        nanos,
                        row -> " was seen in " + row.last()
                                + ", and was not there, or elsewhere, when it was looked for again, " + row.times()
                                + " times in a row",
                        "none needed if it passes; look whether whoever is asked agrees with the ledger's other nodes"),
                told(
                        offers,
                        Phase.UnderWay.class::isInstance,
                        nanos,
                        row -> " was taken, and was not when it was offered again, or the other way round, "
                                + row.times() + " times in a row; what was said last: " + row.last(),
                        "none needed if it passes; look whether whoever is asked keeps what it takes; where its address"
                                + " is a balancer's, name the nodes behind it instead")));
    }

    /// Of the one that goes on for longest, and how many others there are. Once it lasts somebody should look at it.
    ///
    /// @param ofInterest what becomes of it may not be known yet
    private Optional<Trouble> told(
            NavigableMap<Long, ComingAndGoing> rows,
            Predicate<Phase> ofInterest,
            long nanos,
            Function<ComingAndGoing.Row, String> words,
            String remedy) {
        var found = new TreeMap<Long, ComingAndGoing.Row>();
        rows.forEach((number, row) -> {
            var item = turn.progress().open().get(number);
            if (item == null || !ofInterest.test(item.phase())) return;
            row.toBeSaid(nanos).ifPresent(said -> found.put(number, said));
        });
        if (found.isEmpty()) return Optional.empty();
        var first = Collections.max(
                found.entrySet(),
                Comparator.comparingLong(row -> nanos - row.getValue().since().nanos()));
        boolean lasts = nanos - first.getValue().since().nanos() >= PublicationDelays.PATIENCE.toNanos();
        int others = found.size() - 1;
        return Optional.of(new Trouble(
                "publication " + first.getKey() + words.apply(first.getValue())
                        + (others == 0
                                ? ""
                                : others == 1 ? "; so it is of one more" : "; so it is of " + others + " more"),
                remedy,
                first.getValue().since().wall(),
                lasts));
    }
}
