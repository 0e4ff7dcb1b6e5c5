package org.sealpost.sensor;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// The supervisor: keeps an adapter going for each sensor of the settings, and hands what they say to a listener.
///
/// Whatever an adapter does, the others go on. For any thread.
public final class Sensors implements AutoCloseable {
    private Sensors() {}

    /// Starts with no sensors; `kinds` are [org.sealpost.sensor.kinds.Adapters].all().
    public static Sensors start(List<AdapterKind> kinds, SensorListener listener, InstantSource clock) {
        throw new UnsupportedOperationException();
    }

    /// Reads the sensors of these settings from now on. Only those that are new or other than before are started anew.
    public void use(SensorSettings settings) {
        throw new UnsupportedOperationException();
    }

    /// How each sensor is, in the order of their names.
    public List<SensorState> states() {
        throw new UnsupportedOperationException();
    }

    /// Waits for the next reading of a sensor that is running, or says in plain words why there is none.
    public Trial test(String name, Duration patience) {
        throw new UnsupportedOperationException();
    }

    /// Opens one sensor of settings that nobody uses, and says its first reading or why there is none.
    public static Trial test(List<AdapterKind> kinds, SensorSettings settings, String name, Duration patience) {
        throw new UnsupportedOperationException();
    }

    /// What there is on this machine.
    public static List<Discovered> discover(List<AdapterKind> kinds) {
        throw new UnsupportedOperationException();
    }

    /// Closes the adapters, and hands over what is left as far as the listener takes it within a few seconds.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
