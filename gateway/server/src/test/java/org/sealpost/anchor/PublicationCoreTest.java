package org.sealpost.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.sealpost.anchor.FinishedEntry.FinalPublication;
import org.sealpost.anchor.PublicationMove.Ask;
import org.sealpost.anchor.PublicationMove.Rest;
import org.sealpost.anchor.PublicationMove.Stuck;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.lodging.Place;
import org.sealpost.lodging.Publication;
import org.sealpost.lodging.Publication.Kind;
import org.sealpost.lodging.PublicationFinding;
import org.sealpost.merkle.Merkle;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.Origin;

/// Every fault at every question of a life, and every two of them: no disk, no network, no seed.
class PublicationCoreTest {
    private static final Origin ORIGIN = new Origin("model/log");
    private static final byte[] KEY = SoftwareKey.p256ForTests(1).spki();

    private static final PublicationConfig CONFIG =
            config(published("a", Kind.COMMITMENTS), published("b", Kind.PAYLOADS));

    private static final PublicationConfig CONFIG_OF_MANY = new PublicationConfig(
            "model",
            List.of(published("a", Kind.COMMITMENTS)),
            60_000,
            2,
            Duration.ofSeconds(1),
            3,
            InstantSource.system(),
            System::nanoTime,
            () -> PublicationOrders.NONE);

    private static final RequestState WITHOUT_EFFECT =
            new RequestState.Reverted(new Place(1, Merkle.leafHash(new byte[] {1})), true);

    private static PublicationConfig.Published published(String profile, Kind kind) {
        return new PublicationConfig.Published(profile, kind, Duration.ZERO);
    }

    private static PublicationConfig config(PublicationConfig.Published... profiles) {
        return new PublicationConfig(
                "model",
                List.of(profiles),
                60,
                2,
                Duration.ofSeconds(1),
                3,
                InstantSource.system(),
                System::nanoTime,
                () -> PublicationOrders.NONE);
    }

    /// What can happen at a question.
    private enum Fault {
        /// The power goes before it is asked, and with it what is not durable.
        ENDS_BEFORE,
        /// It is done or asked, and the power goes before the answer is heard.
        ENDS_AFTER,
        /// The same, and all that was written is there afterwards.
        ENDS_AND_KEEPS,
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
        /// The signed requests on the disk are gone.
        FILES_LOST,
        /// The next request that is sent is refused for good; some moves later somebody orders that it is tried again.
        REFUSED,
        /// Somebody orders that nothing more is sent, and takes it back some moves later.
        PARK,
        /// Somebody orders that what is under way is sent again.
        RESUBMIT,
        /// Somebody orders a record of a payload to be erased.
        ERASE,
        /// Somebody gives the lowest number up that is not final.
        GIVE_UP
    }

    private record Event(int at, Fault fault) {}

    private static List<Event> events(int from, int to, Set<Fault> faults) {
        var events = new ArrayList<Event>();
        for (int at = from; at < to; at++) {
            for (var fault : faults) events.add(new Event(at, fault));
        }
        return events;
    }

    @Test
    void aLifeWithoutFaults() throws Exception {
        var life = new Life(List.of());
        life.blockEvery = 20;
        life.live();
        assertEquals(3, life.count(PublicationEntry.Made.class));
        assertEquals(3, life.count(PublicationEntry.Prepared.class));
        assertEquals(3, life.count(PublicationEntry.Final.class));
        assertEquals(2 + 1 + 5 * 3, life.entries.size(), () -> life.entries.toString());
        assertEquals(2, life.mostUnderWay);
    }

    /// A ledger that answers only once a request is included, which was not there when it was looked for before.
    @Test
    void whatCameMeanwhileIsNotDropped() throws Exception {
        var calm = new Life(List.of(), 3, 0);
        calm.live();
        for (var block : events(0, calm.questions + 8, EnumSet.of(Fault.BLOCK))) {
            var life = new Life(List.of(block), 3, 0);
            life.live();
            assertEquals(0, life.count(PublicationEntry.Dropped.class), () -> block + ": " + life.entries);
        }
    }

    @Test
    void everyFaultAtEveryQuestion() throws Exception {
        var calm = new Life(List.of());
        calm.live();
        for (var first : events(0, calm.questions + 8, EnumSet.allOf(Fault.class))) new Life(List.of(first)).live();
    }

    /// The second one soon after the first, in lives of few publications.
    @Test
    void everyTwoFaults() throws Exception {
        var all = EnumSet.allOf(Fault.class);
        for (var first : events(3, 26, all)) {
            for (var second : events(first.at + 1, first.at + 7, all)) new Life(List.of(first, second), 2).live();
        }
    }

    @Test
    void everyFaultAtEveryQuestionWhereRequestsLandInAnyOrder() throws Exception {
        var calm = Life.inAnyOrder(List.of(), 3);
        calm.live();
        assertEquals(2, calm.mostUnderWay);
        for (var first : events(0, calm.questions + 8, EnumSet.allOf(Fault.class))) {
            Life.inAnyOrder(List.of(first), 3).live();
        }
    }

    @Test
    void everyTwoFaultsWhereRequestsLandInAnyOrder() throws Exception {
        var all = EnumSet.allOf(Fault.class);
        for (var first : events(3, 26, all)) {
            for (var second : events(first.at + 1, first.at + 7, all)) {
                Life.inAnyOrder(List.of(first, second), 2).live();
            }
        }
    }

    /// A ledger that needs its time for each need not be waited for as often as a row is wide, nor
    /// for a while before it is asked what became of it.
    @Test
    void whatLandsInAnyOrderIsPreparedSentAndAskedForTogether() throws Exception {
        var life = Life.inAnyOrder(List.of(), 2);
        life.nanosAMove = 1;
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        assertEquals(1, life.asked(PublicationWant.PrepareAll.class));
        assertEquals(1, life.asked(PublicationWant.SubmitAll.class));
        assertEquals(0, life.asked(PublicationWant.Prepare.class));
        assertEquals(0, life.asked(PublicationWant.Submit.class));
        life.ledger.mine();
        life.ledger.mine();
        life.ledger.mine();
        life.wants.clear();
        life.move();
        assertEquals(2, life.count(PublicationEntry.Final.class));
        assertEquals(1, life.asked(PublicationWant.Row.class));
        assertEquals(0, life.asked(PublicationWant.Status.class));
        assertEquals(1, life.asked(PublicationWant.Durable.class));
        life.live();
    }

    /// A row waits for its block; peers that endorse the next one need not.
    @Test
    void whatComesNextIsPreparedWhileTheRowIsWaitedFor() throws Exception {
        var life = Life.inAnyOrder(List.of(), 4);
        life.nanosAMove = 1;
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        life.wants.clear();
        life.move();
        assertEquals(2, life.count(PublicationEntry.Prepared.class), "there is no room for them");
        life.nanosAMove = CONFIG.poll().toNanos();
        for (int i = 0; i < 3; i++) life.ledger.mine();
        life.moves(2);
        assertEquals(2, life.count(PublicationEntry.Final.class));
        assertEquals(4, life.count(PublicationEntry.Sent.class));
        assertEquals(List.of(3L, 4L), life.preparedAhead(), "once each");
        assertEquals(0, life.asked(PublicationWant.PrepareAll.class));
        life.live();
    }

    /// Endorsers may be others meanwhile; and what is given up may be of records that are erased.
    @Test
    void whatWasPreparedAheadIsNotKeptForLong() throws Exception {
        var life = Life.inAnyOrder(List.of(), 4);
        life.nanosAMove = 1;
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        life.wants.clear();
        life.move();
        life.nanosAMove = CONFIG.poll().toNanos();
        life.nanos += Duration.ofMinutes(2).toNanos();
        life.move();
        assertEquals(List.of(3L, 4L, 3L, 4L), life.preparedAhead());
        life.byNumber.put(3L, new PublicationOrders.Order(true, life.acts++));
        life.givenUp.add(3L);
        for (int i = 0; i < 3; i++) life.ledger.mine();
        life.live();
        assertEquals(Kind.GIVEN_UP, life.ledger.held().get(3L).publication().kind());
    }

    /// What it waits for does not count against the time in which a row is filled.
    @Test
    void howeverLongABlockTakesTheRowIsFilledBehindIt() throws Exception {
        var life = Life.inAnyOrder(List.of(), 3);
        life.endless = true;
        life.nanosAQuestion = Duration.ofMillis(1).toNanos();
        life.statusNanos = Duration.ofSeconds(2).toNanos();
        life.findNanos = Duration.ofMillis(600).toNanos();
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        for (int i = 0; i < 3; i++) life.ledger.mine();
        life.move();
        assertEquals(2, life.count(PublicationEntry.Final.class));
        assertEquals(4, life.count(PublicationEntry.Prepared.class));
    }

    /// What peers have endorsed is sent, or they would endorse it again and again.
    @Test
    void howeverLongARowTakesToBePreparedAllOfItIsSent() throws Exception {
        var life = Life.inAnyOrder(List.of(), 2);
        life.prepareNanos = Duration.ofSeconds(6).toNanos();
        for (int i = 0; i < 6 && life.count(PublicationEntry.Prepared.class) == 0; i++) life.move();
        assertEquals(2, life.count(PublicationEntry.Prepared.class));
        assertEquals(2, life.count(PublicationEntry.Sent.class));
        assertEquals(1, life.asked(PublicationWant.PrepareAll.class));
        life.live();
    }

    @Test
    void oneThatCannotBeLoadedOrPreparedHoldsUpNoneBesideIt() throws Exception {
        for (boolean isUnreadable : List.of(false, true)) {
            var life = Life.inAnyOrder(List.of(), 2);
            if (isUnreadable) life.unreadable.add(1L);
            else life.ledger.setBack(Set.of(1L));
            life.moves(6);
            assertEquals(Set.of(2L), life.ledger.held().keySet());
            life.unreadable.clear();
            life.ledger.setBack(Set.of());
            life.live();
        }
    }

    @Test
    void whatIsRefusedForGoodHoldsBackNothing() throws Exception {
        var life = new Life(List.of());
        life.ledger.refuseNext();
        life.moves(40);
        assertEquals(1, life.count(PublicationEntry.SetAside.class));
        assertEquals(Set.of(2L, 3L), life.ledger.held().keySet());
        assertEquals(Set.of(1L), life.progress.open().keySet());
        int written = life.entries.size();
        life.restart();
        life.moves(10);
        assertEquals(written, life.entries.size(), "by itself it is not tried again");
        life.byNumber.put(1L, new PublicationOrders.Order(false, 5));
        life.live();
        assertEquals(1, life.count(PublicationEntry.TakenUp.class), "once for each order");
        assertEquals(Set.of(1L, 2L, 3L), life.ledger.held().keySet());
    }

    /// One that was set aside, and is final long after those behind it, says nothing of these.
    @Test
    void howFarItHasComeIsTheHighestNumberThatIsFinal() throws Exception {
        var life = new Life(List.of());
        life.ledger.refuseNext();
        life.moves(40);
        life.byNumber.put(1L, new PublicationOrders.Order(false, 5));
        life.live();
        assertEquals(1, life.progress.lastFinal().orElseThrow().number());
        var end = life.entries.stream()
                .filter(entry -> entry instanceof PublicationEntry.Final last && last.number() == 3)
                .map(PublicationEntry.Final.class::cast)
                .findFirst()
                .orElseThrow();
        var expected = Optional.of(new PublicationStanding.Published(3, end.place(), end.at()));
        assertEquals(expected, PublicationStanding.of(life.progress).last());
        life.restart();
        assertEquals(expected, PublicationStanding.of(life.progress).last());
        var thinned = FinishedPublicationsTest.written(life.progress);
        thinned.remember(life.entries.stream()
                .filter(PublicationEntry.Final.class::isInstance)
                .map(PublicationEntry.Final.class::cast)
                .map(last -> FinalPublication.of(
                        life.entries.stream()
                                .filter(entry ->
                                        entry instanceof PublicationEntry.Made made && made.number() == last.number())
                                .map(PublicationEntry.Made.class::cast)
                                .findFirst()
                                .orElseThrow(),
                        last))
                .toList());
        assertEquals(expected, PublicationStanding.of(thinned).last());
    }

