package org.sealpost.sensor;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The supervisor: keeps an adapter going for each sensor of the settings, and hands what they say to a listener.
///
/// Whatever an adapter does, the others go on. For any thread.
public final class Sensors implements AutoCloseable {
    private static final long PATIENCE_AT_CLOSE_MILLIS = 3_000;

    private final Map<String, AdapterKind> kinds;
    private final SensorListener listener;
    private final Clocks clocks;
    private final Abandoned abandoned = new Abandoned();

    // By name. Guarded by this; a sensor is stepped and delivered outside of it.
    private final Map<String, Loop> loops = new TreeMap<>();
    private final Map<String, Delivery> deliveries = new HashMap<>();
    private Map<String, Instant> recordedBefore = Map.of();
    private Map<String, Instant> recordedAtEnd = Map.of();
    private boolean isClosed;

    private Sensors(List<AdapterKind> kinds, SensorListener listener, Clocks clocks) {
        this.kinds = byName(kinds);
        this.listener = listener;
        this.clocks = clocks;
    }

    /// Starts with no sensors; `kinds` are all of [org.sealpost.sensor.kinds.Adapters], `clock` is the box's.
    public static Sensors start(List<AdapterKind> kinds, SensorListener listener, InstantSource clock) {
        return new Sensors(kinds, listener, new Clocks(clock, System::nanoTime));
    }

    /// The same after a time in which nobody listened. `recorded` is what [#recordedUntil] said last before it: of
    /// the first settings' sensors, those in it begin with a gap since then, but for those read by the clock of
    /// which no sample was due.
    public static Sensors startAfter(
            Map<String, Instant> recorded, List<AdapterKind> kinds, SensorListener listener, InstantSource clock) {
        Sensors sensors = start(kinds, listener, clock);
        synchronized (sensors) {
            sensors.recordedBefore = Map.copyOf(recorded);
        }
        return sensors;
    }

    /// Reads the sensors of these settings from now on. Only those that are new or other than before are started anew.
    public synchronized void use(SensorSettings settings) {
        if (isClosed) throw new IllegalStateException("the sensors are closed");
        for (String name : List.copyOf(loops.keySet())) {
            if (settings.sensor(name).isEmpty()) remove(name);
        }
        for (ConfiguredSensor sensor : settings.sensors()) {
            Loop running = loops.get(sensor.name());
            if (running == null || !running.supervised().sensor().equals(sensor)) begin(sensor, running);
        }
        recordedBefore = Map.of();
    }

    private void remove(String name) {
        loops.remove(name).end();
        Delivery delivery = deliveries.remove(name);
        Thread.ofVirtual().name("sensor-farewell-" + name).start(() -> farewell(name, delivery));
    }

    private void begin(ConfiguredSensor sensor, @Nullable Loop before) {
        String name = sensor.name();
        CompletableFuture<?> free = before == null ? CompletableFuture.completedFuture(null) : before.end();
        boolean sameKind = before != null && before.supervised().sensor().kind().equals(sensor.kind());
        if (before != null && !sameKind) {
            Delivery delivery = deliveries.remove(name);
            Thread.ofVirtual().name("sensor-farewell-" + name).start(() -> farewell(name, delivery));
        }
        Outbox outbox =
                deliveries.computeIfAbsent(name, added -> deliver(sensor)).outbox();
        AdapterKind kind = kind(kinds, sensor);
        var loop = new Loop(
                name,
                wake -> new Supervised(
                        sensor,
                        () -> kind.adapter(sensor.adapter()),
                        AdapterThread::platform,
                        abandoned,
                        outbox,
                        clocks,
                        new Random(),
                        wake));
        if (sameKind) loop.supervised().missedSince(clocks.now(), "its settings were changed");
        Instant stopped = recordedBefore.get(name);
        if (stopped != null) loop.supervised().missedSince(stopped, "the gateway did not run");
        loops.put(name, loop);
        loop.startAfter(free);
    }

    private Delivery deliver(ConfiguredSensor sensor) {
        var delivery = new Delivery(new Outbox(sensor.name(), sensor.kind(), clocks), sensor.name(), listener);
        delivery.start();
        return delivery;
    }

