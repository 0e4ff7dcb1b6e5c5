package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.sealpost.record.ClockReading;
import org.sealpost.record.ClockReading.Source;
import org.sealpost.record.ClockReading.State;

class ProvenTimeTest {
    private static final Instant BUILT = Instant.parse("2026-11-01T00:00:00Z");
    private static final Instant SEALED = Instant.parse("2027-03-01T00:00:00Z");

    private ClockReading live = reading("2036-02-07T06:28:16Z", State.UNTRUSTED);
    private Optional<ClockReading> sealed = Optional.empty();
    private final ProvenTime time = new ProvenTime(BUILT, () -> sealed, () -> live);

    @Test
    void withoutAnyProofItIsTheBuildTime() {
        assertEquals(Optional.empty(), time.last());
        assertEquals(BUILT, time.floor());
    }

    @Test
    void aClockThatIsNotSynchronisedProvesNothing() {
        sealed = Optional.of(reading(SEALED.toString(), State.SYNCED));
        assertEquals(SEALED, time.floor());
        live = reading("1970-01-01T00:00:09Z", State.HOLDOVER);
        assertEquals(SEALED, time.floor());
        assertEquals(Source.NTS, time.last().orElseThrow().source());
    }

    @Test
    void aClockThatIsSynchronisedNowIsTheProof() {
        sealed = Optional.of(reading(SEALED.toString(), State.SYNCED));
        live = reading("2027-05-01T00:00:00Z", State.SYNCED);
        assertEquals(live.time(), time.floor());
        assertEquals(Optional.of(live), time.last());
    }

    @Test
    void nothingIsEarlierThanTheSoftware() {
        live = reading("2020-01-01T00:00:00Z", State.SYNCED);
        assertEquals(BUILT, time.floor());
    }

    private static ClockReading reading(String time, State state) {
        return new ClockReading(
                Instant.parse(time).toEpochMilli(), state, Source.NTS, OptionalLong.empty(), new byte[16], 1);
    }
}
