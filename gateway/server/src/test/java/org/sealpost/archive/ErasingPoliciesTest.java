package org.sealpost.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealpost.archive.erasure.Erasure;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.ErasureRefused;
import org.sealpost.archive.erasure.ErasureStanding;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.ErasuresOnDisk;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.JournalFull;
import org.sealpost.record.ClockReading;
import org.sealpost.seal.SoftwareKey;

/// Bodies that go at some age, and what holds them back.
@Timeout(120)
class ErasingPoliciesTest {
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration PATIENCE = Duration.ofDays(1);
    private static final int MOST_STEPS = 500;
    private static final int MOST_RANGES = 3000;

    @TempDir
    private Path folder;

    private final FaultyDisk entriesDisk = new FaultyDisk();
    private final FaultyDisk sealsDisk = new FaultyDisk();
    private final FaultyDisk ordersDisk = new FaultyDisk();
    private final SoftwareKey key = SoftwareKey.p256();
    private RetainedLog log;
    private Erasures erasures;
    private int mostEntries = 1000;
    private long nanos;

    /// What comes to pass between two looks of a step.
    private Runnable meanwhile = () -> {};

    @BeforeEach
    void open() throws IOException {
        log = new RetainedLog(entriesDisk, sealsDisk, folder, key);
        erasures = ErasuresOnDisk.open(ordersDisk, log.entries, log::now);
    }

    @AfterEach
    void close() throws IOException {
        erasures.close();
        log.close();
    }

    private static ErasingPolicy all(ErasureForm form) {
        return new ErasingPolicy("retention.erase-after", MONTH, form, new ErasingPolicy.AllBut(Set.of()));
    }

    private ErasingPolicies policies(ErasingPolicy... policies) {
        return policies(new Finality(List.of(log.evm, log.fabric)), policies);
    }

    private ErasingPolicies policies(Finality finality, ErasingPolicy... policies) {
        return new ErasingPolicies(
                List.of(policies),
                new ErasingPolicies.Log(log.entries, log.seals),
                erasures,
                finality,
                new ErasingPolicies.Surroundings(log::now, () -> nanos, this::neededFrom, PATIENCE),
                new ErasingPolicies.Bounds(MOST_RANGES, mostEntries));
    }

    private long neededFrom() {
        meanwhile.run();
        return log.neededFrom;
    }

    private void orderByHand(long first, long next) {
        try {
            erasures.order("owner", "asked for", ErasureForm.BODY_AND_SALTS, List.of(new IndexRange(first, next)));
        } catch (IOException | ErasureRefused e) {
            throw new AssertionError(e);
        }
    }

    private static int run(ErasingPolicies policies) throws IOException {
        int steps = 0;
        while (policies.step() > 0) assertTrue(steps++ < MOST_STEPS, "it comes to an end");
        return steps;
    }

    private void pass(Duration time) {
        log.nowMillis += time.toMillis();
    }

    private List<Erasure> orders() {
        return erasures.newestBelow(Long.MAX_VALUE, 1000).stream()
                .map(ErasureStanding::order)
                .toList()
                .reversed();
    }

    private long ordered(ErasureForm form) {
        return erasures.firstNotOrdered(1, form);
    }

    /// Behind the last entry of the last segment that is closed.
    private long closedBelow() {
        return log.entries.closedSegments().getLast().nextIndex();
    }

    @Test
    void segmentsAreOrderedOnceAllInThemIsOldAndWhatIsLeftADayLater() throws Exception {
        for (int i = 0; i < 4; i++) log.capture(100);
        log.allFinal();
        var policies = policies(all(ErasureForm.BODY));
        pass(MONTH.minusSeconds(1));
        run(policies);
        assertEquals(List.of(), orders());
        assertEquals("", policies.waitsFor());

        pass(Duration.ofSeconds(1));
        run(policies);
        assertTrue(log.entries.closedSegments().size() >= 2);
        assertEquals(closedBelow(), ordered(ErasureForm.BODY));
        assertEquals(log.entries.closedSegments().size(), orders().size(), "each is written anew once");
        var first = orders().getFirst();
        assertEquals(ErasingPolicies.BY, first.by());
        assertEquals("retention.erase-after (2592000s)", first.rule());
        assertEquals(log.now().time(), first.at().time());
        assertEquals(1, first.ranges().getFirst().first(), "the genesis is nobody's");
        assertTrue(erasures.kept(1).isPresent());

        pass(PATIENCE.minusSeconds(1));
        assertEquals(0, run(policies));
        assertTrue(closedBelow() < log.entries.size());
        pass(Duration.ofSeconds(1));
        log.capture(3);
        log.allFinal();
        run(policies);
        assertEquals(log.entries.size() - 3, ordered(ErasureForm.BODY), "not what is young");

        int count = orders().size();
        close();
        open();
        run(policies(all(ErasureForm.BODY)));
        assertEquals(count, orders().size(), "it goes on where it was");
    }

