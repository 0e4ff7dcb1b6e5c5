package org.sealpost.sensor.gpio;

import com.pi4j.exception.InitializeException;
import com.pi4j.io.gpio.digital.DigitalInputConfig;
import com.pi4j.io.gpio.digital.DigitalInputConfigBuilder;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.gpio.digital.PullResistance;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.sealpost.sensor.Adapter;
import org.sealpost.sensor.ContactSettings;
import org.sealpost.sensor.Quality;
import org.sealpost.sensor.Raw;
import org.sealpost.sensor.Sample;
import org.sealpost.sensor.SensorSetback;
import org.sealpost.sensor.Value;

/// A contact at a GPIO line: first how it is when it is opened, then each change that outlasts the debounce time.
///
/// A reading's raw bytes are the kernel's event; those of the first are the value that the kernel told. The chip is
/// looked for at each opening, so that a board on USB may come back under another number.
final class ContactAdapter implements Adapter {
    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final String NO_UNIT = "1";

    private final ContactSettings settings;
    private final Chips chips;
    private final LineInputProvider provider;
    /// What is to be said before an edge is waited for.
    private final Queue<Sample> next = new ArrayDeque<>();

    private boolean wasClosedAtFirst;
    private boolean sawEdge;
    // Written by the reader, and closed by any thread.
    private volatile @Nullable LineInput input;
    private volatile boolean isOver;
    private String what;

    ContactAdapter(ContactSettings settings, Chips chips, LineInputProvider provider) {
        this.settings = settings;
        this.chips = chips;
        this.provider = provider;
        this.what = words(settings.line()) + " of " + settings.chip();
    }

    @Override
    public String description() {
        return "contact at " + words(settings.line()) + " of " + settings.chip();
    }

    @Override
    public Duration patience() {
        return WAIT;
    }

    @Override
    public void open() throws SensorSetback {
        try {
            ChipDescription chip = chips.find(settings.chip());
            LineDescription line = chips.line(chip, settings.line());
            what = line.words() + " of " + chip.words();
            var taken = (LineInput) provider.create(config(chip, line));
            input = taken;
            taken.initialize(null);
            if (isOver) {
                taken.closeLine();
            }
            wasClosedAtFirst = taken.isActive();
            next.add(measured(wasClosedAtFirst, bits(wasClosedAtFirst)));
        } catch (InitializeException e) {
            throw e.getCause() instanceof SystemCallFailed why
                    ? Setbacks.of(why, what)
                    : new SensorSetback(what + " cannot be taken: " + e.getMessage(), "See the cause.", e);
        } catch (IOException e) {
            throw setback(e);
        }
    }

    @Override
    public Sample read() throws SensorSetback {
        Sample waiting = next.poll();
        if (waiting != null) {
            return waiting;
        }
        LineInput open = input;
        if (open == null) {
            throw new SensorSetback(what + " was not opened", "This is a fault of the gateway; restart it.");
        }
        try {
            Optional<Edge> edge = open.next(WAIT);
            return edge.isPresent() ? sample(edge.get()) : new Sample.Nothing();
        } catch (IOException e) {
            throw setback(e);
        }
    }

    @Override
    public void close() {
        isOver = true;
        LineInput open = input;
        if (open != null) {
            open.closeLine();
        }
    }

    private Sample sample(Edge edge) {
        boolean isFirst = !sawEdge;
        sawEdge = true;
        if (edge.missed() > 0) {
            next.add(measured(edge.isActive(), edge.raw()));
            return new Sample.Lost(edge.missed(), "the contact changed faster than its changes could be fetched");
        }
        // It came between taking the line and reading it, so that its outcome has been told already.
        if (isFirst && edge.isActive() == wasClosedAtFirst) {
            return new Sample.Unchanged();
        }
        return measured(edge.isActive(), edge.raw());
    }

    private DigitalInputConfig config(ChipDescription chip, LineDescription line) {
        DigitalInputConfigBuilder builder = DigitalInputConfigBuilder.newInstance(null)
                // Properties would be inherited from a context, and there is none.
                .inheritProperties(false)
                .id("contact-" + chip.name() + "-" + line.offset())
                .bus(Chips.number(chip.name()))
                .bcm(line.offset())
                .onState(settings.closedIs() == ContactSettings.Level.LOW ? DigitalState.LOW : DigitalState.HIGH);
        settings.debounce().ifPresent(time -> builder.debounce(time.toNanos() / 1000));
        return (switch (settings.bias()) {
                    case PULL_UP -> builder.pull(PullResistance.PULL_UP);
                    case PULL_DOWN -> builder.pull(PullResistance.PULL_DOWN);
                    case NONE -> builder.pull(PullResistance.OFF);
                    case AS_IT_IS -> builder;
                })
                .build();
    }

    private SensorSetback setback(IOException why) {
        return why instanceof SystemCallFailed refused
                ? Setbacks.of(refused, what)
                : new SensorSetback(what + ": " + why.getMessage(), "The contact is opened again by itself.", why);
    }

    private static Sample measured(boolean isClosed, byte[] raw) {
        return new Sample.Measured(new Value.Truth(isClosed), NO_UNIT, Quality.GOOD, Optional.empty(), Raw.of(raw));
    }

    /// As gpio_v2_line_values has it.
    private static byte[] bits(boolean isActive) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .order(ValueLayout.JAVA_LONG.order())
                .putLong(isActive ? 1 : 0)
                .putLong(1)
                .array();
    }

    private static String words(ContactSettings.Line line) {
        return switch (line) {
            case ContactSettings.Line.Number(int offset) -> "line " + offset;
            case ContactSettings.Line.Name(String name) -> "line " + name;
        };
    }
}
