package org.sealpost.capture;

import java.time.Duration;

/// What became of a record at the door.
public sealed interface IntakeOutcome {
    /// It is durable.
    record Accepted(Receipt receipt) implements IntakeOutcome {}

    /// The same content came before under the same key of the same client; this is the answer it got.
    record Repeated(Receipt first) implements IntakeOutcome {}

    /// Other content came before under the same key of the same client. Nothing is kept of this record.
    record Conflict(Receipt first) implements IntakeOutcome {}

    /// It cannot be taken as it is, or not now. Nothing is kept of it.
    record Refused(Problem problem) implements IntakeOutcome {}

    /// Too much waits already. Nothing is kept of it; offering it again later is the way.
    record Busy(Duration retryAfter) implements IntakeOutcome {}
}
