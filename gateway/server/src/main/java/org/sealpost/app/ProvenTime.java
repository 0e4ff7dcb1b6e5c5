package org.sealpost.app;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.sealpost.record.ClockReading;

/// The last time that something better than a bare clock stood for. Expiry is judged by it, so that a dead
/// battery does not make old certificates good or new ones too early (P6).
///
/// Derived, not kept: from the clock if it is synchronised now, else from the newest seal that was made while
/// it was.
///
/// @param buildTime of the software: no earlier time can be now
/// @param sealed    the newest synchronised reading under a seal, as far as it is known
/// @param clock     the live one
record ProvenTime(Instant buildTime, Supplier<Optional<ClockReading>> sealed, Supplier<ClockReading> clock) {

    /// The last reading of a synchronised clock, with its source.
    Optional<ClockReading> last() {
        var now = clock.get();
        return now.state() == ClockReading.State.SYNCED ? Optional.of(now) : sealed.get();
    }

    /// It is at least this late.
    Instant floor() {
        return last().map(ClockReading::time)
                .filter(proven -> proven.isAfter(buildTime))
                .orElse(buildTime);
    }
}
