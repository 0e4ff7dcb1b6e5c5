package org.sealpost.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.sealpost.archive.RecordSearch;
import org.sealpost.archive.RecordState;
import org.sealpost.archive.StoredRecord;
import org.sealpost.archive.index.IndexSearch;
import org.sealpost.archive.index.Indexer;
import org.sealpost.archive.index.TermHash;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.profile.Profile;
import org.sealpost.profile.Profiles;
import org.sealpost.record.Body;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.EntryEncoder;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;

/// How long it takes to make the index of a log of small records, and to look things up in it: while it is made,
/// and when it is complete. The index is the product's own; its stage does not rest here.
final class IndexGrowth {
    private static final JournalConfig CONFIG = new JournalConfig("entries", 64 << 20, 4096, 4 << 20);
    private static final Profiles PROFILES =
            Profiles.of(List.of(new Profile("port.weigh", 1, Optional.of("/container"))));
    private static final EntryEncoder.Profiled WEIGH = new EntryEncoder.Profiled("port.weigh", 1);
    private static final byte[] NO_SALTS = new byte[EntryEncoder.SALTS_SIZE];
    private static final long BEGAN = 1_790_000_000_000L;
    private static final int CLIENTS = 16;
    private static final int ONE_RARE_OF = 100_000;
    private static final int FORCED_AT = 8192;
    private static final int ASKED = 300;
    private static final long PAUSE_NANOS = 10_000_000;

    private final Path folder;
    private final long entries;
    private final SplittableRandom random = new SplittableRandom(42);
    private final Map<String, Asked> questions = new LinkedHashMap<>();

    /// Makes one question of a kind.
    private interface Asked {
        RecordSearch.Query query();
    }

    /// Microseconds.
    private record Times(int count, long median, long p99) {
        static Times of(List<Long> nanos) {
            if (nanos.isEmpty()) return new Times(0, 0, 0);
            var sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            return new Times(sorted.length, sorted[sorted.length / 2] / 1000, sorted[sorted.length * 99 / 100] / 1000);
        }

        String text() {
            return count == 0 ? "–" : String.format(Locale.ROOT, "%,d / %,d", median, p99);
        }
    }

    /// @param folder made and left to whoever deletes it
    IndexGrowth(Path folder, long entries) {
        this.folder = folder;
        this.entries = entries;
        questions.put("a key, of its client", () -> {
            long index = random.nextLong(entries);
            return query(client(index), "k" + index, null, null, null);
        });
        questions.put("a key that is not there", () -> query(client(0), "x" + random.nextLong(), null, null, null));
        questions.put("a business key", () -> query(null, null, container(random.nextLong(entries)), null, null));
        questions.put("a minute", () -> {
            var from = Instant.ofEpochMilli(BEGAN + random.nextLong(entries));
            return query(null, null, null, from, from.plusSeconds(60));
        });
        questions.put("a source, its newest", () -> query(client(0), null, null, null, null));
        questions.put("a source of few records", () -> query("rare", null, null, null, null));
    }

    private static RecordSearch.Query query(
            @Nullable String client,
            @Nullable String key,
            @Nullable String container,
            @Nullable Instant from,
            @Nullable Instant to) {
        return new RecordSearch.Query(
                Optional.ofNullable(client),
                Optional.ofNullable(key),
                Optional.ofNullable(container).map(value -> new RecordSearch.BusinessKey(WEIGH.name(), value)),
                Optional.ofNullable(from),
                Optional.ofNullable(to),
                RecordSearch.Order.NEWEST_FIRST,
                OptionalLong.empty(),
                20);
    }

    private static String client(long index) {
        return index % ONE_RARE_OF == ONE_RARE_OF / 2 ? "rare" : "client-" + index % CLIENTS;
    }

    private static String container(long index) {
        return "MSKU" + index / 2;
    }

    /// Measures, and writes a section for docs/benchmarks.md.
    void measure(PrintStream out) throws IOException {
        fill();
        System.err.println(entries + " records are there");
        try (var journal = Journal.open(DirectoryDisk.open(folder.resolve("entries")), CONFIG, 0);
                var indexer = Indexer.open(
                        () -> DirectoryDisk.open(folder.resolve("index")),
                        journal,
                        new TermHash(new byte[32]),
                        PROFILES,
                        new Indexer.Surroundings(() -> false, System::nanoTime, Instant::now))) {
            var search = new IndexSearch(indexer, index -> find(journal, index));
            long begun = System.nanoTime();
            var making = new FutureTask<>(() -> make(indexer));
            Thread.ofPlatform().name("indexer").start(making);
            var meanwhile = ask(search, indexer, making);
            long cpu = result(making);
            long took = System.nanoTime() - begun;
            var complete = ask(search, indexer, null);
            print(out, meanwhile, complete, new Making(took, cpu, bytes(folder.resolve("index"))));
        }
    }

