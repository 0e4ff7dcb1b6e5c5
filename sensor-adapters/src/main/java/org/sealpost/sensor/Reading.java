package org.sealpost.sensor;

import java.time.Instant;
import java.util.Optional;

/// One value of one sensor. `unit` is UCUM, case-sensitive, `1` for what has none; `deviceTime` is the time that the
/// device gives, if it gives one. It has no other time: the record's time is the intake's.
public record Reading(
        String sensor, String kind, Value value, String unit, Quality quality, Optional<Instant> deviceTime, Raw raw) {

    /// As people read it: `1250.5 kg`.
    public String words() {
        return value.words()
                + (unit.equals("1") ? "" : " " + unit)
                + (quality == Quality.UNCERTAIN ? " (uncertain)" : "");
    }
}
