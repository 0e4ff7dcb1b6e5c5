package org.sealpost.archive.erasure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.JournalFailed;
import org.sealpost.journal.JournalFull;

/// What is hidden is in no file any more once its order says so, whatever happens on the way.
@Timeout(300)
class EraserTest {
    private static final int RECORDS = 60;

    private Rig rig;

    @BeforeEach
    void open() throws IOException {
        rig = new Rig();
        rig.fill(RECORDS);
        assertTrue(rig.entries.closedSegments().size() >= 2);
    }

    @AfterEach
    void close() throws IOException {
        rig.close();
    }

    private long lastClosed() {
        return rig.entries.closedSegments().getLast().nextIndex();
    }

    @Test
    void bytesLeaveClosedSegmentsAtOnceAndTheLastOneWhenItsTimeHasCome() throws Exception {
        long border = lastClosed();
        rig.order(ErasureForm.BODY_AND_SALTS, 3, border + 2);
        while (rig.eraser.step() > 0) {}
        for (long index = 3; index < border; index++) assertEquals(Set.of(), rig.payloadIn(index));
        assertFalse(rig.payloadIn(border).isEmpty());
        assertFalse(rig.isRemoved(0));
        assertTrue(rig.eraser.waitsFor().orElseThrow().contains("written to"), rig.eraser.waitsFor()::toString);

        rig.since = Rig.WITHIN.minusSeconds(1);
        assertEquals(0, rig.eraser.step());
        assertEquals(border, lastClosed(), "not before its time");
        rig.since = Rig.WITHIN;
        while (!rig.isRemoved(0)) rig.eraser.step();
        assertEquals(Set.of(), rig.payloadIn(border));
        assertEquals(Set.of(), rig.saltsIn(border + 1));
        assertFalse(rig.payloadIn(border + 2).isEmpty(), "the others stay");
        assertEquals(Optional.empty(), waits());
        rig.fill(5);
        assertEquals(RECORDS + 5, rig.entries.size());
    }

    private Optional<String> waits() throws IOException {
        rig.eraser.step();
        return rig.eraser.waitsFor();
    }

    /// A clock that was set back would otherwise make it wait for years.
    @Test
    void theLastSegmentIsWaitedForNoLongerThanThisRunHasKnownOfIt() throws Exception {
        rig.order(ErasureForm.BODY, RECORDS - 1, RECORDS);
        rig.since = Rig.WITHIN.multipliedBy(-1000);
        assertEquals(0, rig.eraser.step());
        rig.nanos += Rig.WITHIN.toNanos();
        while (!rig.isRemoved(0)) rig.eraser.step();
        assertEquals(Set.of(), rig.payloadIn(RECORDS - 1));
    }

    @Test
    void whatTheBoxItselfRecordedStays() throws Exception {
        byte[] before = rig.entries.read(0).body();
        rig.order(ErasureForm.BODY_AND_SALTS, 0, RECORDS);
        rig.crank();
        assertArrayEquals(before, rig.entries.read(0).body());
        assertFalse(rig.payloadIn(0).isEmpty());
        assertTrue(rig.isRemoved(0));
    }

    @Test
    void nothingIsErasedWhileItsKeysMayStillComeToAFileAndNothingIsMarkedWhileSomethingIsLeft() throws Exception {
        rig.heldBack = Optional.of("keys wait");
        rig.leftBehind = Optional.of("a file is left");
        rig.order(ErasureForm.BODY, 3, 4);
        assertEquals(Optional.of("keys wait"), waits());
        assertFalse(rig.payloadIn(3).isEmpty());
        rig.heldBack = Optional.empty();
        assertEquals(1, rig.eraser.step());
        assertEquals(Set.of(), rig.payloadIn(3));
        assertEquals(Optional.of("a file is left"), waits());
        assertFalse(rig.isRemoved(0));
        rig.leftBehind = Optional.empty();
        assertEquals(1, rig.eraser.step());
        assertTrue(rig.isRemoved(0));
    }

    @Test
    void theLogSaysOfEachOrderByWhomWhenAndUnderWhichRule() throws Exception {
        rig.order(ErasureForm.BODY, 3, 4);
        rig.order(ErasureForm.BODY_AND_SALTS, 3, 5);
        rig.crank();
        assertEquals(2, rig.copies.size());
        assertEquals(
                "{\"position\":0,\"at\":\"2026-09-21T14:13:20.123Z\",\"clock\":\"synced\",\"by\":\"owner\","
                        + "\"rule\":\"request 17\",\"form\":\"body\",\"entries\":[[3,4]]}",
                rig.copies.get("erasure-0"));
        assertEquals(100, rig.erasures.at(0).orElseThrow().copiedAs().orElseThrow());
        rig.close();
        rig.open();
        assertEquals(0, rig.scribe.step(), "not a second time");
    }

