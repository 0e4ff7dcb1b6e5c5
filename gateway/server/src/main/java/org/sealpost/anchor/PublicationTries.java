package org.sealpost.anchor;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealpost.anchor.PublicationWant.Tried;

/// What came of preparing requests that were not signed for yet, by their numbers. What there is no room for in the row
/// is kept for a next move.
final class PublicationTries {
    /// So long what was prepared waits for room in the row: later its identity, or its endorsers, may be others.
    private static final Duration KEPT = Duration.ofMinutes(1);

    private final PublicationTurn turn;
    private final Map<Long, Try> tries = new HashMap<>();

    /// What came of preparing one.
    ///
    /// @param came  empty where it could not be loaded
    /// @param nanos when it was tried
    private record Try(Optional<Tried> came, long nanos) {
        boolean isReady() {
            return came.isPresent() && came.get() instanceof Tried.Came(Preparation.Ready _);
        }
    }

    PublicationTries(PublicationTurn turn) {
        this.turn = turn;
    }

    void begin() {
        tries.keySet()
                .removeIf(number -> turn.sendsNothing() || !turn.progress().isWaiting(number));
        tries.values().removeIf(last -> !last.isReady() || turn.nanos() - last.nanos >= KEPT.toNanos());
    }

    void keep(Map<Long, Optional<Tried>> came) {
        came.forEach((number, what) -> tries.put(number, new Try(what, turn.nanos())));
    }

    void forget(long number) {
        tries.remove(number);
    }

    /// Those that were tried, whatever came of it.
    Set<Long> numbers() {
        return Set.copyOf(tries.keySet());
    }

    boolean has(long number) {
        return tries.containsKey(number);
    }

    /// What came of preparing it, if it could be loaded.
    Optional<Tried> of(long number) {
        return Optional.ofNullable(tries.get(number)).flatMap(Try::came);
    }

    /// Whether it can be signed for.
    boolean isReady(long number) {
        var last = tries.get(number);
        return last != null && last.isReady();
    }
}
