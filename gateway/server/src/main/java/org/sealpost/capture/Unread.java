package org.sealpost.capture;

import java.time.Instant;

/// Entries that could not be read when it had to be known whether a record came before.
///
/// @param first the first of them
/// @param next  the one behind the last
/// @param since when that was found, by the box's own clock
public record Unread(long first, long next, String cause, Instant since) {}
