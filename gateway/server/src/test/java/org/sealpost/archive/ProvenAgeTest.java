package org.sealpost.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.record.ClockReading;
import org.sealpost.seal.SoftwareKey;

/// How old a log is by its seals, some of which were made by clocks that were wrong and did not know.
@Timeout(60)
class ProvenAgeTest {
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Instant BEGINNING = Instant.ofEpochMilli(RetainedLog.BEGINNING);
    private static final int LOOKS = 8;

    @TempDir
    private Path folder;

    private RetainedLog log;

    @BeforeEach
    void open() throws IOException {
        log = new RetainedLog(new FaultyDisk(), new FaultyDisk(), folder, SoftwareKey.p256());
    }

    @AfterEach
    void close() throws IOException {
        log.close();
    }

    /// Seals over one record each.
    ///
    /// @return the size of the log behind them
    private long seal(int count, Instant when) throws Exception {
        log.nowMillis = when.toEpochMilli();
        for (int i = 0; i < count; i++) log.capture(1);
        return log.entries.size();
    }

    private ProvenAge age() {
        return new ProvenAge(log.seals, MONTH, LOOKS);
    }

    private static long below(ProvenAge age, long from, Instant now) throws IOException {
        int turns = 0;
        while (age.lookOn(from, now)) assertTrue(turns++ < 100, "it comes to an end");
        return age.below();
    }

    @Test
    void whatWasSealedIsThatOldOnceItsSealIs() throws Exception {
        long first = seal(3, BEGINNING);
        long second = seal(3, BEGINNING.plus(DAY));
        var age = age();
        assertEquals(0, below(age, 0, BEGINNING.plus(MONTH).minusMillis(1)));
        assertTrue(age.nextIsYoung());
        assertEquals(first, below(age, 0, BEGINNING.plus(MONTH)));
        assertEquals(first, below(age, first, BEGINNING.plus(MONTH).plus(DAY).minusMillis(1)));
        assertEquals(second, below(age, first, BEGINNING.plus(MONTH).plus(DAY)));
        assertFalse(age.nextIsYoung(), "nothing is left");
    }

    /// What it covers is as old as the next seal has it whose clock was right.
    @Test
    void aClockThatWasNotSynchronisedProvesNothing() throws Exception {
        for (var state : List.of(ClockReading.State.UNTRUSTED, ClockReading.State.HOLDOVER)) {
            log.clockState = state;
            seal(3, BEGINNING.minus(MONTH.multipliedBy(2)));
        }
        var age = age();
        assertEquals(0, below(age, 0, BEGINNING.plus(MONTH)));
        assertFalse(age.nextIsYoung(), "nobody knows");
        log.clockState = ClockReading.State.SYNCED;
        long end = seal(3, BEGINNING);
        assertEquals(0, below(age, 0, BEGINNING.plus(MONTH).minusMillis(1)));
        assertTrue(age.nextIsYoung());
        assertEquals(end, below(age, 0, BEGINNING.plus(MONTH)));
    }

    /// It is passed over however long it is, and not read again and again.
    @Test
    void aStretchFromTheFutureHoldsNothingUp() throws Exception {
        seal(3, BEGINNING);
        seal(4 * LOOKS, BEGINNING.plus(MONTH.multipliedBy(100)));
        long behind = seal(3, BEGINNING.plus(DAY));
        seal(3, BEGINNING.plus(DAY.multipliedBy(2)));
        var age = age();
        long first = below(age, 0, BEGINNING.plus(MONTH));
        assertTrue(first <= 4, "below " + first);
        assertTrue(age.nextIsYoung());
        assertFalse(age.lookOn(first, BEGINNING.plus(MONTH)), "it goes on where it was");
        assertTrue(age.nextIsYoung());
        assertEquals(behind, below(age, first, BEGINNING.plus(MONTH).plus(DAY)));
    }

    /// By a clock that is behind, all seals are from the future.
    @Test
    void aClockThatWasBehindForAWhileHidesNoProof() throws Exception {
        long first = seal(2 * LOOKS, BEGINNING);
        seal(3, BEGINNING.plus(DAY));
        var age = age();
        assertEquals(0, below(age, 0, BEGINNING.minus(MONTH)));
        assertEquals(0, below(age, 0, BEGINNING.plus(DAY)));
        assertEquals(first, below(age, 0, BEGINNING.plus(MONTH)));
    }

    @Test
    void aClockThatWasAheadForAWhileLeavesNothingOld() throws Exception {
        seal(3, BEGINNING);
        long end = seal(3, BEGINNING.plus(DAY));
        var age = age();
        assertEquals(end, below(age, 0, BEGINNING.plus(MONTH.multipliedBy(2))));
        assertEquals(0, below(age, 0, BEGINNING.plus(DAY)));
        assertEquals(end, below(age, 0, BEGINNING.plus(MONTH.multipliedBy(2))));
    }

    /// A start finds earlier seals that are right wherever in it it begins, also by a clock that is still wrong.
    @Test
    void wrongSealsProveNothingWhereverItBegins() throws Exception {
        long first = seal(6, BEGINNING);
        long wrong = seal(30, BEGINNING.minus(MONTH.multipliedBy(6)));
        long end = seal(3, BEGINNING.plus(DAY));
        for (long from = first; from < wrong; from++) {
            var thoseDays = BEGINNING.minus(MONTH.multipliedBy(6)).plus(DAY);
            for (var atStart : List.of(thoseDays, BEGINNING.plus(DAY))) {
                var age = age();
                assertEquals(0, below(age, from, atStart), "from " + from + " at " + atStart);
                assertEquals(0, below(age, from, BEGINNING.plus(MONTH).plus(DAY).minusMillis(1)), "from " + from);
                assertTrue(age.nextIsYoung());
                assertEquals(end, below(age, from, BEGINNING.plus(MONTH).plus(DAY)));
            }
        }
    }

    @Test
    void nobodySealedBeforeThereWasTheSoftware() throws Exception {
        seal(3, Instant.EPOCH);
        seal(3, Instant.parse("2007-02-05T00:00:00Z"));
        long end = seal(3, BEGINNING);
        var age = age();
        assertEquals(0, below(age, 0, BEGINNING.plus(MONTH).minusMillis(1)));
        assertEquals(end, below(age, 0, BEGINNING.plus(MONTH)));
    }
}
