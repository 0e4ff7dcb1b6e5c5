package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.sealpost.admin.HealthView;
import org.sealpost.admin.SensorDesk;
import org.sealpost.capture.Intake;
import org.sealpost.capture.sensor.RecordedReading;
import org.sealpost.capture.sensor.SensorCapture;
import org.sealpost.control.ControlLog;
import org.sealpost.sensor.AdapterKind;
import org.sealpost.sensor.Discovered;
import org.sealpost.sensor.SensorSettings;
import org.sealpost.sensor.SensorState;
import org.sealpost.sensor.Sensors;
import org.sealpost.sensor.SettingsRefused;
import org.sealpost.sensor.Trial;
import org.sealpost.sensor.kinds.Adapters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The sensors of a box: the settings in force, the supervisor that reads them, and the door to the intake. The
/// settings are the file's that the configuration names, or the owner's last.
final class SensorParts implements SensorDesk, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SensorParts.class);

    /// An answer of `POST /sensors/test` comes within this.
    static final Duration TRIAL = Duration.ofSeconds(15);

    private final ControlLog control;
    private final InstantSource clock;
    private final List<AdapterKind> kinds = Adapters.all();
    private final SensorCapture capture;
    private final Sensors supervisor;
    private final Optional<Settings> ofFile;
    private final LongPredicate hidden;
    private final LastListened lastListened;
    private final ScheduledExecutorService noting = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("sensors-listened").factory());

    // Settings in force that this version cannot use; written under the lock.
    private volatile Optional<HealthView.Part> unusable = Optional.empty();

    private record Settings(String document, SensorSettings sensors) {}

    private SensorParts(
            Path data,
            ControlLog control,
            Intake intake,
            InstantSource clock,
            LongPredicate hidden,
            Optional<Settings> ofFile) {
        this.hidden = hidden;
        this.control = control;
        this.clock = clock;
        this.ofFile = ofFile;
        this.capture = new SensorCapture(intake);
        this.lastListened = new LastListened(data);
        this.supervisor = Sensors.startAfter(lastListened.read(), kinds, capture, clock);
    }

    /// Touches no device before [#begin].
    ///
    /// @param hidden whether a record was ordered to be erased
    /// @throws ConfigRefused if the file that names the sensors cannot be used
    static SensorParts open(
            GatewayConfig config, ControlLog control, Intake intake, InstantSource clock, LongPredicate hidden) {
        return new SensorParts(
                config.data(),
                control,
                intake,
                clock,
                hidden,
                config.sensorsFile().map(SensorParts::read));
    }

    private static Settings read(Path file) {
        try {
            var document = SensorsFile.read(file);
            return new Settings(document, SensorSettings.parse(document));
        } catch (IOException e) {
            throw new ConfigRefused(
                    "sensors.file cannot be read: " + e.getClass().getSimpleName() + ": " + e.getMessage());
        } catch (SettingsRefused e) {
            throw new ConfigRefused("sensors.file " + file + ": " + e.sentence());
        }
    }

    /// Reads the sensors in force from now on. A box whose settings cannot be used any more still starts: they may be
    /// another version's, and the owner has to reach the page to give others.
    synchronized void begin() {
        useWhatIsInForce();
        noting.scheduleAtFixedRate(this::note, 0, LastListened.EVERY_SECONDS, TimeUnit.SECONDS);
    }

    private void useWhatIsInForce() {
        if (ofFile.isPresent()) {
            supervisor.use(ofFile.get().sensors);
            return;
        }
        try {
            supervisor.use(SensorSettings.parse(document()));
        } catch (SettingsRefused e) {
            LOG.warn("the settings of sensors in force cannot be used: {}", e.sentence());
            unusable = Optional.of(new HealthView.Part(
                    "sensors",
                    false,
                    "the settings in force cannot be used by this version, so no sensor is read: " + e.sentence(),
                    "give the settings anew on the page Sensors",
                    Optional.of(clock.instant())));
        }
    }

    private void note() {
        var until = supervisor.recordedUntil();
        if (!until.isEmpty()) lastListened.write(until);
    }

    @Override
    public String document() {
        return ofFile.map(Settings::document)
                .or(() -> control.state().sensors())
                .orElse("");
    }

    /// One at a time: what is in force last is what is read.
    @Override
    public synchronized void set(String document, String by) throws IOException, SettingsRefused {
        if (ofFile.isPresent()) {
            throw new SettingsRefused(
                    "The sensors of this gateway stand in the file that sensors.file names; change it there, then start the gateway again.");
        }
        var settings = SensorSettings.parse(document);
        control.sensorsSet(document, by);
        supervisor.use(settings);
        unusable = Optional.empty();
        noting.execute(this::note);
    }

    @Override
    public List<SensorState> states() {
        return supervisor.states().stream()
                .map(state ->
                        capture.newest(state.name()).filter(this::isHidden).isPresent() ? state.withoutLast() : state)
                .toList();
    }

    /// Until it says something new, what it said last is not shown either.
    private boolean isHidden(RecordedReading reading) {
        return hidden.test(reading.receipt().index());
    }

    @Override
    public Optional<RecordedReading> newest(String sensor) {
        return capture.newest(sensor).filter(reading -> !isHidden(reading));
    }

    @Override
    public List<Discovered> discover() throws InterruptedException {
        return Sensors.discover(kinds);
    }

    @Override
    public Trial test(String name) throws InterruptedException {
        return supervisor.test(name, TRIAL);
    }

    /// Of each sensor, as parts of the box's health.
    List<HealthView.Part> parts() {
        var parts = new ArrayList<HealthView.Part>();
        unusable.ifPresent(parts::add);
        for (var state : states()) {
            boolean well = state.state() != SensorState.Condition.RED;
            parts.add(new HealthView.Part(
                    "sensor " + state.name(),
                    well,
                    well ? "" : state.cause(),
                    well ? "" : state.remedy(),
                    well ? Optional.<Instant>empty() : Optional.of(state.since())));
        }
        return parts;
    }

    @Override
    public void close() {
        noting.shutdown();
        supervisor.close();
        note();
    }
}
