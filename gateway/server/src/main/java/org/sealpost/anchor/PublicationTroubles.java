package org.sealpost.anchor;

import java.util.List;
import java.util.Optional;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.PublicationMove.Stuck;
import org.sealpost.anchor.PublicationProgress.Item;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.anchor.PublicationRelay.SetAside;

/// What is wrong with the publications to a ledger, as people are told of it: what went wrong here, what waits
/// there, what was set aside. What they order counts for no more than they were told.
final class PublicationTroubles {
    private final PublicationConfig config;
    private final PublicationProgress progress;
    private final PublicationLedger ledger;
    private final PublicationCore core;
    private final PublicationFaults faults;

    // When nothing delayed the ledger last, by running time; written by the stepping thread, read by any.
    private volatile long undelayedNanos;

    PublicationTroubles(
            PublicationConfig config,
            PublicationProgress progress,
            PublicationLedger ledger,
            PublicationCore core,
            PublicationFaults faults) {
        this.config = config;
        this.progress = progress;
        this.ledger = ledger;
        this.core = core;
        this.faults = faults;
        this.undelayedNanos = config.nanoTime().getAsLong();
    }

    // --- what the stepping thread notes

    /// Of two causes the one that somebody should look at first; what keeps all from being signed goes before
    /// what does so here alone. What stops this ledger's publications is told beside it: an order may be about
    /// either, and counts for no more than was told.
    ///
    /// @param withheld why nothing may be signed, if that is so
    void note(Optional<Stuck> withheld, Stuck here) {
        boolean isStop = core.stop().filter(here::equals).isPresent();
        if (isStop) core.noteTold(here);
        faults.note(withheld.map(why -> {
                    var first = why.urgent() || !here.urgent() ? why : here;
                    return isStop ? both(first, first.equals(here) ? why : here) : first;
                })
                .orElse(here));
    }

    private static Stuck both(Stuck first, Stuck other) {
        return new Stuck(
                first.cause() + "; besides, " + other.cause(),
                first.remedy() + "; of the other: " + other.remedy(),
                first.urgent() || other.urgent());
    }

    /// A step is over, however it ended.
    void noteWhetherDelayed() {
        if (delay().isEmpty()) undelayedNanos = config.nanoTime().getAsLong();
    }

    // --- what others may ask

    /// Those that are not tried any more unless somebody orders it, the lowest number first. Any thread.
    List<SetAside> setAside() {
        return progress.open().values().stream()
                .map(Item::aside)
                .flatMap(Optional::stream)
                .toList();
    }

    /// What is wrong, if anything is. What may pass by itself hides nothing that somebody should look at. Any
    /// thread.
    Optional<Trouble> trouble() {
        var held = faults.setback();
        if (held.filter(Trouble::urgent).isPresent()) return held;
        var besides = faults.unread().or(this::waitingOrAside);
        if (held.isEmpty()) return besides;
        return besides.filter(Trouble::urgent)
                .map(red -> both(red, held.get(), "; of the other: "))
                .or(() -> held);
    }

    /// Neither hides the other: one may be set aside for months, and what hangs is told with since when and
    /// why.
    private Optional<Trouble> waitingOrAside() {
        var hangs = Trouble.foremost(List.of(
                delay().map(this::urgentOnceItLasts),
                core.delay(config.nanoTime().getAsLong()).map(said -> said.withWhoIsAsked(ledger.standing()))));
        var aside = setAsideTrouble();
        return hangs.map(one -> aside.map(other -> both(one, other, "; of what was set aside: "))
                        .orElse(one))
                .or(() -> aside);
    }

    private Optional<Trouble> setAsideTrouble() {
        var aside = setAside();
        if (aside.size() >= PublicationNumbering.MOST_ASIDE) return Optional.of(tooMany(aside));
        return aside.stream()
                .findFirst()
                .map(first -> new Trouble(
                        "publication " + first.number() + " was set aside: " + first.cause(),
                        first.remedy(config.name()),
                        first.since()));
    }

    /// @param ofOther before the remedy of the other
    private static Trouble both(Trouble one, Trouble other, String ofOther) {
        return new Trouble(
                one.cause() + "; besides, " + other.cause(),
                one.remedy() + ofOther + other.remedy(),
                one.since(),
                one.urgent() || other.urgent());
    }

    private Trouble tooMany(List<SetAside> aside) {
        var last = aside.getLast();
        return new Trouble(
                aside.size() + " publications were set aside, the last, " + last.number() + ": " + last.cause()
                        + "; nothing more is published until there are fewer than " + PublicationNumbering.MOST_ASIDE,
                "mend the cause; then sealpost anchor take-up " + config.name()
                        + " NUMBER tries each again, give-up gives it up for good",
                aside.getFirst().since());
    }

    /// Nothing waits there while nothing is under way.
    private Optional<Trouble> delay() {
        boolean waits = progress.open().values().stream()
                .anyMatch(item -> item.phase() instanceof Phase.UnderWay || item.phase() instanceof Phase.Seen);
        if (!waits) return Optional.empty();
        return ledger.delay();
    }

    private Trouble urgentOnceItLasts(Trouble said) {
        return said.urgentIf(config.nanoTime().getAsLong() - undelayedNanos >= PublicationDelays.PATIENCE.toNanos());
    }
}
