package org.sealpost.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.sealpost.sensor.SensorState.Condition;

/// A sensor that is read by the clock owes a sample for each interval.
class SampledTest {
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

    @Test
    void itIsReadOnceInEachInterval() {
        var bench = Bench.readEvery(TEN_SECONDS).says(1).says(2).says(3);
        bench.supervised.step();
        bench.advance(Duration.ofSeconds(25));
        assertEquals(List.of("1", "2", "3"), bench.recorded());
        assertEquals(Condition.WELL, bench.state().state());
    }

    @Test
    void missedSamplesAreCountedAndTheNextThingRecordedIsTheirGap() {
        var bench = Bench.readEvery(TEN_SECONDS).says(1);
        bench.supervised.step();
        // Nothing comes for three intervals.
        bench.advance(Duration.ofSeconds(35));
        assertEquals(Condition.RED, bench.state().state());
        bench.says(2).advance(Duration.ofSeconds(10));
        assertEquals(List.of("1", "gap 30 s, 3 missed: it is silent: it did not answer", "2"), bench.recorded());
        assertEquals(HandClock.START.plusSeconds(10), ((Gap) bench.taken.get(1)).from());
        assertEquals(Condition.WELL, bench.state().state());
    }

    @Test
    void whatTheDeviceDoesNotStandBehindIsAMissedSample() {
        var bench = Bench.readEvery(TEN_SECONDS)
                .says(new Sample.Refused("the machine has no value", "Look at it."))
                .says(new Sample.Unsettled("it moves"))
                .says(Sample.Nonsense.of(new byte[] {1}, "it is short"))
                .says(4);
        bench.supervised.step();
        bench.advance(Duration.ofSeconds(5));
        assertEquals("the machine has no value", bench.state().cause());
        bench.advance(Duration.ofSeconds(30));
        assertEquals(List.of("gap 30 s, 3 missed: the machine has no value", "4"), bench.recorded());
        assertEquals(1, bench.opened, "an answer is no reason to connect again");
    }

    @Test
    void aDeviceThatIsAwayMissesASampleForEachInterval() {
        var bench = Bench.readEvery(TEN_SECONDS).says(1);
        bench.turn();
        bench.opening = new IOException("connection refused");
        bench.fails(new IOException("the connection was ended")).advance(Duration.ofSeconds(95));
        bench.opening = null;
        bench.says(2).advance(Duration.ofSeconds(70));
        Gap gap = (Gap) bench.taken.get(1);
        assertEquals("the connection was ended", gap.cause());
        // Whatever the back-off is: samples and missed ones together are one for each interval.
        long intervals =
                17 - bench.taken.stream().filter(Reading.class::isInstance).count();
        long missed = bench.taken.stream()
                .filter(Gap.class::isInstance)
                .mapToLong(each -> ((Gap) each).missed().orElseThrow())
                .sum();
        bench.supervised.stop();
        bench.turn();
        long missedInTheEnd = bench.taken.stream()
                .filter(Gap.class::isInstance)
                .mapToLong(each -> ((Gap) each).missed().orElseThrow())
                .sum();
        assertEquals(intervals, missedInTheEnd, () -> bench.recorded() + ", " + missed);
    }

    @Test
    void aLongTimeAwayIsRecordedEachHourWithItsCount() {
        var bench = Bench.readEvery(TEN_SECONDS);
        bench.opening = new IOException("no route to host");
        bench.turn().advance(Duration.ofMinutes(130));
        assertEquals(
                List.of("gap 3600 s, 360 missed: no route to host", "gap 3600 s, 360 missed: no route to host"),
                bench.recorded().stream()
                        // The first one begins with the first interval that was missed, not with the hour.
                        .map(each -> each.replace("3610 s", "3600 s").replace("361 missed", "360 missed"))
                        .toList());
    }

    @Test
    void aTimeInWhichNobodyReadItIsAGapWithoutACountAndWhatItOwesFromThenOnIsCounted() {
        var bench = Bench.readEvery(TEN_SECONDS);
        bench.supervised.missedSince(HandClock.START.minusSeconds(35), "the gateway did not run");
        bench.supervised.step();
        // Nothing comes for three intervals.
        bench.advance(Duration.ofSeconds(25)).says(1).advance(TEN_SECONDS);
        assertEquals(
                List.of(
                        "gap 35 s: the gateway did not run",
                        "gap 30 s, 3 missed: it is silent: it did not answer",
                        "1"),
                bench.recorded());
        Gap off = (Gap) bench.taken.getFirst();
        assertEquals(HandClock.START, off.to());
        assertEquals(OptionalLong.empty(), off.missed());
    }

    @Test
    void aTimeShorterThanItsIntervalMissesNothing() {
        var bench = Bench.readEvery(TEN_SECONDS).says(1);
        bench.supervised.missedSince(HandClock.START.minus(Duration.ofMillis(9_999)), "the gateway did not run");
        bench.turn();
        assertEquals(List.of("1"), bench.recorded());

        var exact = Bench.readEvery(TEN_SECONDS).says(1);
        exact.supervised.missedSince(HandClock.START.minus(TEN_SECONDS), "the gateway did not run");
        exact.turn();
        assertEquals(List.of("gap 10 s: the gateway did not run", "1"), exact.recorded());
    }

    /// The clock was set back meanwhile, or the settings changed just now: of neither it is known that anything is
    /// missing.
    @Test
    void aTimeThatHasNoLengthMissesNothing() {
        for (int seconds : new int[] {0, 3600}) {
            var bench = Bench.readEvery(TEN_SECONDS).says(1);
            bench.supervised.missedSince(HandClock.START.plusSeconds(seconds), "its settings were changed");
            bench.turn();
            assertEquals(List.of("1"), bench.recorded());
        }
    }
}
