package org.sealpost.sensor.gpio;

import com.pi4j.context.Context;
import com.pi4j.exception.InitializeException;
import com.pi4j.exception.ShutdownException;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalInputBase;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputProvider;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.DigitalStateChangeEvent;
import com.pi4j.io.gpio.digital.PullResistance;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Pi4J's digital input on a line of a GPIO character device. The configuration's bus is the chip's number, its bcm
/// the line's. Its on-state is what the kernel calls active, so that the kernel's own tools show it alike.
///
/// It owns no thread: Pi4J's listeners are told of an edge by whoever fetches it ([#next]).
final class LineInput extends DigitalInputBase {
    static final String FOLDER = "/dev/";
    private static final String CONSUMER = "sealpost";

    private final SystemCalls calls;
    private @Nullable Line line;

    LineInput(DigitalInputProvider provider, DigitalInputConfig config, SystemCalls calls) {
        super(provider, config);
        this.calls = calls;
    }

    /// Takes the line. The cause of a failure is the system call's.
    @Override
    public DigitalInput initialize(@Nullable Context context) throws InitializeException {
        try (Chip chip = Chip.open(calls, FOLDER + "gpiochip" + bus(config))) {
            line = chip.take(request(config));
            return this;
        } catch (SystemCallFailed e) {
            throw new InitializeException(e.getMessage(), e);
        }
    }

    /// The level now: high where the line is active, or where it is not and its on-state is low. Unknown where it
    /// cannot be read.
    @Override
    public DigitalState state() {
        try {
            return state(isActive());
        } catch (IOException e) {
            return DigitalState.UNKNOWN;
        }
    }

    /// Whether it is in its on-state now.
    boolean isActive() throws IOException {
        return taken().isActive();
    }

    /// The next edge, waiting for it if there is none; empty if none came in time.
    Optional<Edge> next(Duration atMost) throws IOException {
        Optional<Edge> edge = taken().next(atMost);
        edge.ifPresent(e -> dispatch(new DigitalStateChangeEvent<>(this, state(e.isActive()))));
        return edge;
    }

    @Override
    public DigitalInput shutdownInternal(@Nullable Context context) throws ShutdownException {
        closeLine();
        return super.shutdownInternal(context);
    }

    /// Gives the line back; ends a wait for an edge.
    void closeLine() {
        Line open = line;
        if (open != null) {
            open.close();
        }
    }

    private Line taken() throws IOException {
        Line open = line;
        if (open == null) {
            throw new IOException("the line was not opened");
        }
        return open;
    }

    private DigitalState state(boolean isActive) {
        return isActive == (config.onState() == DigitalState.HIGH) ? DigitalState.HIGH : DigitalState.LOW;
    }

    private static int bus(DigitalInputConfig config) {
        Integer bus = config.bus();
        return bus == null ? 0 : bus;
    }

    private static LineRequest request(DigitalInputConfig config) {
        // Pi4J has one word for "no bias" and "nothing said"; what was said stands in the properties.
        Map<String, String> said = config.properties();
        Optional<LineRequest.Bias> bias = said.containsKey(DigitalInputConfig.PULL_RESISTANCE_KEY)
                ? Optional.of(bias(config.pull()))
                : Optional.empty();
        Duration debounce = said.containsKey(DigitalInputConfig.DEBOUNCE_RESISTANCE_KEY)
                ? Duration.ofNanos(Math.multiplyExact(config.debounce(), 1000L))
                : Duration.ZERO;
        return new LineRequest(config.bcm(), config.onState() == DigitalState.LOW, bias, debounce, CONSUMER);
    }

    private static LineRequest.Bias bias(PullResistance pull) {
        return switch (pull) {
            case PULL_UP -> LineRequest.Bias.PULL_UP;
            case PULL_DOWN -> LineRequest.Bias.PULL_DOWN;
            case OFF -> LineRequest.Bias.DISABLED;
        };
    }
}
