package org.sealpost.anchor;

import java.time.Duration;
import java.util.Optional;

/// A final head, and how long it took.
///
/// @param took from when its request was signed until it was seen to be final, by the box's clock; empty if
///     somebody else brought it, or the clock went back
public record LodgedHead(FinalHead head, Optional<Duration> took) {}
