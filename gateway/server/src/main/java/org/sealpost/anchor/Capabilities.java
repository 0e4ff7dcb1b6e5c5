package org.sealpost.anchor;

/// What can be expected of an anchorage.
///
/// @param finality when a head counts as final, in words for people
/// @param convincesOthers false if it stands only where this box stands, so that it proves nothing to anybody else
/// @param answersOnce whether what it answers to [Anchorage#submit] is the anchor itself, a [SubmitOutcome.Answered],
/// and
///     nobody but this box keeps that
public record Capabilities(String finality, boolean convincesOthers, boolean answersOnce) {
    /// Whether it takes one history of a log and no other: one that answers once remembers none.
    public boolean keepsOneHistory() {
        return !answersOnce;
    }
}
