package org.sealpost.sensor;

import java.time.Duration;
import java.util.Optional;

/// What the settings say for one sensor and its kind alone knows.
public sealed interface AdapterSettings permits ContactSettings, SerialSettings, ModbusSettings, SimulatedSettings {
    /// The word of the settings: `serial`.
    String kind();

    /// How often it is read by the clock; empty for a sensor that speaks by itself.
    default Optional<Duration> readEvery() {
        return Optional.empty();
    }

    /// After what time of silence something is wrong with a sensor that speaks by itself.
    default Optional<Duration> silentAfter() {
        return Optional.empty();
    }
}
