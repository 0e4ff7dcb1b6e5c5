package org.sealpost.capture;

import org.jspecify.annotations.Nullable;
import org.sealpost.record.ClockReading;

/// A record on its way through the intake. Made by the caller, handed to the writer, answered; one owner at a
/// time.
final class Arrival {
    final CapturedRecord record;
    final ClockReading clock;
    final byte[] leaf;
    final long fingerprint;
    final Reply reply;

    /// Null once the journal has it.
    byte @Nullable [] body;

    /// The one that came before it in the queue; see [Waiting].
    @Nullable
    Arrival previous;

    @Nullable
    IntakeOutcome outcome;

    Arrival(CapturedRecord record, ClockReading clock, byte[] leaf, byte[] body, long fingerprint, Reply reply) {
        this.record = record;
        this.clock = clock;
        this.leaf = leaf;
        this.body = body;
        this.fingerprint = fingerprint;
        this.reply = reply;
    }
}
