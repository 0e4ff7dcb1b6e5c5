package org.sealpost.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What waits for one writer: many threads put and wait for their answer, the writer takes all at once. The
/// same stack as in the gateway's intake, without its bounds: here as many wait at most as there are producers.
final class WriterQueue {
    private final AtomicReference<@Nullable Ticket> newest = new AtomicReference<>();
    private volatile @Nullable Thread idle;
    private volatile boolean ended;

    // One task for a group, as in the gateway: waking each producer is not the writer's to do.
    private final ExecutorService answers =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());

    /// One leaf on its way: its producer waits until it is answered.
    static final class Ticket {
        final byte[] leaf;
        private final Thread producer = Thread.currentThread();
        private @Nullable Ticket previous;
        private volatile boolean answered;

        Ticket(byte[] leaf) {
            this.leaf = leaf;
        }

        private void answer() {
            answered = true;
            LockSupport.unpark(producer);
        }
    }

    /// Puts the ticket, and returns when it was answered; false if the queue has ended before.
    boolean put(Ticket ticket) {
        while (true) {
            Ticket before = newest.get();
            ticket.previous = before;
            if (newest.compareAndSet(before, ticket)) break;
        }
        var writer = idle;
        if (writer != null) LockSupport.unpark(writer);
        while (!ticket.answered) {
            if (ended) return false;
            LockSupport.park(this);
        }
        return true;
    }

    /// All that waits, in its order; waits until there is something. Empty once the queue has ended. Writer's
    /// thread.
    List<Ticket> take() {
        while (true) {
            var at = newest.getAndSet(null);
            if (at != null) return inOrder(at);
            if (ended) return List.of();
            idle = Thread.currentThread();
            if (newest.get() == null && !ended) LockSupport.parkNanos(this, 10_000_000);
            idle = null;
        }
    }

    private static List<Ticket> inOrder(Ticket newest) {
        var taken = new ArrayList<Ticket>();
        for (Ticket at = newest; at != null; at = at.previous) taken.add(at);
        Collections.reverse(taken);
        return taken;
    }

    /// Has all of them answered, beside the writer.
    void answer(List<Ticket> group) {
        answers.execute(() -> group.forEach(Ticket::answer));
    }

    /// No more is taken. Who was to be answered is; producers that wait find out when they are unparked.
    void end(List<Thread> producers) {
        answers.close();
        ended = true;
        for (var producer : producers) LockSupport.unpark(producer);
    }
}
