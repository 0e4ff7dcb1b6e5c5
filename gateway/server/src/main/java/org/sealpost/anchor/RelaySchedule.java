package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.ask;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Function;
import org.sealpost.lodging.LodgeableHead;

/// When the next head is due: by its policy, and by what became of those before.
final class RelaySchedule {
    private final RelayTurn turn;

    private OptionalLong nextHead = OptionalLong.empty();

    // No entry that waits was sealed before; empty: what waits is due at once.
    private OptionalLong waitsSince = OptionalLong.empty();

    // As of the last look, for the move that goes on from there.
    private long newestSize;

    RelaySchedule(RelayTurn turn) {
        this.turn = turn;
    }

    /// Goes on with whether a head is due.
    ///
    /// @param newest of the log
    RelayMove look(LodgeableHead newest, Function<Boolean, RelayMove> then) {
        newestSize = newest.size();
        var progress = turn.progress();
        var policy = turn.config().policy();
        long done = Math.max(
                progress.finals().largest(),
                turn.isWantedAgain()
                        ? 0
                        : progress.parked().map(RelayEntry.Parked::size).orElse(0L));
        if (newest.size() <= progress.finals().largest()) waitsSince = turn.in(Duration.ZERO);
        if (newest.size() <= done || !turn.isDue(nextHead)) return then.apply(false);
        if (isDueByAge() || newest.size() - done >= policy.maxEntries()) return then.apply(true);
        return ask(new Want.AtOnce(done, newest.size()), then);
    }

    /// The entry that waits longest has waited long enough.
    private boolean isDueByAge() {
        return waitsSince.isEmpty()
                || turn.nanos() - waitsSince.getAsLong()
                        >= turn.config().policy().maxAge().toNanos();
    }

    /// Something was signed for this head.
    void notePrepared(LodgeableHead head) {
        nextHead = turn.in(turn.config().policy().minPause());
        waitsSince = turn.in(Duration.ZERO);
        // One between is no answer to what made a head due.
        if (head.size() < newestSize) dueAtOnce();
    }

    /// The pause is between heads that came through, and not between attempts at one.
    void dueAtOnce() {
        nextHead = OptionalLong.empty();
        waitsSince = OptionalLong.empty();
    }

    /// Newer heads are tried, but not at the pace at which they come: most probably they are refused, too.
    RelayMove park(long size, String cause) {
        dueAtOnce();
        nextHead = turn.in(turn.config().recheck());
        return turn.write(new RelayEntry.Parked(turn.wall(), size, cause));
    }
}
