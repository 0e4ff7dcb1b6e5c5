package org.sealpost.hsm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The calls that wait for a session of one token. Bounded; held while the token is being opened; emptied with a
/// reason when it could not be.
final class SigningQueue {
    private final String token;
    private final int capacity;
    private final ArrayDeque<SignCall> waiting = new ArrayDeque<>();

    // Guarded by this. What a lane does instead of waiting, and which lane it is just now.
    private @Nullable Idling idling;
    private @Nullable Thread idler;

    // Guarded by this. Serving: attached set. Holding: neither set. Failing: setback set.
    private @Nullable Attachment attached;
    private @Nullable TokenSetback setback;
    private boolean closed;

    SigningQueue(String token, int capacity, @Nullable Idling idling) {
        this.token = token;
        this.capacity = capacity;
        this.idling = idling;
    }

    /// A call to serve, and what to serve it with.
    record Work(SignCall call, Attachment attachment) {}

    void add(SignCall call) {
        RuntimeException refusal;
        synchronized (this) {
            if (setback != null) {
                refusal = setback.again();
            } else if (waiting.size() >= capacity) {
                refusal = new QueueFull(token, capacity);
            } else {
                waiting.addLast(call);
                // The lane that brings the first call itself is the one that takes it.
                if (idler != Thread.currentThread() || waiting.size() > 1) {
                    signal();
                }
                return;
            }
        }
        call.fail(refusal);
    }

    /// Puts a call in front that is to be tried again; no bound, since it had its place before.
    void addAgain(SignCall call) {
        RuntimeException refusal;
        synchronized (this) {
            if (setback == null) {
                waiting.addFirst(call);
                signal();
                return;
            }
            refusal = setback.again();
        }
        call.fail(refusal);
    }

    /// Takes out a call that is over, so that it gives its place to another.
    synchronized void remove(SignCall call) {
        waiting.remove(call);
    }

    /// Waits for a call and an open token; empty when the queue is closed.
    @Nullable
    Work next() throws InterruptedException {
        while (true) {
            Idling way;
            synchronized (this) {
                if (closed) {
                    return null;
                }
                Attachment now = attached;
                if (now != null && !waiting.isEmpty()) {
                    Work work = new Work(waiting.removeFirst(), now);
                    if (idling != null && idler == null) {
                        // While this lane signs, another one listens.
                        notify();
                    }
                    return work;
                }
                way = idling;
                if (way == null || idler != null) {
                    wait();
                    continue;
                }
                idler = Thread.currentThread();
            }
            idle(way);
        }
    }

    private void idle(Idling way) {
        boolean again = false;
        try {
            again = way.idle();
        } finally {
            synchronized (this) {
                idler = null;
                if (!again) {
                    idling = null;
                }
            }
        }
    }

    /// There is work for one lane.
    private void signal() {
        notify();
        wakeIdler();
    }

    private void wakeIdler() {
        Idling way = idling;
        if (way != null && idler != null && idler != Thread.currentThread()) {
            way.wake();
        }
    }

    synchronized void serve(Attachment attachment) {
        if (!closed) {
            attached = attachment;
            setback = null;
            notifyAll();
            wakeIdler();
        }
    }

    /// Serves the same opening with other keys; does nothing if that opening is over, so that it is never brought
    /// back.
    synchronized void update(Attachment attachment) {
        if (isServing(attachment)) {
            attached = attachment;
        }
    }

    /// Stops serving and keeps calls, new ones too, until [#serve] or [#fail]. Returns whether it was serving.
    synchronized boolean hold() {
        boolean wasServing = attached != null;
        attached = null;
        return wasServing;
    }

    /// As [#hold], but only if it still serves this opening: many sessions see the same fault, one acts on it.
    synchronized boolean hold(Attachment seen) {
        return isServing(seen) && hold();
    }

    /// Fails what waits and what comes, until [#serve].
    void fail(TokenSetback reason) {
        List<SignCall> failed;
        synchronized (this) {
            attached = null;
            setback = reason;
            failed = new ArrayList<>(waiting);
            waiting.clear();
        }
        failed.forEach(call -> call.fail(reason.again()));
    }

    void close(TokenSetback reason) {
        synchronized (this) {
            closed = true;
            notifyAll();
            wakeIdler();
        }
        fail(reason);
    }

    synchronized boolean isServing(Attachment attachment) {
        return attached != null && attached.opening() == attachment.opening();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized @Nullable Attachment attached() {
        return attached;
    }
}
