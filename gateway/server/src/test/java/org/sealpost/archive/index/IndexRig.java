package org.sealpost.archive.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.sealpost.archive.RecordSearch;
import org.sealpost.archive.RecordState;
import org.sealpost.archive.StoredRecord;
import org.sealpost.capture.CapturedRecord;
import org.sealpost.capture.IntakeRig;
import org.sealpost.capture.UnreadableFiles;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.ForwardingDisk;
import org.sealpost.profile.Profile;
import org.sealpost.profile.Profiles;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;
import org.sealpost.record.SourceKind;

/// An index over an intake's journal, on disks that do what a test wants, and what it must find.
final class IndexRig {
    static final TermHash HASH = new TermHash(new byte[32]);
    static final Profiles PROFILES = Profiles.of(List.of(new Profile("epcis", 2, Optional.of("/a/container"))));
    static final String SENSOR = "sensor:gate";
    static final int CLIENTS = 7;

    final IntakeRig rig;
    final List<Made> made = new ArrayList<>();
    FaultyDisk disk = new FaultyDisk();

    /// Of the index's files, and what is to be read of the folder.
    final Set<String> unreadable = new HashSet<>();

    /// Of the index's files, those that cannot be opened.
    final Set<String> shut = new HashSet<>();

    /// What comes to pass in the index's folder before its names are forced.
    Meanwhile meanwhile = () -> {};

    interface Meanwhile {
        void run() throws IOException;
    }

    long nanos;
    int turns;
    boolean diskFull;
    int mostEntries = 50;
    Indexer indexer;
    RecordSearch search;

    /// A record, as the test knows it.
    record Made(long index, String client, String key, String container, Instant time, SourceKind kind) {}

    /// What is put in the place of such a file can be opened.
    private final class ShutFiles extends ForwardingDisk {
        private final Set<String> names;

        ShutFiles(Disk disk, Set<String> names) {
            super(disk);
            this.names = names;
        }

        @Override
        public DiskFile open(String name) throws IOException {
            if (names.contains(name)) throw new IOException(name + ": Too many open files");
            return super.open(name);
        }

        @Override
        public void rename(String from, String to) throws IOException {
            super.rename(from, to);
            names.remove(from);
            names.remove(to);
        }

        @Override
        public void forceDirectory() throws IOException {
            meanwhile.run();
            super.forceDirectory();
        }
    }

    IndexRig(int records) throws IOException {
        rig = new IntakeRig(IntakeRig.config());
        add(records);
        open();
    }

    /// Records of several clients and a sensor, with keys and without, some of a profile that has a business
    /// key.
    void add(int records) throws IOException {
        int end = made.size() + records;
        List<IntakeRig.Answer> answers = new ArrayList<>();
        for (int turn = made.size(); turn < end; turn++) {
            answers.add(rig.offer(turn % 11 == 5 ? reading() : record(turn), Runnable::run));
            rig.nanos.addAndGet(1_000_000_000L);
            if (answers.size() < 5 && turn < end - 1) continue;
            rig.step();
            for (var answer : answers) made.add(made(answer.index()));
            answers.clear();
        }
    }

    private static CapturedRecord record(int turn) {
        String key = turn % 3 == 0 ? null : "k" + turn;
        String payload = "{\"fill\":[\"%s\",{\"container\":\"no\"}],\"a\":{\"n\":null,\"container\":\"MSKU%d\"}}"
                .formatted("x".repeat(3000), turn % 50);
        return IntakeRig.record("client-" + turn % CLIENTS, key, turn % 2 == 0 ? "epcis" : "default", payload);
    }

    private static CapturedRecord reading() {
        return new CapturedRecord(
                SourceKind.SENSOR,
                SENSOR,
                Optional.empty(),
                "gate",
                "sensor.reading",
                "application/json",
                "{}".getBytes(StandardCharsets.UTF_8));
    }

