package org.sealpost.anchor;

/// What the anchorage said when a request was sent.
public sealed interface SubmitOutcome {
    /// Taken; not yet lodged.
    record Accepted() implements SubmitOutcome {}

    /// It has these bytes already.
    record AlreadyKnown() implements SubmitOutcome {}

    /// What it answered is the anchor itself, checked; only from an anchorage that [Capabilities#answersOnce].
    record Answered(AnchorProof proof) implements SubmitOutcome {}

    /// These bytes can never take effect.
    record RefusedForGood(String reason) implements SubmitOutcome {}

    /// They may have taken effect, or may still; or they were turned away for now. Ask before anything else.
    record Unknown(String cause) implements SubmitOutcome {}
}
