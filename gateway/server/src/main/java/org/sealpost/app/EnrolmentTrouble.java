package org.sealpost.app;

import java.time.Duration;
import java.time.Instant;

/// Why the sealing key has not got its certificate yet.
///
/// @param since      by the clock, for people
/// @param sinceNanos by the running time
record EnrolmentTrouble(Kind kind, String cause, String remedy, Instant since, long sinceNanos) {
    /// Which each have their patience, before a person is told, as long as there is no certificate at all.
    enum Kind {
        /// The server says no, or gives what cannot be used.
        REFUSED(Duration.ZERO),
        /// No answer, or the token is away: a network that is not up yet, a server that is started again.
        AWAY(Duration.ofMinutes(2)),
        /// Somebody at the CA has to approve it.
        DEFERRED(Duration.ofDays(1)),
        /// Nobody vouches for the clock, so that nothing can be said of what has begun or ended.
        CLOCK(Duration.ofHours(1));

        private final Duration patience;

        Kind(Duration patience) {
            this.patience = patience;
        }
    }

    boolean isToBeTold(long nanos) {
        return nanos - sinceNanos >= kind.patience.toNanos();
    }
}
