package org.sealpost.capture;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What waits for the writer, bounded by records and bytes. Many threads put, one takes; nobody waits for a lock.
final class Waiting {
    private final int maxRecords;
    private final long maxBytes;
    private final AtomicInteger records = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    // A stack of arrivals, newest first: putting is one exchange, taking all of them is another.
    private final AtomicReference<@Nullable Arrival> newest = new AtomicReference<>();
    private final ConcurrentLinkedQueue<Waiter> waiters = new ConcurrentLinkedQueue<>();

    private record Waiter(Executor executor, Runnable task) {}

    Waiting(int maxRecords, long maxBytes) {
        this.maxRecords = maxRecords;
        this.maxBytes = maxBytes;
    }

    /// Takes room for a record, or answers false and takes nothing.
    boolean reserve(int payloadSize) {
        if (records.incrementAndGet() > maxRecords) {
            records.decrementAndGet();
            return false;
        }
        if (bytes.addAndGet(payloadSize) > maxBytes) {
            bytes.addAndGet(-payloadSize);
            records.decrementAndGet();
            return false;
        }
        return true;
    }

    /// Gives room back, and wakes those who wait for some.
    void release(int recordCount, long byteCount) {
        records.addAndGet(-recordCount);
        bytes.addAndGet(-byteCount);
        wakeWaiters();
    }

    /// Puts an arrival, for which room was reserved, at the end.
    ///
    /// @return whether nothing waited before: the writer may be asleep
    boolean put(Arrival arrival) {
        while (true) {
            Arrival before = newest.get();
            arrival.previous = before;
            if (newest.compareAndSet(before, arrival)) return before == null;
        }
    }

    /// Takes all that waits, in the order in which it came.
    List<Arrival> takeAll() {
        Arrival last = newest.getAndSet(null);
        int count = 0;
        for (Arrival at = last; at != null; at = at.previous) count++;
        Arrival[] taken = new Arrival[count];
        Arrival at = last;
        while (at != null) {
            taken[--count] = at;
            Arrival previous = at.previous;
            at.previous = null;
            at = previous;
        }
        return Arrays.asList(taken);
    }

    /// Runs the task once, as soon as room was given back: at once if nothing waits at all.
    void whenRoom(Executor executor, Runnable task) {
        waiters.add(new Waiter(executor, task));
        // Whoever holds room gives it back later and wakes us then. If nobody does, the last one may have done so
        // between the refusal and this line.
        if (records.get() == 0) wakeWaiters();
    }

    private void wakeWaiters() {
        // Those who come back while this runs are left for the next time, else one that finds no room would turn it
        // for ever.
        for (int count = waiters.size(); count > 0; count--) {
            Waiter waiter = waiters.poll();
            if (waiter == null) return;
            Answers.execute(waiter.executor(), waiter.task());
        }
    }
}
