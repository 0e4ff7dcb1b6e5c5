package org.sealpost.sensor;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Turns the crank of one [Supervised] on a thread of its own: when something is due, and when a call is back.
final class Loop {
    private final Semaphore woken = new Semaphore(0);
    private final Supervised supervised;
    private final Thread thread;
    private volatile boolean isEnding;

    Loop(String name, Function<Runnable, Supervised> making) {
        this.supervised = making.apply(woken::release);
        this.thread = Thread.ofVirtual().name("sensor-loop-" + name).unstarted(this::run);
    }

    Supervised supervised() {
        return supervised;
    }

    /// Begins when the device is free.
    void startAfter(CompletableFuture<?> free) {
        free.orTimeout(Supervised.GRACE.toSeconds(), TimeUnit.SECONDS).whenComplete((done, thrown) -> {
            if (!isEnding) thread.start();
        });
    }

    private void run() {
        try {
            while (!isEnding) {
                Duration idle = step();
                if (woken.tryAcquire(idle.toNanos(), TimeUnit.NANOSECONDS)) woken.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // Whatever happens in a step, the sensor is not left alone and looking well.
    private Duration step() {
        try {
            return supervised.step();
        } catch (RuntimeException | Error e) {
            System.getLogger(Loop.class.getName())
                    .log(System.Logger.Level.WARNING, thread.getName() + " is stepped again", e);
            return supervised.broke(e);
        }
    }

    /// The future ends when the device is closed.
    CompletableFuture<?> end() {
        isEnding = true;
        woken.release();
        return supervised.stop();
    }
}