    /// It is about bodies that were written again already.
    @Test
    void anOrderThatComesWhileItsSegmentIsWrittenAnewIsCarriedOutByAnotherTime() throws Exception {
        rig.order(ErasureForm.BODY, 3, 4);
        rig.whenRewritten = () -> {
            try {
                rig.order(ErasureForm.BODY_AND_SALTS, 4, 5);
            } catch (ErasureRefused e) {
                throw new AssertionError(e);
            }
        };
        assertEquals(1, rig.eraser.step());
        assertEquals(Set.of(), rig.payloadIn(3));
        assertFalse(rig.payloadIn(4).isEmpty(), "else this test would prove nothing");
        rig.crank();
        assertTrue(rig.isRemoved(0));
        assertTrue(rig.isRemoved(1));
        assertEquals(Set.of(), rig.payloadIn(4));
        assertEquals(Set.of(), rig.saltsIn(4));
        assertFalse(rig.payloadIn(5).isEmpty());
    }

    /// The eraser works at earlier orders while one is durable and not in force yet: it must not be taken for one that
    /// was carried out with them.
    @Test
    void anOrderThatIsBeingGivenIsNotPassedOver() throws Exception {
        long border = lastClosed();
        long[] hiddenThen = {-1};
        long[] given = {0};
        rig.whenDurable = () -> {
            hiddenThen[0] = given[0];
            assertEquals(1, rig.eraser.step(), "the earlier orders are carried out");
        };
        var rule = "r".repeat(256);
        for (long index = 1; index < border && hiddenThen[0] < 0; index++) {
            given[0] = index;
            rig.erasures.order("owner", rule, ErasureForm.BODY, List.of(new IndexRange(index, index + 1)));
        }
        assertTrue(hiddenThen[0] > 1, "looked at while entry " + hiddenThen[0] + " was being hidden");
        rig.crank();
        assertEquals(Set.of(), rig.payloadIn(hiddenThen[0]));
        assertEquals(hiddenThen[0], rig.copies.size(), "each order is in the log");
    }

    @Test
    void aCopyThatCouldNotBeNotedIsOfferedAgain() throws Exception {
        int first = RECORDS + 1;
        rig.fill(300);
        rig.order(ErasureForm.BODY, first, first + 1);
        rig.orders.capacity(0);
        int count = 1;
        try {
            while (count < 299) rig.order(ErasureForm.BODY, first + count, first + ++count);
            throw new AssertionError("the segment is large");
        } catch (JournalFull full) {
            // From here on there is hardly room for what is smaller, either.
            count--;
        }
        int given = count;
        assertThrows(JournalFull.class, () -> {
            while (rig.scribe.step() > 0) {}
        });
        rig.orders.capacity(1 << 30);
        while (rig.scribe.step() > 0) {}
        assertEquals(given, rig.copies.size());
        assertTrue(rig.erasures.newestBelow(Long.MAX_VALUE, 1000).stream()
                .allMatch(standing -> standing.copiedAs().isPresent()));
    }

    /// The process ends, or the disk fails, when the segment that kept salts has been written anew and the copy of its
    /// tail has not been looked at yet.
    @Test
    void noCopyOfATailKeepsSaltsWhereverTheErasingOfWhatWasKeptWasCutOff() throws Exception {
        rig.order(ErasureForm.BODY, 3, 8);
        rig.close();
        rig.open();
        assertTrue(rig.saltsIn(6).contains("erasures/tail.copy"), "the opening made a copy");
        rig.crank();
        for (int count = 0; ; count++) {
            var cut = rig.copy();
            cut.orders.cutPowerAfter(count, count);
            boolean finished = false;
            try {
                cut.order(ErasureForm.BODY_AND_SALTS, 5, 7);
                cut.crank();
                finished = true;
            } catch (IOException | BrokenPromise gone) {
                // The rest is for the next life.
            }
            cut.log.powerCut(count);
            cut.orders.powerCut(count);
            cut.open();
            if (!cut.erasures.hidesSalts(5)) cut.order(ErasureForm.BODY_AND_SALTS, 5, 7);
            cut.crank();
            assertEquals(Set.of(), named(cut.saltsIn(6)), "cut after " + count + " operations");
            cut.close();
            if (finished) break;
        }
    }

    @Test
    void saltsThatWereKeptOfAnEntryThatIsGivenUpCanBeErasedToo() throws Exception {
        rig.order(ErasureForm.BODY, 3, 8);
        rig.crank();
        long given = rig.entries.closedSegments().getFirst().nextIndex();
        rig.entries.recycle(given);
        assertTrue(rig.entries.firstIndex() >= 8);
        assertFalse(rig.saltsIn(6).isEmpty());
        rig.order(ErasureForm.BODY_AND_SALTS, 5, 7);
        rig.crank();
        assertEquals(Set.of(), named(rig.saltsIn(6)));
        assertFalse(rig.saltsIn(7).isEmpty(), "not ordered");
        assertThrows(ErasureRefused.class, () -> rig.order(ErasureForm.BODY_AND_SALTS, 5, 7));
        assertThrows(ErasureRefused.class, () -> rig.order(ErasureForm.BODY_AND_SALTS, 1, 3), "nothing was kept");
    }

