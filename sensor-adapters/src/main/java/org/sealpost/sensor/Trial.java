package org.sealpost.sensor;

import java.util.Optional;

/// What came of trying one sensor, in plain words. Nothing of it is recorded by the trial.
public record Trial(String sensor, Optional<Reading> reading, String words) {
    public boolean worked() {
        return reading.isPresent();
    }
}
