package org.sealpost.sensor;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The thread of one adapter, which runs its calls one after the other. A thread that hangs in one is given up with it.
interface AdapterThread extends Executor {
    /// Runs what was asked for before, and then nothing.
    void end();

    /// Interrupts what runs now.
    void interrupt();

    /// Makes threads; tests have their own.
    interface Threads {
        AdapterThread next(String name);
    }

    /// Platform threads: adapters block in native calls. Daemons: one that hangs does not keep the process.
    static AdapterThread platform(String name) {
        ExecutorService executor = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
        return new AdapterThread() {
            @Override
            public void execute(Runnable work) {
                executor.execute(work);
            }

            @Override
            public void end() {
                executor.shutdown();
            }

            @Override
            public void interrupt() {
                executor.shutdownNow();
            }
        };
    }
}