    /// @param nanos of time, beside those who ask
    /// @param cpu   nanoseconds of processor
    private record Making(long nanos, long cpu, long bytes) {}

    private void fill() throws IOException {
        var encoder = new EntryEncoder();
        var boot = new byte[16];
        try (var journal = Journal.open(DirectoryDisk.open(folder.resolve("entries")), CONFIG, 0)) {
            for (long index = 0; index < entries; index++) {
                var encoded = encoder.encode(
                        WEIGH,
                        SourceKind.MQTT,
                        new Source(client(index), Optional.of("k" + index), "records/port.weigh"),
                        new ClockReading(
                                BEGAN + index,
                                ClockReading.State.SYNCED,
                                ClockReading.Source.NTP,
                                OptionalLong.empty(),
                                boot,
                                index),
                        new Content(
                                "application/json",
                                ("{\"container\":\"" + container(index) + "\"}").getBytes(StandardCharsets.US_ASCII)),
                        NO_SALTS);
                journal.append(encoded.leaf(), encoded.body());
                if (index % FORCED_AT == FORCED_AT - 1) journal.force();
            }
            journal.force();
            journal.closeSegment();
        }
    }

    /// @return nanoseconds of processor
    private static long make(Indexer indexer) throws IOException {
        while (indexer.step() > 0) {}
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long result(FutureTask<Long> making) throws IOException {
        try {
            return making.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /// @param making asks as long as this goes on; if null, so often
    private Map<String, List<Long>> ask(RecordSearch search, Indexer indexer, @Nullable FutureTask<?> making)
            throws IOException {
        var times = new LinkedHashMap<String, List<Long>>();
        questions.keySet().forEach(name -> times.put(name, new ArrayList<>()));
        for (int turn = 0; making == null ? turn < ASKED : !making.isDone(); turn++) {
            if (making != null && indexer.indexedBelow() < entries / 2) {
                // As long as little is there, nothing is quickly found.
                LockSupport.parkNanos(PAUSE_NANOS);
                continue;
            }
            for (var question : questions.entrySet()) {
                var query = question.getValue().query();
                var asker = query.client().orElse(client(random.nextInt(CLIENTS)));
                long start = System.nanoTime();
                int found = find(search, query, asker);
                times.get(question.getKey()).add(System.nanoTime() - start);
                boolean must = making == null
                        && query.key().filter(key -> key.startsWith("k")).isPresent();
                if (must && found != 1) throw new IOException(query + " found " + found + " records, expected 1");
            }
        }
        return times;
    }

    private static int find(RecordSearch search, RecordSearch.Query query, String asker) throws IOException {
        try {
            return search.find(query, new RecordSearch.Sight(asker, Set.of(), _ -> false), _ -> true)
                    .records()
                    .size();
        } catch (RecordSearch.Busy e) {
            throw new IOException(e);
        }
    }

    private static Optional<StoredRecord> find(Journal journal, long index) throws IOException {
        var entry = journal.read(index);
        try {
            var slots = Body.parse(entry.body()).slots();
            return Optional.of(new StoredRecord(
                    index,
                    (HeaderLeaf) Leaf.parse(entry.leaf()),
                    Source.parse(shown(slots, Slot.SOURCE)),
                    ClockReading.parse(shown(slots, Slot.CLOCK)),
                    Content.parse(shown(slots, Slot.CONTENT)),
                    RecordState.CAPTURED,
                    Optional.empty()));
        } catch (CborMalformed e) {
            throw new IOException(e);
        }
    }

    private static byte[] shown(List<Slot> slots, int position) throws CborMalformed {
        if (slots.get(position) instanceof Slot.Shown shown) return shown.bytes();
        throw new CborMalformed(0, "the slot " + Slot.LABELS.get(position) + " is withheld");
    }

    private static long bytes(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.mapToLong(file -> {
                        try {
                            return Files.size(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .sum();
        }
    }

    private void print(
            PrintStream out, Map<String, List<Long>> meanwhile, Map<String, List<Long>> complete, Making making) {
        out.printf(
                Locale.ROOT,
                "%n### The index of %,d small records%n%n"
                        + "- made in %.1f s beside those who ask, %.2f µs of processor and %.0f bytes a record%n"
                        + "- heap: %d MiB allowed%n%n"
                        + "One who asks without a pause, the first page of 20 records: median / 99th of 100, µs.%n"
                        + "While it is made: from half of it on.%n%n"
                        + "| looked up | while it is made | complete |%n|---|---|---|%n",
                entries,
                making.nanos / 1e9,
                making.cpu / 1e3 / entries,
                (double) making.bytes / entries,
                Runtime.getRuntime().maxMemory() >> 20);
        for (var name : questions.keySet()) {
            out.printf(
                    "| %s | %s | %s |%n",
                    name,
                    Times.of(meanwhile.get(name)).text(),
                    Times.of(complete.get(name)).text());
        }
    }
}
