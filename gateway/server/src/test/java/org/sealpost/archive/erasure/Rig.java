package org.sealpost.archive.erasure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Disk;
import org.sealpost.journal.FaultyDisk;
import org.sealpost.journal.ForwardingDisk;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalConfig;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Content;
import org.sealpost.record.EntryEncoder;
import org.sealpost.record.Slot;
import org.sealpost.record.Source;
import org.sealpost.record.SourceKind;
import org.sealpost.stage.BrokenPromises;

/// A log and its journal of erasures on disks that forget, a clock that tests set, and what lies around them as
/// tests have it.
final class Rig implements AutoCloseable {
    static final ClockReading CLOCK = new ClockReading(
            1_790_000_000_123L,
            ClockReading.State.SYNCED,
            ClockReading.Source.NTP,
            OptionalLong.of(12),
            new byte[16],
            1);
    static final Duration WITHIN = Duration.ofHours(24);

    private static final JournalConfig LOG = new JournalConfig("entries", 32 << 10, 2048, 8 << 10);
    private static final JournalConfig SMALL = new JournalConfig(Erasures.KIND, 64 << 10, 16 << 10, 24 << 10);
    static final JournalConfig USUAL =
            new JournalConfig(Erasures.KIND, 9 << 20, ErasureStore.MAX_ENTRY_SIZE_BYTES, 9 << 18);

    final FaultyDisk log;
    final FaultyDisk orders;
    final JournalConfig config;
    final Map<String, String> copies = new LinkedHashMap<>();
    final List<Throwable> ended = new ArrayList<>();
    Optional<String> heldBack = Optional.empty();
    Optional<String> leftBehind = Optional.empty();
    Optional<String> otherCopies = Optional.empty();

    /// What of these records may still be published.
    Function<List<IndexRange>, Optional<String>> toBePublished = _ -> Optional.empty();
    long nanos = 7;
    Duration since = Duration.ZERO;

    /// Called once, when a quarter of a segment of the journal of erasures is filled: the entry that filled it is
    /// durable, and who appended it does not know that yet.
    Step whenDurable = () -> {};

