package org.sealpost.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.sealpost.evidence.P256Signature;
import org.sealpost.evidence.SealDraft;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;
import org.sealpost.record.ClockReading.State;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;

/// The last proven time, which a box needs after it was off.
class SealLogTest {
    private static final Hash ANY = Hash.of(new byte[Hash.SIZE]);
    private static final int NEAR = 1024;

    private final FaultyDisk disk = new FaultyDisk();
    private SealLog log;
    private int sealed = 1;

    SealLogTest() throws IOException {
        log = open();
    }

    @Test
    void aLogThatNeverHadAGoodClockProvesNoTime() throws Exception {
        assertEquals(Optional.empty(), log.lastProven());
        seal(State.UNTRUSTED, 3);
        seal(State.HOLDOVER, 3);
        assertEquals(Optional.empty(), log.lastProven());
        reopen();
        assertEquals(Optional.empty(), log.lastProven());
    }

    @Test
    void theNewestSealWithAGoodClockIsRememberedAcrossRestarts() throws Exception {
        seal(State.SYNCED, 5);
        seal(State.HOLDOVER, NEAR - 1);
        assertEquals(5, provenSeal());
        reopen();
        assertEquals(5, provenSeal());
        seal(State.SYNCED, 1);
        seal(State.UNTRUSTED, 1);
        reopen();
        assertEquals(5 + NEAR, provenSeal());
    }

    /// Many seals without a good clock, as after months without a network: the last good one is found by
    /// halves.
    @Test
    void whatIsFarBackIsFound() throws Exception {
        seal(State.SYNCED, 1300);
        seal(State.UNTRUSTED, 3 * NEAR);
        reopen();
        assertEquals(1300, provenSeal());
    }

    @Test
    void theVeryFirstSealIsFoundFromFarAway() throws Exception {
        seal(State.SYNCED, 1);
        seal(State.UNTRUSTED, 2 * NEAR + 7);
        reopen();
        assertEquals(1, provenSeal());
    }

    /// Between the looks something newer may lie; what is found is never newer than what was proven.
    @Test
    void aGoodClockBetweenTheLooksMayBeMissedButNeverInvented() throws Exception {
        seal(State.SYNCED, 10);
        seal(State.UNTRUSTED, NEAR);
        seal(State.SYNCED, 1);
        seal(State.UNTRUSTED, 2 * NEAR);
        reopen();
        int found = provenSeal();
        assertTrue(found == 10 || found == 10 + NEAR + 1, "seal " + found);
    }

    private void reopen() throws IOException {
        log.close();
        log = open();
    }

    private SealLog open() throws IOException {
        return SealLog.open(Journal.open(disk, new JournalConfig("seals", 1 << 20, 4096, 16384), 0));
    }

    /// The n-th seal is of n + 1 entries, and its clock says n.
    private void seal(State state, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            var time = new ClockReading(
                    sealed, state, ClockReading.Source.NTP, OptionalLong.empty(), new byte[16], sealed);
            var raw = new byte[64];
            raw[31] = 1;
            raw[63] = 1;
            sealed++;
            var draft = new SealDraft(new Origin("test/1"), Suite.SHA256_P256, ANY, sealed, time, ANY);
            log.append(new SealedHead(ANY, draft.signed(P256Signature.ofRaw(raw))));
        }
    }

    private int provenSeal() {
        return (int) log.lastProven().orElseThrow().timeMillis();
    }
}