    /// Retention takes a segment off the list before it removes its bytes, which may fail.
    @Test
    void anOrderWaitsForTheBytesOfASegmentThatWasGivenUp() throws Exception {
        rig.order(ErasureForm.BODY_AND_SALTS, 3, 8);
        rig.log.failAfter(FaultyDisk.Call.WRITE, 0);
        long given = rig.entries.closedSegments().getFirst().nextIndex();
        assertThrows(IOException.class, () -> rig.entries.recycle(given));
        assertFalse(rig.payloadIn(4).isEmpty());
        rig.log.failAfter(FaultyDisk.Call.WRITE, 0);
        var waiting = waits().orElseThrow();
        assertTrue(waiting.contains("given up"), waiting);
        assertFalse(rig.isRemoved(0));
        rig.crank();
        assertTrue(rig.isRemoved(0));
        assertEquals(Set.of(), named(rig.payloadIn(4)));
    }

    @Test
    void nothingIsMarkedWhileAnotherJournalMayHoldItWhateverSegmentsThereAre() throws Exception {
        rig.order(ErasureForm.BODY_AND_SALTS, 3, 8);
        rig.entries.recycle(rig.entries.closedSegments().getFirst().nextIndex());
        rig.otherCopies = Optional.of("a folder may hold them");
        assertEquals(Optional.of("a folder may hold them"), waits());
        rig.otherCopies = Optional.empty();
        rig.crank();
        assertTrue(rig.isRemoved(0));
    }

    @Test
    void nothingIsMarkedWhileARecordMayStillBePublished() throws Exception {
        rig.toBePublished = ranges -> ranges.stream().anyMatch(range -> range.holds(5))
                ? Optional.of("a publication is under way")
                : Optional.empty();
        rig.order(ErasureForm.BODY_AND_SALTS, 3, 8);
        rig.entries.recycle(rig.entries.closedSegments().getFirst().nextIndex());
        assertEquals(Optional.of("a publication is under way"), waits());
        assertFalse(rig.isRemoved(0));
        rig.toBePublished = _ -> Optional.empty();
        rig.crank();
        assertTrue(rig.isRemoved(0));
    }

    @Test
    void anOrderIsOverdueADayAfterItsTime() throws Exception {
        rig.order(ErasureForm.BODY, 3, 4);
        rig.leftBehind = Optional.of("a file is left");
        rig.eraser.step();
        rig.since = Rig.WITHIN.plusHours(23);
        rig.eraser.step();
        assertEquals(Optional.empty(), rig.eraser.overdueSince());
        rig.since = Rig.WITHIN.plusHours(24);
        rig.eraser.step();
        assertEquals(
                Optional.of(Rig.CLOCK.time().plus(Rig.WITHIN).plus(Duration.ofDays(1))), rig.eraser.overdueSince());
        rig.leftBehind = Optional.empty();
        rig.crank();
        assertEquals(Optional.empty(), rig.eraser.overdueSince());
    }

    @Test
    void noRoomIsASetbackAfterWhichItGoesOn() throws Exception {
        rig.order(ErasureForm.BODY, 3, 4);
        rig.log.capacity(0);
        var full = assertThrows(IOException.class, rig.eraser::step);
        assertTrue(full.getMessage().contains("no room"), full.getMessage());
        assertThrows(IOException.class, rig.eraser::step, "it stays red");
        assertFalse(rig.payloadIn(3).isEmpty());
        assertTrue(rig.erasures.hides(3));
        rig.log.capacity(1 << 30);
        rig.crank();
        assertEquals(Set.of(), rig.payloadIn(3));
        assertTrue(rig.isRemoved(0));
    }

    @Test
    void aDamagedSegmentHoldsUpItsOwnOrdersAlone() throws Exception {
        long second = rig.entries.closedSegments().get(1).firstIndex();
        rig.close();
        rig.log.flipBit("0000000000000000.segment", ErasuresTest.place(rig.log, Rig.payload(4)), 3);
        rig.open();
        rig.order(ErasureForm.BODY_AND_SALTS, 3, 6);
        rig.order(ErasureForm.BODY_AND_SALTS, second, second + 1);
        var damaged = assertThrows(IOException.class, () -> {
            while (rig.eraser.step() > 0) {}
        });
        assertTrue(damaged.getMessage().contains("damaged"), damaged.getMessage());
        assertTrue(damaged.getMessage().contains("entry 4"), damaged.getMessage());
        assertTrue(rig.isRemoved(1));
        assertEquals(Set.of(), rig.payloadIn(second));
        assertFalse(rig.isRemoved(0));
        assertFalse(rig.payloadIn(3).isEmpty());
        assertTrue(rig.erasures.hides(3));
    }

