package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.FaultyLedger;
import org.sealpost.anchor.SignedLog;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;

class AskedLedgersTest {
    private final SignedLog log = new SignedLog("asked/log", 4711).growTo(9);
    private final FaultyLedger ledger = new FaultyLedger(1, 2);

    @Test
    void whatLiesWithinTheLogSpeaksAgainstNothing() throws Exception {
        assertEquals(Optional.empty(), against(9));
        ledger.lodgeByAnother(log.head(5));
        assertEquals(Optional.empty(), against(9));
        assertEquals(Optional.empty(), against(5));
        ledger.lodgeByAnother(log.head(9));
        assertEquals(Optional.empty(), against(9));
    }

    @Test
    void aLargerHeadSpeaksAgainstIt() throws Exception {
        ledger.lodgeByAnother(log.head(7));
        assertTrue(against(6).orElseThrow().startsWith("it holds a head of 7 entries, and 6 are sealed here"));
        assertTrue(against(0).orElseThrow().contains("and 0 are sealed here"), "a log without a seal");
    }

    @Test
    void anotherHistorySpeaksAgainstItHoweverLongTheLogIs() throws Exception {
        ledger.lodgeByAnother(log.forkedAt(3).head(7));
        for (long sealed : new long[] {7, 8, 9}) {
            assertTrue(against(sealed).orElseThrow().startsWith("it holds another root for 7 entries"));
        }
    }

    /// That is no answer, neither for nor against.
    @Test
    void whoIsAnotherLedgerOrSaysTwoThingsDoesNotTell() throws Exception {
        ledger.lodgeByAnother(log.head(5));
        var known = Optional.of(ledger.identity());
        ledger.becomeAnother(1);
        var another = assertThrows(AnchorageSetback.class, () -> AskedLedgers.against(ledger, known, sealed(9)));
        assertTrue(another.getMessage().contains("when it was reached first"), another::getMessage);
        ledger.awayFor(1);
        assertThrows(AnchorageSetback.class, () -> against(9));

        var doubtful = new FaultyLedger(1, 2) {
            @Override
            public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
                var found = super.find(origin, size, root);
                return found instanceof Finding.Conflict ? Finding.Absent.EMPTY : found;
            }
        };
        doubtful.lodgeByAnother(log.head(5));
        assertThrows(AnchorageSetback.class, () -> AskedLedgers.against(doubtful, Optional.empty(), sealed(4)));
    }

    private Optional<String> against(long sealed) throws Exception {
        return AskedLedgers.against(ledger, Optional.<AnchorIdentity>empty(), sealed(sealed));
    }

    private AskedLedgers.Log sealed(long size) {
        return new AskedLedgers.Log() {
            @Override
            public OriginId originId() {
                return log.originId();
            }

            @Override
            public long sealedSize() {
                return size;
            }

            @Override
            public Hash root(long of) {
                assertTrue(of >= 1 && of <= size, "nobody has a root of " + of + " entries");
                return log.root(of);
            }
        };
    }
}
