package org.sealpost.stage;

import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns a stage's crank on a thread of its own: steps while there is work, waits for the doorbell when there is none,
/// and backs off after a setback. Remembers what is wrong and since when.
///
/// A stage's thread is never interrupted: an interrupt in the middle of a force would be a failed force.
public final class StageRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StageRunner.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Stage stage;
    private final Doorbell work;
    private final RunnerConfig config;
    private final Backoff backoff;
    private final Thread thread;

    // Rung when the runner is closed, so that a pause, or a long wait after a failure, ends at once.
    private final Doorbell end = new Doorbell();
    private volatile boolean closing;
    private volatile boolean broken;

    // Written by the stage's thread only.
    private volatile StageHealth health;

    private StageRunner(Stage stage, Doorbell work, RunnerConfig config) {
        this.stage = stage;
        this.work = work;
        this.config = config;
        this.backoff = new Backoff(config.firstRetry(), config.longestRetry(), config.random());
        this.health = StageHealth.untried(stage.name());
        Thread.Builder builder = switch (config.threads()) {
            case PLATFORM -> Thread.ofPlatform().daemon();
            case VIRTUAL -> Thread.ofVirtual();
        };
        this.thread = builder.name(stage.name()).unstarted(this::run);
    }

    /// Starts stepping at once.
    ///
    /// @param work rung by whoever makes work for the stage
    public static StageRunner start(Stage stage, Doorbell work, RunnerConfig config) {
        StageRunner runner = new StageRunner(stage, work, config);
        runner.thread.start();
        return runner;
    }

    /// How the stage is doing; any thread, without waiting.
    public StageHealth health() {
        return health;
    }

    private void run() {
        while (!closing && !broken) {
            try {
                int done = stage.step();
                succeeded(done);
                pause(stage.pause());
                if (done <= 0 && !closing) {
                    work.await(config.maxIdle());
                }
            } catch (Throwable thrown) {
                failed(thrown);
            }
        }
    }

    private void pause(Duration pause) {
        if (pause.isPositive() && !closing) end.await(pause);
    }

    private void succeeded(int done) {
        StageHealth before = health;
        if (before.failing()) {
            LOG.info("{}: goes on after {} failures", stage.name(), before.failuresInARow());
            backoff.reset();
        }
        if (done > 0) {
            health = before.worked(Optional.of(config.clock().instant()));
        } else if (before.failing()) {
            health = before.worked(Optional.empty());
        }
    }

    private void failed(Throwable thrown) {
        health = health.failed(problem(thrown), config.clock().instant());
        if (thrown instanceof Error || config.brokenPromises().include(thrown)) {
            broken = true;
            LOG.error("{}: cannot go on", stage.name(), thrown);
            config.brokenPromises().end(stage.name(), thrown);
            return;
        }
        Duration wait = backoff.next();
        if (health.failuresInARow() == 1) {
            LOG.warn("{}: {}; looked at again from now on", stage.name(), problem(thrown));
            LOG.debug("{}: where it failed", stage.name(), thrown);
        } else {
            LOG.debug("{}: {}; tried again in {}", stage.name(), problem(thrown), wait);
        }
        if (!closing) {
            end.await(wait);
        }
    }

    private static String problem(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
    }

    /// Ends after the step under way. Waits for it, but not for ever, and not when the stage has broken a promise.
    @Override
    public void close() {
        closing = true;
        work.ring();
        end.ring();
        if (broken || Thread.currentThread() == thread) {
            return;
        }
        try {
            if (!thread.join(PATIENCE)) {
                LOG.warn("{}: its step has not ended after {}", stage.name(), PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
