package org.sealpost.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.sealpost.stage.RunnerConfig.Threads;

class StageRunnerTest {
    // Setbacks are provoked here; their traces would only look like failures.
    private static final java.util.logging.Logger QUIET = java.util.logging.Logger.getLogger("org.sealpost.stage");

    static {
        QUIET.setLevel(java.util.logging.Level.OFF);
    }

    private static final Duration NEVER = Duration.ofDays(365);
    private static final Duration SOON = Duration.ofMillis(1);
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    /// What a step does next, handed over one by one: the test knows how far the stage is.
    private interface Act {
        int run() throws Exception;
    }

    private static final class Puppet implements Stage, AutoCloseable {
        private final BlockingQueue<Act> acts = new SynchronousQueue<>();
        private final BlockingQueue<Thread> steppedBy = new LinkedBlockingQueue<>();
        private final AtomicInteger pauses = new AtomicInteger();
        private volatile Duration pause = Duration.ZERO;
        private volatile boolean over;

        @Override
        public String name() {
            return "puppet";
        }

        @Override
        public Duration pause() {
            pauses.incrementAndGet();
            return pause;
        }

        @Override
        public int step() throws Exception {
            steppedBy.add(Thread.currentThread());
            while (!over) {
                Act act = acts.poll(5, TimeUnit.MILLISECONDS);
                if (act != null) {
                    return act.run();
                }
            }
            return 0;
        }

        /// Lets a step end that waits for its act.
        @Override
        public void close() {
            over = true;
        }

        void next(Act act) throws InterruptedException {
            assertTrue(acts.offer(act, 60, TimeUnit.SECONDS), "the stage is not being stepped");
        }
    }

