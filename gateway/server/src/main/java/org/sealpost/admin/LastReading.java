package org.sealpost.admin;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.sealpost.sensor.Reading;
import org.sealpost.sensor.SensorState;

/// What is shown as a sensor's last reading: the newest one that is durable, since its value and its record belong
/// together. Before there is one, what the sensor said last; that has no record yet.
///
/// @param at    when it was recorded, or said
/// @param index of its record
record LastReading(Reading reading, Optional<Instant> at, OptionalLong index) {

    /// Empty if it said nothing since the start, or since its settings changed.
    static Optional<LastReading> of(SensorState state, SensorDesk desk) {
        return state.last()
                .map(said -> desk.newest(state.name())
                        .map(recorded -> new LastReading(
                                recorded.reading(),
                                Optional.of(recorded.receipt().capturedAt().time()),
                                OptionalLong.of(recorded.receipt().index())))
                        .orElseGet(() -> new LastReading(said, state.lastAt(), OptionalLong.empty())));
    }
}
