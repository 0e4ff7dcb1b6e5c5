package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.merkle.Hash;

/// What every anchorage promises, whatever stands behind it.
public abstract class AnchorageContract {
    private static final AtomicInteger ORIGINS = new AtomicInteger();

    protected final SignedLog log = freshLog();

    /// One of the kind, reached, with nothing under way.
    protected abstract Anchorage anchorage() throws Exception;

    /// Lets time pass there, so that what was submitted before is final afterwards.
    protected abstract void settle() throws Exception;

    /// What an anchorage that answers once answered, to be kept as a relay keeps it.
    protected void keep(LodgeableHead head, AnchorProof proof) {
        throw new AssertionError("it answers once, and nobody keeps what it answers");
    }

    private static SignedLog freshLog() {
        int number = ORIGINS.incrementAndGet();
        return new SignedLog("contract/" + number, 5000 + number);
    }

    @Test
    void isTheSameWheneverItIsAsked() throws Exception {
        assertEquals(anchorage().identity(), anchorage().identity());
        assertInstanceOf(AnchorageHealth.Good.class, anchorage().health());
    }

    @Test
    void knowsNothingOfAnOriginThatNobodyLodged() throws Exception {
        assertEquals(Finding.Absent.EMPTY, find(log.growTo(5).head(5)));
    }

    @Test
    void preparingSendsNothing() throws Exception {
        var request = ready(log.growTo(5).head(5));
        settle();
        assertEquals(Finding.Absent.EMPTY, find(log.head(5)));
        assertInstanceOf(RequestState.Unknown.class, anchorage().status(request));
    }

    @Test
    void aSubmittedHeadBecomesFinal() throws Exception {
        lodge(log.growTo(5).head(5));
        var present = assertInstanceOf(Finding.Present.class, find(log.head(5)));
        assertTrue(present.isFinal());
    }

    @Test
    void theSameBytesTakeEffectOnce() throws Exception {
        var request = ready(log.growTo(6).head(6));
        take(log.head(6), request);
        assertFalse(anchorage().submit(request) instanceof SubmitOutcome.RefusedForGood);
        settle();
        var first = find(log.head(6));
        if (anchorage().capabilities().answersOnce()) take(log.head(6), request);
        else assertFalse(anchorage().submit(request) instanceof SubmitOutcome.RefusedForGood);
        settle();
        assertEquals(first, find(log.head(6)));
    }

    @Test
    void headsFollowOneAnother() throws Exception {
        lodge(log.growTo(5).head(5));
        assertEquals(new Finding.Absent(5, log.root(5)), find(log.growTo(9).head(9)));
        lodge(log.head(9));
        assertInstanceOf(Finding.Present.class, find(log.head(9)));
        var still = assertInstanceOf(Finding.Present.class, find(log.head(5)));
        assertNotEquals(
                still.place(),
                assertInstanceOf(Finding.Present.class, find(log.head(9))).place());
    }

    @Test
    void aSmallerHeadIsCovered() throws Exception {
        lodge(log.growTo(9).head(9));
        var covered = assertInstanceOf(Finding.Covered.class, find(log.head(4)));
        assertEquals(new Finding.Covered(9, log.root(9)), covered);
    }

    @Test
    void anotherRootForASizeIsAConflict() throws Exception {
        lodge(log.growTo(9).head(9));
        assertEquals(new Finding.Conflict(log.root(9)), find(log.forkedAt(3).head(9)));
    }

    /// Whether it is refused when it is prepared, when it is submitted or when it is executed: it never shows.
    @Test
    void anotherHistoryIsNeverTaken() throws Exception {
        lodge(log.growTo(5).head(5));
        var fork = log.growTo(9).forkedAt(2);
        assertEquals(keepsNoHistory(), isTaken(fork.head(9), 5, fork.consistency(5, 9)));
        assertEquals(new Finding.Absent(5, log.root(5)), find(log.head(9)));
    }

    @Test
    void aProofFromAnOlderHeadIsNeverTaken() throws Exception {
        lodge(log.growTo(5).head(5));
        lodge(log.growTo(7).head(7));
        assertEquals(keepsNoHistory(), isTaken(log.growTo(9).head(9), 5, log.consistency(5, 9)));
        assertEquals(new Finding.Absent(7, log.root(7)), find(log.head(9)));
    }

    @Test
    void originsDoNotDisturbOneAnother() throws Exception {
        lodge(log.growTo(9).head(9));
        var other = freshLog().growTo(4);
        assertEquals(Finding.Absent.EMPTY, find(other.head(4)));
        lodge(other.head(4));
        assertInstanceOf(Finding.Present.class, find(log.head(9)));
        assertInstanceOf(Finding.Present.class, find(other.head(4)));
    }

    /// An authority stamps whatever it is asked to; that alone is no history, which is why it makes nothing final.
    private boolean keepsNoHistory() throws Exception {
        return !anchorage().capabilities().keepsOneHistory();
    }

    private boolean isTaken(LodgeableHead head, long base, List<Hash> proof) throws Exception {
        try {
            if (!(anchorage().prepare(head, base, proof) instanceof Preparation.Ready(var request))) return false;
            if (anchorage().submit(request) instanceof SubmitOutcome.Answered) return true;
            settle();
            return anchorage().status(request) instanceof RequestState.Final;
        } catch (AnchorageSetback e) {
            return false; // before anything was sent
        }
    }

    protected final void lodge(LodgeableHead head) throws Exception {
        take(head, ready(head));
        settle();
    }

    private void take(LodgeableHead head, SignedRequest request) throws Exception {
        var outcome = anchorage().submit(request);
        if (outcome instanceof SubmitOutcome.Answered(var proof)
                && anchorage().capabilities().answersOnce()) {
            keep(head, proof);
        } else {
            assertInstanceOf(SubmitOutcome.Accepted.class, outcome);
        }
    }

    protected final SignedRequest ready(LodgeableHead head) throws Exception {
        long base = find(head) instanceof Finding.Absent(var size, var root) ? size : 0;
        List<Hash> proof = base == 0 ? List.of() : log.consistency(base, head.size());
        return assertInstanceOf(Preparation.Ready.class, anchorage().prepare(head, base, proof))
                .request();
    }

    protected final Finding find(LodgeableHead head) throws Exception {
        return anchorage().find(head.originId(), head.size(), head.root());
    }
}
