package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;

class RelayThinningTest {
    private static final JournalConfig JOURNAL =
            new JournalConfig("test", 1 << 18, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16);
    private static final JournalConfig KEPT =
            new JournalConfig("kept", 1 << 18, KeptEntries.MAX_ENTRY_SIZE_BYTES, 1 << 14);

    private static final JournalConfig PROVED = new JournalConfig("proved-test", 1 << 18, 1 << 15, 1 << 16);

    /// Some ten heads.
    private static final int NEWEST = 40;

    private final SignedLog log = new SignedLog("thinned/log", 1);
    private final FaultyLedger ledger = new FaultyLedger(1, 2);
    private FaultyDisk disk = new FaultyDisk();
    private FaultyDisk keptDisk = new FaultyDisk();
    private final FaultyDisk proofsDisk = new FaultyDisk();
    private final FaultyDisk provedDisk = new FaultyDisk();
    private boolean proves;
    private long nanos;
    private boolean thins = true;
    private Journal journal;
    private Journal proofs;
    private Relay relay;

    RelayThinningTest() throws IOException {
        open();
    }

    private void open() throws IOException {
        journal = Journal.open(disk, JOURNAL, 0);
        var config = RelayConfig.of("test")
                .withThinning(thins ? NEWEST : RelayConfig.ALL)
                .withClocks(() -> Instant.EPOCH.plusNanos(nanos), () -> nanos);
        var kept = KeptEntries.open(Journal.open(keptDisk, KEPT, 0));
        relay = Relay.open(config, journal, Optional.of(kept), proofs(), Optional.empty(), ledger, log);
    }

    private Optional<AnchorProofs> proofs() throws IOException {
        if (!proves) return Optional.empty();
        proofs = Journal.open(proofsDisk, RelayBench.PROOFS, 0);
        return Optional.of(AnchorProofs.open("test", proofs, Optional.of(Journal.open(provedDisk, PROVED, 0))));
    }

    private void reopen() throws IOException {
        disk.kill();
        keptDisk.kill();
        proofsDisk.kill();
        provedDisk.kill();
        open();
    }

    /// One each ten minutes.
    private void lodge(int heads) throws Exception {
        for (int i = 0; i < heads; i++) {
            log.growTo(Math.max(3, log.size() + 2));
            pass(Duration.ofMinutes(10));
            lodge();
        }
    }

