package org.sealpost.sensor.gpio;

import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProviderBase;

/// Pi4J's provider of digital inputs on GPIO character devices.
///
/// It works in a context of Pi4J, and without one: a context looks for a Raspberry Pi and logs errors where there
/// is none, so the adapter makes none (docs/decisions/0015-gpio.md).
final class LineInputProvider extends DigitalInputProviderBase {
    static final String ID = "sealpost-gpio";

    private final SystemCalls calls;

    LineInputProvider(SystemCalls calls) {
        super(ID, "GPIO character devices");
        this.calls = calls;
    }

    /// Within a context the input is initialised by it; without one, by the caller.
    @Override
    public DigitalInput create(DigitalInputConfig config) {
        LineInput input = new LineInput(this, config, calls);
        if (context != null) {
            context.registry().add(input);
        }
        return input;
    }
}
