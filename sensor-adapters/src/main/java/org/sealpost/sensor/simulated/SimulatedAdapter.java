package org.sealpost.sensor.simulated;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.sealpost.sensor.Adapter;
import org.sealpost.sensor.Quality;
import org.sealpost.sensor.Raw;
import org.sealpost.sensor.Sample;
import org.sealpost.sensor.SensorSetback;
import org.sealpost.sensor.SimulatedSettings.Fault;
import org.sealpost.sensor.Value;

/// Says what its thermometer says, and has the faults that it was given.
final class SimulatedAdapter implements Adapter {
    private static final int FLOOD = 40;

    private final Thermometer thermometer;
    private final CountDownLatch closed = new CountDownLatch(1);

    SimulatedAdapter(Thermometer thermometer) {
        this.thermometer = thermometer;
    }

    @Override
    public String description() {
        return "a simulated thermometer, seed " + thermometer.settings().seed();
    }

    @Override
    public Duration patience() {
        return Duration.ofSeconds(1);
    }

    @Override
    public void open() {}

    @Override
    public Sample read() throws SensorSetback, InterruptedException {
        Optional<Fault> fault = thermometer.fault();
        if (fault.isEmpty()) return measured();
        return switch (fault.get()) {
            case SILENT -> new Sample.Nothing();
            case FLOOD ->
                new Sample.Several(
                        Stream.<Sample>generate(this::measured).limit(FLOOD).toList());
            case NONSENSE ->
                Sample.Nonsense.of(
                        "?#\u0000!".getBytes(StandardCharsets.ISO_8859_1), "the simulated frame is no number");
            case HANG -> {
                // Comes back when it is closed, as a device does that is unplugged.
                closed.await();
                yield new Sample.Nothing();
            }
            case THROW ->
                throw new SensorSetback(
                        "the simulated device broke down",
                        "Nothing to do: it is simulated, and opened again by itself.");
        };
    }

    private Sample measured() {
        var value = Value.Decimal.of(thermometer.next());
        var raw = Raw.of(value.digits().getBytes(StandardCharsets.US_ASCII));
        return new Sample.Measured(value, "Cel", Quality.GOOD, Optional.empty(), raw);
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
