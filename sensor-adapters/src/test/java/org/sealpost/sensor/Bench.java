package org.sealpost.sensor;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sealpost.sensor.serial.frame.FramePattern;

/// One supervised sensor with a scripted adapter, on one thread: a test moves the clock and turns the crank.
final class Bench implements SensorListener {
    private static final Duration PIECE = Duration.ofMillis(100);

    final HandClock clock = new HandClock();
    final List<Object> taken = new ArrayList<>();
    final Abandoned abandoned;
    final Outbox outbox;
    final Supervised supervised;

    int opened;
    int closed;

    @Nullable
    Exception opening;

    boolean hasRoom = true;
    /// Calls of the adapter do not come back, until they are let go.
    boolean hangs;
    boolean closingHangs;

    private final Deque<Callable<Sample>> script = new ArrayDeque<>();
    private final List<Runnable> hanging = new ArrayList<>();

    Bench(ConfiguredSensor sensor) {
        this(sensor, new Abandoned());
    }

    private Bench(ConfiguredSensor sensor, Abandoned abandoned) {
        this.abandoned = abandoned;
        outbox = new Outbox(sensor.name(), sensor.kind(), clock.clocks());
        supervised = new Supervised(
                sensor,
                () -> new ScriptedAdapter(this),
                this::thread,
                abandoned,
                outbox,
                clock.clocks(),
                new Random(1),
                () -> {});
    }

    static Bench speaking() {
        return new Bench(serial(Optional.empty(), 10));
    }

    static Bench speaking(Duration silentAfter) {
        return new Bench(serial(Optional.of(silentAfter), 10));
    }

    /// A sensor of the same process as another one.
    static Bench speakingBeside(Bench other) {
        return new Bench(serial(Optional.empty(), 10), other.abandoned);
    }

    static Bench readEvery(Duration every) {
        return new Bench(new ConfiguredSensor("tank", 10, new SimulatedSettings(1, every, Set.of())));
    }

    static ConfiguredSensor serial(Optional<Duration> silentAfter, int maxPerSecond) {
        return new ConfiguredSensor(
                "scale",
                maxPerSecond,
                new SerialSettings(
                        "/dev/ttyTEST",
                        9600,
                        8,
                        SerialSettings.Parity.NONE,
                        1,
                        "\n",
                        256,
                        FramePattern.of("(?<text>.*)"),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of(),
                        Optional.empty(),
                        SerialSettings.Recorded.EACH,
                        silentAfter));
    }

    private AdapterThread thread(String name) {
        boolean closes = name.equals("sensor-closer");
        return new AdapterThread() {
            @Override
            public void execute(Runnable work) {
                if (closes ? closingHangs : hangs) hanging.add(work);
                else work.run();
            }

            @Override
            public void end() {}

            @Override
            public void interrupt() {}
        };
    }

    /// Lets the calls come back that hang.
    void comeBack() {
        hanging.forEach(Runnable::run);
        hanging.clear();
    }

    /// As much as the supervisor does at one moment, and the delivery of it.
    Bench turn() {
        for (int i = 0; !script.isEmpty() && i < 400; i++) supervised.step();
        for (int i = 0; i < 4; i++) supervised.step();
        while (outbox.deliver(this)) {}
        return this;
    }

    Bench advance(Duration duration) {
        for (Duration left = duration; left.isPositive(); left = left.minus(PIECE)) {
            clock.advance(left.compareTo(PIECE) < 0 ? left : PIECE);
            for (int i = 0; i < 3; i++) supervised.step();
            while (outbox.deliver(this)) {}
        }
        return turn();
    }

    @Override
    public boolean take(Reading reading) {
        return hasRoom && taken.add(reading);
    }

    @Override
    public boolean take(Gap gap) {
        return hasRoom && taken.add(gap);
    }

    /// What was recorded, in short: `1`, `gap 10 s: why`, `gap 10 s, 3 missed: why`.
    List<String> recorded() {
        return taken.stream()
                .map(each -> switch (each) {
                    case Reading reading -> reading.value().words();
                    case Gap gap ->
                        "gap " + Duration.between(gap.from(), gap.to()).toSeconds() + " s"
                                + (gap.missed().isPresent()
                                        ? ", " + gap.missed().getAsLong() + " missed"
                                        : "") + ": "
                                + gap.cause();
                    default -> "?";
                })
                .toList();
    }

    SensorState state() {
        return supervised.state();
    }

    Bench says(Sample sample) {
        script.add(() -> sample);
        return this;
    }

    Bench says(int value) {
        return says(measured(value));
    }

    Bench fails(Exception exception) {
        script.add(() -> {
            throw exception;
        });
        return this;
    }

    static Sample.Measured measured(int value) {
        return new Sample.Measured(
                Value.Decimal.of(BigDecimal.valueOf(value)), "kg", Quality.GOOD, Optional.empty(), Raw.of(new byte[] {1
                }));
    }

    Sample nextSample() throws Exception {
        Callable<Sample> next = script.poll();
        return next == null ? new Sample.Nothing() : next.call();
    }
}
