package org.sealpost.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sealpost.record.SourceKind;

class DuplicatesTest {
    @Test
    void aRepeatGetsTheFirstAnswerAndLeavesNoTrace() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        var first = rig.offer("anna", "k", "hello");
        rig.step();
        rig.nanos.addAndGet(5_000_000_000L);
        var repeat = rig.offer("anna", "k", "hello");
        rig.step();
        var receipt =
                assertInstanceOf(IntakeOutcome.Accepted.class, first.outcome()).receipt();
        assertEquals(
                receipt,
                assertInstanceOf(IntakeOutcome.Repeated.class, repeat.outcome()).first());
        assertEquals(1, rig.journal.size());
    }

    @Test
    void theSameKeyWithOtherContentTypeOrProfileIsAConflict() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.offer("anna", "k", "hello");
        rig.step();
        var otherContent = rig.offer("anna", "k", "hullo");
        var otherProfile = rig.offer(IntakeRig.record("anna", "k", "epcis", "hello"), Runnable::run);
        var otherType = rig.offer(
                new CapturedRecord(
                        SourceKind.HTTP,
                        "anna",
                        Optional.of("k"),
                        "/v1/records",
                        "default",
                        "text/html",
                        "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                Runnable::run);
        rig.step();
        for (var answer : java.util.List.of(otherContent, otherProfile, otherType)) {
            assertEquals(
                    0,
                    assertInstanceOf(IntakeOutcome.Conflict.class, answer.outcome())
                            .first()
                            .index());
        }
        assertEquals(1, rig.journal.size());
        assertEquals(3, rig.metrics.conflicts.sum());
    }

    @Test
    void keysOfOtherClientsAndRecordsWithoutKeysAreTheirOwn() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.offer("anna", "k", "hello");
        rig.offer("bert", "k", "hello");
        rig.offer("anna", null, "hello");
        rig.offer("anna", null, "hello");
        rig.step();
        assertEquals(4, rig.journal.size());
    }

    @Test
    void aRepeatWithinOneGroupWaitsForTheForceOfTheFirst() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        rig.offer("bert", null, "before");
        var first = rig.offer("anna", "k", "hello");
        rig.offer("bert", null, "between");
        var repeat = rig.offer("anna", "k", "hello");
        var conflict = rig.offer("anna", "k", "hullo");
        assertTrue(repeat.isPending());
        rig.step();
        assertEquals(1, first.index());
        assertEquals(
                1,
                assertInstanceOf(IntakeOutcome.Repeated.class, repeat.outcome())
                        .first()
                        .index());
        assertInstanceOf(IntakeOutcome.Conflict.class, conflict.outcome());
        assertEquals(3, rig.journal.size());
    }

    /// Groups larger than the journal takes at once are forced in parts: some of the group's own records are found in
    /// the journal already, others are not.
    @Test
    void repeatsAreFoundAcrossTheForcesThatTheJournalMakesItself() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        for (int i = 0; i < 100; i++) rig.offer("anna", "k" + i, "x".repeat(4000));
        var repeats = new IntakeRig.Answer[100];
        for (int i = 0; i < 100; i++) repeats[i] = rig.offer("anna", "k" + i, "x".repeat(4000));
        rig.step();
        for (int i = 0; i < 100; i++) {
            var repeated = assertInstanceOf(IntakeOutcome.Repeated.class, repeats[i].outcome());
            assertEquals(i, repeated.first().index());
        }
        assertEquals(100, rig.journal.size());
    }

    @Test
    void keysAreRememberedAcrossReopening() throws Exception {
        var rig = new IntakeRig(IntakeRig.config());
        var first = rig.offer("anna", "k", "hello");
        rig.offer("bert", null, "no key");
        rig.step();
        rig.reopen(IntakeRig.config());
        var repeat = rig.offer("anna", "k", "hello");
        var conflict = rig.offer("anna", "k", "hullo");
        rig.step();
        var receipt = ((IntakeOutcome.Accepted) first.outcome()).receipt();
        assertEquals(new IntakeOutcome.Repeated(receipt), repeat.outcome());
        assertEquals(new IntakeOutcome.Conflict(receipt), conflict.outcome());
    }

    @Test
    void beyondTheBoundTheOldestKeysAreForgotten() throws Exception {
        var rig = new IntakeRig(remembering(64));
        for (int i = 0; i < 100; i++) {
            rig.offer("anna", "k" + i, "hello");
            rig.step();
        }
        rig.reopen(remembering(64));
        for (int i = 100 - 64; i < 100; i++) {
            var answer = rig.offer("anna", "k" + i, "hello");
            rig.step();
            assertInstanceOf(IntakeOutcome.Repeated.class, answer.outcome(), "k" + i);
        }
        var forgotten = rig.offer("anna", "k0", "hello");
        rig.step();
        assertEquals(100, forgotten.index());
        long files = rig.windowDisk.list().stream()
                .filter(name -> name.endsWith(".keys"))
                .count();
        assertTrue(files <= 34, files + " files for 64 keys in parts of 2");
    }

    private static IntakeConfig remembering(int keys) {
        return new IntakeConfig(4096, 1000, 1 << 20, keys, 0, 95, Duration.ofSeconds(1));
    }

    @Test
    void collidingFingerprintsNeverSwallowARecord() throws Exception {
        var rig = new IntakeRig(remembering(64), (client, key) -> 7);
        for (int i = 0; i < 5; i++) rig.offer("anna", "k" + i, "hello");
        rig.step();
        for (int i = 5; i < 10; i++) rig.offer("anna", "k" + i, "hello");
        rig.step();
        assertEquals(10, rig.journal.size());
        rig.reopen(remembering(64));
        for (int i = 0; i < 10; i++) {
            var repeat = rig.offer("anna", "k" + i, "hello");
            rig.step();
            assertEquals(
                    i,
                    assertInstanceOf(IntakeOutcome.Repeated.class, repeat.outcome())
                            .first()
                            .index());
        }
        assertTrue(rig.metrics.fingerprintCollisions.sum() > 0);
    }

    @Test
    void behavesLikeAMapUnderAnyWeakHash() throws Exception {
        likeAMap((client, key) -> (client + key).hashCode() & 3);
    }

    @Test
    void behavesLikeAMapUnderAGoodHash() throws Exception {
        likeAMap(Fingerprint.of(new byte[32]));
    }

    /// Random clients, keys, contents, groups, reopenings, kills and power cuts, with parts of five keys,
    /// against a plain map.
    private static void likeAMap(Fingerprint fingerprint) throws Exception {
        long seed = System.nanoTime();
        System.out.println("DuplicatesTest seed " + seed);
        var random = new Random(seed);
        var rig = new IntakeRig(remembering(160), fingerprint);
        Map<String, String> firstContent = new HashMap<>();
        Map<String, Long> firstIndex = new HashMap<>();
        for (int round = 0; round < 60; round++) {
            switch (random.nextInt(16)) {
                case 0 -> rig.reopen(remembering(160));
                case 1 -> rig.powerCut(random.nextLong());
                case 2 -> rig.files = false;
                case 3 -> {
                    rig.files = true;
                    rig.file();
                }
                default -> {}
            }
            int count = random.nextInt(12);
            String[] names = new String[count];
            String[] contents = new String[count];
            var answers = new IntakeRig.Answer[count];
            for (int i = 0; i < count; i++) {
                String client = "c" + random.nextInt(3);
                String key = "k" + random.nextInt(20);
                names[i] = client + "/" + key;
                contents[i] = "content " + random.nextInt(2);
                answers[i] = rig.offer(client, key, contents[i]);
            }
            rig.step();
            for (int i = 0; i < count; i++) {
                // Two parts wait for their files, which nobody writes.
                if (!rig.files && answers[i].outcome() instanceof IntakeOutcome.Busy) continue;
                String first = firstContent.putIfAbsent(names[i], contents[i]);
                if (first == null) firstIndex.put(names[i], answers[i].index());
                else if (first.equals(contents[i])) {
                    var repeated = assertInstanceOf(IntakeOutcome.Repeated.class, answers[i].outcome());
                    assertEquals(firstIndex.get(names[i]), repeated.first().index());
                } else assertInstanceOf(IntakeOutcome.Conflict.class, answers[i].outcome());
            }
            assertEquals(firstContent.size(), rig.journal.size());
        }
    }
}
