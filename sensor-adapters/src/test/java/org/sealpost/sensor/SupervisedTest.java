package org.sealpost.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.sensor.SensorState.Condition;

/// What the supervisor does with an adapter that fails, is silent, floods or talks nonsense.
class SupervisedTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void readingsGoToTheListenerInOrderWithNothingElse() {
        var bench = Bench.speaking().says(1).says(2).says(3).turn();

        assertEquals(List.of("1", "2", "3"), bench.recorded());
        assertEquals(Condition.WELL, bench.state().state());
        assertEquals("", bench.state().cause());
        assertEquals(3, bench.state().counts().readings());
        assertEquals("3 kg", bench.state().last().orElseThrow().words());
    }

    @Test
    void oneThatThrowsIsRedWithItsSentenceAndOpenedAgainAfterASecond() {
        var bench = Bench.speaking().says(1).turn();
        bench.fails(new SensorSetback("the device was unplugged: /dev/ttyTEST is gone", "Plug it in."))
                .turn();

        assertEquals(Condition.RED, bench.state().state());
        assertEquals(
                "the device was unplugged: /dev/ttyTEST is gone", bench.state().cause());
        assertEquals("Plug it in.", bench.state().remedy());
        assertEquals(1, bench.closed);
        bench.advance(Duration.ofMillis(700));
        assertEquals(1, bench.opened, "opened before the back-off was over");
        bench.advance(Duration.ofMillis(400));
        assertEquals(2, bench.opened);
        bench.says(2).turn();
        assertEquals(
                List.of("1", "gap 1 s: the device was unplugged: /dev/ttyTEST is gone", "2"),
                roundedUp(bench.recorded()));
        assertEquals(Condition.WELL, bench.state().state());
        assertEquals(1, bench.state().counts().restarts());
    }

    // The jitter takes up to a quarter of the second.
    private static List<String> roundedUp(List<String> recorded) {
        return recorded.stream().map(each -> each.replace("gap 0 s", "gap 1 s")).toList();
    }

    @Test
    void theBackOffDoublesUpToAMinuteAndBeginsAnewWhenItSpokeAgain() {
        var bench = Bench.speaking();
        bench.opening = new IOException("there is no /dev/ttyTEST");
        bench.turn().advance(Duration.ofSeconds(63));
        // At once, and then after about 1, 3, 7, 15, 31 and 63 seconds, each wait a quarter shorter at the most.
        assertTrue(bench.opened >= 6 && bench.opened <= 8, () -> "opened " + bench.opened + " times");
        int before = bench.opened;
        bench.advance(Duration.ofMinutes(10));
        int more = bench.opened - before;
        assertTrue(more >= 10 && more <= 14, () -> "opened " + more + " times in ten minutes");

        bench.opening = null;
        bench.advance(Duration.ofSeconds(61)).says(1).turn();
        assertEquals("1", bench.recorded().getLast());
        bench.fails(new IOException("gone")).turn();
        before = bench.opened;
        bench.advance(Duration.ofMillis(1100));
        assertEquals(before + 1, bench.opened);
    }

    @Test
    void aPortThatOpensAndFailsAtOnceStaysRedAndIsOneGap() {
        var bench = Bench.speaking().says(1).turn();
        bench.fails(new IOException("input/output error"))
                .fails(new IOException("input/output error"))
                .fails(new IOException("input/output error"));
        for (int tenth = 0; tenth < 80; tenth++) {
            bench.clock.advance(Duration.ofMillis(100));
            bench.supervised.step();
            bench.supervised.step();
            if (bench.opened < 4) assertEquals(Condition.RED, bench.state().state());
        }
        bench.advance(Duration.ofSeconds(5)).says(2).turn();
        assertEquals(3, bench.recorded().size(), () -> bench.recorded().toString());
    }

    @Test
    void everyKindOfThrowableIsCaughtWithItsWords() {
        var bench = Bench.speaking();
        bench.fails(new IllegalStateException()).turn();
        assertEquals("IllegalStateException", bench.state().cause());
        bench.opening = new IOException("line one\nline two\u202e");
        bench.advance(Duration.ofSeconds(2));
        assertEquals("line one line two", bench.state().cause());
        assertTrue(bench.state().remedy().startsWith("It is opened again by itself"));
    }

    @Test
    void silenceIsNothingUnusualUnlessTheSettingsSaySo() {
        var bench = Bench.speaking().says(1).turn().advance(Duration.ofHours(2));
        assertEquals(Condition.WELL, bench.state().state());
        assertEquals(List.of("1"), bench.recorded());
    }

    @Test
    void silenceBeyondItsTimeIsRedAndAGapThatBeginsWhenItIsNoticed() {
        var bench = Bench.speaking(Duration.ofSeconds(30)).says(1).turn().advance(Duration.ofSeconds(29));
        assertEquals(Condition.WELL, bench.state().state());
        bench.advance(Duration.ofSeconds(2));
        assertEquals(Condition.RED, bench.state().state());
        assertEquals("it is silent: nothing came for 30s", bench.state().cause());
        bench.advance(Duration.ofSeconds(9)).says(2).turn();
        assertEquals(List.of("1", "gap 10 s: it is silent: nothing came for 30s", "2"), bench.recorded());
        assertEquals(Condition.WELL, bench.state().state());
    }

    @Test
    void nonsenseDoesNotHideThatNothingReadableComes() {
        var bench = Bench.speaking(Duration.ofSeconds(30)).says(1).turn();
        for (int i = 0; i < 40; i++) {
            bench.says(Sample.Nonsense.of(new byte[] {7}, "it does not match")).advance(SECOND);
        }
        assertEquals(Condition.RED, bench.state().state());
        bench.says(2).turn();
        assertEquals(3, bench.recorded().size());
        assertTrue(bench.recorded().get(1).endsWith("nothing that can be read came for 30s"));
    }

    @Test
    void nonsenseIsRedWithItsFirstBytesAndNothingIsRecordedOfIt() {
        var bench = Bench.speaking().says(1).turn();
        bench.says(Sample.Nonsense.of(new byte[] {(byte) 0xde, (byte) 0xad}, "it does not match the pattern frame"))
                .turn();
        assertEquals(Condition.RED, bench.state().state());
        assertEquals(
                "it talks nonsense: it does not match the pattern frame; the first bytes are dead",
                bench.state().causeWithBytes());
        assertEquals(
                "it talks nonsense: it does not match the pattern frame",
                bench.state().cause(),
                "what a log and everybody is told has nothing of the content");
        assertEquals(1, bench.state().counts().unreadable());
        bench.advance(Duration.ofMinutes(1));
        assertEquals(Condition.RED, bench.state().state(), "silence makes no sense of nonsense");
        bench.says(2).turn();
        assertEquals(List.of("1", "2"), bench.recorded());
        assertEquals(Condition.WELL, bench.state().state());
    }

    @Test
    void aWeightInMotionIsCountedAndNothingIsWrong() {
        var bench = Bench.speaking().says(new Sample.Unsettled("it moves")).turn();
        assertEquals(Condition.WELL, bench.state().state());
        assertEquals(1, bench.state().counts().unsettled());
        assertEquals(List.of(), bench.recorded());
    }

    @Test
    void ofAFloodTenASecondAreTakenAndAGapSaysHowManyWereNot() {
        var bench = Bench.speaking();
        for (int i = 0; i < 200; i++) bench.says(i);
        bench.turn();
        assertEquals(10, bench.recorded().size());
        assertEquals(Condition.RED, bench.state().state());
        assertEquals(190, bench.state().counts().leftOut());
        bench.advance(Duration.ofSeconds(6));
        assertEquals(Condition.WELL, bench.state().state());
        assertEquals(
                "gap 0 s, 190 missed: it floods: more than 10 readings a second came, the others were left out",
                bench.recorded().getLast());
        bench.says(7).turn();
        assertEquals("7", bench.recorded().getLast());
    }

    @Test
    void aFloodThatLastsIsOneGapAnHourAndTakesItsTenASecond() {
        var bench = Bench.speaking();
        bench.turn();
        for (int second = 0; second < 3700; second++) {
            for (int i = 0; i < 20; i++) bench.says(i);
            bench.turn().clock.advance(SECOND);
        }
        bench.advance(Duration.ofSeconds(6));
        long gaps = bench.taken.stream().filter(Gap.class::isInstance).count();
        long missed = bench.taken.stream()
                .filter(Gap.class::isInstance)
                .mapToLong(each -> ((Gap) each).missed().orElseThrow())
                .sum();
        assertEquals(2, gaps);
        assertEquals(3700 * 20, bench.taken.size() - gaps + missed);
        assertEquals(3700 * 10, bench.taken.size() - gaps);
    }

    @Test
    void whatWasLostOnItsWayIsAGapWithItsCount() {
        var bench = Bench.speaking().says(1).turn().advance(Duration.ofSeconds(3));
        bench.says(new Sample.Lost(4, "the kernel dropped edges")).says(2).turn();
        assertEquals(List.of("1", "gap 3 s, 4 missed: the kernel dropped edges", "2"), bench.recorded());
    }

    /// A contact that chatters faster than it can be read loses something before each change that is read.
    @Test
    void whatIsLostAgainAndAgainIsAFloodAndNotAGapEachTime() {
        var bench = Bench.speaking();
        for (int i = 0; i < 100; i++)
            bench.says(new Sample.Lost(3, "the kernel dropped edges")).says(i);
        bench.turn().advance(Duration.ofSeconds(6));
        long gaps = bench.taken.stream().filter(Gap.class::isInstance).count();
        long missed = bench.taken.stream()
                .filter(Gap.class::isInstance)
                .mapToLong(each -> ((Gap) each).missed().orElseThrow())
                .sum();
        assertEquals(6, gaps, () -> bench.recorded().toString());
        assertEquals(400, bench.taken.size() - gaps + missed);
        assertEquals(395, bench.state().counts().leftOut());
    }

    @Test
    void severalSamplesOfOneCallAreTakenInOrder() {
        var bench = Bench.speaking()
                .says(new Sample.Several(List.of(
                        Bench.measured(1),
                        new Sample.Unsettled("it moves"),
                        Bench.measured(2),
                        new Sample.Unchanged())))
                .turn();
        assertEquals(List.of("1", "2"), bench.recorded());
        assertEquals(1, bench.state().counts().unsettled());
    }

    @Test
    void aLongGapIsRecordedEachHour() {
        var bench = Bench.speaking().says(1).turn();
        bench.opening = new IOException("there is no /dev/ttyTEST");
        bench.fails(new IOException("gone")).turn().advance(Duration.ofMinutes(150));
        assertEquals(List.of("1", "gap 3600 s: gone", "gap 3600 s: there is no /dev/ttyTEST"), bench.recorded());
        bench.opening = null;
        bench.advance(Duration.ofSeconds(61)).says(2).turn();
        assertEquals(5, bench.recorded().size());
        assertEquals("2", bench.recorded().getLast());
    }

    @Test
    void stoppingSaysWhatIsOpenOfGaps() {
        var bench = Bench.speaking().says(1).turn();
        bench.opening = new IOException("there is none");
        bench.fails(new IOException("gone")).turn().advance(Duration.ofSeconds(20));
        bench.supervised.stop();
        bench.turn();
        assertEquals(List.of("1", "gap 20 s: gone"), bench.recorded());
    }

    @Test
    void aChangeOfSettingsLeavesAGapForASensorThatSpeaks() {
        var bench = Bench.speaking();
        bench.supervised.missedSince(HandClock.START, "its settings were changed");
        bench.clock.advance(Duration.ofSeconds(2));
        bench.turn();
        assertEquals(List.of("gap 2 s: its settings were changed"), bench.recorded());
    }

    @Test
    void aGapDoesNotEndBeforeItBeganWhenTheClockGoesBack() {
        var bench = Bench.speaking().says(1).turn();
        bench.fails(new IOException("gone")).turn();
        bench.clock.correct(Duration.ofHours(-5));
        bench.advance(Duration.ofSeconds(3)).says(2).turn();
        Gap gap = (Gap) bench.taken.get(1);
        assertEquals(gap.from(), gap.to());
        assertEquals("2", bench.recorded().getLast());
    }

    @Test
    void theNextReadingIsTold() {
        var bench = Bench.speaking().turn();
        var next = bench.supervised.nextReading();
        bench.says(5).turn();
        assertEquals("5 kg", next.join().words());
        assertEquals(Optional.of("5"), bench.recorded().stream().findFirst());
    }
}