    private static void farewell(String name, Delivery delivery) {
        try {
            if (!delivery.end(PATIENCE_AT_CLOSE_MILLIS)) {
                System.getLogger(Sensors.class.getName())
                        .log(System.Logger.Level.WARNING, "the last readings of sensor {0} were not taken", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// How each sensor is, in the order of their names.
    public List<SensorState> states() {
        return running().map(Supervised::state).toList();
    }

    private synchronized Stream<Supervised> running() {
        return List.copyOf(loops.values()).stream().map(Loop::supervised);
    }

    /// Of each sensor by its name, until when all of it is on record by the box's clock: what it said was taken by the
    /// listener, and so was each gap. What came since then would be missing after a power cut; once closed, it is.
    public synchronized Map<String, Instant> recordedUntil() {
        if (isClosed) return recordedAtEnd;
        var until = new TreeMap<String, Instant>();
        loops.forEach((name, loop) -> until.put(name, loop.supervised().recordedUntil()));
        return until;
    }

    /// Waits for the next reading of a sensor that is running, or says in plain words why there is none.
    public Trial test(String name, Duration patience) throws InterruptedException {
        Optional<Supervised> found =
                running().filter(each -> each.sensor().name().equals(name)).findFirst();
        if (found.isEmpty()) return Trial.noSuchSensor(name);
        CompletableFuture<Reading> next = found.get().nextReading();
        try {
            return Trial.of(next.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException | ExecutionException e) {
            next.cancel(false);
            return Trial.of(found.get().state(), patience, clocks.now());
        }
    }

    /// Opens one sensor of settings that nobody uses, and says its first reading or why there is none.
    public static Trial test(List<AdapterKind> kinds, SensorSettings settings, String name, Duration patience)
            throws InterruptedException {
        Optional<ConfiguredSensor> sensor = settings.sensor(name);
        if (sensor.isEmpty()) return Trial.noSuchSensor(name);
        AdapterKind kind = kind(byName(kinds), sensor.get());
        return new FirstReading(sensor.get(), kind).within(patience);
    }

    /// What there is on this machine. A kind that cannot be looked for is one entry that says why.
    public static List<Discovered> discover(List<AdapterKind> kinds) throws InterruptedException {
        return Discovery.of(kinds);
    }

    /// Closes the adapters, and hands over what is left as far as the listener takes it within a few seconds.
    @Override
    public void close() {
        List<CompletableFuture<?>> closing;
        Instant until;
        Map<String, Delivery> delivering;
        synchronized (this) {
            if (isClosed) return;
            isClosed = true;
            closing =
                    loops.values().stream().<CompletableFuture<?>>map(Loop::end).toList();
            until = clocks.now();
            delivering = new TreeMap<>(deliveries);
            loops.clear();
            deliveries.clear();
        }
        var farewells = delivering.entrySet().stream()
                .map(each -> Thread.ofVirtual().start(() -> farewell(each.getKey(), each.getValue())))
                .toList();
        try {
            for (Thread each : farewells) each.join();
            synchronized (this) {
                recordedAtEnd = recorded(delivering, until);
            }
            CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new))
                    .get(PATIENCE_AT_CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            System.getLogger(Sensors.class.getName())
                    .log(System.Logger.Level.WARNING, "some sensors could not be closed; they end with the process");
        }
    }

    private static Map<String, Instant> recorded(Map<String, Delivery> delivering, Instant until) {
        var recorded = new TreeMap<String, Instant>();
        delivering.forEach(
                (name, each) -> recorded.put(name, each.outbox().notTakenSince().orElse(until)));
        return recorded;
    }

    private static Map<String, AdapterKind> byName(List<AdapterKind> kinds) {
        var byName = new HashMap<String, AdapterKind>();
        kinds.stream().sorted(Comparator.comparing(AdapterKind::name)).forEach(kind -> byName.put(kind.name(), kind));
        return byName;
    }

    private static AdapterKind kind(Map<String, AdapterKind> kinds, ConfiguredSensor sensor) {
        AdapterKind kind = kinds.get(sensor.kind());
        return kind == null ? new MissingKind(sensor.kind()) : kind;
    }
}
