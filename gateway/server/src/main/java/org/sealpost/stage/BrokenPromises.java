package org.sealpost.stage;

/// Says which failures of a step must not be tried again, and what is done about them.
///
/// Wired by whoever knows all stages; a runner itself knows no module's exceptions. An [Error] always counts.
public interface BrokenPromises {
    /// Whether this means that what was promised can no longer be vouched for.
    boolean include(Throwable thrown);

    /// Ends the process. Called on the stage's thread, once; the stage is not stepped again.
    void end(String stage, Throwable thrown);
}
