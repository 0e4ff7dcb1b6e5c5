package org.sealpost.sensor;

/// One sensor of the settings: its name, how many readings a second are taken of it, and what its kind knows.
public record ConfiguredSensor(String name, int maxPerSecond, AdapterSettings adapter) {
    public String kind() {
        return adapter.kind();
    }
}
