package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.RelayMove.Ask;
import org.sealpost.anchor.RelayMove.Rest;
import org.sealpost.anchor.RelayMove.Stuck;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborMalformed;

/// Every fault at every question of a life, and every two of them: no disk, no network, no seed.
class RelayCoreTest {
    /// Longer than a life has to bring one head through with all its faults: no attempt waits for it.
    private static final Duration PAUSE = Duration.ofMinutes(10);

    private static final Duration MIN_PAUSE = Duration.ofMinutes(1);
    private static final RelayConfig CONFIG = RelayConfig.of("model").withPolicy(new HeadPolicy(PAUSE, 4, MIN_PAUSE));

    /// What can happen at a question.
    private enum Fault {
        /// The process ends before it is asked.
        ENDS_BEFORE,
        /// It is done or asked, and the process ends before the answer is heard.
        ENDS_AFTER,
        /// Nobody is reached; the question is dropped.
        AWAY,
        /// It is done, the answer is lost, and the question is dropped.
        UNHEARD,
        /// A block comes, right before.
        BLOCK,
        /// What is not final is taken back; what was in there comes again.
        REORGANISED,
        /// The node forgets what it had not included.
        POOL_LOST,
        /// Somebody else lodges the newest head.
        COURIER,
        /// Somebody orders that nothing more is sent, and takes it back some moves later.
        PARK,
        /// Somebody orders that it is sent again.
        RESUBMIT,
        /// From now on the ledger includes what offers more than the first request does.
        DEARER,
        /// The journal of what was made in the place of others is lost while the process is down.
        REPLACED_LOST,
        /// A release that knows no such journal runs for some moves.
        FALL_BACK
    }

    /// What can happen where nothing takes the place of a request.
    private static final Set<Fault> OF_ALL = EnumSet.range(Fault.ENDS_BEFORE, Fault.RESUBMIT);

    /// What can happen to an authority: there are no blocks, and nobody else.
    private static final Set<Fault> WITHOUT_BLOCKS = EnumSet.range(Fault.ENDS_BEFORE, Fault.UNHEARD);

    private record Event(int at, Fault fault) {}

    @Test
    void aLifeWithoutFaults() throws Exception {
        var life = new Life(List.of());
        life.live(3, 5);
        assertEquals(
                List.of("Opened", "Prepared", "Sent", "Included", "Final", "Prepared", "Sent", "Included", "Final"),
                life.entries.stream()
                        .map(entry -> entry.getClass().getSimpleName())
                        .toList());
    }

    @Test
    void everyFaultAtEveryQuestion() throws Exception {
        var calm = new Life(List.of());
        calm.live(3, 5);
        // Some more: a fault makes lives longer.
        for (var first : events(0, calm.questions + 8)) new Life(List.of(first)).live(3, 5);
    }

    /// The second one soon after the first, in lives of one head: what is further apart meets a relay at
    /// rest.
    @Test
    void everyTwoFaults() throws Exception {
        for (var first : events(0, 26)) {
            for (var second : events(first.at + 1, first.at + 8)) new Life(List.of(first, second)).live(3);
        }
    }

    /// The answer is the anchor: it is kept before anything is said of it, whatever happens in between.
    @Test
    void anAuthorityAnswersOnce() throws Exception {
        var calm = Life.withAuthority(List.of());
        calm.live(3, 5);
        assertEquals(
                List.of("Opened", "Prepared", "Included", "Final", "Prepared", "Included", "Final"),
                calm.entries.stream()
                        .map(entry -> entry.getClass().getSimpleName())
                        .toList());
        for (var first : events(0, calm.questions + 8, WITHOUT_BLOCKS)) {
            Life.withAuthority(List.of(first)).live(3, 5);
            for (var second : events(first.at + 1, first.at + 8, WITHOUT_BLOCKS)) {
                Life.withAuthority(List.of(first, second)).live(3);
            }
        }
    }

    /// The first request is stuck from some point on, and whatever happens besides, the head gets there by one nonce.
    @Test
    void everyFaultWhileARequestIsReplaced() throws Exception {
        var calm = Life.replacing(List.of());
        calm.live(3, 5);
        assertEquals(0, calm.replaced.size(), "nothing is replaced that is not stuck");
        var stuck = Life.replacing(List.of(new Event(6, Fault.DEARER)));
        stuck.live(3);
        assertEquals(1, stuck.replaced.size());
        assertEquals(1, stuck.count(RelayEntry.Prepared.class));
        assertEquals(2, stuck.ledger.offeredFor(3));
        for (int at = 0; at < 8; at++) {
            var dearer = new Event(at, Fault.DEARER);
            for (var other : events(at + 1, stuck.questions + 8, EnumSet.allOf(Fault.class))) {
                Life.replacing(List.of(dearer, other)).live(3);
            }
        }
    }

    /// Any two in the time in which the dearer request is made, sent and waited for.
    @Test
    void everyTwoFaultsAroundAReplacement() throws Exception {
        var dearer = new Event(6, Fault.DEARER);
        var stuck = Life.replacing(List.of(dearer));
        stuck.live(3);
        for (var first : events(stuck.replacedAt - 4, stuck.replacedAt + 8, EnumSet.allOf(Fault.class))) {
            for (var second : events(first.at + 1, first.at + 7, EnumSet.allOf(Fault.class))) {
                Life.replacing(List.of(dearer, first, second)).live(3);
            }
        }
    }

    @Test
    void aRequestIsReplacedFiveTimesAtMostAndEachTimeWaitedFor() throws Exception {
        var life = Life.replacing(List.of());
        life.ledger.ask(Integer.MAX_VALUE);
        life.size = 3;
        for (int i = 0; i < 100; i++) life.move();
        assertEquals(RequestRow.MAX_DEARER, life.replaced.size());
        assertEquals(1 + RequestRow.MAX_DEARER, life.ledger.offeredFor(3));
        assertEquals(1, life.ledger.noncesOfferedFor(3));
        assertEquals(1 + RequestRow.MAX_DEARER, life.sent);
        String said = life.core.delay(life.nanos).orElseThrow().cause();
        assertTrue(said.contains("waits to be included since 1970-01-01T") && said.contains(", 5 dearer"), said);
        life.ledger.ask(RequestRow.MAX_DEARER);
        life.toFinal(3);
        assertEquals(1, life.count(RelayEntry.Prepared.class));
        assertEquals(Optional.empty(), life.core.delay(life.nanos));
    }

    /// Whatever is signed next waits behind its nonce.
    @Test
    void aStuckRequestWhoseHeadSomebodyElseLodgedHoldsBackNoLaterHead() throws Exception {
        var life = Life.replacing(List.of());
        life.ledger.ask(1);
        life.size = 3;
        while (life.sent == 0) life.move();
        life.ledger.lodgeByAnother(Life.HEADS.get(3L));
        life.toFinal(3);
        assertEquals(0, life.replaced.size());
        life.lodge(5);
        assertEquals(2, life.ledger.offeredFor(3));
        assertEquals(1, life.ledger.noncesOfferedFor(3));
        assertEquals(1, life.ledger.noncesOfferedFor(5));
        assertEquals(Life.LOG.root(5), life.ledger.lodged(Life.LOG.originId()).get(5L));
        assertEquals(0, life.count(RelayEntry.Dropped.class));
    }

    /// The first one lands although a dearer one was made: the head is there, and the next one is signed behind it.
    @Test
    void whicheverOfARowLandsTheNextHeadHasTheNextNonce() throws Exception {
        var life = Life.replacing(List.of());
        life.ledger.ask(1);
        life.size = 3;
        while (life.replaced.isEmpty()) life.move();
        life.ledger.ask(0); // before the dearer one is sent
        life.ledger.mine();
        life.toFinal(3);
        assertEquals(1, life.ledger.offeredFor(3));
        life.lodge(5);
        assertEquals(1, life.ledger.offeredFor(5));
        assertEquals(0, life.count(RelayEntry.Dropped.class));
    }

    /// A node that says "nonce too low" says nothing of who used it.
    @Test
    void aNonceThatAnotherRelayerUsedIsKnownByTheWholeRow() throws Exception {
        var life = Life.replacing(List.of());
        life.ledger.ask(1);
        life.size = 3;
        while (life.replaced.isEmpty()) life.move();
        life.ledger.useNonce();
        life.ledger.mine();
        life.ledger.mine();
        life.ledger.ask(0);
        life.toFinal(3);
        assertEquals(1, life.count(RelayEntry.Dropped.class));
        assertEquals(2, life.ledger.noncesOfferedFor(3));
        assertEquals(
                1,
                life.entries.stream()
                        .filter(entry -> entry instanceof RelayEntry.Final)
                        .count());
    }

    /// A ledger that has no proof of a head is asked for those of the others, one in each while.
    @Test
    void nothingWaitsForAProof() throws Exception {
        var life = new Life(List.of());
        life.ledger.withoutProofs(true);
        life.lodge(3, 5);
        life.proofsAsked.clear();
        life.recheck(4);
        assertEquals(List.of(5L, 3L, 5L), life.proofsAsked, "the newest first, and again when all were asked for");
        life.ledger.withoutProofs(false);
        life.recheck(3);
        assertEquals(Set.of(3L, 5L), life.kept.keySet());
        life.proofsAsked.clear();
        life.recheck(3);
        assertEquals(List.of(), life.proofsAsked, "none is owed any more");
    }

    /// Some tell of a request only when it is in a block, which came after the head was looked for.
    @Test
    void whatBecomesFinalWhileItIsAskedForIsNotDropped() throws Exception {
        var life = new Life(List.of());
        life.anchorage = new FaultyLedger(1, 2) {
            @Override
            public RequestState status(SignedRequest request) throws AnchorageSetback {
                for (int block = 0; block < 3; block++) mine();
                return super.status(request);
            }
        };
        life.size = 3;
        for (int i = 0; i < 6; i++) life.move();
        assertEquals(
                List.of("Opened", "Prepared", "Sent", "Included", "Final"),
                life.entries.stream()
                        .map(entry -> entry.getClass().getSimpleName())
                        .toList());
    }

