package org.sealpost.sensor;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// A thermometer that does not exist, read by the clock. The same seed gives the same values and faults.
public record SimulatedSettings(long seed, Duration every, Set<Fault> faults) implements AdapterSettings {
    /// What can go wrong with it; each comes about every 60 samples.
    public enum Fault {
        SILENT,
        FLOOD,
        NONSENSE,
        HANG,
        THROW
    }

    public SimulatedSettings {
        faults = Set.copyOf(faults);
    }

    @Override
    public String kind() {
        return "simulated";
    }

    @Override
    public Optional<Duration> readEvery() {
        return Optional.of(every);
    }
}
