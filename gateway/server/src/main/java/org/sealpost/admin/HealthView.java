package org.sealpost.admin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How the parts of a box are at this moment; each red one with its cause, since when, and what to do.
public interface HealthView {
    List<Part> parts();

    /// @param cause  why it is red; of a well part, what should be known all the same
    /// @param remedy what a person can do about it; empty where nothing need be done
    record Part(String name, boolean well, String cause, String remedy, Optional<Instant> since) {}
}
