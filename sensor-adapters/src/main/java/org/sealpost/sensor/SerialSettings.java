package org.sealpost.sensor;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.sealpost.sensor.serial.frame.FramePattern;

/// A device on a serial line that speaks by itself, in frames.
///
/// `frame` is the pattern that a whole frame matches, without its end. `frameEnd` and the frame are ISO 8859-1, one
/// character a byte, so that nothing is lost.
public record SerialSettings(
        String port,
        int baud,
        int dataBits,
        Parity parity,
        int stopBits,
        String frameEnd,
        int maxFrame,
        FramePattern frame,
        Optional<String> stable,
        Optional<String> unit,
        Map<String, String> units,
        Optional<Range> range,
        Recorded recorded,
        Optional<Duration> silent)
        implements AdapterSettings {

    /// The parity bit.
    public enum Parity {
        NONE,
        EVEN,
        ODD
    }

    /// Which frames are recorded.
    public enum Recorded {
        EACH,
        CHANGES
    }

    public SerialSettings {
        units = Map.copyOf(units);
    }

    @Override
    public String kind() {
        return "serial";
    }

    @Override
    public Optional<Duration> silentAfter() {
        return silent;
    }
}