    /// What drops are due at once for: a request that never lands is not signed for ever.
    @Test
    void attemptsAreBounded() throws Exception {
        var life = new Life(List.of());
        life.anchorage = new NeverLanding(life.ledger);
        life.size = 3;
        for (int move = 0; move < 4 * CONFIG.attempts(); move++) life.move();
        assertEquals(CONFIG.attempts(), life.count(RelayEntry.Prepared.class));
        assertEquals(CONFIG.attempts() - 1, life.count(RelayEntry.Dropped.class));
        assertTrue(life.entries.getLast() instanceof RelayEntry.Parked);
        life.size = 5;
        life.move();
        assertEquals(CONFIG.attempts(), life.count(RelayEntry.Prepared.class), "a newer one waits");
        life.nanos += CONFIG.recheck().toNanos();
        life.move();
        assertEquals(CONFIG.attempts() + 1, life.count(RelayEntry.Prepared.class));
    }

    /// Since the oldest entry that waits came to be sealed, and not since the last head: that may be long ago.
    @Test
    void aHeadIsDueOnceItsOldestEntryHasWaited() throws Exception {
        var life = new Life(List.of());
        life.lodge(3);
        life.nanos += Duration.ofDays(2).toNanos();
        life.move();
        life.size = 5;
        life.move();
        life.nanos += PAUSE.minusSeconds(10).toNanos();
        life.move();
        assertEquals(1, life.count(RelayEntry.Prepared.class), "it does not wait long enough");
        life.nanos += Duration.ofSeconds(10).toNanos();
        life.move();
        assertEquals(2, life.count(RelayEntry.Prepared.class));
    }

    @Test
    void manyThatWaitAreDueWithoutTheirAge() throws Exception {
        var life = new Life(List.of());
        life.lodge(3);
        life.size = 6;
        for (int i = 0; i < 3; i++) life.recheck(1);
        assertEquals(1, life.count(RelayEntry.Prepared.class), "three wait");
        life.size = 7;
        life.move();
        assertEquals(2, life.count(RelayEntry.Prepared.class), "four wait");
    }

    @Test
    void anEntryToBeAnchoredAtOnceWaitsForTheLeastPauseOnly() throws Exception {
        var life = new Life(List.of());
        life.atOnce = 3;
        life.lodge(3);
        life.size = 5;
        life.move();
        assertEquals(1, life.count(RelayEntry.Prepared.class), "the last head was a moment ago");
        life.nanos += MIN_PAUSE.toNanos();
        life.move();
        assertEquals(2, life.count(RelayEntry.Prepared.class));
        life.toFinal(5);
        life.nanos += MIN_PAUSE.toNanos();
        life.size = 6;
        life.move();
        assertEquals(2, life.count(RelayEntry.Prepared.class), "what the last head covers hastens none");
    }

    @Test
    void whatWaitsAfterAStartIsDueAtOnce() throws Exception {
        var life = new Life(List.of());
        life.lodge(3);
        life.size = 5;
        life.move();
        assertEquals(1, life.count(RelayEntry.Prepared.class));
        life.restart();
        life.move();
        life.move();
        assertEquals(2, life.count(RelayEntry.Prepared.class));
    }

    @Test
    void whatIsParkedByOrderIsAskedForAndNotSent() throws Exception {
        var life = new Life(List.of());
        life.size = 3;
        life.move();
        assertEquals(1, life.count(RelayEntry.Prepared.class));
        life.ledger.loseNext(false);
        life.move();
        assertEquals(1, life.count(RelayEntry.Ambiguous.class));
        life.parkedFor = 10;
        for (int i = 0; i < 5; i++) life.move();
        assertEquals(2 + 1, life.entries.size(), "nothing came of it");
        life.ledger.lodgeByAnother(Life.HEADS.get(3L));
        life.ledger.mine();
        life.ledger.mine();
        for (int i = 0; i < 3; i++) life.move();
        assertEquals(1, life.count(RelayEntry.Final.class), "what is out may land");
        life.nanos += PAUSE.toNanos();
        life.size = 5;
        life.move();
        assertEquals(1, life.count(RelayEntry.Prepared.class));
        life.parkedFor = 0;
        life.move(); // the proof of the one before
        life.move();
        assertEquals(2, life.count(RelayEntry.Prepared.class), "the newest head, at once");
    }

    @Test
    void whatIsOrderedToBeSentAgainIsSentAgainThoughThePoolHasIt() throws Exception {
        var life = new Life(List.of());
        life.size = 3;
        life.move();
        life.move();
        life.move();
        assertEquals(1, life.sent, "it waits in the pool");
        life.resubmitted++;
        life.move();
        assertEquals(2, life.sent);
        assertEquals(1, life.ledger.offeredFor(3), "the same bytes");
        life.move();
        assertEquals(2, life.sent, "once for each order");
    }

    @Test
    void aHeadThatWasRefusedIsTriedAgainByOrder() throws Exception {
        var life = new Life(List.of());
        life.ledger.refusing(true);
        life.size = 3;
        life.move();
        life.move();
        assertEquals(1, life.count(RelayEntry.Parked.class));
        life.ledger.refusing(false);
        life.nanos += PAUSE.toNanos();
        life.move();
        assertEquals(1, life.count(RelayEntry.Prepared.class), "by itself it is not");
        life.resubmitted++;
        life.toFinal(3);
        assertEquals(2, life.count(RelayEntry.Prepared.class));
    }

    /// The order was acknowledged, and the process that was to heed it ended.
    @Test
    void afterAnOrderEachStartTriesARefusedHeadOnce() throws Exception {
        var life = new Life(List.of());
        life.ledger.refusing(true);
        life.size = 3;
        for (int start = 0; start < 2; start++) {
            for (int i = 0; i < 5; i++) life.recheck(1);
            assertEquals(1, life.count(RelayEntry.Prepared.class), "nobody ordered it");
            life.restart();
        }
        life.resubmitted++;
        for (int i = 0; i < 5; i++) life.recheck(1);
        assertEquals(2, life.count(RelayEntry.Prepared.class));
        assertEquals(2, life.count(RelayEntry.Parked.class));
        life.ledger.refusing(false);
        life.restart();
        life.toFinal(3);
        assertEquals(3, life.count(RelayEntry.Prepared.class));
    }

    @Test
    void aDiskThatCannotTellWhatIsOwedHoldsUpNoHead() throws Exception {
        var life = new Life(List.of());
        life.owedIsUnknown = true;
        life.lodge(3, 5);
        assertEquals(2, life.count(RelayEntry.Final.class));
        assertEquals(Set.of(), life.kept.keySet());
        life.owedIsUnknown = false;
        life.recheck(3);
        assertEquals(Set.of(3L, 5L), life.kept.keySet());
    }

    /// A start asks anyway, and whoever ordered it saw that process.
    @Test
    void anOrderBeforeTheStartIsNone() throws Exception {
        var life = new Life(List.of());
        life.resubmitted = 17;
        life.size = 3;
        life.move();
        life.move();
        life.restart();
        life.resubmitted = 18;
        life.move();
        life.move();
        assertEquals(1, life.sent);
    }

    /// Each entry is a hand-over here, and three of them are all that the ledger follows at once.
    @Test
    void whoFollowsFewHandOversGetsTheHeadsBetweenInARow() throws Exception {
        for (var event : events(0, 40, EnumSet.of(Fault.ENDS_BEFORE, Fault.ENDS_AFTER, Fault.AWAY, Fault.UNHEARD))) {
            var life = new Life(List.of(event));
            life.anchorage = new FewHops(life.ledger, 3);
            life.size = 7;
            life.toFinal(7);
            assertEquals(
                    Set.of(3L, 6L, 7L), life.ledger.lodged(Life.LOG.originId()).keySet(), event::toString);
        }
        var calm = new Life(List.of());
        calm.anchorage = new FewHops(calm.ledger, 3);
        calm.size = 7;
        calm.toFinal(7);
        assertTrue(calm.nanos < MIN_PAUSE.toNanos(), "none waits for a pause");
    }

    @Test
    void withoutAHeadBetweenItIsSetAside() throws Exception {
        var life = new Life(List.of());
        life.anchorage = new FewHops(life.ledger, 2);
        life.size = 3;
        for (int i = 0; i < 3; i++) life.move();
        assertEquals(0, life.count(RelayEntry.Prepared.class));
        assertTrue(life.entries.getLast() instanceof RelayEntry.Parked(var _, var size, var cause)
                && size == 3
                && cause.startsWith("3 hand-overs lie between"));
    }