    // --- two orders of both forms, which overlap

    private static void ordersIn(Rig some) throws Exception {
        some.order(ErasureForm.BODY, 3, 8);
        some.crank();
        some.order(ErasureForm.BODY_AND_SALTS, 5, RECORDS - 2);
        some.crank();
    }

    private static void assertDone(Rig some, String when) throws IOException {
        assertTrue(some.isRemoved(0), when);
        for (long index = 1; index < RECORDS; index++) {
            boolean body = index >= 3 && index < RECORDS - 2;
            boolean salts = index >= 5 && index < RECORDS - 2;
            assertEquals(body, some.entries.read(index).bodyErased(), when + ", entry " + index);
            // Searching takes long, so it is done for some.
            boolean searched = Set.of(3L, 6L, 30L, RECORDS - 3L).contains(index);
            if (searched && body) assertEquals(Set.of(), named(some.payloadIn(index)), when + ", entry " + index);
            if (searched && salts) assertEquals(Set.of(), named(some.saltsIn(index)), when + ", entry " + index);
            if (body && !salts) {
                assertArrayEquals(
                        Rig.salt(index, 1),
                        some.erasures.kept(index).orElseThrow().slots().get(1).salt());
            }
        }
    }

    private static Set<String> named(Set<String> files) {
        files.removeIf(name -> name.endsWith("(no name)"));
        return files;
    }

    /// Whatever was cut off is done again after the restart, and the orders that were answered are carried out.
    @Test
    void aPowerCutAtEveryOperationLeavesAnErasureThatGoesOn() throws Exception {
        for (boolean inTheLog : new boolean[] {true, false}) {
            for (int count = 0; ; count++) {
                var cut = rig.copy();
                var when = (inTheLog ? "log" : "orders") + ", cut after " + count + " operations";
                boolean finished = false;
                (inTheLog ? cut.log : cut.orders).cutPowerAfter(count, count);
                try {
                    ordersIn(cut);
                    finished = true;
                } catch (IOException | BrokenPromise gone) {
                    // The rest is for the next life.
                }
                cut.log.powerCut(count);
                cut.orders.powerCut(count);
                cut.open();
                cut.crank();
                // What was not answered is ordered again.
                if (!cut.erasures.hides(3)) cut.order(ErasureForm.BODY, 3, 8);
                if (!cut.erasures.hidesSalts(5)) cut.order(ErasureForm.BODY_AND_SALTS, 5, RECORDS - 2);
                cut.crank();
                assertDone(cut, when);
                cut.close();
                cut.open();
                assertDone(cut, when + ", after a restart");
                assertEquals(0, cut.eraser.step());
                if (finished) break;
            }
        }
    }

    /// A setback is repeated; what must not be repeated ends that life, and the next one goes on.
    @Test
    void whateverCallFailsItIsCarriedOutInTheEnd() throws Exception {
        int faults = 0;
        for (boolean inTheLog : new boolean[] {true, false}) {
            for (var call : FaultyDisk.Call.values()) {
                boolean failed = true;
                for (int count = 0; failed; count++) {
                    var when = (inTheLog ? "log" : "orders") + ", " + call + " " + count;
                    failed = erasedThough(call, count, inTheLog, when);
                    if (failed) faults++;
                }
            }
        }
        System.out.println("eraser: " + faults + " faults");
        assertTrue(faults > 40, "faults met: " + faults);
    }

    /// @return whether the fault came
    private boolean erasedThough(FaultyDisk.Call call, int count, boolean inTheLog, String when) throws Exception {
        try (var some = rig.copy()) {
            some.order(ErasureForm.BODY, 3, 8);
            var failing = inTheLog ? some.log : some.orders;
            failing.failAfter(call, count);
            boolean failed = false;
            boolean ordered = false;
            for (int tries = 0; tries < 3; tries++) {
                try {
                    some.crank();
                    if (!ordered) some.order(ErasureForm.BODY_AND_SALTS, 5, RECORDS - 2);
                    ordered = true;
                    some.crank();
                    break;
                } catch (JournalFailed end) {
                    failed = true;
                    some.log.kill();
                    some.orders.kill();
                    some.open();
                    ordered = some.erasures.hidesSalts(5);
                } catch (IOException setback) {
                    failed = true;
                    assertTrue(setback.getMessage().contains("failed"), when + ": " + setback);
                }
            }
            failing.failAfter(call, Integer.MAX_VALUE);
            assertDone(some, when);
            return failed;
        }
    }
}
