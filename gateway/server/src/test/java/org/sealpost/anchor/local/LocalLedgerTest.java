package org.sealpost.anchor.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageContract;
import org.sealpost.anchor.Preparation;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.SoftwareKey;
import org.sealpost.anchor.SubmitOutcome;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.KeyProof;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.LodgingRules;

class LocalLedgerTest extends AnchorageContract {
    private static final JournalConfig CONFIG =
            new JournalConfig("local-ledger", 1 << 16, LocalLedger.MAX_ENTRY_SIZE_BYTES, 1 << 12);

    private FaultyDisk disk = new FaultyDisk();
    private LocalLedger ledger = open();

    @Override
    protected Anchorage anchorage() {
        return ledger;
    }

    @Override
    protected void settle() {}

    private LocalLedger open() {
        try {
            return LocalLedger.open(Journal.open(disk, CONFIG, 0));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void saysThatItConvincesNobodyElse() {
        assertFalse(ledger.capabilities().convincesOthers());
    }

    @Test
    void twoLedgersAreNeverTheSame() {
        var first = ledger.identity();
        disk = new FaultyDisk();
        assertNotEquals(first, open().identity());
    }

    @Test
    void whatItTookIsThereAfterAPowerCut() throws Exception {
        var identity = ledger.identity();
        lodge(log.growTo(4).head(4));
        lodge(log.growTo(8).head(8));
        var places = List.of(find(log.head(4)), find(log.head(8)));
        disk.powerCut(7);
        ledger = open();
        assertEquals(identity, ledger.identity());
        assertEquals(places, List.of(find(log.head(4)), find(log.head(8))));
        lodge(log.growTo(11).head(11));
    }

    /// Cuts the power after each single operation of the disk in turn, while three heads are lodged one after
    /// another.
    @Test
    void aPowerCutAnywhereNeverBreaksTheChain() throws Exception {
        log.growTo(9);
        long before = disk.operations();
        for (long size : new long[] {3, 6, 9}) lodge(log.head(size));
        long operations = disk.operations() - before;
        assertTrue(operations >= 6, "only " + operations + " operations to cut at");
        for (long cut = 0; cut < operations; cut++) {
            disk = new FaultyDisk();
            ledger = open();
            disk.cutPowerAfter(cut, cut);
            long lodged = 0;
            try {
                for (long size : new long[] {3, 6, 9}) {
                    if (!(ledger.submit(ready(log.head(size))) instanceof SubmitOutcome.Accepted)) break;
                    lodged = size;
                }
            } catch (RuntimeException e) {
                // The journal says that it is finished.
            }
            disk.powerCut(cut);
            ledger = open();
            if (lodged > 0) assertInstanceOf(Finding.Present.class, find(log.head(lodged)), "cut " + cut);
            lodge(log.growTo(12).head(12));
        }
    }

    @Test
    void anEntryThatDoesNotFollowIsNamed() throws Exception {
        lodge(log.growTo(4).head(4));
        disk.kill();
        var journal = Journal.open(disk, CONFIG, 0);
        journal.append(new LocalEntry(log.growTo(6).head(6), log.root(2)).toBytes(), new byte[0]);
        journal.force();
        journal.close();
        var refused = assertThrows(IOException.class, () -> LocalLedger.open(Journal.open(disk, CONFIG, 0)));
        assertTrue(String.valueOf(refused.getMessage()).startsWith("entry 2 of the local ledger"), refused.toString());
    }

    @Test
    void aForeignSignatureIsRefusedBeforeAnythingIsWritten() throws Exception {
        var head = log.growTo(4).head(4);
        var stranger = SoftwareKey.p256ForTests(3);
        var forged = new LodgeableHead(head.origin(), 4, head.root(), stranger.spki(), head.signature());
        assertInstanceOf(Preparation.Refused.class, ledger.prepare(forged, 0, List.of()));
        var high = new LodgeableHead(
                head.origin(), 4, head.root(), head.firstKey(), log.key().highS(head.signature()));
        assertInstanceOf(Preparation.Refused.class, ledger.prepare(high, 0, List.of()));
    }

    /// Each head brings its hand-overs from the genesis on, and who owns this box owns its ledger: a break is
    /// followed.
    @Test
    void headsGoOnBehindHandOversAndBreaks() throws Exception {
        lodge(log.growTo(4).head(4));
        lodge(log.handOver(901).growTo(7).head(7));
        lodge(log.breakTo(902).growTo(9).head(9));
        for (int i = 0; i < 18; i++) log.handOver(910 + i);
        lodge(log.head(27));
        disk.kill();
        ledger = open();
        assertInstanceOf(Finding.Present.class, find(log.head(27)));
    }

    /// A request has room for some of them only; the keys of its own box's log the ledger knows.
    @Test
    void aHeadBehindManyHandOversIsTakenOfTheBoxItself() throws Exception {
        log.growTo(4);
        for (int i = 0; i < 80; i++) log.handOver(930 + i);
        var head = log.growTo(90).head(90);
        assertInstanceOf(Preparation.Refused.class, ledger.prepare(head, 0, List.of()), "of another box");
        var keys = head.keyProof().orElseThrow().keysFor(head).orElseThrow();
        disk.kill();
        ledger = LocalLedger.open(Journal.open(disk, CONFIG, 0), Map.of(log.originId(), keys));
        lodge(head);
        var fork = log.forkedAt(50).growTo(91);
        byte[] byFirst = log.key().sign(SignedLog.digest(head.origin().name(), 91, fork.root(91)));
        var stale = new LodgeableHead(head.origin(), 91, fork.root(91), head.firstKey(), byFirst);
        assertInstanceOf(Preparation.Refused.class, ledger.prepare(stale, 90, fork.consistency(90, 91)));
    }

    @Test
    void aSecondHistoryByTheKeyInForceIsToldFromAForeignSignature() throws Exception {
        lodge(log.growTo(3).handOver(903).growTo(9).head(9));
        var fork = log.forkedAt(5).head(9);
        var request = assertInstanceOf(Preparation.Ready.class, ledger.prepare(fork, 0, List.of()));
        var refused = assertInstanceOf(SubmitOutcome.RefusedForGood.class, ledger.submit(request.request()));
        assertEquals(LodgingRules.Refusal.CONFLICT.sentence, refused.reason());
        byte[] byFirst = log.key().sign(SignedLog.digest(fork.origin().name(), 9, fork.root()));
        var stale = new LodgeableHead(fork.origin(), 9, fork.root(), fork.firstKey(), byFirst, fork.keyProof());
        assertInstanceOf(Preparation.Refused.class, ledger.prepare(stale, 0, List.of()));
    }

    @Test
    void aHandOverThatIsNotInTheLogIsRefused() throws Exception {
        lodge(log.growTo(4).head(4));
        var head = log.handOver(904).growTo(7).head(7);
        var proof = head.keyProof().orElseThrow();
        var step = new KeyProof.Step(proof.steps().getFirst().leaf(), log.inclusion(5, 7));
        var elsewhere = head.with(new KeyProof(proof.genesis(), proof.genesisPath(), List.of(step)));
        assertInstanceOf(Preparation.Refused.class, ledger.prepare(elsewhere, 4, log.consistency(4, 7)));
    }
}
