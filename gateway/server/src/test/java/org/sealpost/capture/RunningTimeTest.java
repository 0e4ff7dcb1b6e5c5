package org.sealpost.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.profile.Profiles;
import org.sealpost.record.SourceKind;

class RunningTimeTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();

    @Test
    void countsWhatPassedWithinARunAndNothingElse() {
        var time = new RunningTime(1000);
        time.tick(50_000_000);
        assertEquals(1000, time.millis(), "before the first entry of a run nobody knows what passed");
        time.tick(52_000_000);
        assertEquals(3000, time.millis());
        time.tick(51_000_000);
        time.tick(52_500_000);
        assertEquals(3500, time.millis(), "entries are not quite in the order of their clocks");
        time.newRun();
        time.tick(9_000_000_000L);
        assertEquals(3500, time.millis(), "off, or another boot");
        time.tick(9_000_000_000L + RunningTime.MOST_MICROS);
        assertEquals(3500, time.millis(), "a long pause");
        time.tick(9_000_500_000L + RunningTime.MOST_MICROS);
        assertEquals(4000, time.millis());
    }

    /// 24 hours of running time, an entry each half hour: the key is there to the end, and free some hours
    /// later.
    @Test
    void aKeyIsRememberedForTheWindowAndThenForgotten() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.offer("anna", "k", "hello");
        rig.step();
        pass(rig, 24);
        assertInstanceOf(IntakeOutcome.Repeated.class, again(rig));
        pass(rig, 3);
        assertInstanceOf(IntakeOutcome.Accepted.class, again(rig));
    }

    /// The machine is off for days, in one boot and in another: that is no running time, whatever the clocks
    /// say.
    @Test
    void whileTheBoxIsOffNoTimePasses() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.offer("anna", "k", "hello");
        rig.step();
        for (int run = 0; run < 10; run++) {
            rig.nanos.addAndGet(30 * HOUR / 60);
            rig.reopen(IntakeRig.config());
            start(rig);
            pass(rig, 2);
            rig.nanos.addAndGet(72 * HOUR);
            rig.reopen(IntakeRig.config());
            start(rig);
            assertInstanceOf(IntakeOutcome.Repeated.class, again(rig), "run " + run);
        }
        pass(rig, 7);
        assertInstanceOf(IntakeOutcome.Accepted.class, again(rig));
    }

    private static IntakeOutcome again(IntakeRig rig) {
        var answer = rig.offer("anna", "k", "hello");
        rig.step();
        return answer.outcome();
    }

    private static void pass(IntakeRig rig, int hours) {
        for (int i = 0; i < 2 * hours; i++) {
            rig.nanos.addAndGet(HOUR / 2);
            rig.offer("bert", "key " + rig.nanos.get(), "passes time");
            rig.step();
        }
    }

    private static void start(IntakeRig rig) {
        var record = new CapturedRecord(
                SourceKind.BOX, "box", Optional.empty(), "start", Profiles.START, "text/plain", new byte[] {1});
        rig.offer(record, Runnable::run);
        rig.step();
    }
}
