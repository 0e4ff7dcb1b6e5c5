package org.sealpost.anchor;

import java.time.Instant;

/// What an anchorage said against the log, and has not taken back.
///
/// @param said in words
public record Doubt(String said, Instant since) {}