    @Test
    void eachProfileHasItsOwnAgeAndForm() throws Exception {
        log.capture(
                300,
                index -> List.of("sealpost.start", "crane", "customs", "crane").get((int) index % 4));
        log.allFinal();
        long next = closedBelow();
        var crane = new ErasingPolicy(
                "profile.crane.erase-after", MONTH, ErasureForm.BODY_AND_SALTS, new ErasingPolicy.Only("crane"));
        var rest = new ErasingPolicy(
                "retention.erase-after",
                MONTH.multipliedBy(2),
                ErasureForm.BODY,
                new ErasingPolicy.AllBut(Set.of("crane")));
        pass(MONTH);
        run(policies(crane, rest));
        for (long index = 1; index < next; index++) {
            assertEquals(index % 2 == 1, erasures.hidesSalts(index) && index % 4 != 0, "entry " + index);
            assertEquals(index % 4 != 2, erasures.hides(index), "a range runs over the box's own: entry " + index);
        }
        pass(MONTH);
        run(policies(crane, rest));
        for (long index = 1; index < next; index++) {
            assertTrue(erasures.hides(index), "entry " + index);
            assertEquals(index % 4 != 2, erasures.hidesSalts(index), "entry " + index);
        }
        assertTrue(orders().stream().map(Erasure::rule).anyMatch("retention.erase-after (5184000s)"::equals));
        var first = orders().stream()
                .filter(order -> order.form() == ErasureForm.BODY)
                .findFirst()
                .orElseThrow();
        assertEquals(1, first.ranges().size(), "it runs over what is erased already");
        assertEquals(2, first.ranges().getFirst().first());
    }

    @Test
    void nothingIsOrderedThatIsNotFinalEverywhereOrNeededToKnowRepeats() throws Exception {
        log.capture(200);
        pass(MONTH.plus(PATIENCE));
        var nobody = policies(new Finality(List.of()), all(ErasureForm.BODY));
        log.evm.finalSize = log.fabric.finalSize = 200;
        assertEquals(0, run(nobody));
        assertTrue(nobody.waitsFor().contains("no anchorage is required"), nobody::waitsFor);

        var policies = policies(all(ErasureForm.BODY));
        log.fabric.finalSize = 1;
        assertEquals(0, run(policies));
        assertTrue(policies.waitsFor().endsWith("entry 1, which is not final on fabric"), policies::waitsFor);
        log.fabric.finalSize = 90;
        run(policies);
        assertEquals(90, ordered(ErasureForm.BODY));
        log.fabric.finalSize = 200;
        log.neededFrom = 90;
        assertEquals(0, run(policies));
        assertTrue(policies.waitsFor().endsWith("needed to know repeats"), policies::waitsFor);
        log.neededFrom = 95;
        run(policies);
        assertEquals(95, ordered(ErasureForm.BODY));
    }