    private void lodge() throws Exception {
        for (int round = 0; relay.finalSize() < log.size(); round++) {
            assertTrue(round < 100, () -> "not final: " + relay.trouble());
            pass(Duration.ofSeconds(2));
            relay.step();
            ledger.mine();
        }
        for (int i = 0; i < 3; i++) relay.step();
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    /// Since when what heads are final.
    private Map<Long, Instant> finals() throws IOException {
        var all = new TreeMap<Long, Instant>();
        for (long at = 0; at < relay.finalSize(); ) {
            var head = relay.firstFinalCovering(at).orElseThrow();
            assertEquals(log.root(head.size()), head.root());
            assertTrue(relay.holds(head.size()));
            all.put(head.size(), head.since());
            at = head.size();
        }
        return all;
    }

    /// Of each entry the time is known to the hour, and of the newest heads exactly; none is there that was not.
    private void requireLike(Map<Long, Instant> before) throws IOException {
        var now = finals();
        assertTrue(before.entrySet().containsAll(now.entrySet()), () -> now + " of " + before);
        for (var was : before.entrySet()) {
            var found = relay.firstFinalCovering(was.getKey() - 1).orElseThrow();
            assertTrue(hour(found.since()) == hour(was.getValue()), () -> "head of " + was + " is at " + found.since());
        }
        var newest = List.copyOf(before.keySet()).subList(before.size() - 8, before.size());
        assertTrue(now.keySet().containsAll(newest), () -> newest + " of " + now);
    }

    private static long hour(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), 3600);
    }

    @Test
    void ofEachHourTheLastHeadStays() throws Exception {
        thins = false;
        reopen();
        lodge(60);
        var before = finals();
        assertEquals(60, before.size());
        thins = true;
        reopen();
        relay.step();
        assertEquals(0, journal.firstIndex(), "not in the first hour");
        pass(Duration.ofHours(1));
        for (int i = 0; i < 3; i++) relay.step();
        assertTrue(journal.firstIndex() > 100, "it begins with entry " + journal.firstIndex());
        requireLike(before);
        var after = finals();
        assertTrue(after.size() < 30, () -> after.size() + " of 60 stayed");
        for (long gone : before.keySet()) assertEquals(after.containsKey(gone), relay.holds(gone));
        reopen();
        assertEquals(after, finals());
        lodge(30);
        pass(Duration.ofHours(1));
        for (int i = 0; i < 3; i++) relay.step();
        reopen();
        assertTrue(finals().size() < after.size() + 30);
        assertEquals(
                after.keySet().iterator().next(), finals().keySet().iterator().next());
        lodge(1);
    }

    @Test
    void proofsGoWithTheirHeads() throws Exception {
        proves = true;
        thins = false;
        reopen();
        lodge(80);
        for (long size : finals().keySet())
            assertTrue(relay.proof(relay.firstFinalCovering(size - 1).orElseThrow())
                    .isPresent());
        thins = true;
        reopen();
        pass(Duration.ofHours(1));
        for (int i = 0; i < 3; i++) relay.step();
        assertTrue(journal.firstIndex() > 100, "it begins with entry " + journal.firstIndex());
        assertTrue(proofs.firstIndex() > 40, "that of the proofs begins with entry " + proofs.firstIndex());
        for (int life = 0; life < 2; life++) {
            for (long size : finals().keySet())
                assertTrue(
                        relay.proof(relay.firstFinalCovering(size - 1).orElseThrow())
                                .isPresent(),
                        "of " + size);
            reopen();
        }
    }

    /// What was taken back is not final again behind a copy, and what came behind it is.
    @Test
    void rollBacksStay() throws Exception {
        thins = false;
        reopen();
        lodge(20);
        ledger.rollBackTo(30);
        pass(Duration.ofMinutes(2));
        relay.step();
        log.growTo(log.size() + 2);
        lodge();
        lodge(40);
        var before = finals();
        thins = true;
        reopen();
        pass(Duration.ofHours(1));
        for (int i = 0; i < 3; i++) relay.step();
        assertTrue(journal.firstIndex() > 100, "it begins with entry " + journal.firstIndex());
        requireLike(before);
        reopen();
        requireLike(before);
    }

    /// At every operation of either disk; what a cut left is thinned by the same steps afterwards.
    @Test
    void aPowerCutAnywhereLosesNoHeadThatStays() throws Exception {
        thins = false;
        reopen();
        lodge(40);
        var before = finals();
        disk.kill();
        keptDisk.kill();
        var disks = new FaultyDisk[] {disk, keptDisk};
        int cuts = 0;
        for (int which = 0; which < 2; which++) {
            boolean cut = true;
            for (int operations = 0; cut; operations++) {
                disk = disks[0].copy();
                keptDisk = disks[1].copy();
                thins = true;
                open();
                pass(Duration.ofHours(1));
                var cutOff = which == 0 ? disk : keptDisk;
                cutOff.cutPowerAfter(operations, operations);
                try {
                    for (int i = 0; i < 3; i++) relay.step();
                } catch (BrokenPromise ended) {
                    assertTrue(cutOff.isWithoutPower(), ended.toString());
                }
                cut = cutOff.isWithoutPower();
                if (!cut) break;
                cuts++;
                disk.powerCut(operations);
                keptDisk.powerCut(-operations);
                open();
                requireLike(before);
                pass(Duration.ofHours(1));
                for (int i = 0; i < 3; i++) relay.step();
                assertTrue(journal.firstIndex() > 0);
                requireLike(before);
            }
        }
        assertTrue(cuts >= 8, cuts + " cuts");
    }

    @Test
    void aLostOrForeignFolderIsTold() throws Exception {
        lodge(60);
        pass(Duration.ofHours(1));
        for (int i = 0; i < 3; i++) relay.step();
        assertTrue(journal.firstIndex() > 0);
        var whole = keptDisk;
        disk.kill();
        keptDisk.kill();
        keptDisk = new FaultyDisk();
        var lost = assertThrows(IOException.class, this::open);
        assertTrue(lost.getMessage().contains("bring the folder anchored-NAME back"), lost.getMessage());
        disk.kill();
        keptDisk.kill();
        keptDisk = whole;
        disk = new FaultyDisk();
        var foreign = assertThrows(IOException.class, this::open);
        assertTrue(foreign.getMessage().contains("goes with the folder anchors-NAME"), foreign.getMessage());
    }
}