    /// Called once, when a segment of the log has been written anew and has not got its name yet.
    Step whenRewritten = () -> {};

    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }

    Journal entries;
    private long next;
    Erasures erasures;
    Eraser eraser;
    ErasureScribe scribe;

    private final BrokenPromises ending = new BrokenPromises() {
        @Override
        public boolean include(Throwable thrown) {
            return thrown instanceof BrokenPromise;
        }

        @Override
        public void end(String stage, Throwable thrown) {
            ended.add(thrown);
        }
    };

    Rig() throws IOException {
        this(new FaultyDisk(), new FaultyDisk(), SMALL);
    }

    Rig(FaultyDisk log, FaultyDisk orders, JournalConfig config) throws IOException {
        this.log = log;
        this.orders = orders;
        this.config = config;
        open();
    }

    /// The same disks in another world, where other things happen to them.
    Rig copy() throws IOException {
        var copy = new Rig(log.copy(), orders.copy(), config);
        copy.copies.putAll(copies);
        return copy;
    }

    void open() throws IOException {
        entries = Journal.open(watchedLog(), LOG, 0);
        next = entries.size();
        erasures = Erasures.open(
                new ErasureStore() {
                    @Override
                    public Optional<Journal> existing() throws IOException {
                        boolean isThere = orders.list().stream().anyMatch(name -> name.matches("[0-9]{16}\\.segment"));
                        return isThere ? Optional.of(begin()) : Optional.empty();
                    }

                    @Override
                    public Journal begin() throws IOException {
                        return Journal.open(watched(orders), config, 0);
                    }
                },
                entries,
                this::clock,
                ending,
                1 << 20);
        eraser = new Eraser(erasures, entries, site(), WITHIN, () -> nanos, () -> now());
        scribe = new ErasureScribe(erasures, this::copy);
    }

    private Disk watchedLog() {
        return new ForwardingDisk(log) {
            @Override
            public void rename(String from, String to) throws IOException {
                if (from.equals("erasing.partial")) {
                    var step = whenRewritten;
                    whenRewritten = () -> {};
                    step.run();
                }
                super.rename(from, to);
            }
        };
    }

    private Disk watched(Disk disk) {
        return new ForwardingDisk(disk) {
            @Override
            public void inBackground(Runnable task) {
                try {
                    whenDurable.run();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                super.inBackground(task);
            }
        };
    }

    private Instant now() {
        return CLOCK.time().plus(since);
    }

    private ClockReading clock() {
        return new ClockReading(
                now().toEpochMilli(),
                CLOCK.state(),
                CLOCK.source(),
                CLOCK.maxErrorMillis(),
                CLOCK.bootId(),
                CLOCK.sinceBootMicros());
    }

    /// The test's thread is the writer's as well.
    private ErasureSite site() {
        return new ErasureSite() {
            @Override
            public Optional<String> heldBack(ClosedSegment segment) {
                return heldBack;
            }

            @Override
            public Optional<String> leftBehind(ClosedSegment segment) {
                return leftBehind;
            }

            @Override
            public Optional<String> toBePublished(List<IndexRange> ranges) {
                return toBePublished.apply(ranges);
            }

            @Override
            public Optional<String> otherCopies(Erasure order) {
                return otherCopies;
            }

            @Override
            public Optional<String> close(long segmentNumber) {
                try {
                    if (entries.openSegment().orElseThrow().number() == segmentNumber) entries.closeSegment();
                    return Optional.empty();
                } catch (IOException e) {
                    return Optional.of(String.valueOf(e.getMessage()));
                }
            }
        };
    }

    /// Answers the index of the copy, which for a key that came before is that of the first one.
    private long copy(String key, byte[] content) {
        var text = new String(content, StandardCharsets.UTF_8);
        var before = copies.putIfAbsent(key, text);
        if (before != null && !before.equals(text)) throw new AssertionError(key + " came with other content: " + text);
        return 100 + List.copyOf(copies.keySet()).indexOf(key);
    }

    // --- records

    /// One of the box's own, then so many of a client's.
    void fill(int count) throws IOException {
        append(SourceKind.BOX);
        for (int i = 1; i < count; i++) {
            append(SourceKind.HTTP);
            if (i % 3 == 0) entries.force();
        }
        entries.force();
    }

    private void append(SourceKind kind) throws IOException {
        long index = next++;
        byte[] salts = new byte[EntryEncoder.SALTS_SIZE];
        for (int place = 0; place < Slot.LABELS.size(); place++) {
            System.arraycopy(salt(index, place), 0, salts, place * Slot.SALT_SIZE, Slot.SALT_SIZE);
        }
        var encoded = new EntryEncoder()
                .encode(
                        new EntryEncoder.Profiled("default", 1),
                        kind,
                        new Source("client", Optional.of("key-" + index), "/v1/records"),
                        CLOCK,
                        new Content("text/plain", payload(index)),
                        salts);
        if (entries.append(encoded.leaf(), encoded.body()) != index) throw new AssertionError("not at " + index);
    }

    static byte[] payload(long index) {
        return ("what record " + index + " says, and nobody else does; ")
                .repeat(4)
                .getBytes(StandardCharsets.UTF_8);
    }

    static byte[] salt(long index, int place) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(("salt " + index + " " + place).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /// The files of both journals that hold what a record says.
    Set<String> payloadIn(long index) {
        return in(payload(index));
    }

    Set<String> saltsIn(long index) {
        var all = new TreeSet<String>();
        for (int place = 0; place < Slot.LABELS.size(); place++) all.addAll(in(salt(index, place)));
        return all;
    }

    private Set<String> in(byte[] bytes) {
        var all = new TreeSet<String>();
        log.whereIs(bytes).forEach(name -> all.add("entries/" + name));
        orders.whereIs(bytes).forEach(name -> all.add("erasures/" + name));
        return all;
    }

    // --- what it does

    List<Erasure> order(ErasureForm form, long first, long next) throws IOException, ErasureRefused {
        return erasures.order("owner", "request 17", form, List.of(new IndexRange(first, next)));
    }

    /// Turns both cranks until there is nothing to do, with all the time that may be waited for.
    void crank() throws IOException {
        for (int idle = 0; idle < 3; ) {
            since = since.plus(WITHIN);
            nanos += WITHIN.toNanos();
            idle = eraser.step() + scribe.step() > 0 ? 0 : idle + 1;
        }
    }

    boolean isRemoved(long position) {
        return erasures.at(position).orElseThrow().removed();
    }

    @Override
    public void close() throws IOException {
        erasures.close();
        entries.close();
    }
}
