package org.sealpost.anchor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A final head, and how long it took.
///
/// @param took from when its request was signed until it was seen to be final, by the box's clock; empty if
///     somebody else brought it, or the clock went back
public record LodgedHead(FinalHead head, Optional<Duration> took) {
    /// How many of the newest tell how long the next will take.
    public static final int TELLING = 10;

    /// What one head takes, by the median of these; empty where none tells. One covers all that waits, so it is the
    /// time in which a backlog drains.
    public static Optional<Duration> typical(List<LodgedHead> heads) {
        var took = heads.stream().flatMap(head -> head.took.stream()).sorted().toList();
        return took.isEmpty() ? Optional.empty() : Optional.of(took.get(took.size() / 2));
    }
}