    /// A box wakes up in 1970 or in 2036, with a clock that nobody has set, or that was set wrong.
    @Test
    void noClockErasesEarly() throws Exception {
        log.capture(40);
        log.allFinal();
        var policies = policies(all(ErasureForm.BODY_AND_SALTS));
        long present = log.nowMillis;
        for (var state : List.of(ClockReading.State.UNTRUSTED, ClockReading.State.HOLDOVER)) {
            log.clockState = state;
            for (long now : new long[] {0, 2_082_758_400_000L}) {
                log.nowMillis = now;
                assertEquals(0, run(policies));
                assertTrue(policies.waitsFor().contains("the clock is not synchronised"), policies::waitsFor);
            }
            // Sealed under it, too: their age is that of what comes behind.
            log.capture(10);
        }
        log.clockState = ClockReading.State.SYNCED;
        log.nowMillis = 0;
        assertEquals(0, run(policies));
        // A receiver whose weeks have begun anew, then a clock that runs ahead: what lies behind is not that old.
        log.capture(10);
        log.nowMillis = present + MONTH.multipliedBy(100).toMillis();
        log.capture(10);
        log.nowMillis = present + MONTH.toMillis() / 2;
        log.capture(10);
        log.allFinal();
        assertEquals(0, run(policies));
        log.nowMillis = present + MONTH.plus(PATIENCE).toMillis();
        run(policies);
        assertEquals(41, ordered(ErasureForm.BODY_AND_SALTS));
        pass(MONTH.dividedBy(2));
        run(policies);
        assertEquals(log.entries.size(), ordered(ErasureForm.BODY_AND_SALTS));

        close();
        open();
        long wrongFrom = log.entries.size();
        log.nowMillis = present - MONTH.multipliedBy(6).toMillis();
        log.capture(10);
        log.capture(10);
        // It starts amidst what the wrong clock sealed, and still has it.
        orderByHand(wrongFrom, wrongFrom + 10);
        close();
        open();
        log.allFinal();
        var started = policies(all(ErasureForm.BODY_AND_SALTS));
        log.nowMillis = present - MONTH.multipliedBy(6).toMillis() + 1000;
        run(started);
        assertEquals(wrongFrom + 10, ordered(ErasureForm.BODY_AND_SALTS));
        log.nowMillis = present + MONTH.multipliedBy(2).toMillis() + 1000;
        run(started);
        run(policies(all(ErasureForm.BODY_AND_SALTS)));
        assertEquals(wrongFrom + 10, ordered(ErasureForm.BODY_AND_SALTS));
        log.capture(10);
        log.allFinal();
        pass(MONTH.minusSeconds(1));
        run(started);
        assertEquals(wrongFrom + 10, ordered(ErasureForm.BODY_AND_SALTS));
        pass(PATIENCE.plusSeconds(1));
        run(started);
        assertEquals(log.entries.size(), ordered(ErasureForm.BODY_AND_SALTS));
    }

    /// An order of the owner's may come between any two looks.
    @Test
    void whatSomebodyElseOrdersMeanwhileIsNoSetback() throws Exception {
        log.capture(200);
        log.allFinal();
        pass(MONTH.plus(PATIENCE));
        meanwhile = () -> {
            meanwhile = () -> {};
            orderByHand(1, log.entries.size());
        };
        run(policies(all(ErasureForm.BODY)));
        assertEquals(List.of("owner"), orders().stream().map(Erasure::by).toList());
        assertEquals(log.entries.size(), ordered(ErasureForm.BODY_AND_SALTS));
    }

    /// While a segment is ordered piece by piece it is not written anew, at no moment of a step.
    @Test
    void aSegmentIsLeftAloneUntilAllOfItIsOrdered() throws Exception {
        log.capture(300);
        log.allFinal();
        pass(MONTH);
        mostEntries = 20;
        var policies = policies(all(ErasureForm.BODY));
        var segment = log.entries.closedSegments().getFirst();
        assertEquals(1, policies.step());
        int steps = 0;
        while (ordered(ErasureForm.BODY) < segment.nextIndex()) {
            assertTrue(steps++ < MOST_STEPS);
            assertTrue(policies.isAmidst(segment));
            meanwhile = () -> assertTrue(policies.isAmidst(segment), "also within a step");
            assertEquals(1, policies.step());
        }
        assertTrue(steps > 2, steps + " steps");
        assertFalse(policies.isAmidst(segment));
        // What is not ordered any more holds nothing up.
        meanwhile = () -> {};
        assertEquals(1, policies.step());
        var second = log.entries.closedSegments().get(1);
        assertTrue(policies.isAmidst(second));
        log.clockState = ClockReading.State.UNTRUSTED;
        assertEquals(0, policies.step());
        assertFalse(policies.isAmidst(second));
    }

    /// However much one has to do the others come, too; and all of them rest.
    @Test
    void eachPolicyHasItsTurnAndRests() throws Exception {
        for (int i = 0; i < 4; i++) log.capture(100, index -> index % 2 == 0 ? "crane" : "customs");
        log.allFinal();
        pass(MONTH);
        var policies = policies(
                new ErasingPolicy("a", MONTH, ErasureForm.BODY_AND_SALTS, new ErasingPolicy.Only("crane")),
                new ErasingPolicy("b", MONTH, ErasureForm.BODY_AND_SALTS, new ErasingPolicy.Only("customs")));
        meanwhile = () -> nanos += 50_000_000;
        while (orders().size() < 2) assertEquals(1, policies.step());
        assertTrue(policies.pause().compareTo(Duration.ofMillis(150)) >= 0, policies.pause()::toString);
        assertEquals(
                Set.of("a (2592000s)", "b (2592000s)"),
                Set.copyOf(orders().stream().map(Erasure::rule).toList()));
        nanos = 0;
        meanwhile = () -> nanos += Duration.ofMinutes(1).toNanos();
        policies.step();
        assertEquals(Duration.ofSeconds(5), policies.pause(), "not for ever");
    }