    @Test
    void whatTheLedgerRefusesToTakeIsSetAsideBeforeItIsSigned() throws Exception {
        var life = new Life(List.of());
        life.ledger.refuseToPrepare("too large");
        life.moves(20);
        assertEquals(3, life.count(PublicationEntry.SetAside.class));
        assertEquals(0, life.count(PublicationEntry.Prepared.class));
        life.ledger.refuseToPrepare("");
        for (long number = 1; number <= 3; number++)
            life.byNumber.put(number, new PublicationOrders.Order(true, number));
        life.moves(60);
        assertEquals(
                Set.of(Kind.GIVEN_UP),
                Set.copyOf(life.ledger.held().values().stream()
                        .map(held -> held.publication().kind())
                        .toList()));
        assertEquals(3, life.count(PublicationEntry.Made.class), "what was given up for good gets no other number");
    }

    /// Requests without effect are bounded; those that an earlier sealing key signed do not count.
    @Test
    void attemptsAreBounded() throws Exception {
        var life = new Life(List.of(), 1);
        life.takesNothing = Optional.of(WITHOUT_EFFECT);
        life.moves(60);
        assertEquals(CONFIG.attempts(), life.count(PublicationEntry.Prepared.class));
        assertTrue(life.entries.getLast() instanceof PublicationEntry.SetAside);

        var rotated = new Life(List.of(), 1);
        rotated.takesNothing = Optional.of(WITHOUT_EFFECT);
        while (rotated.count(PublicationEntry.Prepared.class) < CONFIG.attempts()) rotated.move();
        rotated.key++;
        rotated.restart();
        rotated.moves(3);
        assertEquals(0, rotated.count(PublicationEntry.SetAside.class));
        rotated.takesNothing = Optional.empty();
        rotated.live();
    }

    /// As those that endorsers may have forgotten, or whose identity was renewed: that says nothing of what they bring.
    /// Nobody is needed, and the disk is not filled meanwhile.
    @Test
    void requestsThatCannotLandSetNothingAside() throws Exception {
        for (boolean restarts : List.of(false, true)) {
            var life = new Life(List.of(), 1);
            life.takesNothing = Optional.of(new RequestState.CannotLand("its endorsers may have forgotten it"));
            for (int i = 0; i < 200; i++) {
                life.move();
                if (restarts && i % 4 == 3) life.restart();
            }
            assertEquals(0, life.count(PublicationEntry.SetAside.class));
            long signed = life.count(PublicationEntry.Prepared.class);
            assertTrue(signed > CONFIG.attempts(), () -> signed + " requests");
            if (!restarts) assertTrue(signed < 20, () -> signed + " requests in 400 seconds");
            life.takesNothing = Optional.empty();
            life.live();
        }
    }

    /// What was executed counts, however many others came between.
    @Test
    void requestsThatCannotLandDoNotForgiveOthers() throws Exception {
        var life = new Life(List.of(), 1);
        for (int i = 0; i < 60; i++) {
            boolean isExecuted = life.count(PublicationEntry.Dropped.class) % 2 == 0;
            life.takesNothing =
                    Optional.of(isExecuted ? WITHOUT_EFFECT : new RequestState.CannotLand("its nonce was used"));
            life.move();
        }
        assertEquals(1, life.count(PublicationEntry.SetAside.class));
        assertEquals(2 * (CONFIG.attempts() - 1), life.count(PublicationEntry.Dropped.class));
    }

    /// One whose bytes are gone says no more.
    @Test
    void requestsThatAreGoneFromTheDiskSetNothingAside() throws Exception {
        var life = new Life(List.of(), 1, 0);
        for (int i = 0; i < 60 && life.count(PublicationEntry.Dropped.class) < CONFIG.attempts(); i++) {
            life.ledger.loseNext(false);
            life.moves(1);
            life.files.clear();
        }
        assertEquals(CONFIG.attempts(), life.count(PublicationEntry.Dropped.class));
        life.ledger.loseNext(false);
        life.takesNothing = Optional.of(WITHOUT_EFFECT);
        for (int i = 0; i < 60 && life.count(PublicationEntry.Dropped.class) == CONFIG.attempts(); i++) life.move();
        assertEquals(0, life.count(PublicationEntry.SetAside.class));
        assertEquals(CONFIG.attempts() + 1, life.count(PublicationEntry.Dropped.class));
    }

    /// A node that names another block at each look would have two entries forced to the disk as fast as it answers: of
    /// what this box sent, of what somebody else brought, and of what is to be given up.
    @Test
    void whatIsInAnotherBlockAtEachLookIsLookedForEverMoreRarelyAndSaid() throws Exception {
        for (var whose : List.of("own", "another's", "given up")) {
            var life = new Life(List.of(), 1);
            life.nanosAMove = Duration.ofSeconds(1).toNanos();
            life.ledger.stopFinalising(true);
            if (!whose.equals("own")) life.ledger.refuseToPrepareAfter(0);
            life.moves(3);
            if (!whose.equals("own")) {
                life.ledger.publishByAnother(life.publication(Kind.COMMITMENTS, 1, 1, 1));
            }
            if (whose.equals("given up")) life.byNumber.put(1L, new PublicationOrders.Order(true, life.acts++));
            assertEquals(Optional.empty(), life.core.delay(life.nanos));
            life.ledger.moveAbout(true);
            for (int i = 0; i < 1000; i++) life.move();
            assertTrue(life.entries.size() < 50, () -> whose + ": " + life.entries.size() + " entries");
            assertTrue(life.count(PublicationEntry.Reorged.class) > 10, "it is looked for all the same");
            var trouble = life.core.delay(life.nanos).orElseThrow();
            assertTrue(trouble.cause().startsWith("publication 1 was seen in block "), trouble.cause());
            assertTrue(trouble.cause().contains(" times in a row"), trouble.cause());

            life.ledger.moveAbout(false);
            life.ledger.stopFinalising(false);
            life.ledger.refuseToPrepareAfter(Integer.MAX_VALUE);
            life.moves(130);
            assertEquals(1, life.count(PublicationEntry.Final.class), whose);
            assertEquals(Optional.empty(), life.core.delay(life.nanos));
        }
    }

    /// Of two troubles the one that somebody should look at is told, and what never ends is one.
    @Test
    void whatComesAndGoesHidesNothingThatNeverBecomesFinal() throws Exception {
        var life = new Life(List.of(), 2, 2);
        life.ledger.stopFinalising(true);
        while (!life.isIn(2, Phase.Seen.class)) life.moves(1);
        life.nanosAMove = Duration.ofMinutes(1).toNanos();
        life.moves(32);
        assertTrue(life.core.delay(life.nanos).orElseThrow().urgent());
        life.ledger.moveAbout(Set.of(2L));
        while (life.count(PublicationEntry.Reorged.class) < 3) life.moves(1);
        var trouble = life.core.delay(life.nanos).orElseThrow();
        assertTrue(trouble.cause().startsWith("publication 1 is in block "), trouble.cause());
        assertTrue(trouble.urgent());
    }

    @Test
    void whatComesAndGoesForHalfAnHourIsToBeLookedAt() throws Exception {
        var life = new Life(List.of(), 1);
        life.ledger.stopFinalising(true);
        while (!life.isIn(1, Phase.Seen.class)) life.moves(1);
        life.nanosAMove = Duration.ofMinutes(1).toNanos();
        life.ledger.moveAbout(true);
        while (life.count(PublicationEntry.Reorged.class) < 3) life.moves(1);
        assertFalse(life.core.delay(life.nanos).orElseThrow().urgent());
        life.moves(31);
        var trouble = life.core.delay(life.nanos).orElseThrow();
        assertTrue(trouble.cause().startsWith("publication 1 was seen in block "), trouble.cause());
        assertTrue(trouble.urgent());
    }

    /// One by one they are taken back, and final when they are looked for next: no process remembers them for ever.
    @Test
    void whatIsFinalAfterItWasTakenBackIsRememberedNoMore() throws Exception {
        var life = new Life(List.of(), 2);
        life.config = CONFIG_OF_MANY;
        life.core = life.newCore();
        life.endless = true;
        for (int i = 0; i < 100; i++) {
            for (int j = 0;
                    j < 8 && life.progress.open().values().stream().noneMatch(PublicationCoreTest::isSeen);
                    j++) {
                life.moves(1);
            }
            life.ledger.reorganise();
            life.move();
            for (int j = 0; j < 3; j++) life.ledger.mine();
            life.move();
        }
        assertTrue(life.count(PublicationEntry.Reorged.class) >= 100, () -> life.entries.toString());
        assertTrue(life.count(PublicationEntry.Final.class) >= 100);
        assertTrue(life.core.scheduled() < 10, () -> life.core.scheduled() + " are remembered");
    }

    private static boolean isSeen(PublicationProgress.Item item) {
        return item.phase() instanceof Phase.Seen;
    }

    /// A chain of which the newest blocks are replaced now and then is as slow as its blocks, and no slower.
    @Test
    void whatIsTakenBackOnceOrTwiceIsLookedForAtOnce() throws Exception {
        var life = new Life(List.of(), 1);
        life.nanosAMove = Duration.ofSeconds(1).toNanos();
        for (int times = 1; times <= 2; times++) {
            for (int i = 0; i < 8 && !life.isIn(1, Phase.Seen.class); i++) life.moves(1);
            assertTrue(life.isIn(1, Phase.Seen.class), () -> life.entries.toString());
            life.ledger.reorganise();
            for (int i = 0; i < 3; i++) life.move();
            assertEquals(times, life.count(PublicationEntry.Reorged.class));
            assertEquals(Optional.empty(), life.core.delay(life.nanos));
        }
        life.moves(8);
        assertEquals(1, life.count(PublicationEntry.Final.class));
    }

    /// A node that takes a request, keeps nothing of it, and answers the same bytes with an error nobody understands.
    @Test
    void whatIsTakenAndIsNotInTurnIsOfferedEverMoreRarelyAndSaid() throws Exception {
        for (boolean inAnyOrder : List.of(false, true)) {
            var life = inAnyOrder ? Life.inAnyOrder(List.of(), 1) : new Life(List.of(), 1);
            life.nanosAMove = Duration.ofSeconds(1).toNanos();
            life.ledger.forgetEach(true);
            for (int i = 0; i < 1000; i++) life.move();
            assertTrue(life.entries.size() < 50, () -> life.entries.size() + " entries");
            assertTrue(life.count(PublicationEntry.Sent.class) > 5, "it is sent all the same");
            assertTrue(life.count(PublicationEntry.Ambiguous.class) > 5, "and nobody knows what became of it");
            var trouble = life.core.delay(life.nanos).orElseThrow();
            assertTrue(trouble.cause().contains("publication 1 was taken"), trouble.cause());
            assertTrue(trouble.cause().contains("gas limit of yesterday"), trouble.cause());

            life.ledger.forgetEach(false);
            life.moves(130);
            assertEquals(1, life.count(PublicationEntry.Final.class));
            assertEquals(Optional.empty(), life.core.delay(life.nanos));
        }
    }

