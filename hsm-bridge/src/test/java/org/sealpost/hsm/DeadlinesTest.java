package org.sealpost.hsm;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class DeadlinesTest {
    private final Deadlines deadlines = new Deadlines();

    /// Whatever one of them does: an Error too, as of a process that may start no more threads.
    @Test
    void theNextDeadlineIsKeptAfterOneThatThrew() throws Exception {
        for (Throwable bug : new Throwable[] {new IllegalStateException("a bug"), new OutOfMemoryError("no thread")}) {
            deadlines.add(timed(() -> sneak(bug)));
            var kept = new CompletableFuture<Void>();
            deadlines.add(timed(() -> kept.complete(null)));
            kept.get(300, TimeUnit.SECONDS);
        }
    }

    /// Waiting for a lock parks the thread, and so uses up what was to wake it for a newcomer.
    @Test
    void oneThatComesWhileAnotherWaitsForALockIsKept() throws Exception {
        for (int round = 0; round < 20; round++) {
            var lock = new ReentrantLock();
            lock.lock();
            deadlines.add(timed(() -> {
                lock.lock();
                lock.unlock();
            }));
            Await.until(Duration.ofMinutes(2), () -> "nobody waits", lock::hasQueuedThreads);
            var kept = new CompletableFuture<Void>();
            deadlines.add(timed(() -> kept.complete(null)));
            LockSupport.parkNanos(1_000_000);
            lock.unlock();
            kept.get(300, TimeUnit.SECONDS);
        }
    }

    private Deadlines.Timed timed(Runnable whatToDo) {
        long now = System.nanoTime();
        return new Deadlines.Timed() {
            @Override
            public long deadline() {
                return now;
            }

            @Override
            public void expire() {
                deadlines.remove(this);
                whatToDo.run();
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable bug) throws T {
        throw (T) bug;
    }
}
