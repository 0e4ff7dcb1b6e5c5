package org.sealpost.anchor;

import java.time.Duration;
import java.util.Optional;

/// What can be expected of an anchorage.
///
/// @param finality when a head counts as final, in words for people
/// @param convincesOthers false if it stands only where this box stands, so that it proves nothing to anybody else
/// @param answersOnce whether what it answers to [Anchorage#submit] is the anchor itself, a [SubmitOutcome.Answered],
/// and
///     nobody but this box keeps that
/// @param stuckAfter how long a request may wait to be included before [Anchorage#replace] is asked for another
///     one in its place; empty where there is no such thing
/// @param keepsPlaces whether what is final there stays in its block for ever: whoever tells another block of it is
///     wrong then
public record Capabilities(
        String finality,
        boolean convincesOthers,
        boolean answersOnce,
        Optional<Duration> stuckAfter,
        boolean keepsPlaces) {
    public Capabilities(String finality, boolean convincesOthers, boolean answersOnce) {
        this(finality, convincesOthers, answersOnce, Optional.empty(), false);
    }

    /// Whether it takes one history of a log and no other: one that answers once remembers none.
    public boolean keepsOneHistory() {
        return !answersOnce;
    }

    /// Whether a copy of this box would be told there what its own disk forgot.
    public boolean keepsHistoryElsewhere() {
        return convincesOthers && keepsOneHistory();
    }

    /// Whether what is final there is final for this box.
    ///
    /// @param named whether the owner rests on it by its name, whatever it proves by itself
    public boolean makesFinal(boolean named) {
        return named || keepsHistoryElsewhere();
    }
}
