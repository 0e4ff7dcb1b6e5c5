package org.sealpost.ota;

import java.time.Duration;

/// How long the agent waits for what.
///
/// @param checkInterval between two looks at a source that answers
/// @param trialDeadline in which a new release has to prove itself
/// @param firstRetry    after a setback; each further one takes twice as long
/// @param longestRetry  and no longer than this
/// @param look          between two looks at the gateway in a trial
/// @param patience      without a byte of an ordered bundle
record Pace(
        Duration checkInterval,
        Duration trialDeadline,
        Duration firstRetry,
        Duration longestRetry,
        Duration look,
        Duration patience) {
    static final Pace DEFAULT = new Pace(
            Duration.ofHours(6),
            Duration.ofMinutes(15),
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            Duration.ofSeconds(2),
            Duration.ofHours(24));
}
