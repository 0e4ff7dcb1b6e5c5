package org.sealpost.app;

import java.io.IOException;
import java.util.Optional;
import org.sealpost.capture.Intake;
import org.sealpost.capture.IntakeOutcome;
import org.sealpost.control.AuditTrail;

/// Copies acts into the log by the same door through which all records come.
///
/// @param profile of the copies; no client can name it
/// @param where   they come from
/// @param origin  what holds them; replaced if it says something else than before
record IntakeTrail(Intake intake, String profile, String where, String origin) implements AuditTrail {
    /// Of the copies of what was done to the box.
    static final String PROFILE = "sealpost.act";

    /// Of the copies of what the update agent did.
    static final String UPDATES_PROFILE = "sealpost.update";

    /// Of what was done to the token and its keys.
    static final String TOKEN_PROFILE = "sealpost.token";

    /// Of what was lost in a damaged journal.
    static final String SALVAGE_PROFILE = "sealpost.salvage";

    /// Of orders to erase.
    static final String ERASURE_PROFILE = "sealpost.erasure";

    static IntakeTrail ofErasures(Intake intake) {
        return new IntakeTrail(intake, ERASURE_PROFILE, "erasures", "the journal of erasures");
    }

    static IntakeTrail ofSalvage(Intake intake) {
        return new IntakeTrail(intake, SALVAGE_PROFILE, "journal", "the note of the salvaged journal");
    }

    static IntakeTrail ofToken(Intake intake) {
        return new IntakeTrail(intake, TOKEN_PROFILE, "token", "the folder of notes");
    }

    static IntakeTrail ofControl(Intake intake) {
        return new IntakeTrail(intake, PROFILE, "control", "the control journal");
    }

    static IntakeTrail ofUpdates(Intake intake) {
        return new IntakeTrail(intake, UPDATES_PROFILE, "updates", "the update agent's file of acts");
    }

    @Override
    public long add(String key, byte[] content) throws IOException {
        var outcome = BoxRecord.offer(intake, profile, Optional.of(key), where, "application/json", content);
        return switch (outcome) {
            case IntakeOutcome.Accepted(var receipt) -> receipt.index();
            case IntakeOutcome.Repeated(var first) -> first.index();
            case IntakeOutcome.Refused(var problem) -> throw new IOException(problem.title());
            case IntakeOutcome.Busy _ -> throw new IOException("the intake has more to do than it can hold");
            case IntakeOutcome.Conflict(var first) ->
                throw new IOException("entry " + first.index() + " of the log is another " + key + ": " + origin
                        + " was replaced; bring it back as it was");
        };
    }
}
