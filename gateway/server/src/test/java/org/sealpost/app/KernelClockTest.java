package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.sealpost.record.ClockReading;
import org.sealpost.record.ClockReading.Source;
import org.sealpost.record.ClockReading.State;

class KernelClockTest {
    private static final byte[] BOOT = new byte[16];
    private static final long WALL = 1_790_000_000_123L;
    private static final KernelClock.Discipline LOST = new KernelClock.Discipline(false, 16_000);

    private long nanos = 5_000_000_000L;
    private long wall = WALL;
    private int asked;
    private KernelClock.Discipline told = LOST;

    @Test
    void aClockThatNobodySetRightIsUntrustedAndComesFromTheRtcIfThereIsOne() {
        assertReading(State.UNTRUSTED, Source.RTC, OptionalLong.empty(), clock(Source.NTP, true));
        assertReading(State.UNTRUSTED, Source.NONE, OptionalLong.empty(), clock(Source.NTP, false));
    }

    @Test
    void aClockThatIsSetRightSaysByWhat() {
        told = new KernelClock.Discipline(true, 12);
        assertReading(State.SYNCED, Source.NTS, OptionalLong.of(12), clock(Source.NTS, true));
        assertReading(State.SYNCED, Source.SYSTEM, OptionalLong.of(12), clock(Source.SYSTEM, true));
    }

    @Test
    void aClockThatWasSetRightInThisBootIsInHoldoverAndComesBack() {
        told = new KernelClock.Discipline(true, 12);
        var clock = clock(Source.GNSS, true);
        told = LOST;
        pass(2);
        assertReading(State.HOLDOVER, Source.GNSS, OptionalLong.empty(), clock);
        pass(86_400);
        assertReading(State.HOLDOVER, Source.GNSS, OptionalLong.empty(), clock);
        told = new KernelClock.Discipline(true, 3);
        pass(2);
        assertReading(State.SYNCED, Source.GNSS, OptionalLong.of(3), clock);
    }

    /// What a person or a program sets it to proves nothing; the kernel gives it up in that moment.
    @Test
    void aClockThatIsSetIsUntrustedAtOnceUntilItIsSetRight() {
        told = new KernelClock.Discipline(true, 12);
        var clock = clock(Source.NTP, true);
        told = LOST;
        for (long step : new long[] {-WALL, 3_000, 315_000_000_000L}) {
            wall = WALL + step;
            assertReading(State.UNTRUSTED, Source.RTC, OptionalLong.empty(), clock);
        }
        wall = WALL + 1_000;
        assertReading(State.HOLDOVER, Source.NTP, OptionalLong.empty(), clock);
        wall = WALL - 60_000;
        told = new KernelClock.Discipline(true, 12);
        assertReading(State.SYNCED, Source.NTP, OptionalLong.of(12), clock);
        told = LOST;
        pass(2);
        assertReading(State.HOLDOVER, Source.NTP, OptionalLong.empty(), clock);
    }

    /// The gateway was restarted since; its log tells.
    @Test
    void whatAnEarlierProcessOfThisBootKnewCounts() {
        var clock = clock(Source.NTP, true);
        clock.remember(earlier(State.UNTRUSTED, BOOT));
        clock.remember(earlier(State.HOLDOVER, BOOT));
        var otherBoot = new byte[16];
        otherBoot[0] = 1;
        clock.remember(earlier(State.SYNCED, otherBoot));
        assertReading(State.UNTRUSTED, Source.RTC, OptionalLong.empty(), clock);
        clock.remember(earlier(State.SYNCED, BOOT));
        assertReading(State.HOLDOVER, Source.NTP, OptionalLong.empty(), clock);
        wall -= 3_600_000;
        assertReading(State.UNTRUSTED, Source.RTC, OptionalLong.empty(), clock);
    }

    @Test
    void theKernelIsAskedOnceASecond() {
        var clock = clock(Source.NTP, true);
        for (int i = 0; i < 100; i++) clock.get();
        assertEquals(1, asked);
        nanos += 1_000_000_001L;
        clock.get();
        assertEquals(2, asked);
    }

    @Test
    void aClockBefore1970ReadsAsZero() {
        wall = -5_000;
        assertEquals(0, clock(Source.NTP, false).get().timeMillis());
    }

    /// Whatever this machine's clock is like.
    @Test
    void theRealKernelAnswers() throws Exception {
        var reading = KernelClock.open(Source.PTP).get();
        assertTrue(reading.sinceBootMicros() > 0);
        assertEquals(reading.state() == State.SYNCED, reading.maxErrorMillis().isPresent());
        if (reading.state() == State.SYNCED) assertEquals(Source.PTP, reading.source());
    }

    private KernelClock clock(Source discipline, boolean hasRtc) {
        return new KernelClock(
                BOOT,
                discipline,
                new KernelClock.Machine(
                        () -> {
                            asked++;
                            return told;
                        },
                        () -> wall,
                        () -> nanos,
                        hasRtc));
    }

    private void pass(long seconds) {
        nanos += seconds * 1_000_000_000L;
        wall += seconds * 1000;
    }

    /// Three seconds ago.
    private ClockReading earlier(State state, byte[] bootId) {
        return new ClockReading(wall - 3000, state, Source.NTP, OptionalLong.empty(), bootId, nanos / 1000 - 3_000_000);
    }

    private void assertReading(State state, Source source, OptionalLong maxError, KernelClock clock) {
        var reading = clock.get();
        assertEquals(state, reading.state());
        assertEquals(source, reading.source());
        assertEquals(maxError, reading.maxErrorMillis());
        assertEquals(wall, reading.timeMillis());
        assertEquals(nanos / 1000, reading.sinceBootMicros());
        assertArrayEquals(BOOT, reading.bootId());
    }
}
