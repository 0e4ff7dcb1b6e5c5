package org.sealpost.archive.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sealpost.archive.RecordSearch;
import org.sealpost.profile.Profile;
import org.sealpost.profile.Profiles;

/// What the index finds while nothing goes wrong; [IndexFaultsTest] has the rest.
class IndexerTest {
    private static final int RECORDS = 700;

    private final IndexRig box;

    IndexerTest() throws Exception {
        box = new IndexRig(RECORDS);
        assertTrue(box.rig.journal.closedSegments().size() >= 2);
    }

    @Test
    void recordsAreFoundByKeySourceBusinessKeyAndTimeFromFilesAndMemory() throws Exception {
        box.index();
        assertTrue(box.files(PartFolder.SUFFIX).size() > 10, box.disk.list()::toString);
        box.findsAll("made");
        assertEquals(
                List.of(400L),
                box.ask(IndexRig.query("client-1", "k400", null, null, null), "client-1")
                        .found());
    }

    @Test
    void afterARestartAndWithoutTheFolderTheAnswersAreTheSame() throws Exception {
        box.index();
        var files = box.disk.list();
        box.open();
        box.index();
        box.findsAll("restarted");
        assertEquals(files, box.disk.list(), "nothing is made twice");
        for (var file : files) box.disk.delete(file);
        box.open();
        box.index();
        box.findsAll("folder deleted");
        assertEquals(files, box.disk.list());
    }

    /// What is not made yet is said to be so, and whatever is found is right, the newest at once.
    @Test
    void anAnswerSaysHowFarTheIndexIs() throws Exception {
        assertEquals(0, box.ask(IndexRig.all(), "client-1").below());
        int turns = 0;
        while (box.indexer.step() > 0) {
            box.missesNothingInSilence("after step " + turns++);
            var newest = box.ask(IndexRig.query("client-4", "k697", null, null, null), "client-4");
            assertEquals(List.of(697L), newest.found(), "the newest come first");
        }
        assertTrue(turns > 10);
        box.findsAll("done");
    }

    @Test
    void whatIsCapturedWhileItRunsIsFound() throws Exception {
        box.index();
        for (int i = 0; i < 60; i++) {
            box.add(7);
            box.index();
            long newest = box.made.size() - 1;
            var record = box.made.get((int) newest);
            var answer = box.ask(IndexRig.query(record.client(), null, null, record.time(), null), record.client());
            assertTrue(answer.found().contains(newest), answer::toString);
        }
        box.findsAll("grown");
        box.rig.journal.closeSegment();
        box.index();
        box.findsAll("segment closed");
        assertEquals(box.rig.journal.size(), box.indexer.newest().first(), "all of it is in files");
    }

    /// Who goes through the pages comes upon each record once, whatever is captured and made meanwhile.
    @Test
    void pagesStayInStepWhileRecordsComeIn() throws Exception {
        box.index();
        var query = IndexRig.query("client-1", null, null, null, null);
        for (var order : RecordSearch.Order.values()) {
            var before = box.expected(IndexRig.in(order, OptionalLong.empty(), query), "client-1");
            var found = new java.util.ArrayList<Long>();
            var beyond = OptionalLong.empty();
            do {
                var page = box.search.find(IndexRig.in(order, beyond, query), IndexRig.sight("client-1"), _ -> true);
                page.records().forEach(record -> found.add(record.index()));
                beyond = page.more();
                box.add(13);
                box.index();
                if (found.size() > 30 && found.size() < 40) box.rig.journal.closeSegment();
            } while (beyond.isPresent() && found.size() < 2 * before.size());
            if (order == RecordSearch.Order.NEWEST_FIRST) assertEquals(before, found);
            else assertEquals(before, found.subList(0, before.size()));
            assertEquals(found.stream().distinct().toList(), found);
        }
    }

    /// A client that nothing may be shown to costs nothing: what others handed over is not even read.
    @Test
    void nothingIsReadThatMayNotBeShown() throws Exception {
        box.index();
        int[] read = {0};
        var search = new IndexSearch(box.indexer, index -> {
            read[0]++;
            return Optional.empty();
        });
        var page = search.find(
                IndexRig.query("client-3", null, null, null, null), IndexRig.sight("stranger"), any -> true);
        assertEquals(List.of(), page.records());
        assertEquals(0, read[0]);
    }

    /// Two texts with the same hash are told apart by the records themselves.
    @Test
    void aHashThatPointsAtAnotherRecordFindsNothing() throws Exception {
        box.index();
        var collided = new IndexSearch(box.indexer, index -> box.find(index + CLIENTS_APART));
        var page = collided.find(
                IndexRig.query("client-1", "k400", null, null, null),
                new RecordSearch.Sight("client-1", Set.of(), _ -> false),
                any -> true);
        assertEquals(List.of(), page.records());
    }

    private static final int CLIENTS_APART = IndexRig.CLIENTS * 3;

    @Test
    void oneQuestionIsBoundedAndTheNextPageGoesOn() throws Exception {
        box.mostEntries = 2;
        box.open();
        box.index();
        assertTrue(box.indexer.parts().size() > 300);
        box.findsAll("many parts");
    }

