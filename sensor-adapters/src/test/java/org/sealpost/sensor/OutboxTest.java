package org.sealpost.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.sealpost.sensor.SensorState.Condition;

/// What happens while the intake has no room.
class OutboxTest {
    @Test
    void whatIsRefusedIsOfferedAgainAndNothingIsLost() {
        var bench = Bench.speaking();
        bench.hasRoom = false;
        bench.says(1).says(2).turn();
        assertEquals(Condition.WAITING, bench.state().state());
        assertEquals(
                "the intake has no room: 2 of its readings wait", bench.state().cause());
        bench.hasRoom = true;
        bench.turn();
        assertEquals(List.of("1", "2"), bench.recorded());
        assertEquals(Condition.WELL, bench.state().state());
    }

    @Test
    void sixtyFourAreKeptAndAGapSaysHowManyWereNot() {
        var bench = new Bench(Bench.serial(Optional.empty(), 1000));
        bench.hasRoom = false;
        for (int i = 0; i < 100; i++) bench.says(i);
        bench.turn().advance(Duration.ofSeconds(30));
        assertEquals(Condition.RED, bench.state().state());
        assertEquals(36, bench.state().counts().leftOut());
        bench.hasRoom = true;
        bench.turn();
        bench.says(100).turn();
        List<String> recorded = bench.recorded();
        assertEquals(66, recorded.size());
        assertEquals("63", recorded.get(63));
        assertTrue(recorded.get(64).startsWith("gap 30 s, 36 missed: the intake had no room"), recorded.get(64));
        assertEquals("100", recorded.getLast());
        assertEquals(Condition.WELL, bench.state().state());
    }

    @Test
    void aListenerThatIsTooSlowGetsAGapForEachLackOfRoomAndNotForEachReading() {
        var bench = new Bench(Bench.serial(Optional.empty(), 1000));
        int offered = 2000;
        for (int i = 0; i < offered; i++) {
            bench.outbox.offer(reading(i));
            if (i % 2 == 0) bench.outbox.deliver(bench);
        }
        while (bench.outbox.deliver(bench)) {}
        var gaps = bench.taken.stream()
                .filter(Gap.class::isInstance)
                .map(Gap.class::cast)
                .toList();
        long missed = gaps.stream().mapToLong(gap -> gap.missed().orElseThrow()).sum();
        assertTrue(gaps.size() <= offered / Outbox.ROOM, () -> gaps.size() + " gaps");
        assertEquals(offered, bench.taken.size() - gaps.size() + missed);
    }

    @Test
    void whatWaitsIsNotOnRecord() {
        var bench = Bench.speaking();
        bench.says(1).turn().advance(Duration.ofSeconds(10));
        assertEquals(bench.clock.clocks().now(), bench.supervised.recordedUntil());
        bench.hasRoom = false;
        bench.says(2).turn();
        var said = bench.state().lastAt().orElseThrow();
        bench.advance(Duration.ofSeconds(10));
        assertEquals(said, bench.supervised.recordedUntil());
        bench.hasRoom = true;
        bench.turn();
        assertEquals(bench.clock.clocks().now(), bench.supervised.recordedUntil());
    }

    /// The power may go before it ends, and then nothing but this says that there was one.
    @Test
    void aGapThatHasNotEndedIsNotOnRecord() {
        var bench = Bench.speaking();
        bench.says(1).turn().advance(Duration.ofSeconds(10));
        var failed = bench.clock.clocks().now();
        bench.opening = new IllegalStateException("it is unplugged");
        bench.fails(bench.opening).turn().advance(Duration.ofMinutes(20));
        assertEquals(failed, bench.supervised.recordedUntil());
        bench.opening = null;
        bench.says(2).advance(Duration.ofMinutes(2));
        assertEquals(bench.clock.clocks().now(), bench.supervised.recordedUntil());
    }

    private static Reading reading(int i) {
        return new Reading(
                "scale",
                "serial",
                new Value.Text("reading " + i),
                "1",
                Quality.GOOD,
                Optional.empty(),
                Raw.of(new byte[] {1}));
    }

    @Test
    void gapsThatDoNotFitAreInTheGapThatSaysSo() {
        var bench = Bench.speaking();
        bench.hasRoom = false;
        var gap = new Gap("scale", "serial", HandClock.START, HandClock.START, OptionalLong.empty(), "unplugged");
        for (int i = 0; i < 70; i++) bench.outbox.offer(gap);
        bench.hasRoom = true;
        bench.turn();
        assertEquals(65, bench.taken.size());
        assertTrue(((Gap) bench.taken.getLast()).missed().isEmpty());
    }

    @Test
    void aListenerThatThrowsIsOneThatHasNoRoom() {
        var bench = Bench.speaking().says(1);
        bench.supervised.step();
        bench.supervised.step();
        bench.supervised.step();
        var thrower = new SensorListener() {
            @Override
            public boolean take(Reading reading) {
                throw new IllegalStateException("not now");
            }

            @Override
            public boolean take(Gap gap) {
                throw new IllegalStateException("not now");
            }
        };
        assertFalse(bench.outbox.deliver(thrower));
        assertTrue(bench.outbox.wasRefused());
        bench.turn();
        assertEquals(List.of("1"), bench.recorded());
    }
}
