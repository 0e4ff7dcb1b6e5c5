package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;

class RelayTest {
    private final FaultyLedger ledger = new FaultyLedger(1, 2);
    private final RelayBench bench = bench();
    private final SignedLog log = bench.log;

    private RelayBench bench() {
        try {
            return new RelayBench(ledger);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Relay relay() {
        return bench.relay();
    }

    @Test
    void aHeadGoesItsWayStepByStep() throws Exception {
        assertEquals(0, bench.step());
        assertEquals(Optional.empty(), relay().identity());
        assertEquals(Optional.empty(), relay().newestFinal());
        assertEquals(0, relay().finalSize());
        log.growTo(5);
        assertEquals(1, bench.step());
        assertEquals(List.of("Opened", "Prepared 5"), bench.entries());
        assertEquals(0, ledger.offered(), "nothing is sent before it is written down");
        assertTrue(relay().holds(5), "its seal will be asked for");
        assertFalse(relay().holds(4));
        assertEquals(1, bench.step());
        assertInstanceOf(AnchorState.Waiting.class, relay().stateOf(4));
        ledger.mine();
        bench.step();
        assertInstanceOf(AnchorState.Anchored.class, relay().stateOf(4));
        assertTrue(relay().holds(5));
        assertEquals(Optional.empty(), relay().firstFinalCovering(4));
        ledger.mine();
        ledger.mine();
        bench.step();
        assertEquals(List.of("Opened", "Prepared 5", "Sent 5", "Included 5", "Final 5"), bench.entries());
        var head = relay().firstFinalCovering(4).orElseThrow();
        assertEquals(5, head.size());
        assertEquals(log.root(5), head.root());
        assertEquals(1, head.place().height());
        assertInstanceOf(AnchorState.Waiting.class, relay().stateOf(5));
        assertEquals(Optional.of(ledger.identity()), relay().identity());
        assertEquals(0, bench.step());
    }

    /// Two threads are one too many: the second one signs for what the first one has signed for meanwhile. The fold
    /// refuses that, and what it refuses is in no journal.
    @Test
    void whatDoesNotFollowIsToldAndNotWritten() throws Exception {
        var stepped = new SteppedWhilePreparing();
        var box = new RelayBench(stepped);
        stepped.relay = Optional.of(box.relay());
        box.log.growTo(5);
        var refused = assertThrows(EntryRefused.class, box::step);
        var told = box.relay().trouble().orElseThrow();
        assertEquals(refused.getMessage(), told.cause());
        assertTrue(told.cause().contains("Prepared, does not follow"), told.cause());
        assertTrue(told.urgent());
        assertEquals(List.of("Opened", "Prepared 5"), box.entries());
        box.kill();
        box.runUntilFinal();
        assertEquals(List.of("Opened", "Prepared 5", "Sent 5", "Included 5", "Final 5"), box.entries());
        assertEquals(Optional.empty(), box.relay().trouble());
    }

    private static final class SteppedWhilePreparing extends FaultyLedger {
        private Optional<Relay> relay = Optional.empty();

        SteppedWhilePreparing() {
            super(1, 2);
        }

        @Override
        public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) throws AnchorageSetback {
            var other = relay;
            relay = Optional.empty();
            try {
                if (other.isPresent()) other.get().step();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return super.prepare(head, base, proof);
        }
    }

    @Test
    void headsCoalesce() throws Exception {
        log.growTo(3);
        bench.runUntilFinal();
        log.growTo(4);
        bench.run(2);
        for (int size = 5; size <= 900; size++) log.growTo(size);
        bench.runUntilFinal();
        assertEquals(
                List.of(3L, 4L, 900L), List.copyOf(ledger.lodged(log.originId()).keySet()));
        assertEquals(900, relay().newestFinal().orElseThrow().size());
        assertEquals(900, relay().finalSize());
        for (int size : new int[] {3, 4, 900}) assertTrue(relay().holds(size));
        for (int size : new int[] {1, 2, 5, 899, 901}) assertFalse(relay().holds(size));
        assertEquals(3, relay().firstFinalCovering(0).orElseThrow().size());
        assertEquals(4, relay().firstFinalCovering(3).orElseThrow().size());
        assertEquals(900, relay().firstFinalCovering(4).orElseThrow().size());
    }

    @Test
    void twoLodgingsKeepTheirDistance() throws Exception {
        bench.policy = HeadPolicy.each(Duration.ofHours(1));
        bench.kill();
        log.growTo(3);
        bench.runUntilFinal();
        log.growTo(4);
        bench.run(50);
        assertEquals(1, ledger.lodged(log.originId()).size());
        bench.pass(Duration.ofHours(1));
        bench.runUntilFinal();
    }

    @Test
    void anAnchorageThatStaysAwayFillsNothing() throws Exception {
        log.growTo(3);
        bench.step();
        ledger.awayFor(1000);
        bench.run(1);
        var first = relay().trouble().orElseThrow();
        bench.run(500);
        assertTrue(bench.entries().size() <= 3, bench.entries().toString());
        assertEquals(first.since(), relay().trouble().orElseThrow().since(), "since the first of a row of setbacks");
        log.growTo(50);
        ledger.awayFor(0);
        bench.runUntilFinal();
        assertEquals(1, ledger.offeredFor(3));
        assertEquals(Optional.empty(), relay().trouble());
    }

    /// Three pauses between heads, by running time: whoever looks at the wall's clock may be an hour off.
    @Test
    void anAnchorageThatIsAwayForAWhileCallsNobody() throws Exception {
        bench.policy = HeadPolicy.each(Duration.ofMinutes(10));
        bench.kill();
        log.growTo(3);
        bench.runUntilFinal();
        log.growTo(9);
        ledger.awayFor(10_000);
        bench.pass(Duration.ofHours(2));
        bench.run(1);
        assertTrue(relay().trouble().orElseThrow().urgent(), "nothing was well for two hours");
        ledger.awayFor(0);
        bench.runUntilFinal();

        log.growTo(12);
        ledger.awayFor(10_000);
        for (int steps = 0; relay().trouble().isEmpty() && steps < 400; steps++) bench.run(1);
        var since = relay().trouble().orElseThrow().since();
        bench.pass(Duration.ofMinutes(29));
        bench.run(1);
        assertFalse(relay().trouble().orElseThrow().urgent());
        bench.pass(Duration.ofMinutes(2));
        bench.run(1);
        assertTrue(relay().trouble().orElseThrow().urgent());
        assertEquals(since, relay().trouble().orElseThrow().since());
        bench.parked = true;
        bench.run(1);
        assertEquals(Optional.empty(), relay().trouble(), "it does as it was told");
        bench.parked = false;
        ledger.awayFor(0);
        bench.pass(Duration.ofMinutes(10));
        bench.runUntilFinal();
        assertEquals(Optional.empty(), relay().trouble());
    }

    /// It was taken, and nobody includes it.
    @Test
    void whatIsNeverIncludedIsSaidAndCallsSomebodyIfItStaysSo() throws Exception {
        bench.policy = HeadPolicy.each(Duration.ofMinutes(10));
        bench.kill();
        ledger.ask(1);
        log.growTo(3);
        bench.run(4);
        bench.pass(Duration.ofMinutes(29));
        bench.run(1);
        assertEquals(Optional.empty(), relay().trouble());
        bench.pass(Duration.ofMinutes(2));
        bench.run(1);
        var trouble = relay().trouble().orElseThrow();
        assertTrue(
                trouble.cause().startsWith("the request for the head of 3 entries waits to be included since "),
                trouble.cause());
        assertFalse(trouble.urgent());
        bench.pass(Duration.ofMinutes(31));
        bench.run(1);
        assertTrue(relay().trouble().orElseThrow().urgent());
        assertEquals(trouble.since(), relay().trouble().orElseThrow().since());
        ledger.ask(0);
        bench.runUntilFinal();
        assertEquals(Optional.empty(), relay().trouble());
        assertEquals(1, ledger.offered());
    }

    /// What nobody answers for may be lost, or there: it passes, unless it stays so.
    @Test
    void anUnknownOutcomeCallsSomebodyIfItStaysUnknown() throws Exception {
        bench.policy = HeadPolicy.each(Duration.ofMinutes(10));
        bench.kill();
        log.growTo(3);
        bench.step();
        ledger.loseNext(false);
        bench.step();
        assertFalse(relay().trouble().orElseThrow().urgent());
        for (int minutes = 0; minutes < 31; minutes++) {
            bench.pass(Duration.ofMinutes(1));
            ledger.loseNext(false);
            bench.step();
        }
        assertTrue(relay().trouble().orElseThrow().urgent());
        bench.runUntilFinal();
    }

    @Test
    void afterALostRequestOrAnswerTheSameBytesAreOffered() throws Exception {
        for (boolean onlyTheAnswer : new boolean[] {false, true}) {
            var bench = new RelayBench(new FaultyLedger(1, 2));
            bench.log.growTo(3);
            bench.step();
            bench.ledger.loseNext(onlyTheAnswer);
            bench.step();
            assertEquals(List.of("Opened", "Prepared 3", "Ambiguous 3"), bench.entries());
            assertTrue(bench.relay().trouble().orElseThrow().cause().contains("lost"));
            bench.runUntilFinal();
            assertEquals(1, bench.ledger.offered());
        }
    }

    /// One entry a row, so that nothing fills the disk; what is shown is of now.
    @Test
    void theNewestCauseIsShown() throws Exception {
        log.growTo(3);
        bench.step();
        ledger.loseNext(false);
        bench.step();
        assertEquals("request lost", relay().trouble().orElseThrow().cause());
        ledger.loseNext(true);
        bench.step();
        assertEquals("answer lost", relay().trouble().orElseThrow().cause());
        assertEquals(List.of("Opened", "Prepared 3", "Ambiguous 3"), bench.entries());
        bench.kill();
        assertEquals("request lost", relay().trouble().orElseThrow().cause(), "all that the journal knows");
    }

    /// It does as it was told; only what keeps it from asking is wrong.
    @Test
    void whatIsParkedByOrderIsInNoTroubleForWhatItDoesNotSend() throws Exception {
        log.growTo(3);
        bench.step();
        ledger.loseNext(false);
        bench.step();
        assertTrue(relay().trouble().isPresent());
        bench.parked = true;
        assertEquals(Optional.empty(), relay().trouble());
        ledger.awayFor(1000);
        bench.run(1);
        String cause = relay().trouble().orElseThrow().cause();
        assertTrue(cause.startsWith("parked, and what is under way cannot be asked for: "), cause);
        ledger.awayFor(0);
        bench.step();
        assertEquals(Optional.empty(), relay().trouble());
        bench.parked = false;
        assertEquals("request lost", relay().trouble().orElseThrow().cause());
        bench.runUntilFinal();
        assertEquals(1, ledger.offered());
    }

    @Test
    void whatThisBoxCannotDoIsShown() throws Exception {
        log.growTo(3);
        bench.runUntilFinal();
        bench.pass(Duration.ofMinutes(2));
        bench.disk.failAfter(FaultyDisk.Call.READ, 0);
        assertThrows(IOException.class, bench::step);
        String cause = relay().trouble().orElseThrow().cause();
        assertTrue(cause.startsWith("test cannot go on: ") && cause.contains("READ of"), cause);
        bench.step();
        assertEquals(Optional.empty(), relay().trouble());
    }

    @Test
    void aForgottenPoolIsFilledAgainWithTheSameBytes() throws Exception {
        log.growTo(3);
        bench.step();
        bench.step();
        ledger.forgetPool();
        bench.runUntilFinal();
        assertEquals(1, ledger.offered());
    }

    @Test
    void aBlockThatIsTakenBackIsSeenAndSurvived() throws Exception {
        log.growTo(3);
        bench.step();
        bench.step();
        ledger.mine();
        bench.step();
        ledger.reorganise(1);
        bench.runUntilFinal();
        assertEquals(
                List.of("Opened", "Prepared 3", "Sent 3", "Included 3", "Reorged 3", "Included 3", "Final 3"),
                bench.entries());
        assertEquals(1, ledger.offered());
    }

    @Test
    void aRequestThatVanishedInAReorganisationIsOfferedAgain() throws Exception {
        log.growTo(3);
        bench.step();
        bench.step();
        ledger.mine();
        bench.step();
        ledger.reorganise(1);
        ledger.rollBackTo(0);
        bench.runUntilFinal();
        assertEquals(1, ledger.offered());
        assertTrue(bench.entries().contains("Reorged 3"), bench.entries().toString());
    }

    @Test
    void anotherRootStopsTheRelayForGood() throws Exception {
        ledger.lodgeByAnother(log.growTo(3).forkedAt(1).head(3));
        bench.step();
        var stopped = assertThrows(AnchorageSetback.class, bench::step);
        assertTrue(String.valueOf(stopped.getMessage()).contains(log.root(3).hex()), stopped.getMessage());
        bench.kill();
        log.growTo(9);
        assertThrows(AnchorageSetback.class, bench::step);
        assertTrue(relay().trouble().orElseThrow().cause().contains("not of this log's history"));
        assertEquals(0, ledger.offered());
        assertEquals("Conflict 3", bench.entries().getLast());
    }

    /// Nothing may be given up on its word any more; how far it had come, people are told all the same.
    @Test
    void oneThatStoppedStillTellsOfItsNewestFinalHead() throws Exception {
        log.growTo(3);
        bench.runUntilFinal();
        assertEquals(3, relay().largestFinal());
        ledger.lodgeByAnother(log.growTo(9).forkedAt(5).head(9));
        bench.run(50);
        assertTrue(relay().trouble().isPresent());
        assertEquals("Conflict 9", bench.entries().getLast());
        assertEquals(0, relay().finalSize());
        assertEquals(3, relay().largestFinal());
        assertEquals(3, relay().newestFinal().orElseThrow().size());
    }

    @Test
    void anotherHistoryUnderneathStopsTheRelayBeforeAnythingIsSent() throws Exception {
        ledger.lodgeByAnother(log.growTo(3).forkedAt(1).head(3));
        log.growTo(9);
        bench.step();
        assertThrows(AnchorageSetback.class, bench::step);
        assertEquals(0, ledger.offered());
    }

    @Test
    void aLedgerThatKnowsMoreThanThisLogStopsTheRelay() throws Exception {
        var original = new SignedLog("bench/log", 1).growTo(9);
        ledger.lodgeByAnother(original.head(9));
        log.growTo(4);
        bench.step();
        assertThrows(AnchorageSetback.class, bench::step);
        assertTrue(relay().trouble().orElseThrow().cause().contains("restored from an older copy, or copied"));
    }

    @Test
    void aHeadThatACourierBroughtNeedsNoRequest() throws Exception {
        ledger.lodgeByAnother(log.growTo(3).head(3));
        bench.runUntilFinal();
        assertEquals(0, ledger.offered());
        assertEquals(List.of("Opened", "Included 3", "Final 3"), bench.entries());
    }

    @Test
    void aCourierWhoIsAheadIsNoConflict() throws Exception {
        log.growTo(3);
        bench.step();
        ledger.lodgeByAnother(log.growTo(7).head(7));
        bench.runUntilFinal();
        assertEquals("Final 7", bench.entries().getLast());
        log.growTo(8);
        bench.runUntilFinal();
        assertEquals(log.root(8), ledger.lodged(log.originId()).get(8L));
    }

    /// Months without a way to the ledger, in which somebody carried a head there: what it covers is final by
    /// it, and only what came after is sent.
    @Test
    void aHeadThatWasCarriedOutIsRecordedAndNotSentAgain() throws Exception {
        log.growTo(3);
        bench.runUntilFinal();
        ledger.awayFor(100_000);
        log.growTo(7);
        bench.run(20);
        log.growTo(9);
        ledger.awayFor(0);
        // As it went: before the relay came to prepare anything, or after.
        ledger.lodgeByAnother(log.head(7));
        bench.runUntilFinal();
        assertEquals(0, ledger.offeredFor(7));
        assertEquals(1, ledger.offeredFor(9));
        var entries = bench.entries();
        int included = entries.indexOf("Included 7");
        assertTrue(included > 0, entries.toString());
        assertEquals(
                List.of("Included 7", "Final 7", "Prepared 9", "Sent 9", "Included 9", "Final 9"),
                entries.subList(included, entries.size()));
        assertEquals(7, relay().firstFinalCovering(4).orElseThrow().size());
        assertEquals(9, relay().firstFinalCovering(7).orElseThrow().size());
        assertTrue(relay().holds(7), "its seal will be asked for");
    }

    /// The first word that this relay hears of the ledger is the courier's head.
    @Test
    void aBoxThatNeverReachedTheLedgerFindsWhatWasCarriedThere() throws Exception {
        ledger.lodgeByAnother(log.growTo(5).head(5));
        log.growTo(8);
        bench.runUntilFinal();
        assertEquals(
                List.of("Opened", "Included 5", "Final 5", "Prepared 8", "Sent 8", "Included 8", "Final 8"),
                bench.entries());
    }

    /// Evidence rests on a head's seal: without it the head is of no use here, and the next one covers its
    /// entries.
    @Test
    void aCarriedHeadWhoseSealIsGoneIsPassedOver() throws Exception {
        ledger.lodgeByAnother(log.growTo(5).head(5));
        log.growTo(8).thin(5);
        bench.runUntilFinal();
        assertEquals(List.of("Opened", "Prepared 8", "Sent 8", "Included 8", "Final 8"), bench.entries());
        assertEquals(8, relay().firstFinalCovering(0).orElseThrow().size());
    }

    @Test
    void aCarriedHeadThatIsTakenBackIsNotFinal() throws Exception {
        ledger.lodgeByAnother(log.growTo(5).head(5));
        log.growTo(8);
        bench.step();
        bench.step();
        assertEquals("Included 5", bench.entries().getLast());
        ledger.rollBackTo(0);
        bench.runUntilFinal();
        assertTrue(bench.entries().contains("Reorged 5"), bench.entries().toString());
        assertFalse(bench.entries().contains("Final 5"), bench.entries().toString());
        assertEquals(List.of(8L), List.copyOf(ledger.lodged(log.originId()).keySet()));
    }

    /// A courier lodges a head after our proof was made: the request is included without effect, and a new
    /// proof is made.
    @Test
    void aProofThatWasOvertakenIsMadeAnew() throws Exception {
        log.growTo(3);
        bench.runUntilFinal();
        log.growTo(9);
        bench.step();
        bench.step();
        ledger.lodgeByAnother(log.head(5));
        bench.runUntilFinal();
        assertTrue(bench.entries().contains("Dropped 9"), bench.entries().toString());
        assertEquals(2, ledger.offeredFor(9));
        assertEquals(
                List.of(3L, 5L, 9L), List.copyOf(ledger.lodged(log.originId()).keySet()));
    }

    /// The pause is between heads that came through: what failed, or was lost again, waits for nothing.
    @Test
    void whatWasDroppedOrLostAgainIsDueAtOnce() throws Exception {
        bench.policy = HeadPolicy.each(Duration.ofHours(10));
        bench.kill();
        log.growTo(3);
        bench.runUntilFinal();
        log.growTo(9);
        bench.pass(Duration.ofHours(10));
        bench.step();
        bench.step();
        ledger.lodgeByAnother(log.head(5));
        bench.runUntilFinal();
        assertTrue(bench.entries().contains("Dropped 9"), bench.entries().toString());
        ledger.rollBackTo(0);
        bench.pass(Duration.ofMinutes(2));
        bench.step();
        assertEquals("RolledBack 0", bench.entries().getLast());
        bench.runUntilFinal();
        log.growTo(10);
        bench.run(50);
        assertFalse(ledger.lodged(log.originId()).containsKey(10L), "the next one waits again");
    }

    @Test
    void nothingIsSentToAnotherChain() throws Exception {
        log.growTo(3);
        bench.runUntilFinal();
        int offered = ledger.offered();
        ledger.becomeAnother(1);
        log.growTo(6);
        var refused = assertThrows(AnchorageSetback.class, bench::step);
        assertTrue(String.valueOf(refused.getMessage()).contains("another anchorage"), refused.getMessage());
        bench.run(20);
        bench.kill();
        bench.run(20);
        assertEquals(offered, ledger.offered());
        assertTrue(relay().trouble().isPresent());
    }

    @Test
    void aChainThatLostItsEndGetsTheHeadAgain() throws Exception {
        for (int size : new int[] {3, 5, 8}) {
            log.growTo(size);
            bench.runUntilFinal();
        }
        long height = relay().firstFinalCovering(3).orElseThrow().place().height();
        ledger.rollBackTo(height);
        bench.pass(Duration.ofMinutes(2));
        bench.step();
        assertEquals("RolledBack 5", bench.entries().getLast());
        assertInstanceOf(AnchorState.Waiting.class, relay().stateOf(7));
        bench.runUntilFinal();
        assertEquals(log.root(8), ledger.lodged(log.originId()).get(8L));
        assertEquals(8, relay().firstFinalCovering(6).orElseThrow().size());
        assertEquals(5, relay().firstFinalCovering(4).orElseThrow().size());
    }

    @Test
    void aChainThatLostEverythingGetsTheNewestHead() throws Exception {
        for (int size : new int[] {3, 5, 8}) {
            log.growTo(size);
            bench.runUntilFinal();
        }
        ledger.rollBackTo(0);
        log.growTo(10);
        bench.run(1);
        assertInstanceOf(AnchorState.Waiting.class, relay().stateOf(1));
        bench.runUntilFinal();
        assertEquals(List.of(10L), List.copyOf(ledger.lodged(log.originId()).keySet()));
        assertEquals(10, relay().firstFinalCovering(0).orElseThrow().size());
    }

    @Test
    void whatIsRefusedIsSetAsideAndHoldsBackNothing() throws Exception {
        ledger.refusing(true);
        log.growTo(3);
        bench.run(100);
        assertEquals(List.of("Opened", "Prepared 3", "Parked 3"), bench.entries());
        var aside = relay().trouble().orElseThrow();
        assertTrue(aside.cause().contains("refused"));
        bench.kill();
        bench.run(100);
        assertEquals(aside.since(), relay().trouble().orElseThrow().since(), "also after a restart");
        assertEquals(1, ledger.offered());
        ledger.refusing(false);
        log.growTo(4);
        bench.runUntilFinal();
        assertEquals(Optional.empty(), relay().trouble());
    }

    @Test
    void aJournalOfAnotherOriginIsNotGoneOnWith() throws Exception {
        log.growTo(3);
        bench.runUntilFinal();
        bench.heads = new SignedLog("bench/other", 1).growTo(9);
        bench.kill();
        assertThrows(IllegalStateException.class, bench::step);
        String cause = relay().trouble().orElseThrow().cause();
        assertTrue(cause.contains("the journal belongs to origin id"), cause);
    }

    @Test
    void aJournalThatNoRelayWroteIsNotOpened() throws Exception {
        var disk = new FaultyDisk();
        try (var journal = Journal.open(disk, RelayBench.JOURNAL, 0)) {
            journal.append(new RelayEntry.Sent(java.time.Instant.EPOCH, 3).toBytes(), new byte[0]);
            journal.force();
            var refused =
                    assertThrows(IOException.class, () -> Relay.open(RelayConfig.of("test"), journal, ledger, log));
            assertTrue(String.valueOf(refused.getMessage()).contains("does not follow"), refused.getMessage());
        }
    }

    @Test
    void whatIsKnownIsKnownAgainAfterARestart() throws Exception {
        for (int size : new int[] {3, 5, 8}) {
            log.growTo(size);
            bench.runUntilFinal();
        }
        List<Optional<FinalHead>> before = heads();
        bench.powerCut(3);
        assertEquals(before, heads());
        assertEquals(0, bench.step(), "and there is nothing to do");
    }

    private List<Optional<FinalHead>> heads() throws IOException {
        return List.of(relay().firstFinalCovering(0), relay().firstFinalCovering(4), relay().firstFinalCovering(7));
    }

    /// One that passed here and failed when its journal was made would stop the box at its next start.
    @Test
    void aNameIsNoLongerThanItsJournalsCarry() {
        String longest = "a".repeat(20);
        RelayConfig.of(longest);
        for (String kind : List.of("anchors-", "proofs-", "published-", "anchored-", "finished-", "proved-")) {
            new JournalConfig(kind + longest, 1 << 18, Relay.MAX_ENTRY_SIZE_BYTES, 1 << 16);
        }
        for (String name : List.of("", "Besu", "a b", "a".repeat(21))) {
            assertThrows(IllegalArgumentException.class, () -> RelayConfig.of(name));
        }
    }

    @Test
    void entriesComeBackAsTheyWereWritten() throws Exception {
        var at = java.time.Instant.ofEpochMilli(1_700_000_000_123L);
        var root = log.growTo(3).root(3);
        var place = new Place(7, log.root(2));
        var request = new SignedRequest(log.root(1), java.util.OptionalLong.of(4), new byte[] {1, 2, 3});
        var bare = new SignedRequest(log.root(1), java.util.OptionalLong.empty(), new byte[SignedRequest.MAX_SIZE]);
        List<RelayEntry> entries = List.of(
                new RelayEntry.Opened("chain", log.originId(), ledger.identity()),
                new RelayEntry.Prepared(at, 3, root, 2, request),
                new RelayEntry.Prepared(at, Long.MAX_VALUE, root, 0, bare),
                new RelayEntry.Sent(at, 3),
                new RelayEntry.Ambiguous(at, 3, "no answer"),
                new RelayEntry.Included(at, 3, root, place),
                new RelayEntry.Final(at, 3, root, place),
                new RelayEntry.Reorged(at, 3, place),
                new RelayEntry.Covered(at, 3, 9),
                new RelayEntry.Dropped(at, 3, "nonce"),
                new RelayEntry.Parked(at, 3, "é".repeat(256)),
                new RelayEntry.Conflict(at, 3, root, Optional.of(log.root(2)), "why"),
                new RelayEntry.Conflict(at, 3, root, Optional.<Hash>empty(), ""),
                new RelayEntry.RolledBack(at, 0));
        for (var entry : entries) {
            byte[] bytes = entry.toBytes();
            assertTrue(bytes.length <= Relay.MAX_ENTRY_SIZE_BYTES);
            assertEquals(entry, RelayEntry.read(bytes));
            for (int cut = 0; cut < Math.min(bytes.length, 200); cut++) {
                byte[] part = java.util.Arrays.copyOf(bytes, cut);
                assertThrows(org.sealpost.record.CborMalformed.class, () -> RelayEntry.read(part));
            }
        }
    }
}
