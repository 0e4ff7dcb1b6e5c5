package org.sealpost.anchor;

import java.time.Instant;

/// What an anchorage said against the log, and has not confirmed.
///
/// @param said in words
record Doubt(String said, Instant since) {}