    @Test
    void anotherFormOrdersAnewAndALongerAgeTakesNothingBack() throws Exception {
        log.capture(150);
        log.allFinal();
        pass(MONTH.plus(PATIENCE));
        run(policies(all(ErasureForm.BODY)));
        assertEquals(log.entries.size(), ordered(ErasureForm.BODY));
        assertEquals(1, ordered(ErasureForm.BODY_AND_SALTS));
        run(policies(all(ErasureForm.BODY_AND_SALTS)));
        assertEquals(log.entries.size(), ordered(ErasureForm.BODY_AND_SALTS));
        int count = orders().size();
        run(policies(all(ErasureForm.BODY)));
        assertEquals(count, orders().size(), "what is erased more is not ordered again");
    }

    @Test
    void withoutRoomNothingIsOrderedAndLaterItIs() throws Exception {
        log.capture(200);
        log.allFinal();
        pass(MONTH);
        var policies = policies(all(ErasureForm.BODY));
        ordersDisk.capacity(0);
        assertThrows(JournalFull.class, () -> run(policies));
        assertEquals(1, ordered(ErasureForm.BODY));
        log.entries.closedSegments().forEach(segment -> assertFalse(policies.isAmidst(segment)));
        ordersDisk.capacity(1 << 30);
        run(policies);
        assertEquals(closedBelow(), ordered(ErasureForm.BODY));
    }

    /// Somebody deleted the folder of orders, or damage took the bodies: nothing is left to order there.
    @Test
    void bodiesThatAreGoneDoNotHoldItUp() throws Exception {
        log.capture(300);
        log.allFinal();
        pass(MONTH);
        var segments = log.entries.closedSegments();
        assertTrue(segments.size() >= 2);
        log.entries.eraseBodies(segments.getFirst().number(), index -> index > 0);
        run(policies(all(ErasureForm.BODY)));
        assertFalse(erasures.hides(1));
        long second = segments.get(1).firstIndex();
        assertEquals(second, orders().getFirst().ranges().getFirst().first());
        assertEquals(closedBelow(), erasures.firstNotOrdered(second, ErasureForm.BODY));
    }

    /// Each stretch stays in memory for ever.
    @Test
    void profilesThatLieMingledAreErasedUpToABound() throws Exception {
        for (int i = 0; i < 10; i++) log.capture(800, index -> index % 2 == 0 ? "crane" : "customs");
        log.allFinal();
        pass(MONTH.plus(PATIENCE));
        var policies = policies(new ErasingPolicy(
                "profile.crane.erase-after", MONTH, ErasureForm.BODY_AND_SALTS, new ErasingPolicy.Only("crane")));
        run(policies);
        assertTrue(policies.waitsFor().contains("stretches"), policies::waitsFor);
        assertEquals(policies.waitsFor(), policies.stopped());
        assertTrue(erasures.rangeCount() >= MOST_RANGES && erasures.rangeCount() < MOST_RANGES + 100);
        assertEquals(0, policies.step());
        assertEquals(policies.waitsFor(), policies.stopped());

        // As the remedy says.
        long ranges = erasures.rangeCount();
        var whole = policies(all(ErasureForm.BODY_AND_SALTS));
        run(whole);
        assertEquals(log.entries.size(), ordered(ErasureForm.BODY_AND_SALTS));
        assertEquals("", whole.stopped());
        assertTrue(
                erasures.rangeCount() - ranges <= log.entries.closedSegments().size() + 2,
                "a stretch for each segment");
    }

    /// What goes as a whole meanwhile is passed over.
    @Test
    void itGoesOnBehindWhatRetentionGaveUp() throws Exception {
        for (int i = 0; i < 4; i++) log.capture(200);
        log.allFinal();
        pass(MONTH);
        var policies = policies(all(ErasureForm.BODY));
        var retention = log.retention(RetainedLog.dropAfter(MONTH));
        policies.step();
        while (retention.step() > 0) {}
        long first = log.entries.firstIndex();
        assertTrue(first > orders().getFirst().ranges().getLast().next());
        pass(PATIENCE);
        run(policies);
        assertEquals(log.entries.size(), erasures.firstNotOrdered(first, ErasureForm.BODY));
        assertTrue(orders().get(1).ranges().getFirst().first() >= first);
    }
}
