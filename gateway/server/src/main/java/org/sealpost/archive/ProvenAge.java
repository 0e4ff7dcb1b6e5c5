package org.sealpost.archive;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.sealpost.record.ClockReading;
import org.sealpost.seal.SealLog;

/// How far the log is older than an age, as seals prove it that were made by a synchronised clock.
///
/// Such a clock may be wrong all the same, as that of a receiver whose weeks have begun anew. So a seal that is from
/// the future, from before an earlier one, or from before anybody sealed proves nothing: what it covers is as old as a
/// later one has it. In doubt everything is younger. Owned by one thread.
final class ProvenAge {
    /// A bounded number of searches in a journal, at a time.
    private static final int LOOKS = 512;

    private static final int PLACES = 64;

    /// The software is younger than this, so nobody sealed before.
    private static final Instant EARLIEST = Instant.parse("2026-01-01T00:00:00Z");

    private final SealLog seals;
    private final Duration age;
    private final int looks;

    // Seals that end below the first need not be looked at again. Nor those below the second, until the time comes
    // of one that was passed over since it is from the future.
    private long lookedBelow = -1;
    private long passedBelow;
    private Instant comingTime = Instant.MAX;

    // The latest time that is proven for what was looked at, and the one that proves how many entries are that old.
    private Instant latest = EARLIEST;
    private Instant provenBy = Instant.MIN;
    private long below;

    private boolean nextIsYoung;

    ProvenAge(SealLog seals, Duration age) {
        this(seals, age, LOOKS);
    }

    ProvenAge(SealLog seals, Duration age, int looks) {
        this.seals = seals;
        this.age = age;
        this.looks = looks;
    }

    /// The entries below this are that old; all others are not, or nobody knows.
    long below() {
        return below;
    }

    /// Whether it is known of the entry at which it stopped that it is not that old yet.
    boolean nextIsYoung() {
        return nextIsYoung;
    }

    /// Looks on.
    ///
    /// @param from nobody asks for entries below this one any more
    /// @param now  by a synchronised clock
    /// @return whether there may be more to find at once
    boolean lookOn(long from, Instant now) throws IOException {
        var limit = now.minus(age);
        nextIsYoung = false;
        if (provenBy.isAfter(limit)) forget();
        if (from > lookedBelow || !now.isBefore(comingTime)) begin(Math.max(from, lookedBelow), now);
        for (int look = 0; look < looks; look++) {
            var head = seals.firstCovering(passedBelow);
            if (head.isEmpty()) return false;
            var time = head.get().seal().time();
            long size = head.get().size();
            if (isFromFuture(time, now)) {
                passOver(time);
            } else if (isProof(time)) {
                if (time.time().isAfter(limit)) {
                    nextIsYoung = true;
                    return false;
                }
                latest = time.time();
                provenBy = latest;
                below = size;
                // Whatever was passed over is that old, too.
                comingTime = Instant.MAX;
            }
            passedBelow = size;
            if (comingTime.equals(Instant.MAX)) lookedBelow = size;
        }
        return true;
    }

    /// The clock has gone back: by it what was that old is not any more.
    private void forget() {
        lookedBelow = -1;
        latest = EARLIEST;
        provenBy = Instant.MIN;
        below = 0;
    }

    /// Goes on at an entry. What earlier seals have as the time is looked up at some places, close by and all over
    /// the log: whatever stretch of them is wrong, some lie outside, and one of those close to where it begins.
    private void begin(long from, Instant now) throws IOException {
        lookedBelow = from;
        passedBelow = from;
        comingTime = Instant.MAX;
        for (long back = 1; back > 0 && back <= from; back *= 2) learn(from - back, from, now);
        for (int place = 0; place < PLACES && from > 0; place++) learn(from * place / PLACES, from, now);
    }

    private void learn(long index, long from, Instant now) throws IOException {
        var head = seals.firstCovering(index);
        if (head.isEmpty() || head.get().size() > from) return;
        var time = head.get().seal().time();
        if (isFromFuture(time, now)) passOver(time);
        else if (isProof(time)) latest = time.time();
    }

    private static boolean isFromFuture(ClockReading time, Instant now) {
        return time.state() == ClockReading.State.SYNCED && time.time().isAfter(now);
    }

    private boolean isProof(ClockReading time) {
        return time.state() == ClockReading.State.SYNCED && !time.time().isBefore(latest);
    }

    private void passOver(ClockReading time) {
        if (time.time().isBefore(comingTime)) comingTime = time.time();
    }
}
