package org.sealpost.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.Agreement;
import org.sealpost.anchor.AnchorageSetback;
import org.sealpost.anchor.Anchored;
import org.sealpost.anchor.Capabilities;
import org.sealpost.anchor.Doubt;
import org.sealpost.anchor.Relay;
import org.sealpost.anchor.RelayConfig;
import org.sealpost.anchor.SignedLog;
import org.sealpost.anchor.UnreadableRelay;
import org.sealpost.hsm.TokenHealth;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.stage.Stage;
import org.sealpost.stage.StageHealth;

class HistoryGuardTest {
    private static final Instant NOW = Instant.parse("2026-11-28T02:00:00Z");
    private static final StageHealth WELL =
            new StageHealth("sealer", false, Optional.empty(), Optional.empty(), 0, Optional.empty());

    private final Said first = new Said("evm");
    private final Said second = new Said("consortium");
    private long nanos = 17;
    private int seals;
    private boolean tokenIsThere = true;
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
            () -> tokenIsThere,
            InstantSource.fixed(NOW),
            () -> nanos);

    private static final class Said implements HistoryGuard.Ledger {
        private final String name;
        private Agreement agreement = Agreement.NOT_ASKED;
        private long looks = 1;

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

        @Override
        public long looks() {
            return looks;
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
        assertTrue(guard.part(failing()).remedy().contains("as is said of the relay"));
        second.agreement = Agreement.NOT_ASKED;
        nanos += 10 * HistoryGuard.PATIENCE.toNanos();
        assertThrows(HistoryGuard.LogContradicted.class, guard::step, "it did not take it back");
        second.agreement = Agreement.AGREES;
        assertEquals(2, guard.step());
        assertTrue(guard.part(failing()).remedy().contains("sealed by themselves"));
    }

    /// It did answer, so that it is no ledger that is away.
    @Test
    void whatALedgerDoubtsIsNotSealedHoweverLongItTakes() throws Exception {
        first.agreement = Agreement.DOUBTED;
        second.agreement = Agreement.AGREES;
        for (int i = 0; i < 3; i++) {
            nanos += 10 * HistoryGuard.PATIENCE_WHILE_ASKED.toNanos();
            var said = assertThrows(HistoryGuard.LogContradicted.class, guard::step);
            assertTrue(said.getMessage().contains("since evm says that it holds another history"), said::getMessage);
            assertTrue(guard.part(failing()).remedy().contains("as is said of the relay"));
        }
        assertEquals(0, seals);
        first.agreement = Agreement.AGREES;
        assertEquals(1, guard.step());
        first.agreement = Agreement.DOUBTED;
        assertThrows(HistoryGuard.LogContradicted.class, guard::step, "also where it sealed before");
    }

    /// What could not be asked meanwhile has its time behind it.
    @Test
    void theTimeOfADoubtWithoutATokenIsNoPatience() throws Exception {
        first.agreement = Agreement.DOUBTED;
        tokenIsThere = false;
        for (int i = 0; i < 3; i++) {
            nanos += HistoryGuard.PATIENCE_WHILE_ASKED.toNanos();
            assertThrows(HistoryGuard.LogContradicted.class, guard::step);
        }
        tokenIsThere = true;
        first.agreement = Agreement.AGREES;
        assertEquals(0, guard.step());
        second.agreement = Agreement.AGREES;
        assertEquals(1, guard.step());
    }

    /// Its journal is damaged, and what it said stands.
    @Test
    void aRelayThatCannotBeReadAndWasInDoubtHoldsSealsBack() throws Exception {
        var read = new UnreadableRelay("evm", true, true, "damaged", NOW);
        assertEquals(List.of(), HistoryGuard.of(List.of(read)));
        assertTrue(read.trouble().orElseThrow().remedy().contains("sealed meanwhile"));
        var said = Optional.of(new Doubt("it holds a head of size 7", NOW.minusSeconds(60)));
        var doubted = new UnreadableRelay("evm", true, true, "damaged", NOW, said);
        var trouble = doubted.trouble().orElseThrow();
        assertTrue(trouble.cause().contains("damaged; since 2026-11-28T01:59:00Z evm says"), trouble.cause());
        assertTrue(trouble.cause().contains("it holds a head of size 7"), trouble.cause());
        assertTrue(trouble.remedy().contains("nothing is sealed"), trouble.remedy());
        assertTrue(trouble.remedy().contains("move anchors-evm, and anchored-evm"), trouble.remedy());
        assertFalse(trouble.remedy().contains("sealed meanwhile"), trouble.remedy());
        var held = HistoryGuard.of(List.of(doubted)).getFirst();
        assertEquals("evm", held.name());
        assertEquals(Agreement.DOUBTED, held.agreement());
    }

    /// One silent node takes as long as the ordinary patience, and the next one would have told.
    @Test
    void theFirstQuestionIsWaitedForThoughNotForEver() throws Exception {
        second.agreement = Agreement.AGREES;
        first.looks = 0;
        nanos += HistoryGuard.PATIENCE_WHILE_ASKED.toNanos() - 1;
        assertEquals(0, guard.step());
        nanos++;
        assertEquals(1, guard.step());
    }

    @Test
    void aQuestionThatCameToNothingIsNotWaitedFor() throws Exception {
        second.agreement = Agreement.AGREES;
        first.looks = 0;
        nanos += HistoryGuard.PATIENCE.toNanos();
        assertEquals(0, guard.step());
        first.looks = 1;
        assertEquals(1, guard.step());
    }

    /// Some ledgers are asked with a key of it, so that nobody could be, and nothing could be sealed either.
    @Test
    void timeWithoutTheTokenDoesNotCount() throws Exception {
        tokenIsThere = false;
        second.agreement = Agreement.AGREES;
        for (int second = 0; second < 60; second++) {
            nanos += Duration.ofSeconds(1).toNanos();
            first.looks++;
            assertEquals(0, guard.step());
        }
        tokenIsThere = true;
        assertEquals(0, guard.step(), "the minute before is over without the token");
        // It is being asked, and none of the looks before was a question.
        nanos += HistoryGuard.PATIENCE_WHILE_ASKED.toNanos() - 1;
        assertEquals(0, guard.step());
        first.agreement = Agreement.CONTRADICTS;
        assertThrows(HistoryGuard.LogContradicted.class, guard::step);
        assertEquals(0, seals);
    }

    @Test
    void aLedgerThatIsAwayIsNotWaitedForForEverOnceTheTokenIsBack() throws Exception {
        tokenIsThere = false;
        second.agreement = Agreement.AGREES;
        nanos += Duration.ofMinutes(1).toNanos();
        assertEquals(0, guard.step());
        tokenIsThere = true;
        assertEquals(0, guard.step());
        first.looks++;
        nanos += HistoryGuard.PATIENCE.toNanos() - 1;
        assertEquals(0, guard.step());
        nanos++;
        assertEquals(1, guard.step());
        tokenIsThere = false;
        assertEquals(2, guard.step(), "the sealer says itself what it lacks");
    }

    /// Between two steps it may be away for all but the last moment.
    @Test
    void theTimeInWhichTheTokenCameDoesNotCount() throws Exception {
        tokenIsThere = false;
        first.agreement = Agreement.DOUBTED;
        assertThrows(HistoryGuard.LogContradicted.class, guard::step);
        second.looks++;
        nanos += Duration.ofSeconds(5).toNanos();
        tokenIsThere = true;
        first.agreement = Agreement.AGREES;
        assertEquals(0, guard.step());
        nanos += HistoryGuard.PATIENCE.toNanos() - 1;
        second.looks++;
        assertEquals(0, guard.step());
        nanos++;
        assertEquals(1, guard.step());
    }

    /// Nor does a look that came to its end in that time: it may have asked nobody.
    @Test
    void theLooksInTheTimeInWhichTheTokenCameAreNoQuestions() throws Exception {
        tokenIsThere = false;
        first.agreement = Agreement.AGREES;
        assertEquals(0, guard.step());
        second.looks++;
        nanos += Duration.ofSeconds(5).toNanos();
        tokenIsThere = true;
        assertEquals(0, guard.step());
        nanos += HistoryGuard.PATIENCE_WHILE_ASKED.toNanos() - 1;
        assertEquals(0, guard.step(), "it is being asked");
        nanos++;
        assertEquals(1, guard.step());
    }

    /// One that is away again and again: what was waited while it was there counts together.
    @Test
    void aTokenThatComesAndGoesDoesNotBeginTheWaitAnew() throws Exception {
        first.agreement = Agreement.AGREES;
        for (int i = 1; i <= 10; i++) {
            tokenIsThere = false;
            nanos += HistoryGuard.PATIENCE.toNanos();
            assertEquals(0, guard.step());
            tokenIsThere = true;
            assertEquals(0, guard.step());
            second.looks++;
            nanos += HistoryGuard.PATIENCE.dividedBy(10).toNanos();
            assertEquals(i == 10 ? 1 : 0, guard.step());
        }
    }

    /// Of a key that it refuses only those who need it are told.
    @Test
    void aTokenThatRefusesOneKeyMaySeal() {
        var able = Arrays.stream(TokenHealth.State.values())
                .filter(HistoryGuard::canSeal)
                .toList();
        assertEquals(
                List.of(TokenHealth.State.READY, TokenHealth.State.AMBIGUOUS_KEY, TokenHealth.State.KEY_REFUSED), able);
    }

    /// What stands on this box came back with the copy, and an authority takes any history.
    @Test
    void whoKeepsOneHistoryElsewhereIsAsked() throws Exception {
        var relays = List.<Anchored>of(
                relay("evm", new Capabilities("", true, false)),
                relay("local", new Capabilities("", false, false)),
                relay("tsa", new Capabilities("", true, true)));
        assertEquals(
                List.of("evm"),
                HistoryGuard.of(relays).stream().map(HistoryGuard.Ledger::name).toList());
    }

    private static Relay relay(String name, Capabilities can) throws Exception {
        var journal = Journal.open(
                new FaultyDisk(), new JournalConfig("test", 1 << 18, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16), 0);
        var nowhere = new DeferredAnchorage(
                () -> {
                    throw new AnchorageSetback("away", "none");
                },
                can);
        return Relay.open(RelayConfig.of(name), journal, nowhere, new SignedLog("guard/log", 1));
    }

    /// A ledger that is away has contradicted nothing.
    @Test
    void whoAgreesAgainIsNotHeldBackByOneThatIsAway() throws Exception {
        first.agreement = Agreement.CONTRADICTS;
        assertThrows(HistoryGuard.LogContradicted.class, guard::step);
        nanos += HistoryGuard.PATIENCE.toNanos();
        first.agreement = Agreement.NOT_ASKED;
        var said = assertThrows(HistoryGuard.LogContradicted.class, guard::step);
        assertTrue(said.getMessage().contains("since evm holds another history"), said::getMessage);
        first.agreement = Agreement.AGREES;
        assertEquals(1, guard.step());
    }

    /// It cannot tell an older copy from the newest, so somebody has to be told that nobody did.
    @Test
    void sealingWithoutTheWordOfALedgerIsSaidUntilItAnswers() throws Exception {
        guard.step();
        assertEquals("", guard.part(WELL).cause(), "it waits");
        nanos += HistoryGuard.PATIENCE.toNanos();
        guard.step();
        var none = guard.part(WELL);
        assertTrue(none.well());
        assertEquals(
                "no ledger answered since the start what it holds of this log (not yet: evm, consortium); sealing goes on",
                none.cause());
        assertTrue(none.remedy().contains("if it came from a backup, or was copied, stop the gateway"), none.remedy());
        assertEquals(Optional.of(NOW), none.since());
        first.agreement = Agreement.AGREES;
        assertEquals(
                "not every ledger answered since the start what it holds of this log (not yet: consortium); sealing goes on",
                guard.part(WELL).cause());
        second.agreement = Agreement.AGREES;
        assertEquals("", guard.part(WELL).cause());
    }

    /// As while what it holds is to be compared once more, since a courier's head is not final yet: it has answered.
    @Test
    void whoAgreedOnceHasAnsweredSinceTheStart() throws Exception {
        second.agreement = Agreement.AGREES;
        nanos += HistoryGuard.PATIENCE.toNanos();
        assertEquals(1, guard.step());
        assertTrue(guard.withheld("evm").orElseThrow().cause().contains("before it has answered since the start"));
        first.agreement = Agreement.AGREES;
        assertEquals(2, guard.step());
        first.agreement = Agreement.NOT_ASKED;
        assertEquals(3, guard.step());
        assertEquals(Optional.empty(), guard.withheld("evm"));
        assertEquals("", guard.part(WELL).cause());

        first.agreement = Agreement.DOUBTED;
        assertTrue(guard.withheld("evm").orElseThrow().urgent());
        first.agreement = Agreement.NOT_ASKED;
        assertFalse(guard.withheld("evm").isEmpty(), "it has said something else since");
    }

    private static StageHealth failing() {
        return new StageHealth("sealer", true, Optional.of("it says no"), Optional.of(NOW), 1, Optional.empty());
    }
}