    @Test
    void anotherOnesNumberStopsEverything() throws Exception {
        var life = new Life(List.of());
        life.ledger.refuseToPrepareAfter(0);
        while (life.count(PublicationEntry.Made.class) == 0) life.move();
        life.ledger.refuseToPrepareAfter(Integer.MAX_VALUE);
        life.ledger.publishByAnother(life.publication(Kind.COMMITMENTS, 1, 70, 1));
        for (int i = 0; i < 2; i++) life.ledger.mine();
        int written = life.entries.size();
        for (int i = 0; i < 5; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        assertEquals(written, life.entries.size());
        life.restart();
        assertInstanceOf(Stuck.class, life.moveOnce(), "also of another process");
        assertEquals(0, life.ledger.offeredFor(1));
    }

    /// What can be taken back, as what a fork has that nobody goes on with.
    @Test
    void anotherOnesNumberThatIsNotFinalStopsNothing() throws Exception {
        var life = new Life(List.of());
        life.ledger.refuseToPrepareAfter(0);
        while (life.count(PublicationEntry.Made.class) == 0) life.move();
        life.ledger.refuseToPrepareAfter(Integer.MAX_VALUE);
        life.ledger.publishByAnother(life.publication(Kind.COMMITMENTS, 1, 70, 1));
        life.move();
        assertEquals("which is not final", life.core.setback().orElseThrow().getMessage());
        assertEquals(0, life.ledger.offeredFor(1));
        assertEquals(1, life.ledger.offeredFor(2));
        life.ledger.reorganise();
        life.live();
        assertEquals(Optional.empty(), life.core.setback());
    }

    /// A node that lies, is damaged or cut off: about one that waits, one that is out, and one that is there.
    @Test
    void oneNodesWordAboutAnotherOnesNumberStopsNothing() throws Exception {
        for (var phase : List.of(Phase.Waiting.class, Phase.UnderWay.class, Phase.Seen.class)) {
            var life = new Life(List.of());
            if (phase == Phase.Waiting.class) life.ledger.setBack(Set.of(1L));
            while (!life.isIn(1, phase)) {
                life.move();
                if (phase == Phase.Seen.class) life.ledger.mine();
            }
            life.ledger.setBack(Set.of());
            life.ledger.lieAbout(1, false);
            int made = phase == Phase.Waiting.class ? 0 : 1;
            for (int i = 0; i < 30; i++) {
                life.move();
                life.ledger.mine();
            }
            assertEquals(made, life.ledger.offeredFor(1), phase::getSimpleName);
            assertEquals(Set.of(1L), life.progress.open().keySet(), phase::getSimpleName);
            assertEquals(
                    "no other node says so", life.core.setback().orElseThrow().getMessage());
            assertEquals(0, life.count(PublicationEntry.SetAside.class));
            life.ledger.tellTheTruth();
            life.live();
            assertEquals(Optional.empty(), life.core.setback());
        }
    }

    @Test
    void whatStoppedIsAskedForAgainEachMinute() throws Exception {
        var life = new Life(List.of());
        life.move();
        life.ledger.lieAbout(1, true);
        while (life.core.stop().isEmpty()) life.moveOnce();
        life.wants.clear();
        for (int i = 0; i < 60; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        long asked = life.asked(PublicationWant.Find.class);
        assertTrue(asked == 1 || asked == 2, () -> asked + " times in two minutes");
        life.ledger.lieAbout(1, false);
        for (int i = 0; i < 60; i++) assertInstanceOf(Stuck.class, life.moveOnce(), "a doubt does not end it");
        life.ledger.beAway(true);
        for (int i = 0; i < 60; i++) life.moveOnce();
        assertTrue(life.core.stop().isPresent(), "nor does silence");
        life.ledger.beAway(false);
        life.ledger.tellTheTruth();
        for (int i = 0; i < 31; i++) life.moveOnce();
        assertEquals(Optional.empty(), life.core.stop());
        life.live();
    }

    @Test
    void whatStoppedIsAskedForAtOnceByOrder() throws Exception {
        for (boolean parks : List.of(false, true)) {
            var life = new Life(List.of());
            life.move();
            life.ledger.lieAbout(1, true);
            while (life.core.stop().isEmpty()) life.moveOnce();
            life.ledger.tellTheTruth();
            assertInstanceOf(Stuck.class, life.moveOnce());
            if (parks) life.parkedFor = 3;
            else life.resubmitted = 7;
            for (int i = 0; parks && i < 2; i++) assertInstanceOf(Stuck.class, life.moveOnce());
            life.moveOnce();
            assertEquals(Optional.empty(), life.core.stop());
            life.live();
        }
    }

    /// An order to erase does not wait for a person who looks.
    @Test
    void whatIsOrderedToBeErasedIsGivenUpWhileItIsStopped() throws Exception {
        for (long taken : List.of(1L, 2L)) {
            var life = new Life(List.of());
            life.ledger.setBack(Set.of(1L, 2L));
            while (life.count(PublicationEntry.Made.class) < 2) life.move();
            life.ledger.lieAbout(taken, true);
            while (life.core.stop().isEmpty()) life.moveOnce();
            life.hidden.add(Life.ERASED);
            for (int i = 0; i < 3; i++) assertInstanceOf(Stuck.class, life.moveOnce());
            assertEquals(1, life.count(PublicationEntry.GivenUp.class));
            assertEquals(0, life.ledger.offeredFor(1) + life.ledger.offeredFor(2));
            life.ledger.setBack(Set.of());
            life.ledger.tellTheTruth();
            life.resubmitted = 3;
            life.live();
        }
    }

    /// As a peer whose blocks begin behind the one that is asked for.
    @Test
    void whatNobodyCanTellOfHoldsBackNothing() throws Exception {
        for (var phase : List.of(Phase.Waiting.class, Phase.Seen.class)) {
            nobodyCanTellOf(new Life(List.of()), phase);
            nobodyCanTellOf(Life.inAnyOrder(List.of(), 3), phase);
        }
        nobodyCanTellOf(Life.inAnyOrder(List.of(), 3), Phase.UnderWay.class);
    }

    private static void nobodyCanTellOf(Life life, Class<? extends Phase> phase) throws Exception {
        if (phase == Phase.Waiting.class) life.ledger.setBack(Set.of(1L));
        while (!life.isIn(1, phase)) {
            life.move();
            if (phase == Phase.Seen.class) life.ledger.mine();
        }
        life.ledger.setBack(Set.of());
        life.ledger.tellNothingOf(Set.of(1L));
        for (int i = 0; i < 40; i++) {
            assertInstanceOf(Rest.class, life.moveOnce());
            life.ledger.mine();
        }
        assertEquals(Set.of(1L), life.progress.open().keySet());
        assertEquals("its block is not there", life.core.setback().orElseThrow().getMessage());
        life.ledger.tellNothingOf(Set.of());
        life.live();
        assertEquals(Optional.empty(), life.core.setback());
    }

    /// Whoever has the key may have used it, or a node says so.
    @Test
    void whereNoNumberIsLeftNothingIsWrittenThatNobodyCanRead() throws Exception {
        var life = new Life(List.of());
        life.ledger.publishByAnother(life.publication(Kind.COMMITMENTS, Long.MAX_VALUE, 70, 1));
        for (int i = 0; i < 4; i++) life.moveOnce();
        assertInstanceOf(Stuck.class, life.moveOnce());
        assertEquals(2, life.entries.size());
        life.restart();
        assertInstanceOf(Stuck.class, life.moveOnce());

        var last = new Life(List.of());
        last.ledger.publishByAnother(last.publication(Kind.COMMITMENTS, Long.MAX_VALUE - 1, 70, 1));
        for (int i = 0; i < 20; i++) {
            last.moveOnce();
            last.ledger.mine();
        }
        assertInstanceOf(Stuck.class, last.moveOnce());
        assertEquals(1, last.count(PublicationEntry.Final.class));
        assertEquals(1, last.count(PublicationEntry.Made.class));
    }

    @Test
    void nothingIsAskedOfAnotherLedger() throws Exception {
        var life = new Life(List.of());
        while (life.count(PublicationEntry.Sent.class) == 0) life.move();
        life.ledger.becomeAnother();
        int asked = life.questions;
        assertTrue(life.moveOnce() instanceof Stuck);
        assertEquals(asked + 1, life.questions, "but who it is");
    }

    @Test
    void whoTheLedgerIsHoldsForAWhileAsNothingFails() throws Exception {
        assertEquals(0, identifiedBetweenTwo(Optional.empty()));
        assertEquals(1, identifiedBetweenTwo(Optional.of(Fault.AWAY)));
    }

    /// How often it is asked who it is, between the first two publications that are sent and the third.
    private static long identifiedBetweenTwo(Optional<Fault> fault) throws Exception {
        var events = new ArrayList<Event>();
        var life = new Life(events, 3, 0);
        life.nanosAMove = Duration.ofMillis(10).toNanos();
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        life.ledger.mine();
        fault.ifPresent(happens -> events.add(new Event(life.questions, happens)));
        long before = life.asked(PublicationWant.Identify.class);
        while (life.count(PublicationEntry.Sent.class) < 3) life.move();
        return life.asked(PublicationWant.Identify.class) - before;
    }

    /// None of a row can land before the lowest has.
    @Test
    void onlyTheLowestOfARowIsAskedFor() throws Exception {
        var life = new Life(List.of(), 2);
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        life.wants.clear();
        for (int i = 0; i < 5; i++) life.move();
        assertEquals(5, life.asked(PublicationWant.Status.class));
        assertEquals(5, life.asked(PublicationWant.FindAll.class), "what it holds of all of the row at once");
        assertEquals(0, life.asked(PublicationWant.Find.class));
        life.live();
    }

    /// A disk that takes its time takes it once for all that a move writes.
    @Test
    void whatIsWrittenTogetherIsMadeDurableTogether() throws Exception {
        var life = new Life(List.of(), 2, 0);
        life.move(); // entry 0
        life.move(); // what is published
        life.wants.clear();
        life.move();
        assertEquals(
                3,
                life.asked(PublicationWant.Durable.class),
                "their numbers, their requests, and that they were taken");
        assertEquals(2, life.count(PublicationEntry.Sent.class));
        life.ledger.mine();
        life.wants.clear();
        life.move();
        assertEquals(1, life.asked(PublicationWant.Durable.class));
        assertEquals(0, life.asked(PublicationWant.Status.class), "their nonces are used up");
        assertEquals(2, life.count(PublicationEntry.Final.class));
    }

    @Test
    void aSetbackAmongManyHoldsUpNoneOfThem() throws Exception {
        var life = new Life(List.of(), 2);
        life.ledger.refuseToPrepareAfter(1);
        while (life.count(PublicationEntry.Prepared.class) < 1) life.move();
        assertEquals(1, life.ledger.offeredFor(1), "in the same move");
        life.ledger.refuseToPrepareAfter(Integer.MAX_VALUE);
        life.live();
    }

    /// Neither what is behind it, nor that it is heard what may not be sent any more.
    @Test
    void whatCanNeverBePreparedHoldsBackNothing() throws Exception {
        var life = new Life(List.of());
        life.ledger.setBack(Set.of(1L, 2L));
        life.moves(6);
        assertEquals(3, life.count(PublicationEntry.Made.class), "though a row has room for two");
        assertTrue(life.core.setback().isPresent());
        assertFalse(life.core.isSetBack(), "it was tried a while ago, and waits longer each time");
        life.hidden.add(Life.ERASED);
        life.moves(1);
        assertEquals(1, life.count(PublicationEntry.GivenUp.class));
        life.moves(40);
        var held = life.ledger.held();
        assertEquals(Kind.GIVEN_UP, held.get(2L).publication().kind());
        assertEquals(Set.of(1L), life.progress.open().keySet());
        assertTrue(held.values().stream().anyMatch(found -> found.publication().kind() == Kind.COMMITMENTS));
        assertEquals("cannot be endorsed", life.core.setback().orElseThrow().getMessage());
        life.ledger.setBack(Set.of());
        life.live();
        assertEquals(Optional.empty(), life.core.setback());
    }

    /// More than a row has room for, for days, while others come and go; each is tried every hour all the same.
    @Test
    void whatIsSetBackForDaysFillsNoRow() throws Exception {
        for (boolean isUnreadable : List.of(false, true)) {
            var life = new Life(List.of(), 3, 0);
            life.endless = true;
            if (isUnreadable) life.unreadable.addAll(Set.of(1L, 2L, 3L));
            else life.ledger.setBack(Set.of(1L, 2L, 3L));
            life.nanosAMove = Duration.ofHours(1).toNanos();
            life.moves(3 * 24);
            long passed = life.count(PublicationEntry.Final.class);
            assertTrue(passed > 50, () -> passed + " in as many hours");
            assertTrue(life.progress.open().keySet().containsAll(Set.of(1L, 2L, 3L)));
            life.wants.clear();
            life.moves(1);
            long tried = life.wants.stream()
                    .filter(want -> want instanceof PublicationWant.Loaded(var item) && item.number() <= 3)
                    .count();
            assertEquals(3, tried);
            life.unreadable.clear();
            life.ledger.setBack(Set.of());
            life.moves(5);
            assertTrue(life.progress.open().headMap(4L).isEmpty());
        }
    }

    /// As where the account cannot pay: numbers and files are not made without end.
    @Test
    void whereAllAreSetBackSoManyWait() throws Exception {
        var life = new Life(List.of(), 3, 0);
        life.endless = true;
        life.ledger.refuseToPrepareAfter(0);
        life.moves(120);
        assertEquals(PublicationConfig.MOST_IN_FLIGHT + CONFIG.inFlight(), life.count(PublicationEntry.Made.class));
        life.ledger.refuseToPrepareAfter(Integer.MAX_VALUE);
        life.moves(40);
        assertTrue(life.count(PublicationEntry.Final.class) > 10);
    }

    /// As while the ledger does not know the key: whoever runs it waits longer each time.
    @Test
    void aMoveThatWasSetBackInAllItTriedSaysSo() throws Exception {
        var life = new Life(List.of());
        life.ledger.refuseToPrepareAfter(0);
        while (life.count(PublicationEntry.Made.class) == 0) life.move();
        life.move();
        assertTrue(life.core.isSetBack());
        assertEquals("prepares none", life.core.setback().orElseThrow().getMessage());
    }

    /// However long it takes to learn who the ledger is and what it holds, one request comes of a move.
    @Test
    void aLedgerThatTakesItsTimeGetsItsRequestsAllTheSame() throws Exception {
        for (int seconds : List.of(1, 6)) {
            var life = new Life(List.of());
            life.nanosAQuestion = Duration.ofSeconds(seconds).toNanos();
            life.live();
        }
    }

    /// Orders are heard between two moves.
    @Test
    void aMoveDoesNotLookForLong() throws Exception {
        var life = new Life(List.of(), 2);
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        life.resubmitted = 0;
        life.wants.clear();
        life.nanosAQuestion = Duration.ofSeconds(6).toNanos();
        life.move();
        assertEquals(1, life.asked(PublicationWant.Submit.class));
        assertEquals(1, life.asked(PublicationWant.Status.class));
        life.nanosAQuestion = 0;
        life.move();
        assertEquals(2, life.asked(PublicationWant.Submit.class));
    }

    /// A ledger that was away for a question may be another one at the next.
    @Test
    void whoTheLedgerIsIsAskedAgainWithinAMove() throws Exception {
        var life = new Life(List.of(), 2);
        life.ledger.loseNext(false);
        while (life.ledger.offeredFor(2) == 0) life.move();
        var wants = life.wants;
        int unknown = first(wants, 0, PublicationWant.Submit.class);
        int next = first(wants, unknown + 1, PublicationWant.Submit.class);
        assertTrue(first(wants, unknown, PublicationWant.Identify.class) < next, wants::toString);
    }

    private static int first(List<PublicationWant<?>> wants, int from, Class<?> kind) {
        int at = from;
        while (at < wants.size() && !kind.isInstance(wants.get(at))) at++;
        return at;
    }

    /// Above the highest fee, or without funds: what stands behind the one that hangs is looked after, and people hear.
    @Test
    void whatCannotBeMadeDearerHoldsBackNoOrder() throws Exception {
        var life = hanging(List.of());
        life.ledger.include(9);
        life.ledger.replaceNone("dearer than max-fee");
        life.moves(8);
        assertEquals(2, life.count(PublicationEntry.Prepared.class));
        var trouble = life.core.delay(life.nanos).orElseThrow();
        assertTrue(trouble.cause().contains("publication 1 waits"), trouble.cause());
        assertTrue(trouble.cause().endsWith("and no other is: dearer than max-fee"), trouble.cause());
        life.hidden.add(Life.ERASED);
        life.moves(1);
        assertEquals(1, life.count(PublicationEntry.GivenUp.class));
        life.ledger.include(0);
        life.live();
        assertEquals(Optional.empty(), life.core.delay(life.nanos));
    }

    /// Whatever happens meanwhile; a file that is written over is gone with what the journal says it was.
    @Test
    void whatHangsIsMadeDearerAndLandsOnce() throws Exception {
        var calm = hanging(List.of());
        calm.live();
        assertEquals(2, calm.count(PublicationEntry.Made.class));
        assertEquals(2 + 2, calm.count(PublicationEntry.Prepared.class), "each once more, until blocks have room");
        assertEquals(2, calm.count(PublicationEntry.Dropped.class));
        assertTrue(calm.progress.lane().nonces().isEmpty());
        for (var first : events(0, calm.questions + 8, EnumSet.allOf(Fault.class)))
            hanging(List.of(first)).live();
    }

    /// The lowest of the row, so that all behind it would wait for what nobody wants any more.
    @Test
    void whatHangsAndIsGivenUpLeavesItsNonceToTheGiveUp() throws Exception {
        var life = hanging(List.of());
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        life.byNumber.put(1L, new PublicationOrders.Order(true, 0));
        life.givenUp.add(1L);
        life.live();
        assertEquals(Kind.GIVEN_UP, life.ledger.held().get(1L).publication().kind());
        assertEquals(2, life.ledger.offeredFor(1));
        assertEquals(2, life.ledger.transactions(), "they have one nonce, and the next one's is the next");
    }

    /// The request that was given up lands after all, beside the one in its place.
    @Test
    void whatWasGivenUpHasTheNumberIfItLandsFirst() throws Exception {
        var life = hanging(List.of());
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        life.byNumber.put(1L, new PublicationOrders.Order(true, 0));
        life.ledger.loseNext(false);
        while (life.count(PublicationEntry.Prepared.class) < 3) life.move();
        life.ledger.include(0);
        life.ledger.mine();
        life.live();
        assertEquals(Kind.COMMITMENTS, life.ledger.held().get(1L).publication().kind());
        assertEquals(2, life.count(PublicationEntry.Final.class));
    }

    private static Life hanging(List<Event> events) {
        var life = new Life(events, 2);
        life.ledger.include(1);
        life.ledger.replaceAfter(Duration.ofSeconds(4));
        life.core = life.newCore();
        return life;
    }

    /// Not for ever, and what was replaced is no request without effect.
    @Test
    void noMoreThanFiveTakeThePlaceOfOne() throws Exception {
        var life = hanging(List.of());
        life.ledger.include(9);
        life.moves(100);
        assertEquals(2 + RequestRow.MAX_DEARER, life.count(PublicationEntry.Prepared.class));
        assertEquals(0, life.count(PublicationEntry.SetAside.class));
        var trouble = life.core.delay(life.nanos).orElseThrow();
        assertTrue(trouble.cause().contains(", 5 dearer requests were made"), trouble.cause());
        life.ledger.include(5);
        life.moves(150);
        assertEquals(Set.of(1L, 2L), life.ledger.held().keySet());
        assertEquals(2, life.count(PublicationEntry.Final.class));
    }

    /// A node that says that it took it, and shows nothing of it, as one that throws away what it takes.
    @Test
    void whatIsTakenAndNotShownIsMadeDearerToo() throws Exception {
        var life = hanging(List.of());
        life.ledger.include(9);
        life.ledger.hidePool();
        life.moves(100);
        assertEquals(2 + RequestRow.MAX_DEARER, life.count(PublicationEntry.Prepared.class));
        var trouble = life.core.delay(life.nanos).orElseThrow();
        assertTrue(trouble.cause().contains("publication 1 waits to be included since "), trouble.cause());
        life.ledger.include(5);
        life.moves(150);
        assertEquals(Set.of(1L, 2L), life.ledger.held().keySet());
        assertEquals(2, life.count(PublicationEntry.Final.class));
    }

    /// As another box with the same log, or whoever was given the request, publishes by an account of its own:
    /// ours hangs all the same, and nothing behind its nonce lands before it.
    @Test
    void whatSomebodyElseBroughtWhileOursHangsHoldsUpNoneBehindIt() throws Exception {
        var calm = broughtByAnother(List.of(), 0);
        calm.live();
        assertEquals(2 + 2, calm.count(PublicationEntry.Prepared.class), "each once more, and none in vain");
        assertEquals(2, calm.ledger.transactions());
        assertTrue(calm.progress.lane().nonces().isEmpty());
        var began = broughtByAnother(List.of(), 0).questions;
        for (var fault : events(began, calm.questions + 8, EnumSet.allOf(Fault.class))) {
            broughtByAnother(List.of(fault), 0).live();
        }
    }

    /// It hung for as long as nobody answered, so that it is made dearer in the very look that finds it there.
    @Test
    void whatSomebodyElseBroughtWhileNobodyAnsweredLeavesAJournalThatCanBeRead() throws Exception {
        for (boolean isGivenUp : List.of(false, true)) {
            var life = new Life(List.of(), 2, 0);
            life.ledger.include(1);
            life.ledger.replaceAfter(Duration.ofSeconds(4));
            life.core = life.newCore();
            long later = Duration.ofHours(1).toNanos();
            while (life.core.delay(life.nanos + later).isEmpty()) life.move();
            life.nanos += Duration.ofSeconds(5).toNanos();
            life.ledger.publishByAnother(life.publication(Kind.COMMITMENTS, 1, 1, 1));
            if (isGivenUp) {
                life.byNumber.put(1L, new PublicationOrders.Order(true, life.acts++));
                life.givenUp.add(1L);
            }
            life.ledger.include(9);
            life.ledger.mine();
            life.move();
            life.ledger.include(1);
            life.live();
            life.restart();
            life.live();
        }
    }

    /// Not before it is final, which may be never.
    @Test
    void whatIsThereAndNotFinalHoldsUpNoneBehindItEither() throws Exception {
        var life = broughtByAnother(List.of(), 1000);
        life.moves(40);
        assertTrue(life.isIn(1, Phase.Seen.class));
        assertTrue(life.isIn(2, Phase.Seen.class));
        assertEquals(2, life.ledger.transactions());
        assertTrue(life.count(PublicationEntry.Prepared.class) <= 5, () -> life.entries.toString());
    }

    @Test
    void whatAPoolLostThoughItIsThereIsOfferedAgain() throws Exception {
        var life = broughtByAnother(List.of(), 1000);
        life.ledger.forgetPool();
        life.ledger.include(0);
        life.moves(40);
        assertTrue(life.isIn(2, Phase.Seen.class));
        assertEquals(2, life.ledger.transactions());
    }

    /// Nobody has the bytes of what was given up, and its number is taken.
    @Test
    void whatWasGivenUpAndSomebodyElseBroughtHoldsUpNoneBehindIt() throws Exception {
        var life = hanging(List.of());
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        life.byNumber.put(1L, new PublicationOrders.Order(true, 0));
        life.givenUp.add(1L);
        life.move();
        life.ledger.publishByAnother(life.publication(Kind.COMMITMENTS, 1, 1, 1));
        life.live();
        assertEquals(Kind.COMMITMENTS, life.ledger.held().get(1L).publication().kind());
        assertEquals(2, life.ledger.transactions());
    }

    /// What it brings is made again, and no other content.
    @Test
    void whatSomebodyElseBroughtAndWhoseBytesAreGoneHoldsUpNoneBehindIt() throws Exception {
        var life = broughtByAnother(List.of(), 0);
        life.files.remove(1L);
        life.live();
        assertEquals(2, life.ledger.transactions());
        assertEquals(Kind.COMMITMENTS, life.ledger.held().get(1L).publication().kind());
    }

    /// Its bytes are not signed once more; what stands behind it is, at its nonce.
    @Test
    void whatSomebodyElseBroughtAndIsToBeErasedIsNotSentAgain() throws Exception {
        var life = new Life(List.of(), 3, 0);
        life.ledger.include(1);
        life.ledger.replaceAfter(Duration.ofSeconds(4));
        life.core = life.newCore();
        life.ledger.setBack(Set.of(1L));
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        life.ledger.setBack(Set.of());
        life.ledger.publishByAnother(life.publication(Kind.PAYLOADS, 2, 4, 2));
        life.move();
        life.hidden.add(Life.ERASED);
        life.live();
        assertEquals(1, life.ledger.offeredFor(2));
    }

    private static Life broughtByAnother(List<Event> events, int confirmations) throws Exception {
        var life = new Life(events, 2, confirmations);
        life.ledger.include(1);
        life.ledger.replaceAfter(Duration.ofSeconds(4));
        life.core = life.newCore();
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        life.ledger.publishByAnother(life.publication(Kind.COMMITMENTS, 1, 1, 1));
        return life;
    }

    /// As where two of four validators are away: blocks may come, and none becomes final.
    @Test
    void whatIsThereAndNeverBecomesFinalIsSaid() throws Exception {
        for (boolean replaces : List.of(true, false)) {
            var life = new Life(List.of(), 2, 2);
            if (replaces) life.ledger.replaceAfter(Duration.ofMinutes(10));
            life.core = life.newCore();
            life.ledger.stopFinalising(true);
            while (!life.isIn(2, Phase.Seen.class)) life.moves(1);
            life.nanosAMove = Duration.ofMinutes(1).toNanos();
            life.moves(9);
            assertEquals(Optional.empty(), life.core.delay(life.nanos));
            life.moves(2);
            var trouble = life.core.delay(life.nanos).orElseThrow();
            assertTrue(trouble.cause().startsWith("publication 1 is in block "), trouble.cause());
            assertTrue(
                    trouble.cause().contains(", as is one more, and not final, and the last final block is 0 since "));
            assertFalse(trouble.urgent());
            life.moves(20);
            assertTrue(life.core.delay(life.nanos).orElseThrow().urgent());
            life.ledger.stopFinalising(false);
            life.nanosAMove = Duration.ofSeconds(2).toNanos();
            life.live();
            assertEquals(Optional.empty(), life.core.delay(life.nanos));
        }
    }

    /// Some chains take a quarter of an hour.
    @Test
    void whatComesNearerIsNoTrouble() throws Exception {
        var life = new Life(List.of(), 2, 40);
        life.ledger.replaceAfter(Duration.ofMinutes(10));
        life.core = life.newCore();
        for (int i = 0; i < 45; i++) life.ledger.mine();
        while (!life.isIn(2, Phase.Seen.class)) life.moves(1);
        life.nanosAMove = Duration.ofMinutes(5).toNanos();
        for (int i = 0; i < 30; i++) {
            life.moves(1);
            assertEquals(Optional.empty(), life.core.delay(life.nanos));
        }
    }

    /// Fabric takes no block back, and its administrators may: that is a person's word.
    @Test
    void whatAChannelLostIsPublishedAgainByOrderAlone() throws Exception {
        for (boolean inAnyOrder : List.of(true, false)) {
            var life = setBackWhole(inAnyOrder, 3);
            int written = life.entries.size();
            for (int i = 0; i < 20; i++) {
                life.ledger.mine();
                var stuck = assertInstanceOf(Stuck.class, life.moveOnce());
                assertEquals(i > 0, stuck.urgent());
                assertTrue(stuck.cause().contains("number 3: its chain was set back"), stuck.cause());
                assertTrue(stuck.remedy().contains("sealpost anchor resubmit model has what"), stuck.remedy());
            }
            assertEquals(written, life.entries.size());
            life.resubmitted = life.acts++;
            life.nanosAMove = Duration.ofSeconds(2).toNanos();
            life.move();
            assertEquals(3 + 1, life.count(PublicationEntry.Made.class), "at once");
            life.untilAllIsThere();
            assertEquals(3 + 1, life.count(PublicationEntry.Made.class));
            assertEquals(Set.of(1L, 2L, 4L), life.ledger.held().keySet());
            life.restart();
            life.moves(3);
            assertEquals(3 + 1, life.count(PublicationEntry.Made.class));
        }
    }

    /// The order is about what was told; what is there by then keeps its number.
    @Test
    void anOrderFromBeforeItWasToldPublishesNothingAgain() throws Exception {
        var life = setBackWhole(true, 1);
        life.resubmitted = life.acts++;
        assertInstanceOf(Stuck.class, life.moveOnce());
        for (int i = 0; i < 10; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        life.restart();
        for (int i = 0; i < 10; i++) assertInstanceOf(Stuck.class, life.moveOnce(), "nor one of another process");
        assertEquals(3, life.count(PublicationEntry.Made.class));

        life = new Life(List.of(), 3, 0);
        life.ledger.loseNothing();
        life.core = life.newCore();
        life.live();
        var again = life.ledger.rollBackBelow(1);
        life.nanosAMove = Duration.ofMinutes(1).toNanos();
        for (int i = 0; i < 3; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        again.run();
        life.resubmitted = life.acts++;
        life.moves(3);
        assertEquals(3, life.count(PublicationEntry.Made.class));
        life.ledger.rollBackBelow(1);
        for (int i = 0; i < 3; i++) assertInstanceOf(Stuck.class, life.moveOnce(), "which it was not about");
    }

    /// While it is parked nothing is missed, so that what is found missing afterwards is told anew.
    @Test
    void anOrderThatTookNoEffectDoesNotOutliveParking() throws Exception {
        var life = setBackWhole(true, 3);
        assertInstanceOf(Stuck.class, life.moveOnce());
        life.resubmitted = life.acts++;
        life.ledger.beAway(true);
        life.moveOnce();
        life.ledger.beAway(false);
        life.parkedFor = 2;
        for (int i = 0; i < 2; i++) life.moveOnce();
        for (int i = 0; i < 5; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        assertEquals(3, life.count(PublicationEntry.Made.class));
    }

    /// A gateway without an owner is stopped for an order. Peers that come back with the box may be behind for a while.
    @Test
    void anOrderOfATimeWhileNoProcessRanCountsForTheFirstLook() throws Exception {
        var life = toldAndOrdered();
        life.restart();
        for (int i = 0; i < 5; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        life.untilAllIsThere();
        assertEquals(Set.of(1L, 2L, 4L), life.ledger.held().keySet());

        life.restart();
        life.moves(3);
        life.ledger.rollBackBelow(4);
        for (int i = 0; i < 10; i++) assertInstanceOf(Stuck.class, life.moveOnce(), "it was about another loss");
        life.restart();
        for (int i = 0; i < 10; i++) assertInstanceOf(Stuck.class, life.moveOnce());
    }

    /// It is about what was missing when it was given, which nobody has looked for yet.
    @Test
    void anOrderOfATimeWhileNoProcessRanDoesNotOutliveParking() throws Exception {
        var life = toldAndOrdered();
        life.parkedFor = 2;
        life.restart();
        for (int i = 0; i < 2; i++) life.moveOnce();
        for (int i = 0; i < 10; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        assertEquals(3, life.count(PublicationEntry.Made.class));
    }

    /// What is lost while that is waited for was missing to nobody when it was given.
    @Test
    void anOrderOfATimeWhileNoProcessRanCountsForNoLaterLoss() throws Exception {
        var life = toldAndOrdered();
        life.restart();
        for (int i = 0; i < 2; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        life.ledger.rollBackBelow(2);
        for (int i = 0; i < 10; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        assertEquals(3, life.count(PublicationEntry.Made.class));
        life.resubmitted = life.acts++;
        life.untilAllIsThere();
        assertEquals(Set.of(4L, 5L, 6L), life.ledger.held().keySet());
    }

    /// Another ledger flickers: that is nobody's order, so neither the resubmit nor the five minutes begin anew.
    @Test
    void aMoveThatIsWithheldTakesNoOrderBackAndBeginsNoLossAnew() throws Exception {
        var ordered = toldAndOrdered();
        ordered.restart();
        for (var life : List.of(ordered, rolledBack(List.of(), 3))) {
            for (int minute = 0; minute < 5; minute++) {
                life.withheldFor = minute == 2 ? 2 : 0;
                assertInstanceOf(Stuck.class, life.moveOnce());
                life.ledger.mine();
            }
            life.moveOnce();
            assertEquals(3 + 1, life.count(PublicationEntry.Made.class), "at the end of the fifth");
            life.untilAllIsThere();
            assertEquals(Set.of(1L, 2L, 4L), life.ledger.held().keySet());
        }

        var told = setBackWhole(true, 3);
        assertInstanceOf(Stuck.class, told.moveOnce());
        told.resubmitted = told.acts++;
        told.withheldFor = 4;
        for (int i = 0; i < 3; i++) told.moveOnce();
        assertEquals(3, told.count(PublicationEntry.Made.class), "nothing is made while it is withheld");
        told.untilAllIsThere();
        assertEquals(Set.of(1L, 2L, 4L), told.ledger.held().keySet());
    }

    /// Something else was told in its place, for which people order the same.
    @Test
    void anOrderByWhomNobodyToldPublishesNothingAgain() throws Exception {
        var life = setBackWhole(true, 3);
        life.tells = false;
        life.withheldFor = 6;
        for (int i = 0; i < 3; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        life.resubmitted = life.acts++;
        for (int i = 0; i < 10; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        assertEquals(3, life.count(PublicationEntry.Made.class));

        life.tells = true;
        assertInstanceOf(Stuck.class, life.moveOnce());
        life.resubmitted = life.acts++;
        life.withheldFor = 3;
        life.moveOnce();
        life.ledger.rollBackBelow(1);
        for (int i = 0; i < 5; i++) assertInstanceOf(Stuck.class, life.moveOnce(), "more than was told");
        assertEquals(3, life.count(PublicationEntry.Made.class));
        life.resubmitted = life.acts++;
        life.untilAllIsThere();
        assertEquals(Set.of(4L, 5L, 6L), life.ledger.held().keySet());
    }

    /// Nothing was there to be looked for at first, so it was about nothing that is lost later.
    @Test
    void anOrderOfATimeWhileNoProcessRanDoesNotOutliveAStartThatLooksForNothing() throws Exception {
        var life = new Life(List.of(), 3, 0);
        life.ledger.loseNothing();
        life.ledger.takeInAnyOrder();
        life.core = life.newCore();
        life.ledger.refuseToPrepare("too large");
        while (life.count(PublicationEntry.Made.class) == 0) life.move();
        life.dropsMake = true;
        life.ledger.refuseToPrepare("");
        life.byNumber.put(1L, new PublicationOrders.Order(true, life.acts++));
        life.givenUp.add(1L);
        for (int i = 0; i < 60 && !life.progress.open().isEmpty(); i++) {
            life.moveOnce();
            life.ledger.mine();
        }
        assertTrue(life.progress.lastFinal().isPresent(), () -> life.entries.toString());
        assertEquals(Set.of(), life.progress.published().keySet());
        life.moveOnce();

        life.resubmitted = life.acts++;
        life.resubmittedAt = life.moment().wall();
        life.restart();
        life.moveOnce();
        life.dropsMake = false;
        life.live();
        long made = life.count(PublicationEntry.Made.class);
        life.ledger.rollBackBelow(made);
        life.nanosAMove = Duration.ofMinutes(2).toNanos();
        for (int i = 0; i < 5; i++) assertInstanceOf(Stuck.class, life.moveOnce(), "nobody said that it is lost");
        assertEquals(made, life.count(PublicationEntry.Made.class));
    }

    /// Each process finds it out by itself, and is told by itself.
    @Test
    void whatAChannelLostIsPublishedOnceThoughTheProcessEnds() throws Exception {
        var calm = setBackWhole(true, 1);
        int began = calm.questions;
        calm.obeyUntilAllIsThere();
        var faults = EnumSet.of(Fault.ENDS_BEFORE, Fault.ENDS_AFTER, Fault.ENDS_AND_KEEPS, Fault.AWAY, Fault.UNHEARD);
        for (var fault : events(began, calm.questions, faults)) {
            var life = setBackWhole(List.of(fault), true, 1);
            life.obeyUntilAllIsThere();
        }
    }

    /// A channel set back below number 3, and somebody ordered to send again once that was told.
    private static Life toldAndOrdered() throws Exception {
        var life = setBackWhole(true, 3);
        assertInstanceOf(Stuck.class, life.moveOnce());
        life.resubmitted = life.acts++;
        life.resubmittedAt = life.moment().wall();
        return life;
    }

    private static Life setBackWhole(boolean inAnyOrder, long lost) throws Exception {
        return setBackWhole(List.of(), inAnyOrder, lost);
    }

    private static Life setBackWhole(List<Event> events, boolean inAnyOrder, long lost) throws Exception {
        var life = new Life(events, 3, 0);
        life.ledger.loseNothing();
        if (inAnyOrder) life.ledger.takeInAnyOrder();
        life.core = life.newCore();
        life.live();
        life.ledger.rollBackBelow(lost);
        life.nanosAMove = Duration.ofMinutes(1).toNanos();
        return life;
    }

    /// They stay in memory until somebody orders something.
    @Test
    void noMoreIsBegunOnceVeryManyAreSetAside() throws Exception {
        var life = new Life(List.of());
        life.endless = true;
        life.config = CONFIG_OF_MANY;
        life.core = life.newCore();
        life.ledger.refuseToPrepare("too large");
        life.moves(2 * PublicationNumbering.MOST_ASIDE);
        assertEquals(PublicationNumbering.MOST_ASIDE, life.count(PublicationEntry.SetAside.class));
        assertEquals(PublicationNumbering.MOST_ASIDE, life.progress.open().size());
        life.ledger.refuseToPrepare("");
        life.moves(3);
        assertEquals(PublicationNumbering.MOST_ASIDE, life.count(PublicationEntry.Made.class));
        life.byNumber.put(7L, new PublicationOrders.Order(false, 1));
        life.moves(10);
        assertTrue(life.count(PublicationEntry.Made.class) > PublicationNumbering.MOST_ASIDE);
    }

    /// A development chain that is made anew from older data has its genesis, and not all that was final.
    @Test
    void whatWasFinalAndIsLostIsPublishedAgain() throws Exception {
        for (long lost : List.of(1L, 3L)) {
            var calm = rolledBack(List.of(), lost);
            int written = calm.entries.size();
            int missing = 3 - calm.ledger.held().size();
            assertInstanceOf(Stuck.class, calm.moveOnce());
            assertEquals(written, calm.entries.size(), "for a while its node may be behind");
            calm.untilAllIsThere();
            assertEquals(3 + missing, calm.count(PublicationEntry.Made.class));
            int questions = calm.questions;
            // Whatever happens meanwhile, also where another process goes on with the rest.
            var faults =
                    EnumSet.of(Fault.ENDS_BEFORE, Fault.ENDS_AFTER, Fault.ENDS_AND_KEEPS, Fault.AWAY, Fault.UNHEARD);
            var began = rolledBack(List.of(), lost).questions;
            for (var fault : events(began, questions, faults)) {
                var life = rolledBack(List.of(fault), lost);
                try {
                    life.untilAllIsThere();
                } catch (AssertionError e) {
                    throw new AssertionError(lost + " " + fault + ": " + e.getMessage() + " " + life.entries, e);
                }
            }
        }
    }

    /// Whoever is behind, or switched to another node for a while, signs nothing twice.
    @Test
    void whatIsThereAgainIsNotPublishedAgain() throws Exception {
        var life = new Life(List.of(), 3, 0);
        life.live();
        int written = life.entries.size();
        var again = life.ledger.rollBackBelow(2);
        life.nanosAMove = Duration.ofMinutes(1).toNanos();
        for (int i = 0; i < 4; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        again.run();
        for (int i = 0; i < 10; i++) life.move();
        assertEquals(written, life.entries.size());
        life.wants.clear();
        life.move();
        assertEquals(
                List.of(Set.of(3L)),
                life.wants.stream()
                        .filter(PublicationWant.Unused.class::isInstance)
                        .map(want -> ((PublicationWant.Unused) want).numbers())
                        .toList());
    }

    /// One that was made anew from old data and finds no others has no block behind those that it lost.
    @Test
    void aNodeThatIsBehindGetsNothingASecondTime() throws Exception {
        var life = new Life(List.of(), 3, 0);
        life.live();
        int written = life.entries.size();
        var again = life.ledger.rollBackBelow(1);
        life.nanosAMove = Duration.ofMinutes(1).toNanos();
        for (int i = 0; i < 60; i++) {
            assertEquals(
                    i % 20 > 0, assertInstanceOf(Stuck.class, life.moveOnce()).urgent());
            if (i % 20 == 19) life.restart();
        }
        again.run();
        life.move();
        assertEquals(written, life.entries.size());
    }

    /// A chain that was rolled back by days need not have as many blocks again: its blocks are new.
    @Test
    void aChainThatIsShorterAndGoesOnGetsWhatItLost() throws Exception {
        var life = new Life(List.of(), 1, 0);
        life.ledger.mine();
        for (int i = 0; i < 40; i++) life.ledger.mine();
        life.live();
        life.ledger.rollBackTo(3);
        life.nanosAMove = Duration.ofMinutes(1).toNanos();
        for (int i = 0; i < 8; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        life.ledger.mine();
        assertInstanceOf(Stuck.class, life.moveOnce(), "it may be a block from before");
        life.ledger.tellTime(Instant.EPOCH.plus(Duration.ofHours(1)));
        life.moves(3);
        assertEquals(Set.of(2L), life.ledger.held().keySet());
    }

    /// Its questions failed meanwhile, or more and more is missing: it may be another node each time.
    @Test
    void whatIsMissingIsMissingForFiveMinutesInARow() throws Exception {
        var life = rolledBack(List.of(), 3);
        for (int i = 0; i < 4; i++) assertInstanceOf(Stuck.class, life.moveOnce());
        life.ledger.beAway(true);
        assertInstanceOf(Ask.class, life.moveOnce());
        life.ledger.beAway(false);
        for (int i = 0; i < 4; i++) {
            life.ledger.mine();
            assertInstanceOf(Stuck.class, life.moveOnce());
        }
        life.ledger.rollBackBelow(1);
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 10; j++) life.ledger.mine();
            assertInstanceOf(Stuck.class, life.moveOnce());
        }
        life.untilAllIsThere();
    }

    /// What was lost and came back before its records have another number keeps the one that it had.
    @Test
    void whatComesBackInTimeKeepsItsNumber() throws Exception {
        var life = new Life(List.of(), 3, 0);
        life.live();
        var again = life.ledger.rollBackBelow(1);
        life.nanosAMove = Duration.ofMinutes(1).toNanos();
        for (int i = 0; i < 20; i++) life.ledger.mine();
        while (life.progress.owedAgain().isEmpty()) {
            assertTrue(life.questions < 500);
            life.dropsMake = true;
            life.moveOnce();
        }
        life.dropsMake = false;
        again.run();
        life.moves(3);
        assertEquals(3, life.count(PublicationEntry.Made.class));
        assertEquals(Set.of(1L, 2L, 3L), life.ledger.held().keySet());
    }

    /// Also where more come back than are asked for at once.
    @Test
    void allThatComesBackInTimeKeepsItsNumbers() throws Exception {
        for (boolean isWithheld : List.of(false, true)) {
            var life = new Life(List.of(), 20, 0);
            life.live();
            assertEquals(20, life.count(PublicationEntry.Made.class));
            var again = life.ledger.rollBackBelow(1);
            life.nanosAMove = Duration.ofMinutes(1).toNanos();
            for (int i = 0; i < 200; i++) life.ledger.mine();
            life.dropsMake = !isWithheld;
            life.withheldFor = isWithheld ? 1000 : 0;
            for (int i = 0; i < 10; i++) life.moveOnce();
            assertEquals(isWithheld ? 0 : 20, life.progress.owedAgain().size());
            life.dropsMake = false;
            life.withheldFor = 0;
            again.run();
            life.moves(5);
            assertEquals(20, life.count(PublicationEntry.Made.class));
            assertEquals(20, life.ledger.held().size());
            assertEquals(List.of(), life.progress.owedAgain());
        }
    }

    /// All that were asked for are erased before one of them is made.
    @Test
    void whatWasNotAskedForOnceMoreGetsNoOtherNumber() throws Exception {
        var life = new Life(List.of(), 20, 0);
        life.live();
        var again = life.ledger.rollBackBelow(1);
        life.nanosAMove = Duration.ofMinutes(1).toNanos();
        for (int i = 0; i < 200; i++) life.ledger.mine();
        life.beforeMake = () -> {
            life.progress.owedAgain().stream()
                    .limit(16)
                    .forEach(run -> LongStream.range(run.first(), run.end()).forEach(life.hidden::add));
            again.run();
            life.beforeMake = () -> {};
        };
        for (int i = 0; i < 10; i++) life.moveOnce();
        assertFalse(life.hidden.isEmpty());
        assertEquals(20, life.count(PublicationEntry.Made.class));
        assertEquals(20, life.ledger.held().size());
    }

    /// An order to erase does not wait for a chain.
    @Test
    void whatIsOrderedToBeErasedIsGivenUpWhileSomethingIsMissing() throws Exception {
        var life = new Life(List.of(), 2, 0);
        life.ledger.setBack(Set.of(2L));
        while (life.count(PublicationEntry.Final.class) < 1) {
            life.move();
            life.ledger.mine();
        }
        life.moves(2);
        assertEquals(2, life.count(PublicationEntry.Made.class));
        life.ledger.rollBackBelow(1);
        life.nanosAMove = Duration.ofMinutes(1).toNanos();
        assertInstanceOf(Stuck.class, life.moveOnce());
        life.hidden.add(4L);
        assertInstanceOf(Stuck.class, life.moveOnce());
        assertEquals(1, life.count(PublicationEntry.GivenUp.class));
        assertEquals(0, life.ledger.transactions());
    }

    /// Where nothing may be signed anyway nothing is missed.
    @Test
    void whatIsParkedMissesNothing() throws Exception {
        var life = rolledBack(List.of(), 1);
        assertInstanceOf(Stuck.class, life.moveOnce());
        life.parkedFor = 4;
        life.moves(3);
        assertInstanceOf(Stuck.class, life.moveOnce());
        life.untilAllIsThere();
    }

    /// Records that nobody may see any more are not missed.
    @Test
    void whatWasErasedSinceIsNotPublishedAgain() throws Exception {
        var life = rolledBack(List.of(), 2);
        assertEquals(Set.of(), life.ledger.held().keySet());
        life.hidden.addAll(Set.of(4L, 5L));
        for (int i = 0; i < 20; i++) {
            life.moveOnce();
            life.ledger.mine();
        }
        assertEquals(Set.of(4L, 5L), life.ledger.held().keySet());
        assertEquals(0, life.count(PublicationEntry.GivenUp.class));
    }

    /// @param lost the first number that is not there any more
    private static Life rolledBack(List<Event> events, long lost) throws Exception {
        var life = new Life(events, 3, 0);
        life.live();
        life.ledger.rollBackBelow(lost);
        life.nanosAMove = Duration.ofMinutes(1).toNanos();
        return life;
    }

    /// A journal that was lost takes no number twice.
    @Test
    void anEmptyJournalBeginsBehindTheLastNumber() throws Exception {
        var life = new Life(List.of());
        life.ledger.publishByAnother(life.publication(Kind.COMMITMENTS, 7, 70, 1));
        life.moves(40);
        assertEquals(3, life.count(PublicationEntry.Final.class));
        assertEquals(Set.of(7L, 8L, 9L, 10L), life.ledger.held().keySet());
    }

    /// An order is about what had the number before the journal was lost.
    @Test
    void anEmptyJournalBeginsBehindEachOrder() throws Exception {
        var life = new Life(List.of());
        life.byNumber.put(5L, new PublicationOrders.Order(true, 3));
        life.moves(40);
        assertEquals(Set.of(6L, 7L, 8L), life.ledger.held().keySet());
        assertEquals(0, life.count(PublicationEntry.GivenUp.class));
    }

    /// Whether it has a request or not; commitments that have a number go on.
    @Test
    void aPayloadWhoseProfileIsTakenOutIsGivenUp() throws Exception {
        for (int signed = 0; signed <= 2; signed++) {
            var life = new Life(List.of(), 2);
            life.ledger.refuseToPrepareAfter(signed);
            for (int i = 0; i < 6; i++) life.move();
            assertEquals(2, life.count(PublicationEntry.Made.class));
            boolean isOut = life.ledger.offeredFor(2) > 0;
            assertEquals(signed == 2, isOut);
            life.takenOut.addAll(EnumSet.allOf(Kind.class));
            life.restart();
            life.ledger.refuseToPrepareAfter(Integer.MAX_VALUE);
            life.moves(40);
            var held = life.ledger.held();
            assertEquals(Kind.COMMITMENTS, held.get(1L).publication().kind());
            assertEquals(
                    isOut ? Kind.PAYLOADS : Kind.GIVEN_UP,
                    held.get(2L).publication().kind());
        }
    }

    /// One whose content cannot be read for now.
    @Test
    void whatCannotBeReadHoldsBackNothing() throws Exception {
        var life = new Life(List.of());
        life.unreadable.add(1L);
        life.moves(40);
        assertEquals(Set.of(2L, 3L), life.ledger.held().keySet());
        assertEquals(0, life.count(PublicationEntry.GivenUp.class));
        life.unreadable.clear();
        life.live();
    }

    @Test
    void theRateIsBounded() throws Exception {
        var life = new Life(List.of(), 1);
        life.endless = true;
        life.nanosAMove = Duration.ofMillis(20).toNanos();
        life.moves(2000);
        long minute = 2000 / 50;
        long signed = life.count(PublicationEntry.Prepared.class);
        assertTrue(signed > 60 && signed <= 60 + minute, () -> signed + " in " + minute + " s");
    }

    @Test
    void whatIsParkedIsAskedForAndNotSent() throws Exception {
        var life = new Life(List.of());
        while (life.count(PublicationEntry.Sent.class) < 2) life.move();
        life.parkedFor = 1000;
        life.moves(20);
        assertEquals(2, life.count(PublicationEntry.Final.class), "what is out may land");
        assertEquals(2, life.ledger.held().size());
        life.parkedFor = 0;
        life.live();
    }

    /// What is published from now on counts for profiles that are new; those that were keep where they began.
    @Test
    void aProfileThatIsNewBeginsWhereTheLogEnds() throws Exception {
        var life = new Life(List.of());
        life.moves(3);
        life.size = 70;
        life.config = config(published("b", Kind.PAYLOADS), published("c", Kind.COMMITMENTS));
        life.restart();
        life.moves(3);
        assertEquals(
                List.of(new PublishedProfile("b", Kind.PAYLOADS, 50), new PublishedProfile("c", Kind.COMMITMENTS, 70)),
                life.progress.settings().orElseThrow().profiles());
        assertEquals(2, life.count(PublicationEntry.Settings.class), "once for each change");
    }

    /// Three runs of records, their relay's core, and a ledger that keeps rule C11.
    private static final class Life implements PublicationWant.Surroundings {
        /// Which record is erased: the second of the second run.
        private static final long ERASED = 5;

        final List<PublicationEntry> entries = new ArrayList<>();
        final ModelPublications ledger;
        final Map<Long, PublicationOrders.Order> byNumber = new HashMap<>();
        final List<PublicationWant<?>> wants = new ArrayList<>();
        PublicationConfig config = CONFIG;
        PublicationProgress progress = new PublicationProgress();
        int questions;
        long mostUnderWay;
        int key;
        int parkedFor;
        int withheldFor;
        Optional<RequestState> takesNothing = Optional.empty();

        // Whether nobody makes a number.
        boolean dropsMake;

        Runnable beforeMake = () -> {};

        // Whether people are told why nothing goes on.
        boolean tells = true;

        final Set<Long> unreadable = new HashSet<>();
        int blockEvery = 1;
        long size = 50;
        boolean endless;
        final Set<Kind> takenOut = EnumSet.noneOf(Kind.class);
        long nanosAMove = Duration.ofSeconds(2).toNanos();
        long nanosAQuestion;

        // So much longer it takes to be told what became of requests.
        long statusNanos;
        long findNanos;
        long prepareNanos;

        private final List<Event> events;
        private final int runs;
        private final Set<Long> hidden = new HashSet<>();
        private final Set<Long> givenUp = new HashSet<>();

        /// The folder, and what is to be deleted there.
        private final Map<Long, SignedRequest> files = new TreeMap<>();

        private final Set<Long> leftovers = new HashSet<>();

        /// How many of the entries are durable, and the fold over those.
        private int durable;

        private PublicationProgress kept = new PublicationProgress();

        private PublicationCore core;
        private long nanos;
        private long resubmitted = -1;
        private Instant resubmittedAt = Instant.MIN;
        private long acts;

        Life(List<Event> events) {
            this(events, 3);
        }

        Life(List<Event> events, int runs) {
            this(events, runs, 2);
        }

        Life(List<Event> events, int runs, int confirmations) {
            this.events = events;
            this.runs = runs;
            this.ledger = new ModelPublications(confirmations);
            this.core = newCore();
        }

        static Life inAnyOrder(List<Event> events, int runs) {
            var life = new Life(events, runs);
            life.ledger.takeInAnyOrder();
            life.core = life.newCore();
            return life;
        }

        private PublicationCore newCore() {
            var fixed = new PublicationTerms(
                    Publication.givenUp(ORIGIN, KEY, 1).originId(),
                    size,
                    key,
                    number -> Publication.givenUp(ORIGIN, KEY, number).digest(),
                    hidden::contains,
                    ledger.capabilities().finality(),
                    ledger.stuckAfter(),
                    ledger.capabilities().losesNothing(),
                    ledger.capabilities().inAnyOrder(),
                    made -> !takenOut.contains(made.kind()),
                    made -> !takenOut.contains(made.kind())
                            && shown(made.kind(), made.first(), made.end()).isPresent());
            return new PublicationCore(config, fixed, progress);
        }

        /// Run n is of the records from 3n+1 on, of which there are n+1; the second is of payloads.
        private PublicationEntry.Made run(int n, long number) {
            return made(n == 1 ? Kind.PAYLOADS : Kind.COMMITMENTS, number, 3L * n + 1, n + 1);
        }

        private PublicationEntry.Made made(Kind kind, long number, long first, int count) {
            var publication = publication(kind, number, first, count);
            return new PublicationEntry.Made(
                    Instant.EPOCH, number, kind, first, count, publication.contentHash(), publication.digest());
        }

        Publication publication(Kind kind, long number, long first, int count) {
            var content = new byte[32 * count];
            content[0] = (byte) first;
            return new Publication(ORIGIN, KEY, number, kind, first, count, content);
        }

        /// Until all is final that is to be.
        void live() throws Exception {
            try {
                for (int round = 0; !isDone(); round++) {
                    assertTrue(round < 160, () -> "not final: " + ledger + ", " + progress.open());
                    move();
                    if (round % blockEvery == 0) ledger.mine();
                    takeUpWhatWasRefused(round);
                }
                check();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(events + ": " + e.getMessage() + ", " + entries, e);
            }
        }

        private boolean isDone() throws Exception {
            return progress.reached().isPresent()
                    && progress.open().isEmpty()
                    && durable == entries.size()
                    && !runIsDue()
                    && parkedFor <= 0;
        }

        boolean isIn(long number, Class<? extends Phase> phase) {
            var item = progress.open().get(number);
            return item != null && phase.isInstance(item.phase());
        }

        private void takeUpWhatWasRefused(int round) {
            if (round % 10 != 9) return;
            for (var item : progress.open().values()) {
                if (!(item.phase() instanceof Phase.Aside)) continue;
                var last = Optional.ofNullable(byNumber.get(item.number()));
                boolean isDone = last.isEmpty()
                        || item.givenUp().isPresent()
                        || last.get().position() <= item.heeded();
                if (isDone) byNumber.put(item.number(), new PublicationOrders.Order(false, acts++));
            }
        }

        void moves(int count) throws Exception {
            for (int i = 0; i < count; i++) {
                move();
                ledger.mine();
            }
        }

        void move() throws Exception {
            var end = moveOnce();
            if (end instanceof Stuck(var cause, var _, var _)) throw new AssertionError(cause);
        }

        /// Until a move rests, is stuck, or its question is dropped: then it is the question.
        PublicationMove moveOnce() throws Exception {
            nanos += nanosAMove;
            parkedFor--;
            withheldFor--;
            var move = core.begin(moment(), orders());
            while (move instanceof Ask<?> question) {
                var next = answer(question);
                if (next.isEmpty()) return question;
                move = next.get();
            }
            mostUnderWay = Math.max(mostUnderWay, progress.underWay().count());
            assertTrue(progress.underWay().count() <= CONFIG.inFlight());
            if (tells && move instanceof Stuck stuck) core.noteTold(stuck);
            return move;
        }

        private PublicationOrders orders() {
            return new PublicationOrders(new RelayOrders(parkedFor > 0, resubmitted, resubmittedAt), byNumber)
                    .withheld(withheldFor > 0);
        }

        private <A> Optional<PublicationMove> answer(Ask<A> question) throws Exception {
            if (dropsMake && question.want() instanceof PublicationWant.Make) return Optional.empty();
            if (question.want() instanceof PublicationWant.Make) beforeMake.run();
            int number = questions++;
            Optional<Fault> fault = events.stream()
                    .filter(event -> event.at == number)
                    .map(Event::fault)
                    .findFirst();
            if (fault.isEmpty()) {
                try {
                    return Optional.of(heard(question));
                } catch (AnchorageSetback setback) {
                    return core.setBack(question, setback, moment());
                }
            }
            boolean isSending = question.want() instanceof PublicationWant.Submit
                    || question.want() instanceof PublicationWant.SubmitAll;
            boolean isWriting = question.want() instanceof PublicationWant.Write;
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
                case ENDS_AND_KEEPS -> {
                    question.want().in(this);
                    durable = entries.size();
                    restart();
                    return Optional.empty();
                }
                case AWAY -> {
                    if (!isSending) return Optional.empty();
                    ledger.loseNext(false);
                }
                case UNHEARD -> {
                    if (isSending) ledger.loseNext(true);
                    else {
                        question.want().in(this);
                        // What a journal does not say to have written ends the process.
                        if (isWriting) restart();
                        return Optional.empty();
                    }
                }
                case BLOCK -> ledger.mine();
                case REORGANISED -> ledger.reorganise();
                case POOL_LOST -> ledger.forgetPool();
                case FILES_LOST -> files.clear();
                case REFUSED -> ledger.refuseNext();
                case PARK -> parkedFor = 4;
                case RESUBMIT -> resubmitted = acts++;
                case ERASE -> {
                    // Heard at the next move, or before what is just made; what is being sent is being sent.
                    hidden.add(ERASED);
                    return Optional.empty();
                }
                case GIVE_UP -> {
                    // What is not durable nobody sees.
                    var open = kept.open();
                    if (!open.isEmpty()) {
                        long lowest = open.firstKey();
                        byNumber.put(lowest, new PublicationOrders.Order(true, acts++));
                        givenUp.add(lowest);
                    }
                }
            }
            return Optional.of(heard(question));
        }

        private <A> PublicationMove heard(Ask<A> question) throws Exception {
            var want = question.want();
            wants.add(want);
            nanos += nanosAQuestion;
            nanos += switch (want) {
                case PublicationWant.Row _ -> statusNanos;
                case PublicationWant.FindAll _ -> findNanos;
                case PublicationWant.PrepareAll _ -> prepareNanos;
                default -> 0;
            };
            boolean signs = switch (want) {
                case PublicationWant.Prepare _, PublicationWant.PrepareAll _ -> true;
                case PublicationWant.Row row -> !row.next().isEmpty();
                default -> false;
            };
            boolean sends = want instanceof PublicationWant.Submit || want instanceof PublicationWant.SubmitAll;
            assertFalse(
                    orders().sendNothing() && (signs || sends) && !wasParkedAmidst(),
                    () -> want + " though it is parked");
            switch (want) {
                case PublicationWant.Submit(var request) -> requireMayBeSent(request);
                case PublicationWant.SubmitAll(var requests) -> {
                    for (var each : requests.entrySet()) {
                        kept(each.getKey(), each.getValue()).ifPresent(this::requireMayBeSent);
                    }
                }
                case PublicationWant.FindAll(var _, var digests) ->
                    assertTrue(kept.open().keySet().containsAll(digests.keySet()), () -> want + " too early");
                case PublicationWant.Row row ->
                    assertTrue(
                            row.next().stream().allMatch(item -> kept.open().containsKey(item.number())),
                            () -> want + " too early");
                default -> {}
            }
            return core.hear(question, want.in(this), moment());
        }

        /// An order that comes in the middle of a move is heard at the next.
        private boolean wasParkedAmidst() {
            return parkedFor == 4;
        }

        private void requireMayBeSent(SignedRequest request) {
            var sent = ledger.publication(request);
            var item = progress.open().get(sent.number());
            assertEquals(item.wanted(), sent.digest(), "a request of what was given up is never sent");
            boolean hasErased = sent.kind() == Kind.PAYLOADS
                    && LongStream.range(sent.first(), sent.first() + sent.count())
                            .anyMatch(hidden::contains);
            assertFalse(hasErased, "a payload that was ordered to be erased");
            assertTrue(
                    Optional.ofNullable(kept.open().get(sent.number()))
                            .flatMap(PublicationProgress.Item::request)
                            .filter(known -> known.request().is(request))
                            .isPresent(),
                    "only what stands in the journal for good");
        }

        /// Of the first of the entries, as they are read from the disk.
        ///
        /// @param givenUp how many of them were given up, and what they led to was written down
        private PublicationProgress fold(int count, int givenUp) throws CborMalformed {
            var fold = new PublicationProgress();
            var finals = new ArrayList<FinalPublication>();
            for (int i = 0; i < count; i++) {
                var entry = PublicationEntry.read(entries.get(i).toBytes());
                if (entry instanceof PublicationEntry.Final end) {
                    finals.add(FinalPublication.of(fold.open().get(end.number()).made(), end));
                }
                fold.apply(entry, i);
                if (i + 1 == givenUp) {
                    fold = FinishedPublicationsTest.written(fold);
                    fold.remember(finals.reversed());
                }
            }
            return fold;
        }

        /// Another process, which has what is durable of the entries, and the files, and nothing else.
        void restart() throws CborMalformed {
            entries.subList(durable, entries.size()).clear();
            kept = fold(durable, 0);
            progress = fold(durable, (durable + 1) / 2);
            leftovers.clear();
            files.keySet().removeIf(number -> !isAskedFor(number));
            core = newCore();
            if (durable == 0) return;
            assertEquals(kept.state(), progress.state());
            assertEquals(FinishedPublicationsTest.lookedFor(kept), FinishedPublicationsTest.lookedFor(progress));
        }

        private boolean isAskedFor(long number) {
            var item = progress.open().get(number);
            return item != null && item.phase() instanceof Phase.UnderWay flight && !flight.stale();
        }

        private Moment moment() {
            return new Moment(Instant.EPOCH.plusNanos(nanos), nanos);
        }

        private void check() {
            var held = ledger.held();
            long numbers = entries.stream()
                    .filter(PublicationEntry.Made.class::isInstance)
                    .count();
            for (long number = 1; number <= numbers; number++) {
                var there = held.get(number).publication();
                long at = number;
                var ends = entries.stream()
                        .filter(entry -> entry instanceof PublicationEntry.Final end && end.number() == at)
                        .map(PublicationEntry.Final.class::cast)
                        .toList();
                assertEquals(1, ends.size(), () -> "number " + at);
                assertEquals(there.digest(), ends.getFirst().digest());
            }
            assertEquals(numbers, held.size(), "numbers that nobody made");
            requireEachRecordOnce();
            boolean bytesGo = events.stream().anyMatch(event -> event.fault == Fault.FILES_LOST);
            long most = entries.stream()
                            .filter(PublicationEntry.Dropped.class::isInstance)
                            .count()
                    + entries.stream()
                            .filter(PublicationEntry.SetAside.class::isInstance)
                            .count();
            if (!bytesGo && most == 0) {
                for (long number = 1; number <= numbers; number++) assertEquals(1, ledger.offeredFor(number));
            }
            assertEquals(Set.of(), files.keySet(), "what is final leaves nothing");
        }

        /// Until nothing is owed any more, though something was lost.
        void untilAllIsThere() throws Exception {
            boolean hasWaited = false;
            for (int round = 0; !hasWaited || !isDone(); round++) {
                assertTrue(round < 40, () -> "not final: " + ledger + ", " + progress.open());
                hasWaited = moveOnce() instanceof Rest && count(PublicationEntry.Made.class) > 3;
                ledger.mine();
            }
            requireEachRecordOnce();
            assertEquals(Set.of(), files.keySet());
        }

        /// The same of a ledger of which a person has to say it, each time that it is asked for.
        void obeyUntilAllIsThere() throws Exception {
            boolean isThere = false;
            for (int round = 0; !isThere || !isDone(); round++) {
                assertTrue(round < 60, () -> "not final: " + ledger + ", " + progress.open());
                if (moveOnce() instanceof Stuck) resubmitted = acts++;
                ledger.mine();
                long made = progress.published().values().stream()
                        .mapToLong(PublicationEntry.Made::number)
                        .filter(ledger.held()::containsKey)
                        .count();
                isThere = made == runs;
            }
            requireEachRecordOnce();
            assertEquals(Set.of(), files.keySet());
        }

        private void requireEachRecordOnce() {
            var held = ledger.held();
            for (int n = 0; n < runs; n++) {
                var run = run(n, 1);
                for (long index = run.first(); index < run.end(); index++) {
                    long record = index;
                    long times = held.values().stream()
                            .map(ModelPublications.Held::publication)
                            .filter(found -> found.first() <= record && record < found.first() + found.count())
                            .count();
                    assertTrue(times <= 1, () -> "record " + record + " is published twice");
                    boolean mayMiss = hidden.contains(record) || wasGivenUpForGood(record);
                    assertTrue(times == 1 || mayMiss, () -> "record " + record + " is lost");
                }
            }
        }

        private boolean wasGivenUpForGood(long record) {
            return entries.stream()
                    .anyMatch(entry -> entry instanceof PublicationEntry.Made made
                            && givenUp.contains(made.number())
                            && made.first() <= record
                            && record < made.end());
        }

        long asked(Class<?> want) {
            return wants.stream().filter(want::isInstance).count();
        }

        /// Which numbers were prepared while a row was waited for, in this order.
        List<Long> preparedAhead() {
            return wants.stream()
                    .filter(PublicationWant.Row.class::isInstance)
                    .map(PublicationWant.Row.class::cast)
                    .flatMap(row -> row.next().stream()
                            .map(PublicationProgress.Item::number)
                            .filter(number -> !row.tried().contains(number)))
                    .toList();
        }

        long count(Class<? extends PublicationEntry> kind) {
            return entries.stream().filter(kind::isInstance).count();
        }

        // --- its surroundings

        @Override
        public long write(PublicationEntry entry) {
            if (entry instanceof PublicationEntry.Final end) {
                var found = ledger.found(end.number(), end.digest());
                assertEquals(new PublicationFinding.Present(end.place(), true), found);
            }
            entries.add(entry);
            switch (entry) {
                case PublicationEntry.Final e -> leftovers.add(e.number());
                case PublicationEntry.Dropped e -> leftovers.add(e.number());
                case PublicationEntry.SetAside e -> leftovers.add(e.number());
                case PublicationEntry.GivenUp e -> leftovers.add(e.number());
                case PublicationEntry.Prepared e -> leftovers.remove(e.number());
                default -> {}
            }
            return entries.size() - 1;
        }

        @Override
        public void makeDurable() {
            while (durable < entries.size()) kept.apply(entries.get(durable), durable++);
            leftovers.forEach(files::remove);
            leftovers.clear();
        }

        @Override
        public boolean runIsDue() {
            return next(Set.of()).isPresent();
        }

        private Optional<PublicationEntry.Made> next(Set<Long> unasked) {
            for (var owed : progress.owedAgain()) {
                var piece = shown(owed.kind(), owed.first(), owed.end());
                if (piece.isPresent()) return piece.filter(_ -> !unasked.contains(owed.number()));
            }
            int most = endless ? Integer.MAX_VALUE : runs;
            for (int n = 0; n < most; n++) {
                var run = run(endless ? 0 : n, 1);
                if (endless) run = made(Kind.COMMITMENTS, 1, n + 1L, 1);
                if (run.end() <= progress.madeEnd()) continue;
                var piece = shown(run.kind(), Math.max(run.first(), progress.madeEnd()), run.end());
                if (piece.isPresent()) return piece;
            }
            return Optional.empty();
        }

        /// The first stretch without what is hidden.
        private Optional<PublicationEntry.Made> shown(Kind kind, long first, long end) {
            long from = first;
            while (from < end && hidden.contains(from)) from++;
            long to = from;
            while (to < end && !hidden.contains(to)) to++;
            return from < to ? Optional.of(made(kind, 1, from, (int) (to - from))) : Optional.empty();
        }

        @Override
        public Optional<PublicationEntry.Made> make(long number, Set<Long> unasked) {
            return next(unasked).map(run -> made(run.kind(), number, run.first(), run.count()));
        }

        @Override
        public PublicationWant.Load load(PublicationProgress.Item item) {
            if (unreadable.contains(item.number())) return new PublicationWant.Load.Unreadable();
            var made = item.made();
            var publication = item.givenUp().isPresent()
                    ? Publication.givenUp(ORIGIN, KEY, item.number())
                    : publication(made.kind(), made.number(), made.first(), made.count());
            return new PublicationWant.Load.Ready(publication.signed(new byte[64]));
        }

        @Override
        public void keep(long number, SignedRequest request) {
            assertFalse(leftovers.contains(number), "a file that is to be deleted");
            files.put(number, request);
        }

        @Override
        public Optional<SignedRequest> kept(long number, PublicationEntry.Request request) {
            return Optional.ofNullable(files.get(number)).filter(request::is);
        }

        @Override
        public PublicationLedger ledger() {
            return takesNothing
                    .<PublicationLedger>map(each -> new TakingNothing(ledger, each))
                    .orElse(ledger);
        }

        /// One after the other, so that a fault comes again where it came.
        @Override
        public <A> Map<Long, A> each(Set<Long> numbers, PublicationWant.OfEach<A> question) {
            var answers = new TreeMap<Long, A>();
            for (long number : new TreeSet<>(numbers)) {
                try {
                    answers.put(number, question.ask(number));
                } catch (AnchorageSetback _) {
                    // of this one there is no answer
                }
            }
            return answers;
        }
    }
}
