package org.sealpost.stage;

import java.time.Duration;

/// A unit of work in the life of a record. Single-threaded; knows no threads and never waits for work.
///
/// Its position is derived from its own output, so repeating a step after a crash is harmless.
public interface Stage {
    /// A short name for threads, logs and health, the same for the stage's whole life.
    String name();

    /// Does a bounded amount of work.
    ///
    /// @return how much was done, in the stage's own measure; 0 when there was nothing to do
    /// @throws Exception a setback: the step is tried again later
    int step() throws Exception;

    /// After a step: how long the next one would be too early, whoever rings meanwhile. Asked by the stage's
    /// own thread.
    default Duration pause() {
        return Duration.ZERO;
    }
}