    private static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Broken(String message) {
            super(message);
        }
    }

    private final Puppet puppet = new Puppet();
    private final Doorbell bell = new Doorbell();
    private final BlockingQueue<Throwable> ended = new LinkedBlockingQueue<>();
    private final AtomicInteger minute = new AtomicInteger();

    private RunnerConfig config(Threads threads, Duration maxIdle, Duration retry) {
        BrokenPromises promises = new BrokenPromises() {
            @Override
            public boolean include(Throwable thrown) {
                return thrown instanceof Broken;
            }

            @Override
            public void end(String stage, Throwable thrown) {
                assertEquals("puppet", stage);
                ended.add(thrown);
            }
        };
        return new RunnerConfig(
                threads,
                maxIdle,
                retry,
                retry,
                () -> NOON.plus(Duration.ofMinutes(minute.get())),
                new Random(1),
                promises);
    }

    @Test
    void stepsWhileThereIsWorkAndWaitsForTheBellWhenThereIsNone() throws Exception {
        for (Threads threads : Threads.values()) {
            Puppet puppet = new Puppet();
            try (StageRunner runner = StageRunner.start(puppet, bell, config(threads, NEVER, NEVER));
                    puppet) {
                puppet.next(() -> 5);
                puppet.next(() -> 1);
                puppet.next(() -> 0);
                bell.ring();
                puppet.next(() -> 2);
                Thread thread = puppet.steppedBy.take();
                assertEquals("puppet", thread.getName());
                assertEquals(threads == Threads.VIRTUAL, thread.isVirtual());
                await(() -> runner.health().lastWork().isPresent());
                bell.ring();
                puppet.next(() -> 0);
                puppet.next(() -> 0);
            }
        }
    }

    @Test
    void withoutABellItLooksAgainAfterAWhile() throws Exception {
        try (StageRunner runner = StageRunner.start(puppet, bell, config(Threads.VIRTUAL, SOON, NEVER));
                puppet) {
            for (int look = 0; look < 20; look++) {
                puppet.next(() -> 0);
            }
            assertFalse(runner.health().failing());
        }
    }

    @Test
    void aSetbackIsTriedAgainAndShownWithItsCauseAndBeginning() throws Exception {
        try (StageRunner runner = StageRunner.start(puppet, bell, config(Threads.PLATFORM, SOON, SOON));
                puppet) {
            assertEquals(StageHealth.untried("puppet"), runner.health());
            puppet.next(() -> {
                throw new IOException("ledger evm is away");
            });
            await(() -> runner.health().failing());
            minute.set(5);
            puppet.next(() -> {
                throw new IllegalStateException();
            });
            await(() -> runner.health().failuresInARow() == 2);
            assertEquals(Optional.of("IllegalStateException"), runner.health().cause());
            assertEquals(Optional.of(NOON), runner.health().since(), "since the first failure of the row");

            puppet.next(() -> 0);
            await(() -> !runner.health().failing());
            assertEquals(Optional.empty(), runner.health().cause());
            minute.set(9);
            puppet.next(() -> {
                throw new IOException("again");
            });
            await(() -> runner.health().failing());
            assertEquals(
                    Optional.of(NOON.plus(Duration.ofMinutes(9))),
                    runner.health().since());
            assertEquals(1, runner.health().failuresInARow());
            assertTrue(ended.isEmpty());
            puppet.next(() -> 0);
        }
    }

    /// A bell must not shorten it: it rings for every record, and the stage pauses so that many come together.
    @Test
    void aStageIsLeftAloneAsLongAsItPauses() throws Exception {
        puppet.pause = NEVER;
        StageRunner runner = StageRunner.start(puppet, bell, config(Threads.PLATFORM, SOON, SOON));
        puppet.next(() -> 1);
        Thread thread = puppet.steppedBy.take();
        await(() -> puppet.pauses.get() == 1 && thread.getState() == Thread.State.TIMED_WAITING);
        bell.ring();
        assertNull(puppet.steppedBy.poll());
        runner.close();
        assertFalse(thread.isAlive(), "closing ends the pause");
        assertNull(puppet.steppedBy.poll());
    }

    /// A bell must not shorten the wait after a failure: under load it would become a busy loop against the neighbour.
    @Test
    void aRingDoesNotShortenTheWaitAfterAFailure() throws Exception {
        StageRunner runner = StageRunner.start(puppet, bell, config(Threads.PLATFORM, SOON, NEVER));
        puppet.next(() -> {
            throw new IOException("away");
        });
        await(() -> runner.health().failing());
        Thread thread = puppet.steppedBy.take();
        await(() -> thread.getState() == Thread.State.TIMED_WAITING);
        bell.ring();
        assertNull(puppet.steppedBy.poll());
        runner.close();
        assertFalse(thread.isAlive(), "closing ends the wait");
        assertNull(puppet.steppedBy.poll());
    }

    @Test
    void aBrokenPromiseEndsTheProcessAndIsNeverTriedAgain() throws Exception {
        Broken thrown = new Broken("failed force");
        StageRunner runner = StageRunner.start(puppet, bell, config(Threads.PLATFORM, SOON, SOON));
        puppet.next(() -> {
            throw thrown;
        });
        assertEquals(thrown, ended.poll(60, TimeUnit.SECONDS));
        puppet.steppedBy.take().join();
        assertEquals(Optional.of("failed force"), runner.health().cause());
        assertNull(puppet.steppedBy.poll());
        runner.close();
    }

    @Test
    void anErrorEndsTheProcessWhateverElseIsSaid() throws Exception {
        try (StageRunner runner = StageRunner.start(puppet, bell, config(Threads.VIRTUAL, SOON, SOON));
                puppet) {
            puppet.next(() -> {
                throw new StackOverflowError();
            });
            assertEquals(
                    StackOverflowError.class, ended.poll(60, TimeUnit.SECONDS).getClass());
            assertTrue(runner.health().failing());
        }
    }

    @Test
    void closingWaitsForTheStepUnderWayAndDoesNotInterruptIt() throws Exception {
        StageRunner runner = StageRunner.start(puppet, bell, config(Threads.PLATFORM, NEVER, NEVER));
        Doorbell entered = new Doorbell();
        Doorbell goOn = new Doorbell();
        AtomicInteger finished = new AtomicInteger();
        puppet.next(() -> {
            entered.ring();
            goOn.await(Duration.ofSeconds(60));
            finished.set(Thread.currentThread().isInterrupted() ? 2 : 1);
            return 1;
        });
        assertTrue(entered.await(Duration.ofSeconds(60)));
        Thread closer = Thread.ofPlatform().start(runner::close);
        await(() -> closer.getState() == Thread.State.TIMED_WAITING || closer.getState() == Thread.State.WAITING);
        goOn.ring();
        closer.join();
        assertEquals(1, finished.get());
        runner.close();
    }

    @Test
    void nonsenseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> config(Threads.VIRTUAL, Duration.ZERO, SOON));
        assertThrows(
                IllegalArgumentException.class,
                () -> StageRunner.start(puppet, bell, config(Threads.VIRTUAL, SOON, Duration.ZERO)));
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "the condition never came true");
            Thread.onSpinWait();
        }
    }
}
