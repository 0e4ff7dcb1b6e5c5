package org.sealpost.sensor;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.sealpost.sensor.SensorState.Condition;

/// What came of trying one sensor: whether it works, its reading if it made one, and all of it in plain words. Nothing
/// of it is recorded by the trial.
public record Trial(String sensor, boolean works, Optional<Reading> reading, String words) {
    static Trial of(Reading reading) {
        return new Trial(reading.sensor(), true, Optional.of(reading), reading.words());
    }

    static Trial failed(String sensor, String words) {
        return new Trial(sensor, false, Optional.empty(), words);
    }

    static Trial noSuchSensor(String name) {
        return failed(name, "There is no sensor of the name \"" + Words.fit(name) + "\" in the settings.");
    }

    /// A sensor that is running and said nothing in the time of the trial.
    static Trial of(SensorState state, Duration patience, Instant now) {
        String none = "It made no reading within " + Words.of(patience);
        if (state.state() != Condition.WELL) {
            String remedy = state.remedy().isEmpty() ? "" : " " + state.remedy();
            return failed(state.name(), none + ": " + state.causeWithBytes() + "." + remedy);
        }
        String last = state.lastAt()
                .flatMap(at -> state.last()
                        .map(reading -> "its last one was " + reading.words() + ", "
                                + Duration.between(at, now).toSeconds() + " s ago"))
                .orElse("nothing came of it yet");
        return new Trial(state.name(), true, Optional.empty(), none + ", but it is well; " + last + ".");
    }
}
