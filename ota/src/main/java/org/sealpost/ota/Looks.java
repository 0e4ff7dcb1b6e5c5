package org.sealpost.ota;

import java.util.Optional;
import java.util.random.RandomGenerator;

/// When a source is looked at: one for the server, one for the stick, so that neither waits for the other. Not
/// for several threads.
final class Looks {
    private final Pace pace;
    private final RandomGenerator random;
    private final Backoff backoff;
    private long at;

    /// Somebody asked for a look since the last one began.
    private boolean asked;

    /// What the look that goes on finds is of another source than the one that is there now.
    private boolean stale;

    private Optional<UpdateCore.Setback> setback = Optional.empty();

    /// @param first when the first one is due
    Looks(Pace pace, RandomGenerator random, long first) {
        this.pace = pace;
        this.random = random;
        this.backoff = new Backoff(pace.firstRetry(), pace.longestRetry(), random);
        this.at = first;
    }

    long at() {
        return at;
    }

    boolean isDue(long now) {
        return now >= at;
    }

    Optional<UpdateCore.Setback> setback() {
        return setback;
    }

    void begun() {
        asked = false;
        stale = false;
    }

    /// One more look; what the present one finds counts all the same.
    void soon(long now) {
        at = now;
        asked = true;
        backoff.reset();
    }

    /// The source is another one, or none.
    void changed(long now) {
        soon(now);
        stale = true;
        setback = Optional.empty();
    }

    boolean isStale() {
        return stale;
    }

    void answered(long now) {
        setback = Optional.empty();
        backoff.reset();
        long interval = pace.checkInterval().toNanos();
        at = asked ? now : now + interval - random.nextLong(interval / 5 + 1);
    }

    void failed(String sentence, long now) {
        long since = setback.map(UpdateCore.Setback::sinceNanos).orElse(now);
        setback = Optional.of(new UpdateCore.Setback(sentence, since));
        at = asked ? now : now + backoff.nextNanos();
    }
}
