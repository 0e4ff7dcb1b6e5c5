package org.sealpost.sensor;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What one sensor has to say and the listener has not taken yet: at most 64 readings and gaps, in order. What comes
/// when it is full is counted, until half of it is taken, and a gap behind the others says how many readings and gaps
/// that were: one for each lack of room, not one for each reading that a slow listener takes.
///
/// The supervisor's thread offers, the delivering thread takes; guarded by this.
final class Outbox {
    static final int ROOM = 64;

    private sealed interface Item {
        /// From when on something is missing if this is never taken.
        Instant from();

        record Said(Reading reading, Instant from) implements Item {}

        record Missing(Gap gap) implements Item {
            @Override
            public Instant from() {
                return gap.from();
            }
        }
    }

    private final String sensor;
    private final String kind;
    private final Clocks clocks;
    private final Deque<Item> waiting = new ArrayDeque<>();

    // What did not fit, as one gap that is open until there is room.
    private @Nullable Instant fullSince;
    private long overflown;
    private boolean overflownIsKnown = true;
    private boolean wasRefused;
    private boolean isClosed;

    private long readings;
    private long gaps;
    private long leftOut;

    Outbox(String sensor, String kind, Clocks clocks) {
        this.sensor = sensor;
        this.kind = kind;
        this.clocks = clocks;
    }

    synchronized void offer(Reading reading) {
        if (!hasRoom()) {
            overflow(clocks.now());
            overflown++;
            leftOut++;
        } else {
            waiting.add(new Item.Said(reading, clocks.now()));
            notifyAll();
        }
    }

    synchronized void offer(Gap gap) {
        if (!hasRoom()) {
            overflow(gap.from());
            overflown += gap.missed().orElse(0);
            overflownIsKnown &= gap.missed().isPresent();
        } else {
            waiting.add(new Item.Missing(gap));
            notifyAll();
        }
    }

    private void overflow(Instant from) {
        if (fullSince == null || from.isBefore(fullSince)) fullSince = from;
    }

    // While something did not fit, nothing goes before the gap that says so.
    private boolean hasRoom() {
        return fullSince == null && waiting.size() < ROOM;
    }

    /// Offers the listener what waits longest. False: there is nothing, or there is no room.
    boolean deliver(SensorListener listener) {
        Item next;
        synchronized (this) {
            next = waiting.peek();
        }
        if (next == null) return false;
        boolean taken = isTaken(listener, next);
        synchronized (this) {
            wasRefused = !taken;
            if (!taken) return false;
            waiting.poll();
            switch (next) {
                case Item.Said said -> readings++;
                case Item.Missing missing -> gaps++;
            }
            if (fullSince != null && waiting.size() <= ROOM / 2) {
                Instant now = clocks.now();
                waiting.add(new Item.Missing(new Gap(
                        sensor,
                        kind,
                        fullSince,
                        now.isBefore(fullSince) ? fullSince : now,
                        overflownIsKnown ? OptionalLong.of(overflown) : OptionalLong.empty(),
                        "the intake had no room: of what came meanwhile nothing could be kept beyond " + ROOM
                                + " readings")));
                fullSince = null;
                overflown = 0;
                overflownIsKnown = true;
            }
            return true;
        }
    }

    private static boolean isTaken(SensorListener listener, Item item) {
        try {
            return switch (item) {
                case Item.Said said -> listener.take(said.reading());
                case Item.Missing(Gap gap) -> listener.take(gap);
            };
        } catch (RuntimeException e) {
            System.getLogger(Outbox.class.getName())
                    .log(System.Logger.Level.WARNING, "a reading could not be handed over; it is offered again", e);
            return false;
        }
    }

    /// Waits until there is something to deliver. False: closed and empty.
    synchronized boolean await() throws InterruptedException {
        while (waiting.isEmpty() && !isClosed) wait();
        return !waiting.isEmpty();
    }

    /// Waits before something that was refused is offered again; closing ends the wait.
    synchronized void rest(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!isClosed) {
            long left = end - System.nanoTime();
            if (left <= 0) return;
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /// Nothing is offered after this; what waits can still be delivered.
    synchronized void close() {
        isClosed = true;
        notifyAll();
    }

    synchronized boolean isClosed() {
        return isClosed;
    }

    synchronized int size() {
        return waiting.size();
    }

    /// The listener did not take what it was offered last.
    synchronized boolean wasRefused() {
        return wasRefused;
    }

    /// Since when something that was said is not durable, since the listener has not taken it.
    synchronized Optional<Instant> notTakenSince() {
        return Stream.concat(waiting.stream().map(Item::from), Stream.ofNullable(fullSince))
                .min(Comparator.naturalOrder());
    }

    synchronized boolean isOverflowing() {
        return fullSince != null;
    }

    synchronized long readings() {
        return readings;
    }

    synchronized long gaps() {
        return gaps;
    }

    synchronized long leftOut() {
        return leftOut;
    }
}
