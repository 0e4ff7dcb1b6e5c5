package org.sealpost.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealpost.sensor.SensorState.Condition;

/// A call that does not come back takes a thread with it, and only so many of them.
class HangingTest {
    @Test
    void aReadThatHangsIsGivenUpTenSecondsAfterItsTimeAndTheDeviceClosedFromOutside() {
        var bench = Bench.speaking().says(1).turn();
        bench.hangs = true;
        bench.supervised.step();
        bench.supervised.step();
        bench.advance(Duration.ofMillis(10_900));
        assertEquals(0, bench.closed);
        bench.advance(Duration.ofMillis(300));
        assertEquals(1, bench.closed);
        assertEquals(Condition.RED, bench.state().state());
        assertTrue(bench.state().cause().startsWith("reading it has not come back for 11 s"), bench.state()::cause);
        assertEquals(1, bench.state().counts().hanging());

        bench.hangs = false;
        bench.advance(Duration.ofSeconds(2)).says(2).turn();
        assertEquals(3, bench.recorded().size());
        assertEquals("2", bench.recorded().getLast());
        assertEquals(Condition.WELL, bench.state().state());
        bench.comeBack();
        bench.turn();
        assertEquals(0, bench.state().counts().hanging());
        assertEquals(3, bench.recorded().size(), "what a given-up thread brings is not used");
    }

    @Test
    void afterFourHangingThreadsItStaysRedUntilItsSettingsChange() {
        var bench = Bench.speaking();
        bench.hangs = true;
        bench.turn().advance(Duration.ofMinutes(5));
        assertEquals(4, bench.state().counts().hanging());
        assertEquals(Condition.RED, bench.state().state());
        assertTrue(bench.state().cause().contains("4 of its threads did not come back"), bench.state()::cause);
        bench.hangs = false;
        bench.comeBack();
        int opened = bench.opened;
        bench.advance(Duration.ofHours(2));
        assertEquals(opened, bench.opened);
        assertEquals(Condition.RED, bench.state().state());
        assertEquals(2, bench.recorded().size(), () -> "a gap each hour: " + bench.recorded());
    }

    /// As when somebody changes the settings of a sensor that hangs again and again.
    @Test
    void onlySoManyThreadsOfAProcessAreGivenUp() {
        var well = Bench.speaking().says(1).turn();
        var hanging = new ArrayList<Bench>();
        for (int i = 0; i < Abandoned.MAX + 5; i++) {
            var bench = Bench.speakingBeside(well);
            bench.hangs = true;
            bench.turn().advance(Duration.ofSeconds(1));
            bench.supervised.stop();
            hanging.add(bench);
        }
        assertEquals(
                Abandoned.MAX,
                hanging.stream().mapToInt(bench -> bench.opened + bench.closed).sum());

        var another = Bench.speakingBeside(well).says(5).turn().advance(Duration.ofSeconds(5));
        assertEquals(0, another.opened);
        assertEquals(Condition.RED, another.state().state());
        assertTrue(another.state().cause().contains("128 threads of sensors hang"), another.state()::cause);
        well.fails(new IOException("gone")).turn().advance(Duration.ofSeconds(2));
        well.says(2).turn();
        assertEquals("2", well.recorded().getLast(), "one that never hung is opened again");

        hanging.getFirst().comeBack();
        another.advance(Duration.ofSeconds(2));
        assertEquals("5", another.recorded().getLast(), "there is room again");
    }

    @Test
    void threadsThatComeBackWhenTheDeviceIsClosedAreNotCounted() {
        var bench = Bench.speaking();
        for (int i = 0; i < 12; i++) {
            bench.hangs = true;
            bench.turn().advance(Duration.ofSeconds(12));
            bench.hangs = false;
            bench.comeBack();
            bench.advance(Duration.ofSeconds(5)).says(i).turn();
            assertEquals(Integer.toString(i), bench.recorded().getLast());
        }
    }

    @Test
    void aCloseThatHangsCountsToo() {
        var bench = Bench.speaking();
        bench.hangs = true;
        bench.closingHangs = true;
        bench.turn().advance(Duration.ofMinutes(5));
        assertEquals(4, bench.state().counts().hanging());
        assertEquals(0, bench.closed);
    }

    @Test
    void aSensorReadByTheClockMissesWhatWasDueMeanwhile() {
        var bench = Bench.readEvery(Duration.ofSeconds(2)).says(1).turn();
        bench.hangs = true;
        bench.advance(Duration.ofMillis(13_200));
        bench.hangs = false;
        bench.says(2).advance(Duration.ofSeconds(3));
        List<String> recorded = bench.recorded();
        assertEquals("1", recorded.getFirst());
        assertTrue(recorded.get(1).contains("no answer came within the interval"), recorded::toString);
        assertTrue(((Gap) bench.taken.get(1)).missed().orElseThrow() >= 5, recorded::toString);
        assertEquals("2", recorded.get(2));
    }
}
