package org.sealpost.app;

import java.util.concurrent.CountDownLatch;

/// Ends a process cleanly on SIGINT or SIGTERM.
final class Shutdown {
    private Shutdown() {}

    /// Waits until the process is told to end, and runs `close` before it does.
    static void await(AutoCloseable close) throws InterruptedException {
        var told = new CountDownLatch(1);
        // The JVM ends when its hooks have; so the hook does the closing and not the thread that waits.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            told.countDown();
                            try {
                                close.close();
                            } catch (Exception e) {
                                System.err.println("sealpost: while closing: " + e);
                            }
                        },
                        "shutdown"));
        told.await();
        // Nobody comes here but during the shutdown itself; the process ends when the hook has.
        new CountDownLatch(1).await();
    }
}
