package org.sealpost.capture;

import org.sealpost.record.ClockReading;

/// What a client is told of a record that is durable: its name for ever, and when it was captured.
///
/// @param index      its place in the origin, from 0
/// @param capturedAt when it came in, and how good the clock was then
public record Receipt(long index, ClockReading capturedAt) {}
