package org.sealpost.sensor;

import java.util.List;
import java.util.Optional;

/// The sensors that somebody wants to be read. One mistake in a document refuses all of it.
public record SensorSettings(List<ConfiguredSensor> sensors) {
    public static final int MAX_SENSORS = 64;
    public static final int MAX_SIZE_BYTES = 64 * 1024;

    public static final SensorSettings NONE = new SensorSettings(List.of());

    public SensorSettings {
        sensors = List.copyOf(sensors);
    }

    /// Reads a TOML document as `docs/sensors.md` describes it.
    public static SensorSettings parse(String toml) throws SettingsRefused {
        return SettingsReader.read(toml);
    }

    /// Why a document above [#MAX_SIZE_BYTES] is not even read.
    public static SettingsRefused tooLarge() {
        return new SettingsRefused("the document is larger than 64 KiB, which is the most that settings may have");
    }

    public Optional<ConfiguredSensor> sensor(String name) {
        return sensors.stream().filter(sensor -> sensor.name().equals(name)).findFirst();
    }
}
