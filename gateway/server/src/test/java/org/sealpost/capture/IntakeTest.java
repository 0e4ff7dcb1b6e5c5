package org.sealpost.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.record.Body;
import org.sealpost.record.ClockReading;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;
import org.sealpost.record.SourceKind;

class IntakeTest {
    @Test
    void aRecordIsAnsweredOnlyAfterTheForceAndIsThenInTheJournal() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        var answer = rig.offer("hello");
        assertTrue(answer.isPending());
        assertEquals(0, rig.journal.size());

        assertEquals(1, rig.step());

        assertEquals(0, answer.index());
        assertEquals("hello", IntakeRig.payload(rig.journal.read(0)));
        assertEquals(0, rig.step());
    }

    /// I1: whoever removes the force, or answers before it, finds the acknowledged record gone here.
    @Test
    void whatWasAcknowledgedSurvivesAPowerCut() throws Exception {
        for (int seed = 0; seed < 50; seed++) {
            var rig = new IntakeRig(IntakeRig.config());
            List<IntakeRig.Answer> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) answers.add(rig.offer("record " + i));
            rig.step();
            rig.disk.powerCut(seed);
            rig.open();
            for (int i = 0; i < 20; i++) {
                assertEquals(
                        "record " + i,
                        IntakeRig.payload(rig.journal.read(answers.get(i).index())),
                        "seed " + seed);
            }
        }
    }

    /// The power goes at every operation of the disk in turn. Whatever was answered by then must be found.
    @Test
    void nothingIsAnsweredBeforeItIsDurableWhereverThePowerGoes() throws Exception {
        int finished = 0;
        for (int operations = 0; finished < 3; operations++) {
            var rig = new IntakeRig(IntakeRig.config());
            rig.disk.cutPowerAfter(operations, operations);
            List<IntakeRig.Answer> answers = new ArrayList<>();
            boolean cut = false;
            for (int group = 0; group < 5 && !cut; group++) {
                // Large enough that some groups are forced by the journal itself while they are appended.
                for (int i = 0; i < 60; i++) answers.add(rig.offer("anna", "k" + i % 50, "x".repeat(4000) + i % 50));
                try {
                    rig.step();
                } catch (RuntimeException e) {
                    cut = true;
                }
            }
            if (!cut) finished++;
            rig.disk.powerCut(operations);
            rig.open();
            for (var answer : answers) {
                if (answer.isPending()) continue;
                long index = switch (answer.outcome()) {
                    case IntakeOutcome.Accepted accepted -> accepted.receipt().index();
                    case IntakeOutcome.Repeated repeated -> repeated.first().index();
                    default -> throw new AssertionError(answer.outcome());
                };
                assertTrue(index < rig.journal.size(), "cut after " + operations + ": " + index);
                rig.journal.read(index);
            }
        }
    }

    @Test
    void aFailedForceAnswersNobodyAndIsFinal() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        var first = rig.offer("anna", "key", "hello");
        var repeat = rig.offer("anna", "key", "hello");
        rig.disk.failNextForceAndDropPages(1);

        assertThrows(BrokenPromise.class, rig::step);

        assertTrue(first.isPending());
        assertTrue(repeat.isPending(), "a repeat must not be acknowledged on the strength of a record that is lost");
        assertThrows(IllegalStateException.class, rig::step);
        assertInstanceOf(IntakeOutcome.Busy.class, rig.offer("after").outcome());
        assertTrue(first.isPending());
    }

    @Test
    void leafAndBodyAreWhatTheFormatsSay() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.offer(
                new CapturedRecord(
                        SourceKind.MQTT, "crane-7", Optional.of("k1"), "records/epcis/k1", "epcis", "a/b", new byte[] {
                            1, 2
                        }),
                Runnable::run);
        rig.step();

        var entry = rig.journal.read(0);
        var leaf = (HeaderLeaf) Leaf.parse(entry.leaf());
        var body = Body.parse(entry.body());
        assertEquals("epcis", leaf.profile());
        assertEquals(2, leaf.profileVersion());
        assertEquals(SourceKind.MQTT, leaf.source());
        assertEquals(body.commitment(), leaf.commitment());
        var source = IntakeRig.source(entry);
        assertEquals("crane-7", source.client());
        assertEquals(Optional.of("k1"), source.idempotencyKey());
        assertEquals("records/epcis/k1", source.where());
        assertEquals("a/b", IntakeRig.content(entry).mediaType());
        assertEquals(rig.clock(), ClockReading.parse(IntakeRig.shown(entry, Slot.CLOCK)));
    }

    @Test
    void oneForceServesAllThatWaited() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.offer("warm up");
        rig.step();
        for (int i = 0; i < 100; i++) rig.offer("record " + i);
        long before = rig.disk.operations();
        assertEquals(100, rig.step());
        assertEquals(2, rig.disk.operations() - before, "one write and one force");
        assertEquals(2, rig.metrics.groups.sum());
    }

    @Test
    void answersComeInTheOrderOfArrivalInOneTaskForEachExecutor() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        var one = new ArrayDeque<Runnable>();
        var two = new ArrayDeque<Runnable>();
        Executor first = one::add;
        Executor second = two::add;
        List<IntakeRig.Answer> answers = new ArrayList<>();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            var answer = new IntakeRig.Answer(i % 3 == 0 ? first : second);
            answers.add(answer);
            rig.intake.offer(IntakeRig.record("anna", null, "default", "r" + i), new Reply() {
                @Override
                public Executor executor() {
                    return answer.executor();
                }

                @Override
                public void answer(IntakeOutcome outcome) {
                    order.add(number);
                    answer.answer(outcome);
                }

                @Override
                public void flush() {
                    answer.flush();
                }
            });
        }
        rig.step();
        assertEquals(1, one.size());
        assertEquals(1, two.size());
        one.remove().run();
        two.remove().run();
        assertEquals(List.of(0, 3, 6, 9, 1, 2, 4, 5, 7, 8), order);
        for (int i = 0; i < 10; i++) {
            assertEquals(i, answers.get(i).index());
            assertEquals(1, answers.get(i).flushes);
        }
    }

    @Test
    void aReplyThatFailsDoesNotKeepTheOthersFromTheirAnswers() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.intake.offer(IntakeRig.record("anna", null, "default", "a"), new Reply() {
            @Override
            public Executor executor() {
                return task -> {
                    throw new java.util.concurrent.RejectedExecutionException("gone");
                };
            }

            @Override
            public void answer(IntakeOutcome outcome) {
                throw new AssertionError("not reached");
            }
        });
        rig.intake.offer(IntakeRig.record("anna", null, "default", "b"), new Reply() {
            private final Executor executor = Runnable::run;

            @Override
            public Executor executor() {
                return executor;
            }

            @Override
            public void answer(IntakeOutcome outcome) {
                throw new IllegalStateException("my own fault");
            }
        });
        var good = rig.offer("c");
        assertEquals(3, rig.step());
        assertEquals(2, good.index());
    }

    @Test
    void beyondTheRecordsThatMayWaitTheIntakeIsBusyAndTakesNothing() throws Exception {
        var rig = new IntakeRig(new IntakeConfig(100, 3, 10_000, 10, 0, 95, Duration.ofSeconds(1)));
        for (int i = 0; i < 3; i++) assertTrue(rig.offer("r" + i).isPending());
        var busy =
                assertInstanceOf(IntakeOutcome.Busy.class, rig.offer("too many").outcome());
        assertTrue(busy.retryAfter().isPositive());
        assertEquals(3, rig.step());
        assertTrue(rig.offer("again").isPending());
        assertEquals(1, rig.step());
        assertEquals(4, rig.journal.size());
    }

    @Test
    void beyondTheBytesThatMayWaitTheIntakeIsBusy() throws Exception {
        var rig = new IntakeRig(new IntakeConfig(100, 1000, 250, 10, 0, 95, Duration.ofSeconds(1)));
        assertTrue(rig.offer("x".repeat(100)).isPending());
        assertTrue(rig.offer("x".repeat(100)).isPending());
        assertInstanceOf(IntakeOutcome.Busy.class, rig.offer("x".repeat(51)).outcome());
        assertTrue(rig.offer("x".repeat(50)).isPending());
        rig.step();
        assertTrue(rig.offer("x".repeat(100)).isPending());
    }

    @Test
    void whoeverWaitsForRoomIsToldOnceThereIsSome() throws Exception {
        var rig = new IntakeRig(new IntakeConfig(100, 1, 10_000, 10, 0, 95, Duration.ofSeconds(1)));
        rig.offer("first");
        assertInstanceOf(IntakeOutcome.Busy.class, rig.offer("second").outcome());
        List<String> told = new ArrayList<>();
        rig.intake.whenRoom(Runnable::run, () -> told.add("told"));
        assertTrue(told.isEmpty());
        rig.step();
        assertEquals(List.of("told"), told);
        rig.step();
        rig.intake.whenRoom(Runnable::run, () -> told.add("at once"));
        assertEquals(List.of("told", "at once"), told);
    }

    @Test
    void refusalsSayWhatIsAllowedAndLeaveNoTrace() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        assertRefused(413, "at most 4096 bytes", rig.offer("x".repeat(4097)));
        assertRefused(
                422, "default", rig.offer(IntakeRig.record("anna", null, "no-such-thing", "hello"), Runnable::run));
        assertRefused(
                422, "sealpost.", rig.offer(IntakeRig.record("anna", null, "sealpost.start", "hello"), Runnable::run));
        assertRefused(
                422, "sensor.", rig.offer(IntakeRig.record("anna", null, "sensor.reading", "hello"), Runnable::run));
        assertEquals(0, rig.step());
        assertEquals(0, rig.journal.size());
        assertEquals(4, rig.metrics.refused.sum());
        assertTrue(rig.offer("x".repeat(4096)).isPending());
    }

    @Test
    void theBoxItselfMayUseItsOwnProfiles() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        var record = new CapturedRecord(
                SourceKind.BOX, "box", Optional.empty(), "start", "sealpost.start", "text/plain", new byte[] {1});
        var answer = rig.offer(record, Runnable::run);
        rig.step();
        assertEquals(0, answer.index());
        assertEquals(
                "sealpost.start", ((HeaderLeaf) Leaf.parse(rig.journal.read(0).leaf())).profile());
    }

    @Test
    void sensorsUseTheirOwnProfilesAndNoOthersAndHaveNoQuota() throws Exception {
        var config = IntakeRig.config();
        var rig = new IntakeRig(
                new IntakeConfig(config.maxPayloadBytes(), 1000, 1 << 20, 1000, 1, 95, config.diskCheckEvery()));
        for (int i = 0; i < 5; i++)
            assertTrue(rig.offer(ofSensor("sensor.reading"), Runnable::run).isPending());
        assertTrue(rig.offer(ofSensor("sensor.gap"), Runnable::run).isPending());
        assertRefused(422, "default", rig.offer(ofSensor("default"), Runnable::run));
        assertRefused(422, "sealpost.", rig.offer(ofSensor("sealpost.act"), Runnable::run));
        assertEquals(6, rig.step());
        var leaf = (HeaderLeaf) Leaf.parse(rig.journal.read(0).leaf());
        assertEquals("sensor.reading", leaf.profile());
        assertEquals(SourceKind.SENSOR, leaf.source());
    }

    private static CapturedRecord ofSensor(String profile) {
        return new CapturedRecord(
                SourceKind.SENSOR,
                "sensor:gate",
                Optional.empty(),
                "contact",
                profile,
                "application/json",
                new byte[2]);
    }

    /// From 85 % on what is left up to the refuse mark lasts for a day: 5 % of 1,728 MB are 1,000 bytes a
    /// second.
    @Test
    void aDiskThatFillsUpSlowsRecordsDownButNotTheBoxItself() throws Exception {
        var rig = new IntakeRig(new IntakeConfig(1 << 16, 1000, 1 << 20, 1000, 0, 95, Duration.ofSeconds(1)));
        rig.totalBytes = 1_728_000_000;
        rig.usedPercent = 85;
        rig.step();
        for (int i = 0; i < 5; i++) assertTrue(rig.offer("x".repeat(60_000)).isPending());
        rig.usedPercent = 90;
        rig.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        rig.step();
        assertEquals(1000, rig.metrics.throttleBytesPerSecond.get());

        assertTrue(rig.offer("x".repeat(60_000)).isPending(), "a record a second, however large");
        for (var record : List.of(IntakeRig.record("anna", null, "default", "small"), ofSensor("sensor.reading"))) {
            var busy = assertInstanceOf(
                    IntakeOutcome.Busy.class, rig.offer(record, Runnable::run).outcome());
            assertTrue(busy.retryAfter().isPositive());
        }
        assertEquals(2, rig.metrics.throttled.sum());
        var box = new CapturedRecord(
                SourceKind.BOX, "box", Optional.empty(), "start", "sealpost.start", "text/plain", new byte[] {1});
        assertTrue(rig.offer(box, Runnable::run).isPending());
        rig.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertTrue(rig.offer("next").isPending());
        rig.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        rig.usedPercent = 50;
        rig.step();
        for (int i = 0; i < 50; i++) assertTrue(rig.offer("quick again").isPending());
        assertEquals(0, rig.metrics.throttleBytesPerSecond.get());
    }

    /// What is not taken for another reason uses nothing of the pace, and what the pace holds back uses no room.
    @Test
    void onlyWhatIsTakenCountsForThePace() throws Exception {
        var rig = new IntakeRig(new IntakeConfig(1 << 16, 1, 1 << 20, 1000, 0, 95, Duration.ofSeconds(1)));
        rig.totalBytes = 1_728_000_000;
        rig.usedPercent = 90;
        rig.step();
        assertTrue(rig.offer("first").isPending());
        rig.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        for (int i = 0; i < 3; i++) {
            assertInstanceOf(IntakeOutcome.Busy.class, rig.offer("no room").outcome());
        }
        assertEquals(0, rig.metrics.throttled.sum());
        rig.step();
        assertTrue(rig.offer("second").isPending());
        rig.step();
        assertInstanceOf(IntakeOutcome.Busy.class, rig.offer("too early").outcome());
        assertEquals(1, rig.metrics.throttled.sum());
        rig.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertTrue(rig.offer("third").isPending());
    }

    @Test
    void theLessRoomTheSlower() {
        var config = new IntakeConfig(4096, 10, 10_000, 10, 0, 95, Duration.ofSeconds(1));
        var nanos = new java.util.concurrent.atomic.AtomicLong();
        var throttle = new Throttle(config, nanos::get);
        long total = 1L << 40;
        long before = Long.MAX_VALUE;
        for (double used = 86; used < 95; used++) {
            throttle.adapt(used, total);
            assertTrue(throttle.bytesPerSecond() < before);
            before = throttle.bytesPerSecond();
            long taken = 0;
            nanos.addAndGet(Duration.ofSeconds(2).toNanos());
            while (throttle.take(1000).isZero()) taken += 1000 + Throttle.OVERHEAD_BYTES;
            assertEquals(before, taken, 1000.0 + Throttle.OVERHEAD_BYTES, "a second's worth at once");
        }
        throttle.adapt(95, total);
        assertTrue(throttle.isOn());
        throttle.adapt(96, total);
        assertTrue(!throttle.isOn(), "refused altogether by somebody else");
    }

    @Test
    void aFullDiskRefusesUntilThereIsRoomAgain() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.usedPercent = 95.1;
        rig.step();
        assertRefused(507, "refuse mark", rig.offer("no room"));
        assertTrue(rig.intake.isDiskFull());
        var since = rig.intake.diskFullSince();
        assertTrue(since.isPresent());
        rig.usedPercent = 95;
        rig.nanos.addAndGet(Duration.ofMillis(999).toNanos());
        rig.step();
        assertRefused(507, "refuse mark", rig.offer("looked a moment ago"));
        assertEquals(since, rig.intake.diskFullSince());
        rig.nanos.addAndGet(Duration.ofMillis(1).toNanos());
        rig.step();
        assertEquals(Optional.empty(), rig.intake.diskFullSince());
        var answer = rig.offer("room");
        rig.step();
        assertEquals(0, answer.index());
    }

    @Test
    void theBoxsOwnRecordsAreTakenAboveTheRefuseMark() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.usedPercent = 95.1;
        rig.step();
        byte[] content = {1};
        var start = new CapturedRecord(
                SourceKind.BOX, "box", Optional.empty(), "start", "sealpost.start", "text/plain", content);
        var own = rig.offer(start, Runnable::run);
        rig.step();
        assertEquals(0, own.index());
        assertRefused(507, "refuse mark", rig.offer("no room"));
    }

    /// The journal finds no space for its next segment in the middle of a group: what it took is durable and
    /// acknowledged, the rest is refused, and all goes on where it was once there is space.
    @Test
    void aFullJournalRefusesTheRestOfTheGroupAndGoesOnLater() throws Exception {
        var rig = new IntakeRig(new IntakeConfig(4096, 2000, 1 << 23, 1000, 0, 95, Duration.ofSeconds(1)));
        rig.disk.capacity(4 << 20);
        List<IntakeRig.Answer> answers = new ArrayList<>();
        boolean full = false;
        for (int group = 0; group < 20 && !full; group++) {
            for (int i = 0; i < 100; i++) answers.add(rig.offer("x".repeat(4000)));
            rig.step();
            full = rig.metrics.refused.sum() > 0;
        }
        assertTrue(full, "4 MiB must be full after 8 MiB");
        long accepted = answers.stream()
                .filter(a -> a.outcome() instanceof IntakeOutcome.Accepted)
                .count();
        assertEquals(accepted, rig.journal.size());
        assertEquals(answers.size() - accepted, rig.metrics.refused.sum());
        assertRefused(507, "refuse mark", rig.offer("still full"));

        rig.disk.capacity(16 << 20);
        rig.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        rig.step();
        var answer = rig.offer("room");
        rig.step();
        assertEquals(accepted, answer.index());
    }

    @Test
    void aClientThatSendsTooFastIsToldWhenToComeBackAndOthersAreNotHeldUp() throws Exception {
        var rig = new IntakeRig(new IntakeConfig(4096, 1000, 1 << 20, 10, 10, 95, Duration.ofSeconds(1)));
        for (int i = 0; i < 10; i++) assertTrue(rig.offer("anna", null, "r" + i).isPending(), "record " + i);
        var refused = assertRefused(429, "at most 10", rig.offer("anna", null, "one too many"));
        assertEquals(Optional.of(Duration.ofMillis(100)), refused.problem().retryAfter());
        assertTrue(rig.offer("bert", null, "mine").isPending());
        rig.nanos.addAndGet(Duration.ofMillis(100).toNanos());
        assertTrue(rig.offer("anna", null, "in time").isPending());
        assertRefused(429, "at most 10", rig.offer("anna", null, "again too many"));
        assertEquals(12, rig.step());
    }

    @Test
    void aQuotaRefusalGivesItsRoomBack() throws Exception {
        var rig = new IntakeRig(new IntakeConfig(4096, 2, 1 << 20, 10, 1, 95, Duration.ofSeconds(1)));
        assertTrue(rig.offer("anna", null, "r").isPending());
        for (int i = 0; i < 5; i++) assertRefused(429, "at most 1", rig.offer("anna", null, "r"));
        assertTrue(rig.offer("bert", null, "r").isPending());
    }

    @Test
    void aClockThatFailsTakesNoRoomAway() throws Exception {
        var rig = new IntakeRig(new IntakeConfig(100, 1, 100, 10, 0, 95, Duration.ofSeconds(1)));
        rig.clockFails = true;
        for (int i = 0; i < 5; i++) assertThrows(IllegalStateException.class, () -> rig.offer("x"));
        rig.clockFails = false;
        var answer = rig.offer("x".repeat(100));
        rig.step();
        assertEquals(0, answer.index());
    }

    @Test
    void whoeverWaitsForRoomOfAnIntakeThatHasEndedIsNotTurnedForEver() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.intake.close();
        List<String> told = new ArrayList<>();
        rig.intake.whenRoom(Runnable::run, () -> told.add("told"));
        assertTrue(told.isEmpty());
    }

    @Test
    void aClosedIntakeTakesNothingMore() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.intake.close();
        rig.intake.close();
        assertInstanceOf(IntakeOutcome.Busy.class, rig.offer("late").outcome());
    }

    @Test
    void configurationsThatCannotWorkAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new IntakeConfig(0, 1, 1, 1, 0, 95, Duration.ofSeconds(1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new IntakeConfig(100, 1, 99, 1, 0, 95, Duration.ofSeconds(1)),
                "a payload that may come must fit what may wait");
        assertThrows(
                IllegalArgumentException.class, () -> new IntakeConfig(100, 1, 100, 1, 0, 101, Duration.ofSeconds(1)));
        assertFalse(IntakeConfig.defaults().maxEntryBytes() < 1 << 20);
    }

    private static IntakeOutcome.Refused assertRefused(int status, String limit, IntakeRig.Answer answer) {
        var refused = assertInstanceOf(IntakeOutcome.Refused.class, answer.outcome());
        assertEquals(status, refused.problem().status());
        assertTrue(refused.problem().limit().contains(limit), refused.problem().limit());
        assertFalse(refused.problem().remedy().isBlank());
        assertFalse(refused.problem().field().isBlank());
        return refused;
    }
}