    private Made made(long index) throws IOException {
        boolean sensor = index % 11 == 5;
        try {
            var time = ClockReading.parse(IntakeRig.shown(rig.journal.read(index), Slot.CLOCK))
                    .time();
            return new Made(
                    index,
                    sensor ? SENSOR : "client-" + index % CLIENTS,
                    sensor || index % 3 == 0 ? null : "k" + index,
                    sensor || index % 2 == 1 ? null : "MSKU" + index % 50,
                    time,
                    sensor ? SourceKind.SENSOR : SourceKind.HTTP);
        } catch (CborMalformed e) {
            throw new IOException(e);
        }
    }

    /// As a start does.
    void open() {
        open(HASH, PROFILES);
    }

    void open(TermHash hash, Profiles profiles) {
        if (indexer != null) indexer.close();
        indexer = Indexer.open(
                () -> new ShutFiles(new UnreadableFiles(disk, unreadable), shut),
                rig.journal,
                hash,
                profiles,
                new Indexer.Surroundings(
                        () -> diskFull, () -> nanos, () -> rig.clock().time()),
                mostEntries);
        search = new IndexSearch(indexer, this::find);
    }

    /// Has it made, all that can be.
    void index() throws IOException {
        int steps = 0;
        while (indexer.step() > 0) assertTrue(steps++ < 10_000, "it comes to an end");
        assertEquals(rig.journal.size(), indexer.indexedBelow());
    }

    /// The time has come to look over the folder.
    void later() {
        nanos += Indexer.LOOK_OVER_EVERY.toNanos();
    }

    List<String> files(String suffix) {
        return disk.list().stream()
                .filter(name -> name.endsWith(suffix))
                .sorted()
                .toList();
    }

    Optional<StoredRecord> find(long index) throws IOException {
        if (index < rig.journal.firstIndex()) return Optional.empty();
        var entry = rig.journal.read(index);
        if (!entry.hasBody()) return Optional.empty();
        try {
            return Optional.of(new StoredRecord(
                    index,
                    (HeaderLeaf) Leaf.parse(entry.leaf()),
                    IntakeRig.source(entry),
                    ClockReading.parse(IntakeRig.shown(entry, Slot.CLOCK)),
                    IntakeRig.content(entry),
                    RecordState.CAPTURED,
                    Optional.empty()));
        } catch (CborMalformed e) {
            throw new IOException(e);
        }
    }

    // --- questions

    static RecordSearch.Query all() {
        return query(null, null, null, null, null);
    }

    static RecordSearch.Query query(String client, String key, String container, Instant from, Instant to) {
        return new RecordSearch.Query(
                Optional.ofNullable(client),
                Optional.ofNullable(key),
                Optional.ofNullable(container).map(value -> new RecordSearch.BusinessKey("epcis", value)),
                Optional.ofNullable(from),
                Optional.ofNullable(to),
                RecordSearch.Order.OLDEST_FIRST,
                OptionalLong.empty(),
                9);
    }

    static RecordSearch.Query in(RecordSearch.Order order, OptionalLong beyond, RecordSearch.Query query) {
        return new RecordSearch.Query(
                query.client(), query.key(), query.businessKey(), query.from(), query.to(), order, beyond, query.max());
    }

    /// One way and the other in turns.
    private RecordSearch.Query turned(RecordSearch.Query query) {
        var orders = RecordSearch.Order.values();
        return in(orders[turns++ % orders.length], query.beyond(), query);
    }

    /// Something of every kind.
    List<RecordSearch.Query> questions() {
        var early = made.get(made.size() / 5).time;
        var late = made.get(made.size() / 2).time;
        return List.of(
                all(),
                query("client-1", null, null, null, null),
                query("client-2", null, null, null, null),
                query(SENSOR, null, null, null, null),
                query("client-1", "k1", null, null, null),
                query("client-1", "k400", null, null, null),
                query("client-1", "k399", null, null, null),
                query("client-2", "k2", null, null, null),
                query(null, null, "MSKU8", null, null),
                query("client-1", null, "MSKU8", null, null),
                query(null, null, "null", null, null),
                query(null, null, "no", null, null),
                query(null, null, null, early, late),
                query(null, null, null, late, null),
                query(null, null, null, null, early),
                query(null, null, null, late, early),
                query(null, null, null, Instant.MIN, Instant.MAX),
                query("client-1", null, null, early, late),
                query(null, null, "MSKU16", early, null));
    }

