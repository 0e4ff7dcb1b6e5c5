package org.sealpost.sensor;

import java.time.Duration;
import java.util.Optional;

/// A contact on a GPIO line. `chip` is the chip's name or its label.
public record ContactSettings(String chip, Line line, Level closedIs, Bias bias, Optional<Duration> debounce)
        implements AdapterSettings {

    /// Which line of the chip.
    public sealed interface Line {
        record Number(int offset) implements Line {}

        record Name(String name) implements Line {}
    }

    /// The level of the line while the contact is closed.
    public enum Level {
        LOW,
        HIGH
    }

    /// What the chip does with the line that nobody drives.
    public enum Bias {
        PULL_UP,
        PULL_DOWN,
        NONE,
        AS_IT_IS
    }

    @Override
    public String kind() {
        return "contact";
    }
}