    /// The newest final head was seen a moment before: by whoever is behind that, a smaller one would be lodged once
    /// more, and be final a second time.
    @Test
    void whoeverAnswersFromBehindTheNewestFinalHeadIsAskedAgain() throws Exception {
        for (long held : List.of(3L, 0L)) {
            var life = new Life(List.of());
            var isBehind = new boolean[1];
            life.anchorage = new FewHops(life.ledger, 3) {
                @Override
                public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
                    if (size != 7 || !isBehind[0]) return super.find(origin, size, root);
                    isBehind[0] = false;
                    return held == 0 ? Finding.Absent.EMPTY : new Finding.Absent(held, Life.LOG.root(held));
                }
            };
            life.lodge(3, 6);
            isBehind[0] = true;
            life.size = 7;
            life.nanos += PAUSE.toNanos();
            var said = assertThrows(AnchorageSetback.class, life::move).getMessage();
            assertTrue(
                    said.contains("newest head has " + held + " entries, and said a moment ago that it has one of 6"),
                    said);
            assertEquals(2, life.count(RelayEntry.Prepared.class));
            life.toFinal(7);
            assertEquals(3, life.count(RelayEntry.Final.class));
            assertEquals(3, life.count(RelayEntry.Prepared.class));
        }
    }

    /// Whoever tells another block of what is final for ever is wrong, and is asked until he tells the right one. A
    /// person may say that it is so, and that is heeded though the question is dropped that it meets.
    @Test
    void whatIsFinalForEverIsNowhereElse() throws Exception {
        var ledger = new Elsewhere();
        var life = new Life(List.of(), ledger);
        life.keepsPlaces = true;
        life.restart();
        life.lodge(3);
        ledger.isElsewhere = true;
        life.size = 5;
        life.nanos += PAUSE.toNanos();
        for (int i = 0; i < 3; i++) {
            var said = assertThrows(AssertionError.class, life::move).getMessage();
            assertTrue(said.contains("says that the head of 3 entries is in block 1000 ("), said);
            assertTrue(said.contains(", and it was final in block "), said);
            assertTrue(said.contains("sealpost anchor resubmit model"), said);
        }
        assertEquals(1, life.count(RelayEntry.Prepared.class), "nothing is sent");
        ledger.isElsewhere = false;
        life.lodge(5);
        assertEquals(0, life.count(RelayEntry.RolledBack.class));

        ledger.isElsewhere = true;
        life.nanos += CONFIG.recheck().toNanos();
        assertThrows(AssertionError.class, life::move);
        life.resubmitted++;
        ledger.isAway = true;
        assertThrows(AnchorageSetback.class, life::move);
        ledger.isAway = false;
        life.move();
        assertEquals(1, life.count(RelayEntry.RolledBack.class));
        life.toFinal(5);
        assertEquals(1000, life.lastFinal().place().height());
        assertEquals(2, life.count(RelayEntry.Prepared.class), "it is there, and is not sent again");
        life.recheck(2);
    }

    /// Where nobody can order anything of a process that runs: the order is given while none does.
    @Test
    void aPersonSaysThatItIsSoWhileNoProcessRuns() throws Exception {
        var ledger = new Elsewhere();
        var life = new Life(List.of(), ledger);
        life.keepsPlaces = true;
        life.resubmitted = 0;
        life.resubmittedAt = life.moment().wall();
        life.restart();
        life.lodge(3);
        ledger.isElsewhere = true;
        life.size = 5;
        for (int start = 0; start < 2; start++) {
            life.restart();
            assertThrows(AssertionError.class, life::move, "an order from before is about something else");
            var told = life.core.setAside().orElseThrow();
            assertTrue(told.cause().contains("says that the head of 3 entries is in block 1000 ("), told.cause());
            assertTrue(told.remedy().contains("sealpost anchor resubmit model"), told.remedy());
        }
        assertEquals(1, life.count(RelayEntry.Parked.class), "it is written down once");

        life.resubmitted = 1;
        life.resubmittedAt = life.moment().wall();
        life.restart();
        life.toFinal(5);
        assertEquals(1, life.count(RelayEntry.RolledBack.class));
        assertEquals(Optional.empty(), life.core.setAside());
        life.restart();
        life.recheck(2);
        assertEquals(1, life.count(RelayEntry.RolledBack.class), "an order counts once");
    }

    /// What was told once and is well again is told anew before anybody may confirm it.
    @Test
    void whatIsWellAgainIsNotSetAside() throws Exception {
        var ledger = new Elsewhere();
        var life = new Life(List.of(), ledger);
        life.keepsPlaces = true;
        life.restart();
        life.lodge(3);
        ledger.isElsewhere = true;
        life.nanos += CONFIG.recheck().toNanos();
        assertThrows(AssertionError.class, life::move);
        ledger.isElsewhere = false;
        life.move();
        assertEquals(Optional.empty(), life.core.setAside());
        life.resubmitted = 1;
        life.resubmittedAt = life.moment().wall();
        life.move();
        ledger.isElsewhere = true;
        life.nanos += CONFIG.recheck().toNanos();
        assertThrows(AssertionError.class, life::move);
        life.restart();
        assertThrows(AssertionError.class, life::move, "that order is older");
        assertEquals(2, life.count(RelayEntry.Parked.class));
        assertEquals(0, life.count(RelayEntry.RolledBack.class));
    }

    /// A peer that was set back, or a ledger that was: nobody but a person knows which, and no head is given up for the
    /// first.
    @Test
    void whatIsFinalForEverIsNotGone() throws Exception {
        var ledger = new Elsewhere();
        var life = new Life(List.of(), ledger);
        life.keepsPlaces = true;
        life.restart();
        life.lodge(3, 5);
        life.kept.clear();
        life.proofsAsked.clear();
        ledger.isGone = true;
        life.size = 6;
        life.restart();
        for (int i = 0; i < 3; i++) {
            var said = assertThrows(AssertionError.class, life::move).getMessage();
            assertTrue(said.contains("says that the head of 5 entries is not there, and it was final in"), said);
        }
        assertEquals(List.of(), life.proofsAsked, "of what is gone no proof is asked for");
        assertEquals(0, life.count(RelayEntry.RolledBack.class));
        life.resubmitted++;
        life.move();
        assertEquals(1, life.count(RelayEntry.RolledBack.class));
        ledger.isGone = false;
        life.toFinal(6);
    }

    /// It is asked before anything else, whether anything is due or not: whoever seals waits for that.
    @Test
    void aBoxThatWasRestoredIsToldSoAtItsStart() throws Exception {
        var life = new Life(List.of());
        life.lodge(3);
        assertEquals(Agreement.AGREES, life.core.agreement());
        life.ledger.lodgeByAnother(Life.HEADS.get(5L));
        for (int i = 0; i < 3; i++) life.ledger.mine();
        life.restart();
        assertEquals(Agreement.NOT_ASKED, life.core.agreement());
        life.move();
        assertEquals(Agreement.CONTRADICTS, life.core.agreement());
        assertTrue(life.entries.getLast() instanceof RelayEntry.Conflict conflict
                && conflict.size() == 3
                && conflict.cause().startsWith("it holds a head of size 5, which this log has not come to"));
        life.restart();
        assertEquals(Agreement.CONTRADICTS, life.core.agreement(), "also while nobody answers");
        var said = assertThrows(AssertionError.class, life::move).getMessage();
        assertTrue(said.contains("sealpost anchor resubmit model"), said);
    }

    /// The relay's own journal proves that whoever answers has not come so far: that is no answer, whatever
    /// it holds.
    @Test
    void whoeverHoldsLessThanWhatWasFinalThereHasNotAnswered() throws Exception {
        for (boolean isParked : List.of(false, true)) {
            var ledger = new Behind();
            var life = new Life(List.of(), ledger);
            life.lodge(3);
            ledger.isBehind = true;
            life.size = 5;
            if (isParked) life.parkedFor = 9;
            life.restart();
            for (int i = 0; i < 3; i++) {
                assertThrows(AnchorageSetback.class, life::move);
                assertEquals(Agreement.NOT_ASKED, life.core.agreement());
            }
            assertEquals(life.lastFinal().place(), ledger.had, "it knows of that block");
            ledger.isBehind = false;
            life.move();
            assertEquals(Agreement.AGREES, life.core.agreement());
        }
    }

    /// Told as surely as a conflict: what is lost for good is written down, and what is there then is all
    /// that is.
    @Test
    void whatIsLostForGoodIsWrittenDownBeforeTheLedgerAgrees() throws Exception {
        var life = new Life(List.of());
        life.lodge(3);
        life.ledger.rollBackTo(0);
        life.size = 5;
        life.restart();
        life.move();
        assertEquals(1, life.count(RelayEntry.RolledBack.class));
        assertEquals(Agreement.NOT_ASKED, life.core.agreement());
        life.move();
        assertEquals(Agreement.AGREES, life.core.agreement());
        life.toFinal(5);
    }

    /// A conflict is not taken back by the word of whoever lost what was final there, be it for good.
    @Test
    void whoeverLostWhatWasFinalTakesNoConflictBackUnasked() throws Exception {
        for (boolean keepsPlaces : List.of(false, true)) {
            var ledger = new Elsewhere();
            var life = new Life(List.of(), ledger);
            life.keepsPlaces = keepsPlaces;
            life.restart();
            life.lodge(3);
            ledger.lodgeByAnother(Life.HEADS.get(5L));
            life.restart();
            life.move();
            assertEquals(Agreement.CONTRADICTS, life.core.agreement());
            ledger.isGone = true;
            life.resubmitted++;
            if (!keepsPlaces) {
                life.move();
                assertEquals(Agreement.AGREES, life.core.agreement(), "it is told that all is gone");
                continue;
            }
            assertThrows(AssertionError.class, life::move);
            assertEquals(Agreement.CONTRADICTS, life.core.agreement());
            life.resubmitted++;
            life.move();
            assertEquals(Agreement.AGREES, life.core.agreement(), "a person says that it was set back");
        }
    }

    /// Holds nothing yet of what it will have once it caught up.
    private static final class Behind extends FaultyLedger {
        private boolean isBehind;
        private @Nullable Place had;

        Behind() {
            super(1, 2);
        }

        @Override
        public void had(Place place) {
            had = place;
        }

        @Override
        public Finding.Absent largest(OriginId origin) throws AnchorageSetback {
            return isBehind ? Finding.Absent.EMPTY : super.largest(origin);
        }

        @Override
        public Finding findFinal(OriginId origin, FinalHead head) throws AnchorageSetback {
            if (isBehind) throw new AnchorageSetback("it has not come to " + head.place(), "wait");
            return super.findFinal(origin, head);
        }
    }

    /// It went on without a network, and has more by now than the ledger.
    @Test
    void aCopyThatGrewLargerIsToldSoAtItsStart() throws Exception {
        for (long there : List.of(5L, 6L)) {
            var life = new Life(List.of());
            life.lodge(3);
            life.ledger.lodgeByAnother(Life.LOG.forkedAt(4).head(there));
            for (int i = 0; i < 3; i++) life.ledger.mine();
            life.size = 6;
            life.restart();
            life.move();
            assertEquals(Agreement.CONTRADICTS, life.core.agreement());
            assertTrue(life.entries.getLast() instanceof RelayEntry.Conflict conflict
                    && conflict.cause().startsWith("its head of size " + there + " is not of this log's history"));
            assertEquals(1, life.count(RelayEntry.Prepared.class));
        }
    }

    /// Nothing is sent to it, and it is asked.
    @Test
    void aParkedRelayIsToldThatTheBoxWasRestored() throws Exception {
        var life = new Life(List.of());
        life.lodge(3);
        life.parkedFor = 10;
        life.restart();
        life.move();
        assertEquals(Agreement.AGREES, life.core.agreement());
        life.size = 5;
        life.restart();
        life.nanos += PAUSE.toNanos();
        for (int i = 0; i < 3; i++) life.move();
        assertEquals(1, life.count(RelayEntry.Prepared.class), "it is parked");
        life.size = 3;
        life.ledger.lodgeByAnother(Life.HEADS.get(5L));
        for (int i = 0; i < 3; i++) life.ledger.mine();
        life.restart();
        life.move();
        assertEquals(Agreement.CONTRADICTS, life.core.agreement());
    }

    /// The copy is from before its first lodging, so that its relay knows of none.
    @Test
    void aBoxThatWasRestoredFromBeforeItsFirstHeadSealsNothingUnasked() throws Exception {
        var life = new Life(List.of());
        life.size = 3;
        life.ledger.lodgeByAnother(Life.HEADS.get(5L));
        for (int i = 0; i < 3; i++) life.ledger.mine();
        assertEquals(Agreement.NOT_ASKED, life.core.agreement());
        life.move();
        assertEquals(Agreement.CONTRADICTS, life.core.agreement());

        var fresh = new Life(List.of());
        fresh.move();
        assertEquals(Agreement.AGREES, fresh.core.agreement(), "what sealed nothing is contradicted by nobody");
    }

    /// A ledger may have been wrong. A person says that it is asked once more, after it was told, and what was final
    /// stays so.
    @Test
    void aConflictIsAskedForOnceMoreWhereSomebodyOrdersIt() throws Exception {
        var life = new Life(List.of());
        life.lodge(3);
        life.ledger.lodgeByAnother(Life.HEADS.get(5L));
        life.resubmitted = 0;
        life.restart();
        life.move();
        assertThrows(AssertionError.class, life::move, "an order from before is about something else");
        life.resubmitted++;
        life.move();
        assertEquals(Agreement.CONTRADICTS, life.core.agreement());
        assertEquals(2, life.count(RelayEntry.Conflict.class), "it says the same");
        assertEquals(0, life.count(RelayEntry.RolledBack.class), "and has taken nothing back");
        life.size = 5;
        life.resubmitted++;
        life.move();
        life.toFinal(5);
        assertEquals(Agreement.AGREES, life.core.agreement());
        assertEquals(1, life.sent, "the larger one is there");
        life.restart();
        life.lodge(6);
    }

    /// By an order that was given while no process ran.
    @Test
    void aConflictIsAskedForOnceMoreByAnOrderThatIsNewer() throws Exception {
        var life = new Life(List.of());
        life.lodge(3);
        life.ledger.lodgeByAnother(Life.HEADS.get(5L));
        life.resubmitted = 0;
        life.resubmittedAt = life.moment().wall();
        life.restart();
        life.move();
        assertEquals(Agreement.CONTRADICTS, life.core.agreement());
        life.restart();
        assertThrows(AssertionError.class, life::move, "an order from before is about something else");
        life.resubmitted = 1;
        life.resubmittedAt = life.moment().wall();
        life.size = 5;
        life.restart();
        life.toFinal(5);
        assertEquals(Agreement.AGREES, life.core.agreement());
    }

    /// Nothing is forgotten before the ledger says otherwise: whoever seals would take an order for an answer.
    @Test
    void anOrderIsNoAnswerWhileTheLedgerIsAway() throws Exception {
        var life = new Life(List.of());
        life.lodge(3);
        life.ledger.lodgeByAnother(Life.HEADS.get(5L));
        life.restart();
        life.move();
        life.resubmitted = 1;
        life.resubmittedAt = life.moment().wall().plusSeconds(1);
        for (int i = 0; i < 3; i++) {
            life.restart();
            life.parkedFor = i == 2 ? 9 : 0;
            life.ledger.awayFor(100);
            for (int j = 0; j < 2; j++) assertThrows(AnchorageSetback.class, life::move);
            assertEquals(Agreement.CONTRADICTS, life.core.agreement());
        }
        assertEquals(0, life.count(RelayEntry.RolledBack.class));
        life.ledger.awayFor(0);
        life.size = 5;
        life.move();
        assertEquals(1, life.count(RelayEntry.RolledBack.class));
        assertEquals(Agreement.AGREES, life.core.agreement());
    }

    /// What it holds by now lies within this log, but for the very head that it was stopped for.
    @Test
    void whatItWasStoppedForIsAskedForToo() throws Exception {
        var life = new Life(List.of());
        life.lodge(3);
        life.ledger.lodgeByAnother(Life.LOG.forkedAt(4).head(5));
        life.size = 5;
        life.restart();
        life.move();
        assertEquals(Agreement.CONTRADICTS, life.core.agreement());
        life.ledger.lodgeByAnother(Life.LOG.head(6));
        life.size = 6;
        life.resubmitted++;
        life.move();
        assertEquals(Agreement.CONTRADICTS, life.core.agreement());
        assertEquals(2, life.count(RelayEntry.Conflict.class));
        assertEquals(0, life.count(RelayEntry.RolledBack.class));
    }

    /// An order counts once, whatever the clock of the box was set to between it and the answer.
    @Test
    void anOldOrderIsOldAlsoWhereTheClockWasSetBack() throws Exception {
        var life = new Life(List.of());
        life.lodge(3);
        life.ledger.lodgeByAnother(Life.HEADS.get(5L));
        life.restart();
        life.move();
        life.resubmitted = 0;
        life.resubmittedAt = life.moment().wall().plusSeconds(1);
        life.clockIsBehind = Duration.ofDays(1);
        life.restart();
        life.move();
        assertEquals(2, life.count(RelayEntry.Conflict.class));
        assertEquals(Optional.of(life.resubmittedAt), life.core.told());
        int questions = life.questions;
        for (int i = 0; i < 2; i++) {
            life.restart();
            assertThrows(AssertionError.class, life::move, "it was answered");
        }
        assertEquals(questions, life.questions);
    }

    /// It said so: that is more than a ledger that does not answer says, and less than one that is sure.
    @Test
    void whatIsSaidAgainstTheLogAndNotConfirmedIsDoubted() throws Exception {
        for (boolean isTrue : List.of(true, false)) {
            var ledger = new Unconfirmed();
            var life = new Life(List.of(), ledger);
            life.lodge(3);
            ledger.lodgeByAnother(Life.HEADS.get(5L));
            ledger.isAlone = true;
            life.restart();
            life.parkedFor = 2;
            for (int i = 0; i < 4; i++) {
                assertThrows(AnchorageSetback.class, life::move);
                assertEquals(Agreement.DOUBTED, life.core.agreement());
            }
            var said = life.core.doubted().orElseThrow();
            assertTrue(said.cause().contains("a head of size 5, and this log has come to 3"), said.cause());
            assertTrue(said.remedy().startsWith("nothing is sealed, and records wait as captured"), said.remedy());
            assertEquals(0, life.count(RelayEntry.Conflict.class));
            ledger.isAlone = false;
            if (!isTrue) life.size = 5;
            life.move();
            assertEquals(isTrue ? Agreement.CONTRADICTS : Agreement.AGREES, life.core.agreement());
            assertEquals(Optional.empty(), life.core.doubted());
        }
    }

    /// Another history than this log's, told by one node alone.
    @Test
    void anotherHistoryThatIsNotConfirmedIsDoubted() throws Exception {
        var ledger = new Unconfirmed();
        var life = new Life(List.of(), ledger);
        life.lodge(3);
        ledger.lodgeByAnother(Life.LOG.forkedAt(4).head(5));
        ledger.isAlone = true;
        life.size = 6;
        life.restart();
        assertThrows(AnchorageSetback.class, life::move);
        assertEquals(Agreement.DOUBTED, life.core.agreement());
        ledger.isAlone = false;
        life.move();
        assertEquals(Agreement.CONTRADICTS, life.core.agreement());
    }

    /// The same, said while the gateway runs.
    @Test
    void whatIsSaidAgainstARunningLogIsDoubtedFromTheNextLookOn() throws Exception {
        for (long sealed : List.of(4L, 5L)) {
            var ledger = new Unconfirmed();
            var life = new Life(List.of(), ledger);
            life.lodge(3);
            ledger.lodgeByAnother(Life.LOG.forkedAt(4).head(5));
            ledger.isAlone = true;
            life.size = sealed;
            life.nanos += PAUSE.toNanos();
            assertThrows(AnchorageSetback.class, life::move);
            assertThrows(AnchorageSetback.class, life::move);
            assertEquals(Agreement.DOUBTED, life.core.agreement());
            ledger.isAlone = false;
            life.move();
            assertEquals(Agreement.CONTRADICTS, life.core.agreement());
        }
    }

    /// Another root for a size of this log is no courier's. Whoever said it is away from then on, or the power was.
    @Test
    void anotherRootThatARunningLogIsToldOutlastsAPowerCut() throws Exception {
        for (boolean isTrue : List.of(true, false)) {
            var ledger = new Unconfirmed();
            var life = new Life(List.of(), ledger);
            life.lodge(3);
            ledger.isAlone = true;
            if (isTrue) ledger.lodgeByAnother(Life.LOG.forkedAt(4).head(5));
            else ledger.tellsOther = true;
            ledger.withoutProofs(true);
            life.size = 5;
            life.nanos += PAUSE.toNanos();
            assertThrows(AnchorageSetback.class, life::move);
            ledger.awayFor(100);
            for (int i = 0; i < 3; i++) {
                assertEquals(Agreement.DOUBTED, life.core.agreement());
                var said = life.core.doubted().orElseThrow();
                assertTrue(said.cause().contains("another root, and nobody else says so"), said.cause());
                assertThrows(AnchorageSetback.class, life::move);
                assertEquals(Agreement.DOUBTED, life.core.agreement());
                life.restart();
            }
            ledger.awayFor(0);
            ledger.isAlone = false;
            ledger.tellsOther = false;
            life.move();
            assertEquals(isTrue ? Agreement.CONTRADICTS : Agreement.AGREES, life.core.agreement());
            life.restart();
            assertEquals(isTrue ? Agreement.CONTRADICTS : Agreement.NOT_ASKED, life.core.agreement());
        }
    }

    @Test
    void aDoubtThatTheDiskDoesNotTakeIsTheFirstThingOfTheNextMove() throws Exception {
        var ledger = new Unconfirmed();
        var life = new Life(List.of(), ledger);
        life.lodge(3);
        ledger.lodgeByAnother(Life.LOG.forkedAt(4).head(5));
        ledger.isAlone = true;
        life.size = 5;
        life.doubtIsUnkept = true;
        life.nanos += PAUSE.toNanos();
        assertThrows(AnchorageSetback.class, life::move);
        assertEquals(Optional.empty(), life.doubt);
        assertEquals(Agreement.DOUBTED, life.core.agreement());
        ledger.awayFor(100);
        assertThrows(AnchorageSetback.class, life::move);
        assertTrue(life.doubt.isPresent());
        life.restart();
        assertEquals(Agreement.DOUBTED, life.core.agreement());
    }

    /// Its largest head agrees, and it says another root for one all the same: at each look nobody would seal, and then
    /// somebody would.
    @Test
    void whoeverContradictsOneHeadAloneIsAskedForThatOneBeforeHeAgrees() throws Exception {
        var ledger = new Unconfirmed();
        var life = new Life(List.of(), ledger);
        life.lodge(3);
        ledger.isAlone = true;
        ledger.tellsOther = true;
        ledger.withoutProofs(true);
        life.size = 5;
        life.nanos += PAUSE.toNanos();
        for (int i = 0; i < 5; i++) {
            assertThrows(AnchorageSetback.class, life::move);
            assertEquals(Agreement.DOUBTED, life.core.agreement());
            assertTrue(life.doubt.isPresent());
        }
        ledger.isAlone = false;
        life.move();
        assertEquals(Agreement.CONTRADICTS, life.core.agreement());
    }

    /// A courier was there, and nobody confirms it yet: it is of this log.
    @Test
    void aLargerHeadOfThisLogThatNobodyConfirmsIsNoDoubt() throws Exception {
        var ledger = new Unconfirmed();
        var life = new Life(List.of(), ledger);
        life.lodge(3);
        life.size = 5;
        life.nanos += PAUSE.toNanos();
        life.move();
        assertEquals(2, life.count(RelayEntry.Prepared.class));
        ledger.lodgeByAnother(Life.HEADS.get(6L));
        ledger.isAlone = true;
        life.size = 6;
        life.restart();
        for (int i = 0; i < 3; i++) {
            assertThrows(AnchorageSetback.class, life::move);
            assertEquals(Agreement.NOT_ASKED, life.core.agreement());
        }
        assertEquals(Optional.empty(), life.core.doubted());
        ledger.isAlone = false;
        life.move();
        assertEquals(Agreement.AGREES, life.core.agreement());
    }

    /// Whoever said it is away when the box is up again, and an older copy would be sealed onto.
    @Test
    void aDoubtOutlastsAPowerCut() throws Exception {
        for (boolean isTrue : List.of(true, false)) {
            var ledger = new Unconfirmed();
            var life = new Life(List.of(), ledger);
            life.lodge(3);
            ledger.lodgeByAnother(Life.HEADS.get(5L));
            ledger.isAlone = true;
            life.restart();
            assertThrows(AnchorageSetback.class, life::move);
            ledger.awayFor(100);
            for (int i = 0; i < 2; i++) {
                life.restart();
                life.parkedFor = i;
                assertEquals(Agreement.DOUBTED, life.core.agreement(), "from its first moment");
                var said = life.core.doubted().orElseThrow();
                assertTrue(said.cause().contains("a head of size 5, and this log has come to 3"), said.cause());
                assertThrows(AnchorageSetback.class, life::move);
                assertEquals(Agreement.DOUBTED, life.core.agreement());
            }
            ledger.awayFor(0);
            ledger.isAlone = false;
            if (!isTrue) life.size = 5;
            life.move();
            assertEquals(isTrue ? Agreement.CONTRADICTS : Agreement.AGREES, life.core.agreement());
            life.restart();
            assertEquals(isTrue ? Agreement.CONTRADICTS : Agreement.NOT_ASKED, life.core.agreement());
            assertEquals(isTrue, life.doubt.isPresent());
        }
    }

    /// Its journal may be unreadable, or moved away, when the next process begins, and its ledger away.
    @Test
    void whatIsConfirmedStandsBesideTheJournalUntilItIsTakenBack() throws Exception {
        for (boolean isByDoubt : List.of(true, false)) {
            var ledger = new Unconfirmed();
            var life = new Life(List.of(), ledger);
            life.lodge(3);
            var last = life.lastFinal().place();
            if (isByDoubt) {
                ledger.lodgeByAnother(Life.HEADS.get(5L));
                life.restart();
            } else {
                ledger.lodgeByAnother(Life.LOG.forkedAt(4).head(5));
                life.size = 5;
                life.nanos += PAUSE.toNanos();
            }
            life.move();
            assertEquals(Agreement.CONTRADICTS, life.core.agreement());
            assertTrue(life.doubt.isPresent());

            // A release before this one wrote the conflict alone.
            life.doubt = Optional.empty();
            life.restart();
            assertThrows(AssertionError.class, life::move, "it is stopped");
            assertTrue(life.doubt.isPresent());
            assertEquals(Agreement.CONTRADICTS, life.core.agreement());
            assertEquals(Optional.empty(), life.core.doubted(), "it is confirmed");

            var elsewhere = new Life(List.of(), ledger);
            elsewhere.doubt = life.doubt;
            elsewhere.restart();
            assertEquals(Agreement.DOUBTED, elsewhere.core.agreement(), "of the journal nothing is there");

            ledger.rollBackTo(last.height());
            life.resubmitted++;
            life.resubmittedAt = life.moment().wall();
            life.move();
            assertEquals(Agreement.AGREES, life.core.agreement());
            assertEquals(Optional.empty(), life.doubt);
        }
    }

    /// Which tells no history of a log, so that nothing is sealed or not for it.
    @Test
    void whatAnAuthorityStampedOtherwiseIsNoDoubt() throws Exception {
        var life = Life.withAuthority(List.of());
        life.entries.add(new RelayEntry.Opened("test", Life.LOG.originId(), life.anchorage.identity()));
        life.entries.add(new RelayEntry.Conflict(Instant.EPOCH, 3, Life.LOG.root(3), Optional.empty(), "another root"));
        life.restart();
        assertThrows(AssertionError.class, life::move);
        assertEquals(Optional.empty(), life.doubt);
    }

    /// It is known before anybody asks who confirms it, and is not given up before the conflict is written.
    @Test
    void atEachQuestionADoubtOrWhatBecameOfItIsOnTheDisk() throws Exception {
        for (int at = 0; at < 9; at++) {
            for (var fault : List.of(Fault.ENDS_BEFORE, Fault.ENDS_AFTER)) {
                var life = new Life(new ArrayList<>());
                life.lodge(3);
                life.ledger.lodgeByAnother(Life.HEADS.get(5L));
                life.restart();
                life.events.add(new Event(life.questions + at, fault));
                boolean wasDoubted = false;
                for (int i = 0; i < 3 && life.core.agreement() != Agreement.CONTRADICTS; i++) {
                    life.move();
                    var now = life.core.agreement();
                    assertTrue(!wasDoubted || now != Agreement.NOT_ASKED, () -> "at " + life.questions);
                    wasDoubted = now == Agreement.DOUBTED;
                }
                assertEquals(Agreement.CONTRADICTS, life.core.agreement());
            }
        }
    }

    /// A node that says now this and now that, as often as it is asked, for hours. Each doubt is on the disk while it
    /// lasts, and a power cut finds it there; what is written for it has a bound, as flash wears.
    @Test
    void whoeverChangesHisAnswerEachTimeHasLittleWritten() throws Exception {
        var ledger = new Undecided();
        var life = new Life(List.of(), ledger);
        life.lodge(3);
        long begin = life.nanos;
        int doubts = 0;
        while (life.nanos - begin < Duration.ofHours(6).toNanos()) {
            ledger.isAgainst = true;
            life.nanos += CONFIG.recheck().toNanos();
            assertThrows(AnchorageSetback.class, life::move);
            assertThrows(AnchorageSetback.class, life::move);
            assertEquals(Agreement.DOUBTED, life.core.agreement());
            assertTrue(life.doubt.isPresent(), "it is durable");
            doubts++;
            ledger.isAgainst = false;
            life.move();
            assertEquals(Agreement.AGREES, life.core.agreement(), "seals go on at once");
        }
        long most = Duration.ofNanos(life.nanos - begin).dividedBy(RelayDoubt.STAYS) + 1;
        assertTrue(doubts > 3 * most, doubts + " doubts");
        assertTrue(life.doubtsWritten <= most, life.doubtsWritten + " were written, expected are at most " + most);
        ledger.isAgainst = true;
        life.nanos += CONFIG.recheck().toNanos();
        assertThrows(AnchorageSetback.class, life::move);
        assertThrows(AnchorageSetback.class, life::move);
        life.restart();
        assertEquals(Agreement.DOUBTED, life.core.agreement());
    }

    /// Not sooner: until then a process that begins is in doubt, and asks. One that is parked forgets, too.
    @Test
    void aDoubtThatEndedIsForgottenOnceItIsOld() throws Exception {
        for (boolean parked : List.of(false, true)) {
            var ledger = new Undecided();
            var life = new Life(List.of(), ledger);
            life.lodge(3);
            ledger.isAgainst = true;
            life.restart();
            assertThrows(AnchorageSetback.class, life::move);
            ledger.isAgainst = false;
            life.parkedFor = parked ? 9 : 0;
            life.move();
            for (int i = 0; i < 3; i++) {
                life.nanos += CONFIG.recheck().toNanos();
                life.move();
                assertTrue(life.doubt.isPresent(), "it was written a minute ago");
                assertEquals(Agreement.AGREES, life.core.agreement());
            }
            life.nanos += RelayDoubt.STAYS.toNanos();
            life.move();
            assertEquals(Optional.empty(), life.doubt);
            life.restart();
            assertEquals(Agreement.NOT_ASKED, life.core.agreement());
        }
    }

    /// The file is gone, and whether for good nobody knows: the next doubt is written for all that.
    @Test
    void aDoubtIsWrittenThoughTheOneBeforeWasNotSurelyRemoved() throws Exception {
        var ledger = new Undecided();
        var life = new Life(List.of(), ledger);
        life.lodge(3);
        ledger.isAgainst = true;
        life.restart();
        assertThrows(AnchorageSetback.class, life::move);
        ledger.isAgainst = false;
        life.move();
        life.nanos += RelayDoubt.STAYS.toNanos();
        life.isForgottenByHalf = true;
        assertThrows(IOException.class, life::move);
        assertEquals(Agreement.AGREES, life.core.agreement());
        life.isForgottenByHalf = false;
        ledger.isAgainst = true;
        life.core.speaksAgainst(
                new Ask<>(new Want.Newest(), _ -> new Rest(0)),
                new AnchorageSetback("it holds more", "").againstTheLog());
        assertThrows(AnchorageSetback.class, life::move);
        assertTrue(life.doubt.isPresent());
        ledger.isAgainst = false;
        life.move();
        life.nanos += RelayDoubt.STAYS.toNanos();
        life.move();
        assertEquals(Optional.empty(), life.doubt);
    }

    /// Holds a larger head of this log than the log has come to, or does not, by its own word.
    private static final class Undecided extends FaultyLedger {
        private boolean isAgainst;

        Undecided() {
            super(1, 2);
        }

        @Override
        public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
            if (!isAgainst) return super.find(origin, size, root);
            if (size == Long.MAX_VALUE) return new Finding.Absent(6, Life.LOG.root(6));
            throw new AnchorageSetback("nobody else says so", "wait").againstTheLog();
        }
    }

    /// Not even a seal came back with it: the first key and the name of the origin tell which log it is.
    @Test
    void aBoxThatSealedNothingIsToldWhatALedgerHoldsOfItsLog() throws Exception {
        var life = new Life(List.of());
        life.ledger.lodgeByAnother(Life.HEADS.get(5L));
        life.ledger.awayFor(1);
        assertThrows(AnchorageSetback.class, life::move);
        assertEquals(Agreement.NOT_ASKED, life.core.agreement());
        life.move();
        assertEquals(Agreement.CONTRADICTS, life.core.agreement());
        life.restart();
        assertEquals(Agreement.CONTRADICTS, life.core.agreement());
        assertEquals(2, life.entries.size(), "it writes that it was opened, and why it stopped");

        var fresh = new Life(List.of());
        fresh.move();
        assertEquals(Agreement.AGREES, fresh.core.agreement());
        assertEquals(List.of(), fresh.entries, "it is opened with its first head");
    }

    /// Tells what it holds, and confirms nothing while it is alone.
    private static final class Unconfirmed extends FaultyLedger {
        private boolean isAlone;

        /// Of each head that is asked for it tells another root, and of the largest that it holds the right one.
        private boolean tellsOther;

        Unconfirmed() {
            super(1, 2);
        }

        @Override
        public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
            var found = super.find(origin, size, root);
            if (tellsOther && found instanceof Finding.Present)
                found = new Finding.Conflict(Life.LOG.forkedAt(2).root(3));
            if (!isAlone) return found;
            if (found instanceof Finding.Conflict) {
                throw new AnchorageSetback("another root, and nobody else says so", "wait").ofAnotherRoot();
            }
            if (found instanceof Finding.Covered) {
                throw new AnchorageSetback("a larger head, and nobody else says so", "wait").againstTheLog();
            }
            return found;
        }
    }

    /// Deeper than what counts as final, and the same request lands again before anybody looks.
    @Test
    void aFinalHeadThatIsInAnotherBlockIsWrittenDownAnew() throws Exception {
        var ledger = new Elsewhere();
        var life = new Life(List.of(), ledger);
        life.lodge(3);
        ledger.isElsewhere = true;
        life.recheck(1);
        assertEquals(1, life.count(RelayEntry.RolledBack.class));
        life.toFinal(3);
        assertEquals(1000, life.lastFinal().place().height());
        assertEquals(1, life.count(RelayEntry.Prepared.class), "it is there, and is not sent again");
    }

    /// A node that takes a request each time it is offered, and never shows it.
    @Test
    void whatIsTakenAndNeverShownIsMadeDearerAndSaid() throws Exception {
        var life = Life.replacing(List.of());
        life.anchorage = new Hiding(life.ledger);
        life.restart();
        life.size = 3;
        for (int i = 0; i < 4; i++) life.move();
        assertEquals(0, life.replaced.size());
        for (int i = 0; i < 8; i++) life.move();
        assertTrue(life.replaced.size() > 0, "it is made dearer");
        assertTrue(life.core.delay(life.nanos).isPresent(), "and said");
    }

    /// Blocks go on, and nothing becomes final: for want of validators, or by a node that keeps an old word.
    @Test
    void aHeadThatDoesNotBecomeFinalIsSaid() throws Exception {
        var life = Life.replacing(List.of());
        life.ledger.holdFinality(true);
        life.size = 3;
        while (life.count(RelayEntry.Included.class) == 0) {
            life.move();
            life.ledger.mine();
        }
        var seen = life.moment().wall();
        for (int i = 0; i < 4; i++) {
            life.move();
            life.ledger.mine();
        }
        assertEquals(Optional.empty(), life.core.delay(life.nanos));
        for (int i = 0; i < 4; i++) {
            life.move();
            life.ledger.mine();
        }
        var trouble = life.core.delay(life.nanos).orElseThrow();
        String said = trouble.cause();
        assertTrue(said.startsWith("the head of 3 entries is in block "), said);
        assertTrue(said.contains(" since " + seen + " and not final, and the last final block is 0 since "), said);
        assertFalse(trouble.urgent());
        life.ledger.holdFinality(false);
        life.toFinal(3);
        assertEquals(Optional.empty(), life.core.delay(life.nanos));
    }

    /// As on chains whose blocks are final after a quarter of an hour.
    @Test
    void aHeadThatIsLongToBecomeFinalIsNoTroubleWhileThatComesNearer() throws Exception {
        var ledger = new FaultyLedger(1, 30);
        for (int i = 0; i < 40; i++) ledger.mine();
        var life = new Life(List.of(), ledger);
        life.stuckAfter = Optional.of(Duration.ofSeconds(10));
        life.restart();
        life.size = 3;
        for (int round = 0; life.count(RelayEntry.Final.class) == 0; round++) {
            assertTrue(round < 80, ledger::toString);
            life.move();
            ledger.mine();
            assertEquals(Optional.empty(), life.core.delay(life.nanos));
        }
    }

    /// Whoever names another block each time, or has what was final and has it not, would have the disk filled.
    @Test
    void whoeverChangesHisAnswerIsAskedEverMoreRarelyAndThatIsSaid() throws Exception {
        var ledger = new Wavering();
        var life = new Life(List.of(), ledger);
        ledger.wavers = true;
        life.size = 3;
        long begun = life.nanos;
        while (life.count(RelayEntry.Reorged.class) < 2) life.move();
        assertEquals(Optional.empty(), life.core.delay(life.nanos), "a chain may take back a block, and another one");
        while (life.nanos - begun < Duration.ofMinutes(20).toNanos()) life.move();
        assertTrue(life.entries.size() < 70, () -> life.entries.size() + " entries in 20 minutes");
        String said = life.core.delay(life.nanos).orElseThrow().cause();
        assertTrue(said.contains(" times in a row, the last the head of 3 entries, which was in block "), said);
        ledger.wavers = false;
        life.toFinal(3);
        assertEquals(Optional.empty(), life.core.delay(life.nanos));

        begun = life.nanos;
        int before = life.entries.size();
        while (life.nanos - begun < Duration.ofMinutes(20).toNanos()) {
            ledger.lost = !ledger.lost;
            life.recheck(1);
            for (int i = 0; i < 10; i++) life.move();
        }
        int more = life.entries.size() - before;
        assertTrue(more > 10 && more < 80, () -> more + " entries in 20 minutes");
        said = life.core.delay(life.nanos).orElseThrow().cause();
        assertTrue(said.endsWith("the last the head of 3 entries, which was final"), said);
        life.nanos += Duration.ofMinutes(15).toNanos();
        assertEquals(Optional.empty(), life.core.delay(life.nanos), "it is over");
    }

    /// Whoever takes a request each time and has it never, and says so with words in between that nobody knows, would
    /// have the disk filled as well.
    @Test
    void whoeverTakesARequestAndThenNotIsAskedEverMoreRarelyAndThatIsSaid() throws Exception {
        for (boolean isTakenFirst : List.of(true, false)) {
            var life = new Life(List.of());
            var wavering = new WaveringPool(life.ledger, isTakenFirst);
            life.anchorage = wavering;
            life.size = 3;
            while (life.count(RelayEntry.Sent.class) == 0 || life.count(RelayEntry.Ambiguous.class) == 0) life.move();
            assertEquals(Optional.empty(), life.core.delay(life.nanos), "an answer may be lost, or a pool");
            for (int i = 0; i < 1000; i++) {
                life.nanos -= Duration.ofSeconds(1).toNanos(); // a move takes two
                life.move();
            }
            assertTrue(life.entries.size() > 10 && life.entries.size() < 50, () -> life.entries.size() + " entries");
            assertEquals(1, life.count(RelayEntry.Prepared.class));
            String said = life.core.delay(life.nanos).orElseThrow().cause();
            assertTrue(said.startsWith("the request for the head of 3 entries was taken, and was not "), said);
            assertTrue(said.endsWith(" times in a row; what was said last: pool is moody"), said);

            wavering.wavers = false;
            life.toFinal(3);
            assertEquals(Optional.empty(), life.core.delay(life.nanos));
            life.size = 5;
            life.nanos += PAUSE.toNanos();
            wavering.wavers = true;
            long before = life.entries.size();
            while (life.entries.size() < before + 3) life.move();
            assertEquals(Optional.empty(), life.core.delay(life.nanos), "another row");
        }
    }

    /// Knows nothing of what it took, each other time.
    private static final class WaveringPool extends Forwarding {
        private boolean wavers = true;
        private boolean takes;

        WaveringPool(FaultyLedger there, boolean isTakenFirst) {
            super(there);
            this.takes = !isTakenFirst;
        }

        @Override
        public SubmitOutcome submit(SignedRequest request) {
            if (!wavers) return super.submit(request);
            takes = !takes;
            return takes ? new SubmitOutcome.Accepted() : new SubmitOutcome.Unknown("pool is moody");
        }
    }

    /// What it holds of one head is in another block each time; or nothing is there.
    private static final class Wavering extends FaultyLedger {
        private boolean wavers;
        private boolean lost;
        private long asked;

        Wavering() {
            super(1, 2);
        }

        @Override
        public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
            var found = super.find(origin, size, root);
            if (lost) return Finding.Absent.EMPTY;
            if (!wavers || !(found instanceof Finding.Present(var place, var _))) {
                mine();
                return found;
            }
            return new Finding.Present(new Place(place.height() + ++asked, place.block()), false);
        }
    }

    /// It would be rolled back to what it was, for ever.
    @Test
    void whoeverHoldsASizeAsTheNewestAndNothingOfItIsNotBelieved() throws Exception {
        var life = new Life(List.of());
        life.lodge(3);
        life.anchorage = new Forwarding(life.ledger) {
            @Override
            public Finding find(OriginId origin, long size, Hash root) {
                return new Finding.Absent(size, root);
            }
        };
        life.nanos += CONFIG.recheck().toNanos();
        for (int i = 0; i < 3; i++) {
            var setback = assertThrows(AnchorageSetback.class, life::move);
            assertTrue(setback.getMessage().contains("newest head has 3 entries"), setback.getMessage());
        }
        assertEquals(0, life.count(RelayEntry.RolledBack.class));
        life.anchorage = life.ledger;
        life.lodge(5);
    }

    /// What is there is heard first, and a person hears why nothing is sent.
    @Test
    void nothingIsSentToWhatNobodyKnowsTheBeginningOf() throws Exception {
        var life = new Life(List.of());
        var isKnown = new boolean[1];
        life.anchorage = new Forwarding(life.ledger) {
            @Override
            public Beginning beginning(AnchorIdentity identity) {
                return isKnown[0] ? new Beginning.Known() : new Beginning.Unknown("nobody knows", "ask");
            }
        };
        life.size = 3;
        assertTrue(assertThrows(AssertionError.class, life::move).getMessage().contains("nobody knows"));
        assertEquals(List.of(), life.entries);
        assertEquals(Agreement.AGREES, life.core.agreement());
        isKnown[0] = true;
        life.lodge(3);
    }

    /// The entry that opens it may be all that is left of a conflict: nobody has looked how the anchorage began.
    @Test
    void aPowerCutBeforeAConflictIsWrittenVouchesForNoBeginning() throws Exception {
        int cut = 0;
        for (int at = 0; at < 12; at++) {
            var life = new Life(List.of(new Event(at, Fault.ENDS_AFTER)));
            life.ledger.lodgeByAnother(Life.HEADS.get(5L));
            for (int i = 0; i < 3; i++) life.ledger.mine();
            var asked = new int[1];
            life.anchorage = new Forwarding(life.ledger) {
                @Override
                public Beginning beginning(AnchorIdentity identity) {
                    return ++asked[0] > 1 && life.size == 6
                            ? new Beginning.Known()
                            : new Beginning.Unknown("nobody knows", "ask");
                }
            };
            life.size = 3;
            life.move();
            if (life.entries.size() != 1) continue;
            cut++;
            assertFalse(life.progress.isVouchedFor());
            asked[0] = 0;
            life.size = 6; // it was wrong, or the log has come to what it holds
            var said = assertThrows(AssertionError.class, life::move).getMessage();
            assertTrue(said.contains("nobody knows"), said);
            assertEquals(1, life.entries.size(), "nothing is sent");
            life.toFinal(6);
            assertEquals(2, asked[0], "once more, and not of what was reached");
            assertTrue(life.progress.isVouchedFor());
        }
        assertEquals(1, cut);
    }

    /// Nobody who ordered one could know of what is told now.
    @Test
    void anOrderFromBeforeItWasToldConfirmsNothing() throws Exception {
        var ledger = new Elsewhere();
        var life = new Life(List.of(), ledger);
        life.keepsPlaces = true;
        life.resubmitted = 0;
        life.restart();
        life.lodge(3);
        life.write(new RelayEntry.Parked(Instant.EPOCH, 5, "no funds"));
        life.restart();
        ledger.isElsewhere = true;
        life.size = 5;
        assertThrows(AssertionError.class, life::move);
        life.restart();
        assertThrows(AssertionError.class, life::move);
        assertEquals(0, life.count(RelayEntry.RolledBack.class));

        ledger.isElsewhere = false;
        life.toFinal(5);
        life.resubmitted++;
        life.recheck(1);
        ledger.isElsewhere = true;
        life.nanos += CONFIG.recheck().toNanos();
        life.resubmitted++;
        for (int i = 0; i < 2; i++) assertThrows(AssertionError.class, life::move);
        assertEquals(0, life.count(RelayEntry.RolledBack.class), "it was ordered before");
        life.resubmitted++;
        life.move();
        assertEquals(1, life.count(RelayEntry.RolledBack.class));
    }

    /// Says of all that it holds that it is in a block where it never was.
    private static final class Elsewhere extends FaultyLedger {
        private boolean isElsewhere;
        private boolean isGone;
        private boolean isAway;

        Elsewhere() {
            super(1, 2);
        }

        @Override
        public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
            if (isAway) throw new AnchorageSetback("away", "none needed");
            if (isGone) return Finding.Absent.EMPTY;
            var found = super.find(origin, size, root);
            return isElsewhere && found instanceof Finding.Present(var place, var isFinal)
                    ? new Finding.Present(new Place(1000, place.block()), isFinal)
                    : found;
        }
    }

    /// Is another one, but for what a subclass does otherwise.
    private abstract static class Forwarding implements Anchorage {
        private final FaultyLedger there;

        Forwarding(FaultyLedger there) {
            this.there = there;
        }

        @Override
        public AnchorIdentity identity() throws AnchorageSetback {
            return there.identity();
        }

        @Override
        public Capabilities capabilities() {
            return there.capabilities();
        }

        @Override
        public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) throws AnchorageSetback {
            return there.prepare(head, base, proof);
        }

        @Override
        public Preparation replace(SignedRequest stuck) throws AnchorageSetback {
            return there.replace(stuck);
        }

        @Override
        public SubmitOutcome submit(SignedRequest request) {
            return there.submit(request);
        }

        @Override
        public Finding find(OriginId origin, long size, Hash root) throws AnchorageSetback {
            return there.find(origin, size, root);
        }

        @Override
        public RequestState status(SignedRequest request) throws AnchorageSetback {
            return there.status(request);
        }

        @Override
        public Optional<AnchorProof> proof(OriginId origin, long size, Hash root, Place place) throws AnchorageSetback {
            return there.proof(origin, size, root, place);
        }

        @Override
        public AnchorageHealth health() {
            return there.health();
        }

        @Override
        public void close() {}
    }

    /// Takes every request, and shows none.
    private static final class Hiding extends Forwarding {
        Hiding(FaultyLedger there) {
            super(there);
        }

        @Override
        public SubmitOutcome submit(SignedRequest request) {
            return new SubmitOutcome.Accepted();
        }

        @Override
        public RequestState status(SignedRequest request) {
            return new RequestState.Unknown();
        }
    }

    /// As many entries beyond what it holds as a request takes.
    private static class FewHops extends Forwarding {
        private final int most;

        FewHops(FaultyLedger there, int most) {
            super(there);
            this.most = most;
        }

        @Override
        public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) throws AnchorageSetback {
            int count = (int) (head.size() - base);
            return count > most ? new Preparation.TooManyHandOvers(count, most) : super.prepare(head, base, proof);
        }
    }

    /// Takes every request, and says of each that it cannot land.
    private static final class NeverLanding extends Forwarding {
        NeverLanding(FaultyLedger there) {
            super(there);
        }

        @Override
        public SubmitOutcome submit(SignedRequest request) {
            return new SubmitOutcome.Accepted();
        }

        @Override
        public RequestState status(SignedRequest request) {
            return new RequestState.CannotLand("never");
        }
    }

    private static List<Event> events(int from, int to) {
        return events(from, to, OF_ALL);
    }

    private static List<Event> events(int from, int to, Set<Fault> faults) {
        var events = new ArrayList<Event>();
        for (int at = from; at < to; at++) {
            for (var fault : faults) events.add(new Event(at, fault));
        }
        return events;
    }

    /// Answers with the anchor, and keeps nothing: what it finds is what the relay kept.
    private static final class Authority implements Anchorage {
        private final Life life;
        private Optional<Boolean> loses = Optional.empty();
        private byte answers;

        Authority(Life life) {
            this.life = life;
        }

        @Override
        public AnchorIdentity identity() {
            return new AnchorIdentity.Local(Merkle.leafHash(new byte[] {3}));
        }

        @Override
        public Capabilities capabilities() {
            return new Capabilities("at once", true, true);
        }

        @Override
        public Preparation prepare(LodgeableHead head, long base, List<Hash> proof) {
            return new Preparation.Ready(new SignedRequest(head.root(), OptionalLong.empty(), head.signature()));
        }

        @Override
        public SubmitOutcome submit(SignedRequest request) {
            var loss = loses;
            loses = Optional.empty();
            if (loss.isPresent()) return new SubmitOutcome.Unknown("no answer");
            return new SubmitOutcome.Answered(new AnchorProof(new byte[] {answers++}, List.of()));
        }

        @Override
        public Finding find(OriginId origin, long size, Hash root) {
            if (life.kept.containsKey(size)) return new Finding.Present(life.placeOf(size), true);
            long largest = life.kept.keySet().stream().reduce(0L, Math::max);
            if (largest == 0) return Finding.Absent.EMPTY;
            var newest = life.kept.get(largest).root();
            return largest > size ? new Finding.Covered(largest, newest) : new Finding.Absent(largest, newest);
        }

        @Override
        public RequestState status(SignedRequest request) {
            return new RequestState.Unknown();
        }

        @Override
        public Optional<AnchorProof> proof(OriginId origin, long size, Hash root, Place place) {
            return Optional.empty();
        }

        @Override
        public AnchorageHealth health() {
            return new AnchorageHealth.Good("");
        }

        @Override
        public void close() {}
    }

    /// A log that grows from 3 to 5 entries, its relay's core, and a ledger that keeps the contract's rules.
    private static final class Life implements Want.Surroundings, HeadSource {
        private static final SignedLog LOG = new SignedLog("model/log", 1).growTo(7);
        private static final Map<Long, LodgeableHead> HEADS =
                Map.of(3L, LOG.head(3), 5L, LOG.head(5), 6L, LOG.head(6), 7L, LOG.head(7));

        final List<RelayEntry> entries = new ArrayList<>();
        final FaultyLedger ledger;
        Anchorage anchorage;
        int questions;
        int sent;

        /// The journal of proofs.
        final Map<Long, Want.Keep> kept = new TreeMap<>();

        final List<Long> proofsAsked = new ArrayList<>();

        private final List<Event> events;
        private Progress progress = new Progress();
        private RelayCore core = new RelayCore(
                CONFIG,
                progress,
                new Capabilities("at once", true, false),
                Optional.empty(),
                new Replacements(),
                Optional.empty());
        private long nanos;
        private long size;
        private int parkedFor;
        private long resubmitted = -1;
        private Instant resubmittedAt = Instant.MIN;
        private boolean parked;
        private Duration clockIsBehind = Duration.ZERO;
        private boolean owedIsUnknown;

        /// The disk takes nothing when something was said against the log.
        private boolean doubtIsUnkept;

        private long atOnce = -1;

        Life(List<Event> events) {
            this(events, new FaultyLedger(1, 2));
        }

        Life(List<Event> events, FaultyLedger ledger) {
            this.events = events;
            this.ledger = ledger;
            this.anchorage = ledger;
        }

        /// What is said against the log, as its file has it.
        Optional<Doubt> doubt = Optional.empty();
        private int doubtsWritten;
        private boolean isForgottenByHalf;

        /// What was made in the place of stuck requests, as the journal has it.
        final List<ReplacedEntry.Replaced> replaced = new ArrayList<>();

        private boolean keepsPlaces;
        private Optional<Duration> stuckAfter = Optional.empty();
        private int fallenBackFor;
        private int replacedAt;

        static Life replacing(List<Event> events) throws CborMalformed {
            var life = new Life(events);
            life.stuckAfter = Optional.of(Duration.ofSeconds(10));
            life.restart();
            return life;
        }

        static Life withAuthority(List<Event> events) throws CborMalformed {
            var life = new Life(events);
            life.anchorage = new Authority(life);
            life.restart();
            return life;
        }

        void live(long... goals) throws Exception {
            try {
                lodge(goals);
                for (int round = 0; owed(Long.MAX_VALUE).isPresent(); round++) {
                    assertTrue(round < 20, () -> "only these have proofs: " + kept.keySet());
                    recheck(1);
                }
                for (long goal : goals) check(goal);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(events + ": " + e.getMessage() + ", " + entries, e);
            }
        }

        void lodge(long... goals) throws Exception {
            for (long goal : goals) {
                size = goal;
                nanos += PAUSE.toNanos();
                toFinal(goal);
            }
        }

        /// As many times of rest as the relay has between two looks at what is final.
        void recheck(int times) throws Exception {
            for (int i = 0; i < times; i++) {
                nanos += CONFIG.recheck().toNanos();
                move();
            }
        }

        private void toFinal(long goal) throws Exception {
            for (int round = 0; progress.finals().largest() < goal; round++) {
                assertTrue(round < 80, () -> "not final: " + ledger);
                move();
                ledger.mine();
            }
        }

        /// One move after the other until one rests, or its question is dropped.
        private void move() throws Exception {
            nanos += Duration.ofSeconds(2).toNanos();
            if (fallenBackFor > 0 && --fallenBackFor == 0) restart();
            parked = parkedFor-- > 0;
            var move = core.begin(moment(), new RelayOrders(parked, resubmitted, resubmittedAt));
            while (move instanceof Ask<?> question) {
                var next = answer(question);
                if (next.isEmpty()) return;
                move = next.get();
            }
            if (move instanceof Stuck(var cause, var remedy)) throw new AssertionError(cause + "; " + remedy);
            assertTrue(move instanceof Rest);
        }

        private <A> Optional<RelayMove> answer(Ask<A> question) throws Exception {
            int number = questions++;
            if (question.want() instanceof Want.Prove asked) {
                proofsAsked.add(asked.head().size());
            }
            if (owedIsUnknown && question.want() instanceof Want.Owed) return Optional.empty();
            Optional<Fault> fault = events.stream()
                    .filter(event -> event.at == number)
                    .map(Event::fault)
                    .findFirst();
            if (fault.isEmpty()) return Optional.of(heard(question));
            boolean isSending = question.want() instanceof Want.Submit;
            boolean isWriting = question.want() instanceof Want.Write
                    || question.want() instanceof Want.Keep
                    || question.want() instanceof Want.WriteReplaced;
            switch (fault.get()) {
                case ENDS_BEFORE -> {
                    restart();
                    return Optional.empty();
                }
                case ENDS_AFTER -> {
                    question.want().in(this);
                    restart();
                    return Optional.empty();
                }
                case AWAY -> {
                    if (!isSending) return Optional.empty();
                    loseNext(false); // whoever sends hears that nobody answers
                }
                case UNHEARD -> {
                    if (isSending) loseNext(true);
                    else {
                        question.want().in(this);
                        // What a journal does not say to have written ends the process.
                        if (isWriting) restart();
                        return Optional.empty();
                    }
                }
                case BLOCK -> ledger.mine();
                case REORGANISED -> ledger.reorganise(2);
                case POOL_LOST -> ledger.forgetPool();
                case PARK -> parkedFor = 4;
                case RESUBMIT -> resubmitted++;
                case DEARER -> ledger.ask(1);
                case REPLACED_LOST -> {
                    replaced.clear();
                    restart();
                    return Optional.empty();
                }
                case FALL_BACK -> {
                    fallenBackFor = 6;
                    restart();
                    return Optional.empty();
                }
                case COURIER -> {
                    if (!ledger.lodged(LOG.originId()).containsKey(size)) ledger.lodgeByAnother(HEADS.get(size));
                }
            }
            return Optional.of(heard(question));
        }

        private void loseNext(boolean onlyTheAnswer) {
            if (anchorage instanceof Authority authority) authority.loses = Optional.of(onlyTheAnswer);
            else ledger.loseNext(onlyTheAnswer);
        }

        private <A> RelayMove heard(Ask<A> question) throws Exception {
            boolean sends = question.want() instanceof Want.Submit
                    || question.want() instanceof Want.Prepare
                    || question.want() instanceof Want.Replace;
            if (question.want() instanceof Want.Replace) replacedAt = questions;
            if (question.want() instanceof Want.Submit) sent++;
            assertFalse(parked && sends, () -> question.want() + " though it is parked");
            try {
                return core.hear(question, question.want().in(this), moment());
            } catch (AnchorageSetback e) {
                if (e.speaksAgainstTheLog() && core.speaksAgainst(question, e) instanceof Ask<?> kept) keep(kept);
                throw e;
            }
        }

        private <A> void keep(Ask<A> doubted) throws Exception {
            if (doubtIsUnkept) return;
            doubted.then().apply(doubted.want().in(this));
        }

        /// Another process, which has the entries and nothing else.
        private void restart() throws CborMalformed {
            progress = new Progress();
            for (int i = 0; i < entries.size(); i++) {
                progress.apply(RelayEntry.read(entries.get(i).toBytes()), i);
            }
            var fold = new Replacements();
            boolean isOlder = fallenBackFor > 0;
            if (!isOlder) {
                for (var entry : replaced) fold.apply((ReplacedEntry.Replaced) ReplacedEntry.read(entry.toBytes()));
            }
            core = new RelayCore(CONFIG, progress, can(), isOlder ? Optional.empty() : stuckAfter, fold, doubt);
        }

        private Capabilities can() {
            var can = anchorage.capabilities();
            return new Capabilities(
                    can.finality(), can.convincesOthers(), can.answersOnce(), can.stuckAfter(), keepsPlaces);
        }

        private Moment moment() {
            return new Moment(Instant.EPOCH.plusNanos(nanos).minus(clockIsBehind), nanos);
        }

        /// What is written down as final was so, and there, when it was asked for last: no block came since.
        private void requireFinal(RelayEntry.Final end) {
            try {
                assertEquals(
                        new Finding.Present(end.place(), true), anchorage.find(LOG.originId(), end.size(), end.root()));
            } catch (AnchorageSetback e) {
                throw new AssertionError(e);
            }
        }

        /// The head is there, with this log's root, by one request at most where nobody else came.
        private void check(long head) {
            if (!(anchorage instanceof Authority))
                assertEquals(LOG.root(head), ledger.lodged(LOG.originId()).get(head));
            boolean alone = events.stream().noneMatch(event -> event.fault == Fault.COURIER);
            boolean isReplacing = stuckAfter.isPresent();
            long by = isReplacing ? ledger.noncesOfferedFor(head) : ledger.offeredFor(head);
            if (alone) assertTrue(by <= 1, () -> by + " requests");
            var finals = entries.stream().filter(entry -> entry instanceof RelayEntry.Final end && end.size() == head);
            var end = (RelayEntry.Final) finals.reduce((first, second) -> {
                        throw new AssertionError("final twice");
                    })
                    .orElseThrow();
            var proof = kept.get(head);
            assertEquals(LOG.root(head), proof.root());
            if (anchorage instanceof Authority) {
                assertEquals(Optional.empty(), proof.block());
                return;
            }
            assertEquals(Optional.of(end.place().block()), proof.block());
            assertArrayEquals(
                    FaultyLedger.proofOf(head, LOG.root(head), end.place()).bytes(),
                    proof.proof().bytes());
        }

        long count(Class<? extends RelayEntry> kind) {
            return entries.stream().filter(kind::isInstance).count();
        }

        @Override
        public long write(RelayEntry entry) {
            if (entry instanceof RelayEntry.Final end) requireFinal(end);
            if (entry instanceof RelayEntry.Included seen && anchorage instanceof Authority) {
                assertEquals(placeOf(seen.size()), seen.place(), "the anchor is kept before anything is said of it");
            }
            entries.add(entry);
            return entries.size() - 1;
        }

        @Override
        public FinalHead lastFinal() {
            long index =
                    progress.finals().covering(progress.finals().largest() - 1).orElseThrow();
            var found = (RelayEntry.Final) entries.get((int) index);
            return new FinalHead(found.size(), found.root(), found.place(), found.at());
        }

        private Place placeOf(long head) {
            return new Place(head, Merkle.leafHash(kept.get(head).proof().bytes()));
        }

        @Override
        public Optional<FinalHead> owed(long below) {
            return entries.stream()
                    .filter(entry -> entry instanceof RelayEntry.Final end
                            && end.size() < below
                            && end.size() <= progress.finals().largest()
                            && !kept.containsKey(end.size()))
                    .map(RelayEntry.Final.class::cast)
                    .max(Comparator.comparingLong(RelayEntry.Final::size))
                    .map(end -> new FinalHead(end.size(), end.root(), end.place(), end.at()));
        }

        @Override
        public Place keep(Want.Keep proof) {
            kept.put(proof.size(), proof);
            return placeOf(proof.size());
        }

        @Override
        public void doubt(Optional<Doubt> found) throws IOException {
            doubt = found;
            if (found.isPresent()) doubtsWritten++;
            else if (isForgottenByHalf) throw new IOException("the folder cannot be forced");
        }

        @Override
        public void write(OriginId origin, ReplacedEntry.Replaced entry) {
            assertEquals(LOG.originId(), origin);
            replaced.add(entry);
        }

        @Override
        public HeadSource heads() {
            return this;
        }

        @Override
        public Anchorage anchorage() {
            return anchorage;
        }

        @Override
        public OriginId originId() {
            return LOG.originId();
        }

        @Override
        public Optional<LodgeableHead> newest() {
            return size == 0 ? Optional.empty() : Optional.of(HEADS.getOrDefault(size, LOG.head(size)));
        }

        @Override
        public Optional<LodgeableHead> between(long base, int most) {
            return HEADS.keySet().stream()
                    .filter(one -> one > base && one <= base + most)
                    .max(Comparator.naturalOrder())
                    .map(HEADS::get);
        }

        @Override
        public boolean anyAtOnce(long from, long to) {
            return from <= atOnce && atOnce < to;
        }

        @Override
        public boolean isSealed(long atSize, Hash root) {
            return LOG.isSealed(atSize, root);
        }

        @Override
        public List<Hash> consistency(long oldSize, long newSize) {
            return LOG.consistency(oldSize, newSize);
        }
    }
}
