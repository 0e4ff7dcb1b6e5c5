package org.sealpost.archive;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/// When the oldest segments of the entries journal are given up, by the owner's will.
///
/// @param dropAfter    at which age; an age counts from a time that is proven
/// @param maxSizeBytes what the journal may take on the disk
public record RetentionPolicy(Optional<Duration> dropAfter, OptionalLong maxSizeBytes) {

    /// Which part of a policy gave something up.
    ///
    /// @param key   as the configuration calls it
    /// @param value as it stood there: seconds, or bytes
    public record Rule(String key, long value) {
        @Override
        public String toString() {
            return key + " (" + value + ")";
        }
    }

    /// Whether anything is ever given up.
    public boolean isAsking() {
        return dropAfter.isPresent() || maxSizeBytes.isPresent();
    }

    Optional<Rule> byAge() {
        return dropAfter.map(age -> new Rule("retention.drop-after", age.toSeconds()));
    }

    Optional<Rule> bySize() {
        return maxSizeBytes.isPresent()
                ? Optional.of(new Rule("retention.max-size", maxSizeBytes.getAsLong()))
                : Optional.empty();
    }
}
