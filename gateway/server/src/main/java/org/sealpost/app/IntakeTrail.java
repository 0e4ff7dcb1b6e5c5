package org.sealpost.app;

import java.io.IOException;
import java.util.Optional;
import org.sealpost.capture.Intake;
import org.sealpost.capture.IntakeOutcome;
import org.sealpost.control.AuditTrail;

/// Copies acts into the log by the same door through which all records come.
record IntakeTrail(Intake intake) implements AuditTrail {
    /// Of the copies; no client can name it.
    static final String PROFILE = "sealpost.act";

    @Override
    public long add(String key, byte[] content) throws IOException {
        var outcome = BoxRecord.offer(intake, PROFILE, Optional.of(key), "control", "application/json", content);
        return switch (outcome) {
            case IntakeOutcome.Accepted(var receipt) -> receipt.index();
            case IntakeOutcome.Repeated(var first) -> first.index();
            case IntakeOutcome.Refused(var problem) -> throw new IOException(problem.title());
            case IntakeOutcome.Busy _ -> throw new IOException("the intake has more to do than it can hold");
            case IntakeOutcome.Conflict(var first) ->
                throw new IOException("entry " + first.index() + " of the log is another " + key
                        + ": the control journal was replaced; bring the data directory back as it was");
        };
    }
}
