package org.sealpost.archive;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.sealpost.record.ClockReading;
import org.sealpost.seal.SealLog;

/// How far the log is older than an age, as seals prove it that were made by a synchronised clock.
///
/// Such a clock may be wrong all the same, as that of a receiver whose weeks have begun anew. So a seal that is from
/// the future, or from before an earlier one, proves nothing: what it covers is as old as a later one has it. Owned
/// by one thread.
final class ProvenAge {
    /// A bounded number of searches in a journal.
    private static final int LOOKS = 4096;

    private final SealLog seals;
    private final Duration age;

    // What is looked at next, and the time that is proven for what lies below.
    private long lookedBelow = -1;
    private Instant latest = Instant.MIN;
    private long below;

    ProvenAge(SealLog seals, Duration age) {
        this.seals = seals;
        this.age = age;
    }

    /// The entries below this are that old; all others are not, or nobody knows.
    long below() {
        return below;
    }

    /// Looks on.
    ///
    /// @param from nobody asks for entries below this one any more
    /// @param now  by a synchronised clock
    /// @return whether there may be more to find at once
    boolean lookOn(long from, Instant now) throws IOException {
        if (lookedBelow < 0) begin(from, now);
        lookedBelow = Math.max(lookedBelow, from);
        var limit = now.minus(age);
        long at = lookedBelow;
        boolean fromFuture = false;
        for (int look = 0; look < LOOKS; look++) {
            var head = seals.firstCovering(at);
            if (head.isEmpty()) return false;
            var time = head.get().seal().time();
            at = head.get().size();
            if (time.state() == ClockReading.State.SYNCED) {
                if (time.time().isAfter(now)) {
                    fromFuture = true;
                    continue;
                }
                if (!time.time().isBefore(latest)) {
                    if (time.time().isAfter(limit)) return false;
                    latest = time.time();
                    below = at;
                    fromFuture = false;
                }
            }
            // One from the future may be of the present one day: it is looked at again.
            if (!fromFuture) lookedBelow = at;
        }
        return !fromFuture;
    }

    /// Finds an earlier seal with a proven time, each look twice as far back as the one before.
    private void begin(long from, Instant now) throws IOException {
        lookedBelow = from;
        for (long back = 1; back <= from; back *= 2) {
            var head = seals.firstCovering(from - back);
            if (head.isEmpty() || head.get().size() > from) continue;
            var time = head.get().seal().time();
            if (time.state() == ClockReading.State.SYNCED && !time.time().isAfter(now)) {
                latest = time.time();
                return;
            }
        }
    }
}