    @Test
    void partsOfAnotherSecretOrOfOtherBusinessKeysAreMadeAgain() throws Exception {
        box.index();
        var files = box.disk.list();
        var other = Profiles.of(List.of(new Profile("epcis", 2, Optional.of("/fill/1/container"))));
        box.open(IndexRig.HASH, other);
        box.index();
        var no = box.ask(IndexRig.query(null, null, "no", null, null), "client-2")
                .found();
        assertTrue(no.size() > 30, no::toString);
        assertEquals(
                List.of(),
                box.ask(IndexRig.query(null, null, "MSKU16", null, null), "client-2")
                        .found());

        box.open(
                new TermHash("another secret".getBytes(java.nio.charset.StandardCharsets.US_ASCII)), IndexRig.PROFILES);
        box.index();
        box.findsAll("another secret");
        box.open();
        box.index();
        box.findsAll("the first secret again");
        assertEquals(files, box.disk.list());
    }

    /// What a record is found by is text, a number as it stands there, or a truth value.
    @Test
    void businessKeysAreScalars() throws Exception {
        long first = box.rig.journal.size();
        for (var value :
                List.of("12", "1.50", "true", "\"\"", "null", "[1]", "{\"x\":1}", "\"" + "y".repeat(256) + "\"")) {
            box.rig.offer(
                    org.sealpost.capture.IntakeRig.record(
                            "anna", null, "epcis", "{\"a\":{\"container\":" + value + "}}"),
                    Runnable::run);
        }
        for (var payload : List.of("", "no json", "[", "{\"a\":{\"container\":", "\u0000", "[".repeat(2000))) {
            box.rig.offer(org.sealpost.capture.IntakeRig.record("anna", null, "epcis", payload), Runnable::run);
        }
        box.rig.step();
        box.index();
        var found = new java.util.TreeMap<String, List<Long>>();
        for (var value : List.of("12", "1.50", "true", "1.5", "null", "1", "x", "y".repeat(256))) {
            found.put(
                    value,
                    box.ask(IndexRig.query(null, null, value, null, null), "anna")
                            .found());
        }
        assertEquals(List.of(first), found.get("12"));
        assertEquals(List.of(first + 1), found.get("1.50"));
        assertEquals(List.of(first + 2), found.get("true"));
        for (var none : List.of("1.5", "null", "1", "x", "y".repeat(256)))
            assertEquals(List.of(), found.get(none), none);
        assertEquals(
                14,
                box.ask(IndexRig.query("anna", null, null, null, null), "anna")
                        .found()
                        .size());
    }

    /// MapDB against a sorted list, with values on every border.
    @Test
    void aPartAnswersAsAListDoes() throws Exception {
        long seed = 7;
        var random = new Random(seed);
        for (int count : new int[] {0, 1, 31, 32, 33, 5_000}) {
            var list = new TermList();
            for (int i = 0; i < count; i++) {
                var kind = Term.Kind.values()[random.nextInt(Term.Kind.values().length)];
                long value = switch (random.nextInt(4)) {
                    case 0 -> random.nextLong();
                    case 1 -> -1;
                    case 2 -> 0;
                    default -> random.nextInt(3);
                };
                list.add(List.of(new Term(kind, value, 1_000 + i)));
            }
            var run = new Run(3, new org.sealpost.journal.SegmentUse(-1, 5), 1_000, 1_000 + Math.max(1, count));
            var folder = new PartFolder(() -> box.disk);
            var part = IndexPart.write(folder, run, 42, list, List.of());
            var again = IndexPart.find(folder, run, 42).orElseThrow();
            assertTrue(IndexPart.find(folder, run, 43).isEmpty(), "made otherwise");
            for (int i = 0; i < 300; i++) {
                var kind = Term.Kind.values()[random.nextInt(Term.Kind.values().length)];
                long low = random.nextBoolean() ? random.nextLong() : random.nextInt(4) - 1;
                long high = random.nextInt(3) == 0 ? low : random.nextLong();
                long[] expected = list.entries(kind, low, high);
                assertEquals(0, java.util.Arrays.compare(expected, part.entries(kind, low, high)), "seed " + seed);
                assertEquals(0, java.util.Arrays.compare(expected, again.entries(kind, low, high)));
                boolean inside = list.entries(Term.Kind.TIME, low, high).length > 0;
                assertTrue(!inside || again.times().meets(new Times(low, high)), "seed " + seed);
            }
            var times = again.times();
            assertEquals(
                    list.entries(Term.Kind.TIME, 0, -1).length,
                    list.entries(Term.Kind.TIME, times.earliest(), times.latest()).length);
            if (times.equals(Times.NONE)) assertEquals(0, list.entries(Term.Kind.TIME, 0, -1).length);
            else assertTrue(list.entries(Term.Kind.TIME, times.earliest(), times.earliest()).length > 0);
            assertEquals(
                    list.entries(Term.Kind.LOST, 0, 0).length > 0,
                    !again.unknown().isEmpty());
            assertTrue(times.equals(Times.NONE) || list.entries(Term.Kind.TIME, times.latest(), -1).length > 0);
            again.check();
        }
    }

    /// Whatever comes in, it leaves most of the processor to others.
    @Test
    void itRestsLongerThanItWorks() throws Exception {
        long[] nanos = {0};
        var indexer = Indexer.open(
                () -> box.disk,
                box.rig.journal,
                IndexRig.HASH,
                IndexRig.PROFILES,
                new Indexer.Surroundings(
                        () -> false,
                        () -> nanos[0] += 1_000_000,
                        () -> box.rig.clock().time()),
                50);
        indexer.step();
        assertTrue(indexer.pause().compareTo(Duration.ofMillis(3)) >= 0, indexer.pause()::toString);
        assertTrue(indexer.pause().compareTo(Duration.ofSeconds(5)) <= 0);
        assertFalse(indexer.isComplete());
    }
}
