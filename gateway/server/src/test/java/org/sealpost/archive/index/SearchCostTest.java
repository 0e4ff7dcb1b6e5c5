package org.sealpost.archive.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.sealpost.archive.RecordSearch;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.ForwardingDisk;
import org.sealpost.journal.ForwardingFile;
import org.sealpost.record.SourceKind;

/// What a question may cost at most, and that its cost tells nothing of what others handed over.
class SearchCostTest {
    private static final int RECORDS = 300;
    private static final int MOST_OPEN = 64;

    private final IndexRig box;

    SearchCostTest() throws Exception {
        box = new IndexRig(RECORDS);
    }

    // --- files and memory

    /// Decision 35: at no moment more files are open, however many parts a question goes through.
    @Test
    void fewFilesAreOpenAtAnyMoment() throws Exception {
        var open = new AtomicInteger();
        var most = new AtomicInteger();
        box.mostEntries = 2;
        box.indexer = Indexer.open(
                () -> new CountingDisk(box.disk, open, most),
                box.rig.journal,
                IndexRig.HASH,
                IndexRig.PROFILES,
                new Indexer.Surroundings(
                        () -> false, () -> 0, () -> box.rig.clock().time()),
                box.mostEntries);
        box.search = new IndexSearch(box.indexer, box::find);
        box.index();
        assertTrue(box.indexer.parts().size() > 2 * MOST_OPEN);
        box.findsAll("many parts");
        assertTrue(most.get() <= MOST_OPEN, () -> most + " files were open");
        box.indexer.close();
        assertEquals(0, open.get());
    }

    private static final class CountingDisk extends ForwardingDisk {
        private final AtomicInteger open;
        private final AtomicInteger most;

        CountingDisk(Disk disk, AtomicInteger open, AtomicInteger most) {
            super(disk);
            this.open = open;
            this.most = most;
        }

        @Override
        public DiskFile open(String name) throws IOException {
            var file = super.open(name);
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            return new CountedFile(file, open);
        }
    }

    private static final class CountedFile extends ForwardingFile {
        private final AtomicInteger open;

        CountedFile(DiskFile file, AtomicInteger open) {
            super(file);
            this.open = open;
        }

        @Override
        public void close() throws IOException {
            open.decrementAndGet();
            super.close();
        }
    }

    @Test
    void onlySoManySearchAtOnceAndTheOthersAreToldSo() throws Exception {
        box.index();
        var looking = new CountDownLatch(IndexSearch.MOST_AT_ONCE);
        var goOn = new CountDownLatch(1);
        var search = new IndexSearch(box.indexer, index -> {
            looking.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return box.find(index);
        });
        List<FutureTask<RecordSearch.Page>> others = new ArrayList<>();
        for (int i = 0; i < IndexSearch.MOST_AT_ONCE; i++) {
            var task = new FutureTask<>(() -> find(search, IndexRig.all(), "client-1"));
            others.add(task);
            Thread.ofPlatform().start(task);
        }
        looking.await();
        assertThrows(RecordSearch.Busy.class, () -> find(search, IndexRig.all(), "client-2"));
        goOn.countDown();
        for (var other : others) assertEquals(9, other.get().records().size());
        assertEquals(9, find(search, IndexRig.all(), "client-2").records().size());
    }

    // --- work

    @Test
    void aQuestionEndsWithinItsTermsAndTheNextPageGoesOn() throws Exception {
        box.index();
        long size = box.rig.journal.size();
        box.search = new IndexSearch(box.indexer, box::find, new IndexSearch.Bounds(8, Duration.ofDays(1)));
        var page = find(box.search, IndexRig.query(null, null, null, Instant.EPOCH, null), "client-1");
        assertTrue(page.more().orElseThrow() < size / 2, page::toString);
        box.findsAll("few terms a page");
    }

    @Test
    void aQuestionEndsWithinItsTimeAndTheNextPageGoesOn() throws Exception {
        box.index();
        box.search = new IndexSearch(
                box.indexer,
                index -> {
                    box.nanos += Duration.ofMillis(300).toNanos();
                    return box.find(index);
                },
                new IndexSearch.Bounds(Long.MAX_VALUE, Duration.ofSeconds(1)));
        var page = find(box.search, IndexRig.all(), "client-1");
        assertEquals(4, page.records().size());
        assertTrue(page.more().isPresent());
        box.findsAll("little time a page");
    }

