package org.sealpost.anchor;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How often in a row whoever is asked took back what he had said, and how long he is left alone for that.
///
/// What he says is written down and forced to the disk each time that it changes, so whoever says something else as
/// often as he is asked would fill it. So each change doubles the pause until the next look. A row ends when it is
/// [#settled], or when nothing of it was seen for much longer than any of its pauses.
///
/// Of this process only: nothing is decided by it but when to look again. Changes are counted by one thread; what there
/// is to say may be asked by any.
final class ComingAndGoing {
    /// So often it happens in earnest.
    static final int IN_EARNEST = 2;

    private static final Duration OVER = Duration.ofMinutes(10);

    private final Duration shortest;
    private final Duration longest;
    private volatile @Nullable Row row;

    /// Changes without an end so far.
    ///
    /// @param times how many
    /// @param since when the first of them was seen, and `newest` the last one
    /// @param last  what the last one was, in words
    record Row(int times, Moment since, Moment newest, String last) {}

    /// @param shortest pause, after the first change, more than zero
    /// @param longest of all pauses
    ComingAndGoing(Duration shortest, Duration longest) {
        this.shortest = shortest;
        this.longest = longest;
    }

    /// What was said is said no more.
    ///
    /// @param what in words
    /// @return how long nobody is to look again: never longer than the longest pause
    Duration changed(Moment now, String what) {
        var before = isOver(now.nanos()) ? null : row;
        int times = before == null ? 1 : before.times() + 1;
        row = new Row(times, before == null ? now : before.since(), now, what);
        var pause = shortest;
        for (int i = 1; i < times && pause.compareTo(longest) < 0; i++) pause = pause.multipliedBy(2);
        return pause.compareTo(longest) < 0 ? pause : longest;
    }

    /// It came to its end: the next change is the first again.
    void settled() {
        row = null;
    }

    /// Whether there is no row, or none any more. Any thread.
    ///
    /// @param nanos as in a [Moment]
    boolean isOver(long nanos) {
        return isOver(row, nanos);
    }

    /// A row that is to be told, as it does not happen so often in earnest. Any thread.
    ///
    /// @param nanos as in a [Moment]
    Optional<Row> toBeSaid(long nanos) {
        var found = row;
        return found == null || found.times() <= IN_EARNEST || isOver(found, nanos)
                ? Optional.empty()
                : Optional.of(found);
    }

    /// Whoever goes on like this is looked at again much sooner.
    private boolean isOver(@Nullable Row found, long nanos) {
        return found == null
                || nanos - found.newest().nanos()
                        >= OVER.plus(longest.multipliedBy(2)).toNanos();
    }
}
