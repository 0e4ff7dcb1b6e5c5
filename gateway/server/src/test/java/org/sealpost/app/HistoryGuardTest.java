package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.Agreement;
import org.sealpost.stage.Stage;

class HistoryGuardTest {
    private final Said first = new Said("evm");
    private final Said second = new Said("consortium");
    private long nanos = 17;
    private int seals;
    private final HistoryGuard guard = new HistoryGuard(
            new Stage() {
                @Override
                public String name() {
                    return "sealer";
                }

                @Override
                public int step() {
                    return ++seals;
                }
            },
            List.of(first, second),
            () -> nanos);

    private static final class Said implements HistoryGuard.Ledger {
        private final String name;
        private Agreement agreement = Agreement.NOT_ASKED;

        Said(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Agreement agreement() {
            return agreement;
        }
    }

    @Test
    void nothingIsSealedBeforeEachLedgerAgrees() throws Exception {
        assertEquals(0, guard.step());
        first.agreement = Agreement.AGREES;
        assertEquals(0, guard.step());
        second.agreement = Agreement.AGREES;
        assertEquals(1, guard.step());
    }

    @Test
    void aLedgerThatIsAwayIsNotWaitedForForEver() throws Exception {
        first.agreement = Agreement.AGREES;
        nanos += HistoryGuard.PATIENCE.toNanos() - 1;
        assertEquals(0, guard.step());
        nanos++;
        assertEquals(1, guard.step());
        assertEquals(2, guard.step());
    }

    @Test
    void whatALedgerContradictsIsNotSealedUntilItAgrees() throws Exception {
        first.agreement = Agreement.AGREES;
        second.agreement = Agreement.AGREES;
        assertEquals(1, guard.step());
        second.agreement = Agreement.CONTRADICTS;
        var said = assertThrows(HistoryGuard.LogContradicted.class, guard::step);
        assertTrue(said.getMessage().contains("since consortium holds another history"), said::getMessage);
        assertTrue(guard.remedy().contains("as is said of the relay"));
        second.agreement = Agreement.NOT_ASKED;
        nanos += 10 * HistoryGuard.PATIENCE.toNanos();
        assertThrows(HistoryGuard.LogContradicted.class, guard::step, "it did not take it back");
        second.agreement = Agreement.AGREES;
        assertEquals(2, guard.step());
        assertTrue(guard.remedy().contains("sealed by themselves"));
    }
}
