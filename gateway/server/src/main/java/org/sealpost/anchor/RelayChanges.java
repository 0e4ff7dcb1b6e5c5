package org.sealpost.anchor;

import java.time.Duration;
import java.util.Optional;
import org.sealpost.anchor.Anchored.Trouble;
import org.sealpost.anchor.Progress.Phase;

/// What the anchorage said and then took back, and how long it is left alone for that.
final class RelayChanges {
    private final RelayTurn turn;

    // What was there, and then was not or elsewhere; a row ends when a head is final that never was. With it the
    // largest of its heads that was; 0 if none was.
    private final ComingAndGoing takenBack;
    private long wasFinal;

    // Requests that were taken, and then it was left open what became of them, or the other way round; such a row ends
    // with the other.
    private final ComingAndGoing offers;

    // Until the next look, after something was taken back.
    private Duration pause = Duration.ZERO;

    RelayChanges(RelayTurn turn) {
        this.turn = turn;
        var config = turn.config();
        this.takenBack = new ComingAndGoing(config.poll(), config.recheck());
        this.offers = new ComingAndGoing(config.poll(), config.recheck());
    }

    /// @param lost the largest head that was final and does not count any more; 0 if none was
    /// @param what in words
    void noteTakenBack(long lost, String what) {
        wasFinal = Math.max(lost, takenBack.isOver(turn.nanos()) ? 0 : wasFinal);
        pause = takenBack.changed(turn.now(), what);
    }

    /// A request was taken, and what was said when it was offered before was something else; or the other way round.
    ///
    /// @param cause why it was not, that of the last time
    void noteOffered(String cause) {
        pause = offers.changed(turn.now(), cause);
    }

    void noteFinal(long size) {
        if (size <= wasFinal) return;
        takenBack.settled();
        offers.settled();
        wasFinal = 0;
    }

    /// How long nobody is to look again; told once. Zero if nothing was taken back.
    Duration takePause() {
        var found = pause;
        pause = Duration.ZERO;
        return found;
    }

    /// What changes too often to be in earnest; any thread.
    ///
    /// @param nanos as in a [Moment]
    Optional<Trouble> told(long nanos) {
        return takenBack(nanos).or(() -> takenAndNot(nanos));
    }

    private Optional<Trouble> takenBack(long nanos) {
        return takenBack
                .toBeSaid(nanos)
                .map(row -> new Trouble(
                        "what was seen there was not there, or elsewhere, when it was looked for again, " + row.times()
                                + " times in a row, the last " + row.last(),
                        "none needed if it passes; look whether whoever is asked agrees with the ledger's other nodes",
                        row.since().wall(),
                        false));
    }

    private Optional<Trouble> takenAndNot(long nanos) {
        if (!(turn.phase() instanceof Phase.InFlight flight)) return Optional.empty();
        return offers.toBeSaid(nanos)
                .map(row -> new Trouble(
                        "the request for the head of " + flight.prepared().size()
                                + " entries was taken, and was not when it was offered again, or the other way round, "
                                + row.times() + " times in a row; what was said last: " + row.last(),
                        "none needed if it passes; look whether whoever is asked keeps what it takes; where its address"
                                + " is a balancer's, name the nodes behind it instead",
                        row.since().wall(),
                        false));
    }
}
