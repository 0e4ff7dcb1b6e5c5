package org.sealpost.anchor;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.sealpost.anchor.Anchored.Trouble;

/// What is final by one node and confirmed by no other one, each by what it is about: that another thing is confirmed
/// says nothing of it. Any thread.
public final class Doubts {
    /// Whoever waits asks more often; of what nobody asks for any more there is nothing to tell.
    static final Duration FORGOTTEN = Duration.ofMinutes(5);

    /// The oldest are told; so many younger ones are enough.
    static final int MOST = 256;

    private final LongSupplier nanos;
    private final Duration timeToConfirm;

    /// The oldest first.
    private final Map<Object, Doubt> doubts = new LinkedHashMap<>();

    /// @param begun     and `asked`: first and last, in nanoseconds
    private record Doubt(long begun, long asked, Instant since, String cause, String remedy) {}

    /// @param nanos         of a clock that only runs forward
    /// @param timeToConfirm so long nodes may be apart from one another, and that is no trouble
    public Doubts(LongSupplier nanos, Duration timeToConfirm) {
        this.nanos = nanos;
        this.timeToConfirm = timeToConfirm;
    }

    /// It was asked for just now, and nobody confirms it.
    ///
    /// @param about equal for what is the same
    public synchronized void doubted(Object about, String cause, String remedy) {
        forget();
        long now = nanos.getAsLong();
        var before = doubts.get(about);
        if (before != null) doubts.put(about, new Doubt(before.begun, now, before.since, cause, remedy));
        else if (doubts.size() < MOST) doubts.put(about, new Doubt(now, now, Instant.now(), cause, remedy));
    }

    /// It is confirmed, or there is nothing any more that anybody would have to confirm.
    public synchronized void settled(Object about) {
        doubts.remove(about);
    }

    /// Nothing of all that was asked for has to be confirmed.
    public synchronized void settled() {
        doubts.clear();
    }

    /// The one that has lasted longest, once it has for a while.
    public synchronized Optional<Trouble> longest() {
        forget();
        long now = nanos.getAsLong();
        return doubts.values().stream()
                .filter(doubt -> now - doubt.begun >= timeToConfirm.toNanos())
                .findFirst()
                .map(doubt -> new Trouble(doubt.cause, doubt.remedy, doubt.since, false));
    }

    private void forget() {
        long now = nanos.getAsLong();
        doubts.values().removeIf(doubt -> now - doubt.asked >= FORGOTTEN.toNanos());
    }
}
