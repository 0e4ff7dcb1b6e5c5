package org.sealpost.anchor.local;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.AnchorProofs;
import org.sealpost.anchor.Anchorage;
import org.sealpost.anchor.AnchorageTorture;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.lodging.OriginId;

/// The box's own ledger: a file, which loses its power with the box.
class LocalTortureTest extends AnchorageTorture {
    private static final JournalConfig CONFIG =
            new JournalConfig("local-ledger", 1 << 18, LocalLedger.MAX_ENTRY_SIZE_BYTES, 1 << 12);

    private FaultyDisk disk = new FaultyDisk();
    private LocalLedger ledger = reopened();

    private LocalLedger reopened() {
        try {
            return LocalLedger.open(Journal.open(disk, CONFIG, 0));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Whichever is there by now.
    @Override
    protected Anchorage open(AnchorProofs proofs) {
        return whichever(() -> ledger);
    }

    @Override
    protected void boxLostPower(long seed) {
        disk.powerCut(seed);
        ledger = reopened();
    }

    @Override
    protected List<Long> lodged(OriginId origin) throws Exception {
        var copy = disk.copy();
        copy.kill();
        var sizes = new ArrayList<Long>();
        try (var journal = Journal.open(copy, CONFIG, 0)) {
            for (long i = 1; i < journal.size(); i++) {
                var head = LocalEntry.read(journal.read(i).leaf()).head();
                if (head.originId().equals(origin)) sizes.add(head.size());
            }
        }
        return sizes;
    }

    @Override
    protected String trust(AnchorIdentity identity) {
        return "";
    }

    @Override
    protected boolean proves() {
        return false;
    }

    /// One gateway writes it.
    @Override
    protected int boxes() {
        return 1;
    }

    @Override
    protected List<Fault> faults() {
        return List.of(new Fault("lost answers", () -> loseAnswers(true), () -> loseAnswers(false)));
    }

    @Override
    protected Act snapshot() {
        var before = disk.copy();
        return () -> {
            disk = before;
            disk.kill();
            ledger = reopened();
        };
    }

    @Override
    protected void recreate() throws Exception {
        disk = new FaultyDisk();
        ledger = reopened();
    }

    /// A second one does not even open.
    @Test
    @Override
    protected void twoRelayersWithOneKeyBothGetThere() {
        assertThrows(IOException.class, () -> Journal.open(disk, CONFIG, 0));
    }

    /// What is written is final.
    @Override
    protected void whatAPoolLostGetsThereByTheSameBytes() {}

    /// As above.
    @Override
    protected void aBlockThatIsTakenBackIsSeenByItsHash() {}

    /// There are no nodes.
    @Override
    protected void oneNodeMayBeGone() {}

    /// As above.
    @Override
    protected void whatWasSentWhileTooManyWereGoneLandsOnceWhenTheyAreBack() {}

    /// Nobody signs for it.
    @Override
    protected void aKeyThatCannotBeUsedIsWaitedFor() {}

    /// Who owns the box owns its ledger: it follows a log whose key was lost.
    @Override
    protected void whatIsRefusedForGoodIsSetAsideAndHoldsBackNothing() {}

    /// It is there as long as the box is.
    @Override
    protected void monthsOfBacklogNeedOneLodging() {}

    /// There is no network.
    @Override
    protected void whatIsNoAnswerIsASetback() {}
}
