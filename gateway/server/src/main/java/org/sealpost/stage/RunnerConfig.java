package org.sealpost.stage;

import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// How a stage is run.
///
/// @param threads the kind of thread it gets
/// @param maxIdle after a step without work it is tried again when its doorbell rings, at the latest after this time
/// @param firstRetry ceiling of the wait after a first failure
/// @param longestRetry ceiling of any wait after a failure
/// @param clock for the times in its health
/// @param random for the jitter of the waits; used by the stage's thread only
public record RunnerConfig(
        Threads threads,
        Duration maxIdle,
        Duration firstRetry,
        Duration longestRetry,
        InstantSource clock,
        RandomGenerator random,
        BrokenPromises brokenPromises) {
    /// Native calls (HSM) pin a virtual thread, so their stages get a platform thread; what waits on networks gets a
    /// virtual one.
    public enum Threads {
        PLATFORM,
        VIRTUAL
    }

    public RunnerConfig {
        if (!maxIdle.isPositive()) {
            throw new IllegalArgumentException("max idle is %s, expected more than zero".formatted(maxIdle));
        }
    }
}
