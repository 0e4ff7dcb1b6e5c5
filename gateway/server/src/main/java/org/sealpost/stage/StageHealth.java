package org.sealpost.stage;

import java.time.Instant;
import java.util.Optional;

/// How a stage is doing.
///
/// @param failing whether its last step failed
/// @param cause what its last step said, when it failed
/// @param since when it began to fail, in this row of failures
/// @param failuresInARow how often it has been tried since
/// @param lastWork when a step last did something
public record StageHealth(
        String name,
        boolean failing,
        Optional<String> cause,
        Optional<Instant> since,
        long failuresInARow,
        Optional<Instant> lastWork) {
    static StageHealth untried(String name) {
        return new StageHealth(name, false, Optional.empty(), Optional.empty(), 0, Optional.empty());
    }

    StageHealth worked(Optional<Instant> when) {
        return new StageHealth(name, false, Optional.empty(), Optional.empty(), 0, when.or(() -> lastWork));
    }

    StageHealth failed(String problem, Instant when) {
        return new StageHealth(
                name, true, Optional.of(problem), since.or(() -> Optional.of(when)), failuresInARow + 1, lastWork);
    }
}
