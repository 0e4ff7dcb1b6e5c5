package org.sealpost.sensor;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/// One adapter on its thread: its calls as futures. Used by the supervisor's thread alone.
final class OpenAdapter {
    private final Adapter adapter;
    private final AdapterThread thread;
    private final AdapterThread.Threads threads;
    private final Runnable wake;
    private CompletableFuture<?> running = CompletableFuture.completedFuture(null);

    OpenAdapter(String name, Adapter adapter, AdapterThread.Threads threads, Runnable wake) {
        this.adapter = adapter;
        this.thread = threads.next("sensor-" + name);
        this.threads = threads;
        this.wake = wake;
    }

    Adapter adapter() {
        return adapter;
    }

    CompletableFuture<Sample> open() {
        return call(() -> {
            adapter.open();
            return new Sample.Unchanged();
        });
    }

    CompletableFuture<Sample> read() {
        return call(adapter::read);
    }

    /// Closes it on its own thread, which then ends.
    CompletableFuture<Sample> close() {
        CompletableFuture<Sample> closed = call(() -> {
            adapter.close();
            return new Sample.Unchanged();
        });
        thread.end();
        return closed;
    }

    /// Closes it from outside, since its own thread may hang. The future ends when nothing of it runs any more.
    CompletableFuture<?> abandon() {
        thread.interrupt();
        var closed = new CompletableFuture<Object>();
        AdapterThread closer = threads.next("sensor-closer");
        closer.execute(() -> {
            try {
                adapter.close();
            } catch (RuntimeException | Error e) {
                // Nothing more can be done for it.
                System.getLogger(OpenAdapter.class.getName())
                        .log(System.Logger.Level.DEBUG, "an adapter could not be closed", e);
            } finally {
                closed.complete(adapter);
            }
        });
        closer.end();
        return CompletableFuture.allOf(closed, running.exceptionally(thrown -> null));
    }

    private CompletableFuture<Sample> call(Callable<Sample> work) {
        var outcome = new CompletableFuture<Sample>();
        running = outcome;
        thread.execute(() -> {
            try {
                outcome.complete(work.call());
            } catch (Throwable thrown) {
                // Whatever it is, it is the adapter's, and shown as such.
                outcome.completeExceptionally(thrown);
            }
            wake.run();
        });
        return outcome;
    }
}
