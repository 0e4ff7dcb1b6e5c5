package org.sealpost.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The supervisor with its threads: settings come and go, and whatever one adapter does, the others are read.
class SensorsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// Adapters of the kind `simulated` that count a number up, each the seed's hundredfold.
    private static final class Counting implements AdapterKind {
        private final Queue<Long> made = new ConcurrentLinkedQueue<>();
        private final CountDownLatch released = new CountDownLatch(1);

        @Override
        public String name() {
            return "simulated";
        }

        @Override
        public Adapter adapter(AdapterSettings settings) {
            long seed = ((SimulatedSettings) settings).seed();
            made.add(seed);
            if (seed == 7 && made.stream().filter(each -> each == 7).count() == 1) {
                throw new OutOfMemoryError("there are no threads");
            }
            return new Adapter() {
                private int count;

                @Override
                public String description() {
                    return "counts";
                }

                @Override
                public Duration patience() {
                    // What hangs is called so only long after a busy machine has read the others.
                    return seed == 9 ? PATIENCE : Duration.ofSeconds(1);
                }

                @Override
                public void open() {
                    if (seed == 9) LockSupport.parkNanos(1);
                    while (seed == 9 && released.getCount() > 0) LockSupport.parkNanos(1_000_000);
                }

                @Override
                public Sample read() {
                    if (seed == 8) throw new IllegalStateException("seed 8 is broken");
                    return Bench.measured((int) (seed * 100 + count++));
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public List<Discovered> discover() {
            throw new IllegalStateException("the bus is locked");
        }
    }

    private final Queue<Object> taken = new ConcurrentLinkedQueue<>();
    private volatile boolean hasRoom = true;
    private final Counting kind = new Counting();
    private final SensorListener listener = new SensorListener() {
        @Override
        public boolean take(Reading reading) {
            return hasRoom && taken.add(reading);
        }

        @Override
        public boolean take(Gap gap) {
            return hasRoom && taken.add(gap);
        }
    };

    private static SensorSettings settings(String... namesAndSeeds) throws SettingsRefused {
        var toml = new StringBuilder();
        for (int i = 0; i < namesAndSeeds.length; i += 2) {
            toml.append("[sensor.%s]\nkind = \"simulated\"\nevery = \"100ms\"\nseed = %s\n"
                    .formatted(namesAndSeeds[i], namesAndSeeds[i + 1]));
        }
        return SensorSettings.parse(toml.toString());
    }

    private Sensors start() {
        return Sensors.start(List.of(kind), listener, InstantSource.system());
    }

    private void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) throw new AssertionError("taken: " + taken);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private long readings(String sensor) {
        return taken.stream()
                .filter(each ->
                        each instanceof Reading reading && reading.sensor().equals(sensor))
                .count();
    }

    @Test
    void onlyWhatChangedIsStartedAnew() throws Exception {
        try (Sensors sensors = start()) {
            sensors.use(settings("a", "1", "b", "2"));
            await(() -> readings("a") > 2 && readings("b") > 2);
            sensors.use(settings("a", "1", "b", "3", "c", "4"));
            await(() -> readings("c") > 2 && kind.made.contains(3L));
            assertEquals(1, kind.made.stream().filter(seed -> seed == 1).count());
            sensors.use(settings("c", "4"));
            assertEquals(
                    List.of("c"),
                    sensors.states().stream().map(SensorState::name).toList());
            long c = readings("c");
            await(() -> readings("c") > c + 2);
            sensors.use(SensorSettings.NONE);
            assertEquals(List.of(), sensors.states());
        }
    }

    @Test
    @Timeout(120)
    void sensorsThatHangOrThrowDoNotHoldUpTheOthersNorTheEnd() throws Exception {
        Sensors sensors = start();
        sensors.use(settings("hangs", "9", "throws", "8", "well", "1"));
        await(() -> readings("well") > 20);
        await(() -> sensors.states().get(1).state() == SensorState.Condition.RED);
        assertEquals("seed 8 is broken", sensors.states().get(1).cause());
        assertEquals(SensorState.Condition.WAITING, sensors.states().getFirst().state());
        sensors.close();
        sensors.close();
        kind.released.countDown();
        assertEquals(0, readings("hangs"));
        assertEquals(
                taken.stream()
                        .filter(each -> each instanceof Gap gap && gap.sensor().equals("throws"))
                        .count(),
                1,
                "what is open of gaps is handed over at the end");
    }

    @Test
    void aSensorForWhichThereIsNoThreadNowIsTriedAgain() throws Exception {
        try (Sensors sensors = start()) {
            sensors.use(settings("a", "7"));
            await(() -> sensors.states().getFirst().state() == SensorState.Condition.RED);
            assertEquals("there are no threads", sensors.states().getFirst().cause());
            await(() -> readings("a") > 0);
            await(() -> sensors.states().getFirst().state() == SensorState.Condition.WELL);
        }
    }

    @Test
    void aRunningSensorIsTestedByItsNextReading() throws Exception {
        try (Sensors sensors = start()) {
            sensors.use(settings("a", "1", "broken", "8"));
            Trial trial = sensors.test("a", PATIENCE);
            assertTrue(trial.works() && trial.words().endsWith(" kg"), trial::words);
            assertEquals(1, kind.made.stream().filter(seed -> seed == 1).count());
            await(() -> sensors.states().get(1).cause().equals("seed 8 is broken"));
            Trial broken = sensors.test("broken", Duration.ofMillis(300));
            assertFalse(broken.works());
            assertTrue(broken.words().contains("seed 8 is broken"), broken::words);
            assertTrue(sensors.test("none", PATIENCE).words().startsWith("There is no sensor"));
        }
    }

    @Test
    void aLookForDevicesThatHangsTakesOneThreadHoweverOftenSomebodyAsks() throws Exception {
        var looks = new AtomicInteger();
        var go = new CountDownLatch(1);
        AdapterKind hanging = new AdapterKind() {
            @Override
            public String name() {
                return "modbus";
            }

            @Override
            public Adapter adapter(AdapterSettings settings) {
                throw new IllegalStateException("nobody asks for one");
            }

            @Override
            public List<Discovered> discover() throws InterruptedException {
                looks.incrementAndGet();
                go.await();
                return List.of();
            }
        };
        var asking = new ArrayList<Thread>();
        for (int i = 0; i < 5; i++) {
            asking.add(Thread.ofPlatform().daemon().start(() -> {
                try {
                    Sensors.discover(List.of(hanging));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        await(() -> looks.get() > 0 && asking.stream().allMatch(each -> each.getState() == Thread.State.TIMED_WAITING));
        assertEquals(1, looks.get());
        go.countDown();
        for (Thread each : asking) assertTrue(each.join(PATIENCE));
        assertEquals(List.of(), Sensors.discover(List.of(hanging)));
        assertEquals(2, looks.get(), "it is looked for anew after that");
    }

    @Test
    void onceItIsClosedWhatWasNotTakenIsNotOnRecord() throws Exception {
        Sensors sensors = start();
        assertEquals(Map.of(), sensors.recordedUntil());
        sensors.use(settings("a", "1"));
        await(() -> readings("a") > 0);
        hasRoom = false;
        await(() -> sensors.states().getFirst().cause().startsWith("the intake has no room"));
        Instant closing = Instant.now();
        sensors.close();
        assertTrue(sensors.recordedUntil().get("a").isBefore(closing));
    }

    @Test
    void onceItIsClosedWhatWasTakenIsOnRecord() throws Exception {
        Sensors sensors = start();
        sensors.use(settings("a", "1"));
        await(() -> readings("a") > 0);
        Instant closing = Instant.now();
        sensors.close();
        assertFalse(sensors.recordedUntil().get("a").isBefore(closing));
    }

    @Test
    void aKindThatCannotBeLookedForSaysWhy() throws Exception {
        assertEquals(
                List.of(new Discovered(
                        "simulated", "sensors of kind simulated", "could not be looked for: the bus is locked", "")),
                Sensors.discover(List.of(kind)));
    }

    @Test
    void aKindThatThisGatewayDoesNotHaveIsARedSensor() throws Exception {
        try (Sensors sensors = Sensors.start(List.of(), listener, InstantSource.system())) {
            sensors.use(settings("a", "1"));
            await(() -> sensors.states().getFirst().state() == SensorState.Condition.RED);
            assertEquals(
                    "this gateway has no adapter of kind \"simulated\"",
                    sensors.states().getFirst().cause());
        }
    }

    @Test
    void afterARestartASensorThatSpeaksBeginsWithAGap() throws Exception {
        Instant stopped = Instant.now().minusSeconds(100);
        var speaking = new SensorSettings(List.of(Bench.serial(Optional.empty(), 10)));
        AdapterKind serial = new AdapterKind() {
            @Override
            public String name() {
                return "serial";
            }

            @Override
            public Adapter adapter(AdapterSettings settings) {
                return kind.adapter(new SimulatedSettings(1, Duration.ofSeconds(1), Set.of()));
            }

            @Override
            public List<Discovered> discover() {
                return List.of();
            }
        };
        try (Sensors sensors =
                Sensors.startAfter(Map.of("scale", stopped), List.of(serial), listener, InstantSource.system())) {
            sensors.use(speaking);
            await(() -> taken.size() > 1);
        }
        var gap = (Gap) taken.poll();
        assertEquals(stopped, gap.from());
        assertEquals("the gateway did not run", gap.cause());
    }
}
