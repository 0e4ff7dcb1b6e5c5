package org.sealpost.sensor;

import java.time.Instant;
import java.util.OptionalLong;

/// A time for which there are no readings of a sensor, or not all: from when, to when by the box's clock, how many are
/// missing where that is known, and why.
public record Gap(String sensor, String kind, Instant from, Instant to, OptionalLong missed, String cause) {}
