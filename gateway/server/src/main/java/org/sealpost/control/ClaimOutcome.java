package org.sealpost.control;

import java.time.Duration;

/// What became of an attempt to claim the box.
public sealed interface ClaimOutcome {
    /// The code is right. Nothing has changed yet: the token counts once it is confirmed.
    ///
    /// @param token a secret
    record Offered(String token) implements ClaimOutcome {
        @Override
        public String toString() {
            return "Offered";
        }
    }

    /// The code is wrong, and this is on record.
    ///
    /// @param triesLeft before nothing is tried for a while; 0 if that while has just begun
    record Wrong(int triesLeft, Duration lock) implements ClaimOutcome {}

    /// Another try came just before; this one was not looked at.
    record TooSoon(Duration retryAfter) implements ClaimOutcome {}

    /// Too many codes were wrong; this one was not looked at.
    record Locked(Duration retryAfter) implements ClaimOutcome {}

    /// What is to be confirmed is not what was offered last.
    record Stale() implements ClaimOutcome {}

    /// The box is the owner's.
    record Claimed(String client) implements ClaimOutcome {}

    /// The box has an owner already.
    record AlreadyClaimed() implements ClaimOutcome {}
}
