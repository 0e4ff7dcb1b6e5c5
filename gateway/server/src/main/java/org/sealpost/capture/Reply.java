package org.sealpost.capture;

import java.util.concurrent.Executor;

/// Where the outcome of one record goes: a connection's event loop, mostly.
///
/// [#answer] is called exactly once, unless the process breaks down first. What can be said at once (refusals,
/// busy) is answered on the caller's thread before [Intake#offer] returns; all other outcomes on [#executor], in
/// the order in which the records of one caller came.
public interface Reply {
    /// Runs the answers. Replies with the same executor (by identity) are answered together in one task.
    Executor executor();

    /// Takes the outcome. Must not block.
    void answer(IntakeOutcome outcome);

    /// Called after the last answer of a task: the time to write out what was gathered. Called once for each
    /// reply of the task, so it does nothing where there is nothing left.
    default void flush() {}
}