    /// Who asks for all times costs no more than who asks for none.
    @Test
    void timesAreWalkedOnlyWhereTheyTellSomethingApart() throws Exception {
        var terms = new Metered(new WithTimes(terms("k1", "V", 500), new Times(1_000, 1_499)));
        for (var query : List.of(
                IndexRig.query(null, null, null, Instant.EPOCH, null),
                IndexRig.query(null, null, null, null, Instant.ofEpochMilli(9_999)))) {
            assertEquals(500, criteria(query).entries(terms).length);
        }
        assertEquals(2 * 500, terms.walked(), "only what the asker may see");
        assertEquals(
                0,
                criteria(IndexRig.query(null, null, null, Instant.ofEpochMilli(1_500), null))
                        .entries(terms)
                        .length);
        assertEquals(2 * 500, terms.walked(), "a part of other times is passed over");
        assertEquals(
                201,
                criteria(IndexRig.query(null, null, null, null, Instant.ofEpochMilli(1_200)))
                        .entries(terms)
                        .length);
    }

    private record WithTimes(Terms terms, Times times) implements Terms {
        @Override
        public long[] entries(Term.Kind kind, long low, long high) throws PartBad {
            return terms.entries(kind, low, high);
        }
    }

    // --- what it tells

    /// Whether others have the same key, business key or more records changes nothing about how much is looked at.
    @Test
    void theCostTellsNothingOfWhatOthersHandedOver() throws Exception {
        for (var query : List.of(
                IndexRig.all(),
                IndexRig.query("client-1", null, null, null, null),
                IndexRig.query("client-1", "k7", null, null, null),
                IndexRig.query(null, null, "V", null, null),
                IndexRig.query("client-1", null, "V", null, null),
                IndexRig.query(null, null, "V", Instant.EPOCH, null),
                IndexRig.query(null, null, null, Instant.EPOCH, null))) {
            var without = new Metered(new WithTimes(terms("k1", "W", 40), new Times(1_000, 5_000)));
            var list = terms("k1", "W", 40);
            for (long index = 5_000; index < 7_000; index++) {
                list.add(List.of(
                        new Term(Term.Kind.KEY, IndexRig.HASH.key("client-2", "k7"), index),
                        new Term(Term.Kind.BUSINESS_KEY, IndexRig.HASH.businessKey("client-2", "epcis", "V"), index),
                        new Term(Term.Kind.TIME, index, index),
                        new Term(Term.Kind.SOURCE, IndexRig.HASH.source("client-2"), index)));
            }
            var with = new Metered(new WithTimes(list, new Times(1_000, 7_000)));
            assertEquals(
                    criteria(query).entries(without).length, criteria(query).entries(with).length);
            assertEquals(without.walked(), with.walked(), query::toString);
        }
    }

    @Test
    void aForeignClientIsAnsweredWithoutALook() throws Exception {
        var search = new IndexSearch(box.indexer, index -> {
            throw new AssertionError("nothing is read");
        });
        // Nothing is made yet, and yet all is known: there is nothing of theirs that may be shown.
        for (var key : new String[] {null, "k1", "k2"}) {
            var page = find(search, IndexRig.query("client-2", key, null, null, null), "client-1");
            assertEquals(
                    new RecordSearch.Page(List.of(), java.util.OptionalLong.empty(), box.rig.journal.size(), List.of()),
                    page);
        }
        assertEquals(
                0,
                find(search, IndexRig.query(IndexRig.SENSOR, null, null, null, null), "client-1")
                        .indexedBelow());
    }

    private static Criteria criteria(RecordSearch.Query query) {
        return Criteria.of(query, IndexRig.sight("client-1"), IndexRig.HASH);
    }

    /// Of client-1, one a millisecond, and a sensor's among them.
    private static TermList terms(String key, String value, int count) {
        var list = new TermList();
        for (long index = 1_000; index < 1_000 + count; index++) {
            List<Term> terms = new ArrayList<>();
            terms.add(new Term(Term.Kind.KEY, IndexRig.HASH.key("client-1", key), index));
            terms.add(new Term(Term.Kind.BUSINESS_KEY, IndexRig.HASH.businessKey("client-1", "epcis", value), index));
            terms.add(new Term(Term.Kind.TIME, index, index));
            terms.add(
                    index % 5 == 0
                            ? new Term(Term.Kind.SOURCE_KIND, SourceKind.SENSOR.number(), index)
                            : new Term(Term.Kind.SOURCE, IndexRig.HASH.source("client-1"), index));
            list.add(terms);
        }
        return list;
    }

    private RecordSearch.Page find(RecordSearch search, RecordSearch.Query query, String asker) throws Exception {
        return search.find(
                query,
                IndexRig.sight(asker),
                record ->
                        record.source().client().equals(asker) || record.leaf().source() == SourceKind.SENSOR);
    }
}
