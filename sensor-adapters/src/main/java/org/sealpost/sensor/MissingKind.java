package org.sealpost.sensor;

import java.time.Duration;
import java.util.List;

/// A kind that the settings know and this build of the gateway does not: its sensors say so, and the others go on.
record MissingKind(String name) implements AdapterKind {
    @Override
    public Adapter adapter(AdapterSettings settings) {
        return new Adapter() {
            @Override
            public String description() {
                return "nothing";
            }

            @Override
            public Duration patience() {
                return Duration.ZERO;
            }

            @Override
            public void open() throws SensorSetback {
                throw new SensorSetback(
                        "this gateway has no adapter of kind \"" + name + "\"",
                        "Use a version of the gateway that has it, or take the sensor out of the settings.");
            }

            @Override
            public Sample read() {
                return new Sample.Nothing();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public List<Discovered> discover() {
        return List.of();
    }
}