    static RecordSearch.Sight sight(String asker) {
        return new RecordSearch.Sight(asker, EnumSet.of(SourceKind.SENSOR), SENSOR::equals);
    }

    boolean fits(Made record, RecordSearch.Query query, String asker) {
        return (record.client.equals(asker) || record.kind == SourceKind.SENSOR)
                && query.client().map(record.client::equals).orElse(true)
                && query.key().map(key -> key.equals(record.key)).orElse(true)
                && query.businessKey()
                        .map(key -> key.value().equals(record.container))
                        .orElse(true)
                && query.from().map(from -> !record.time.isBefore(from)).orElse(true)
                && query.to().map(record.time::isBefore).orElse(true);
    }

    /// What all pages together say.
    record Answer(List<Long> found, long below, Set<Long> unreadable) {}

    Answer ask(RecordSearch.Query query, String asker) throws Exception {
        List<Long> found = new ArrayList<>();
        Set<Long> unreadable = new TreeSet<>();
        long below = Long.MAX_VALUE;
        var beyond = query.beyond();
        while (true) {
            var page = search.find(
                    in(query.order(), beyond, query),
                    sight(asker),
                    record -> record.source().client().equals(asker)
                            || record.leaf().source() == SourceKind.SENSOR);
            page.records().forEach(record -> found.add(record.index()));
            for (var stretch : page.unreadable()) {
                LongStream.rangeClosed(stretch.first(), stretch.last()).forEach(unreadable::add);
            }
            below = Math.min(below, page.indexedBelow());
            if (page.more().isEmpty()) return new Answer(found, below, unreadable);
            assertTrue(beyond.isEmpty() || isBehind(beyond, page.more(), query.order()), "each page goes on");
            beyond = page.more();
        }
    }

    private static boolean isBehind(OptionalLong one, OptionalLong other, RecordSearch.Order order) {
        long distance = other.getAsLong() - one.getAsLong();
        return order == RecordSearch.Order.OLDEST_FIRST ? distance > 0 : distance < 0;
    }

    List<Long> expected(RecordSearch.Query query, String asker) {
        var all = made.stream()
                .filter(record -> record.index >= rig.journal.firstIndex())
                .filter(record -> fits(record, query, asker))
                .map(Made::index)
                .toList();
        return query.order() == RecordSearch.Order.OLDEST_FIRST ? all : all.reversed();
    }

    /// All answers are as they must be, and complete.
    void findsAll(String what) throws Exception {
        for (var asker : List.of("client-1", "client-4", "nobody")) {
            for (var question : questions()) {
                var query = turned(question);
                var answer = ask(query, asker);
                assertEquals(expected(query, asker), answer.found, what + ": " + query + " by " + asker);
                assertEquals(rig.journal.size(), answer.below, what);
                assertEquals(Set.of(), answer.unreadable, what);
            }
        }
    }

    /// Whatever is missing is said to be; whatever is found is right.
    void missesNothingInSilence(String what) throws Exception {
        missesNothingInSilenceBut(_ -> false, what);
    }

    /// @param gone of which it does not matter
    void missesNothingInSilenceBut(LongPredicate gone, String what) throws Exception {
        for (var question : questions()) {
            var query = turned(question);
            var answer = ask(query, "client-1");
            var expected = expected(query, "client-1").stream()
                    .filter(index -> !gone.test(index))
                    .toList();
            assertTrue(expected.containsAll(answer.found), what + ": " + answer + " of " + expected);
            for (long wanted : expected) {
                assertTrue(
                        answer.found.contains(wanted) || wanted >= answer.below || answer.unreadable.contains(wanted),
                        what + ": " + wanted + " is missing in " + answer);
            }
        }
    }
}
