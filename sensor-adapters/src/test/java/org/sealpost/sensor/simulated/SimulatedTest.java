package org.sealpost.sensor.simulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.sealpost.sensor.Sample;
import org.sealpost.sensor.SimulatedSettings;
import org.sealpost.sensor.SimulatedSettings.Fault;

class SimulatedTest {
    private static SimulatedSettings settings(Set<Fault> faults) {
        return new SimulatedSettings(7, Duration.ofSeconds(1), faults);
    }

    @Test
    void theSameSeedGivesTheSameAlsoWhenItIsOpenedAgain() throws Exception {
        var kind = new SimulatedKind();
        List<String> again = new ArrayList<>();
        for (int i = 0; i < 50; i++)
            again.add(kind.adapter(settings(Set.of())).read().toString());
        var once = new SimulatedKind().adapter(settings(Set.of()));
        for (String each : again) assertEquals(each, once.read().toString());
    }

    @Test
    void eachFaultComesAboutEverySixtySamples() {
        var thermometer = new Thermometer(settings(Set.of(Fault.values())));
        Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
        for (int i = 0; i < 60_000; i++) {
            thermometer.fault().ifPresent(fault -> counts.merge(fault, 1, Integer::sum));
        }
        for (Fault fault : Fault.values()) {
            int count = counts.getOrDefault(fault, 0);
            assertTrue(count > 800 && count < 1200, () -> counts.toString());
        }
        assertTrue(new Thermometer(settings(Set.of())).fault().isEmpty());
    }

    @Test
    void whatHangsComesBackWhenItIsClosed() throws Exception {
        var adapter = new SimulatedKind().adapter(settings(Set.of(Fault.HANG)));
        var back = new CompletableFuture<Sample>();
        var hanging = Thread.ofPlatform().daemon().start(() -> {
            try {
                // Only a hang gives nothing: it is silent in no other way.
                Sample sample = adapter.read();
                while (!(sample instanceof Sample.Nothing)) sample = adapter.read();
                back.complete(sample);
            } catch (Exception e) {
                back.completeExceptionally(e);
            }
        });
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (hanging.getState() != Thread.State.WAITING) {
            assertTrue(System.nanoTime() - end < 0, () -> "it did not hang, but is " + hanging.getState());
            LockSupport.parkNanos(1_000_000);
        }
        assertFalse(back.isDone());
        adapter.close();
        assertInstanceOf(Sample.Nothing.class, back.get(60, TimeUnit.SECONDS));
    }
}
