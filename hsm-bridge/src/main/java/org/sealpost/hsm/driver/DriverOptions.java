package org.sealpost.hsm.driver;

import java.time.Duration;
import java.util.Map;

/// How a driver process is run.
///
/// `environment` is added to this process's own, for libraries that find their settings there. `patience` is how
/// long the process may be silent, or the token may be UNRESPONSIVE with calls that do not come back, before it is
/// killed; opening the token may take three times as long.
public record DriverOptions(Map<String, String> environment, Duration patience) {
    public static final DriverOptions DEFAULT = new DriverOptions(Map.of(), Duration.ofSeconds(10));

    public DriverOptions {
        environment = Map.copyOf(environment);
        if (patience.toMillis() < 10) {
            throw new IllegalArgumentException("patience must be at least 10 ms, not " + patience);
        }
    }

    public DriverOptions withEnvironment(Map<String, String> added) {
        return new DriverOptions(added, patience);
    }

    public DriverOptions withPatience(Duration other) {
        return new DriverOptions(environment, other);
    }
}
