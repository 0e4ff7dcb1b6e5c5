package org.sealpost.archive;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.sealpost.evidence.Printable;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.merkle.Hash;
import org.sealpost.merkle.Merkle;
import org.sealpost.merkle.TileCoordinates;
import org.sealpost.seal.JournalLeaves;
import org.sealpost.seal.SealLog;
import org.sealpost.seal.Tree;
import org.sealpost.stage.Stage;

/// Every day of running time takes a few things at random, old ones more often than new ones, and looks whether
/// what was promised of them still holds: records can be proved by the program that strangers use, seals are
/// over what the tree holds, tile files and checksums are as they were written.
///
/// One thing a step. What fails is red until a later look at the same thing finds it well, also across
/// restarts; each round begins with those. Damage that it meets never ends the process: whoever needs what is
/// damaged finds it, too.
public final class SelfCheck implements Stage {
    /// How much running time lies between the beginnings of two rounds.
    public static final Duration EVERY = Duration.ofHours(24);

    private static final Duration KEPT_EVERY = Duration.ofHours(1);
    private static final int PROOFS = 32;
    private static final int SEALS = 16;
    private static final int TILES = 16;
    private static final int TILE_BYTES = TileCoordinates.FULL * Hash.SIZE;
    private static final int STRETCH = 1024;
    private static final long STRETCH_BYTES = 64 << 20;
    private static final int MAX_CAUSE = 500;

    /// Of a segment; what is left waits for another night, which begins elsewhere.
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(20);

    private final Log log;
    private final Verifier verifier;
    private final Memory memory;
    private final Surroundings surroundings;
    private final ArrayDeque<SelfCheckItem> round = new ArrayDeque<>();

    // Owned by the stage; what others see of it is published below.
    private final Map<SelfCheckItem, Finding> findings = new LinkedHashMap<>();
    private long ranBefore;
    private long startedNanos;
    private long keptNanos;
    private long segmentNanos;

    private volatile List<Finding> published = List.of();

    /// What is looked at.
    ///
    /// @param tiles the folder in which `tile/` lies
    public record Log(Archive archive, Journal entries, SealLog seals, Tree tree, Path tiles, Index index) {}

    /// The index of records, as far as it lies in files.
    public interface Index {
        /// The first entries of its parts, in their order.
        List<Long> parts();

        /// Compares what a part answers with the journal.
        ///
        /// @return what is wrong with it; empty also where it is none any more
        Optional<String> objection(long firstEntry, RandomGenerator random);
    }

    /// The program that strangers prove records with.
    @FunctionalInterface
    public interface Verifier {
        /// @return what it has against this evidence; empty if it is intact and its signer trusted
        /// @throws InterruptedIOException if it was ended before it knew
        /// @throws IOException if it could not be asked
        Optional<String> objection(byte[] evidence) throws IOException;
    }

    /// Where a small text is kept across restarts.
    public interface Memory {
        /// Its lines; empty if there is none, or it cannot be read.
        Optional<List<String>> read();

        void write(String text) throws IOException;
    }

    /// @param random for the choice; of the stage's thread only
    public record Surroundings(LongSupplier nanoTime, Supplier<Instant> clock, RandomGenerator random) {}

    /// Something that is not as it should be.
    ///
    /// @param since when it was first seen so, in this row
    public record Finding(SelfCheckItem item, Instant since, String cause) {
        public String words() {
            return item.title() + ": " + cause;
        }

        public String remedy() {
            return item.remedy();
        }
    }

    private SelfCheck(Log log, Verifier verifier, Memory memory, Surroundings surroundings) {
        this.log = log;
        this.verifier = verifier;
        this.memory = memory;
        this.surroundings = surroundings;
    }

    /// Goes on where the last run left off.
    public static SelfCheck open(Log log, Verifier verifier, Memory memory, Surroundings surroundings) {
        var check = new SelfCheck(log, verifier, memory, surroundings);
        var kept = SelfCheckMemory.parse(memory.read());
        check.ranBefore = kept.ranMillis();
        check.findings.putAll(kept.findings());
        check.published = List.copyOf(kept.findings().values());
        check.startedNanos = surroundings.nanoTime.getAsLong();
        check.keptNanos = check.startedNanos;
        return check;
    }

    @Override
    public String name() {
        return "self-check";
    }

    /// What is red, the oldest first. Any thread.
    public List<Finding> findings() {
        return published;
    }

    @Override
    public int step() throws IOException {
        if (!round.isEmpty()) {
            next(round.remove());
            if (round.isEmpty()) keep();
            return 1;
        }
        if (ranMillis() >= EVERY.toMillis() && log.seals.sealedSize() > 0) {
            ranBefore = 0;
            startedNanos = surroundings.nanoTime.getAsLong();
            plan();
            keep();
            return 1;
        }
        if (surroundings.nanoTime.getAsLong() - keptNanos >= KEPT_EVERY.toNanos()) keep();
        return 0;
    }

    private long ranMillis() {
        return ranBefore + (surroundings.nanoTime.getAsLong() - startedNanos) / 1_000_000;
    }

    private void keep() throws IOException {
        keptNanos = surroundings.nanoTime.getAsLong();
        memory.write(new SelfCheckMemory(ranMillis(), findings).format());
    }

    // --- what is looked at

    private void plan() {
        round.addAll(findings.keySet());
        long entries = log.seals.sealedSize();
        choose(PROOFS, entries, index -> round.add(new SelfCheckItem.Proof(index)));
        choose(SEALS, entries, index -> round.add(new SelfCheckItem.SealOver(index)));
        long tiles = entries / TileCoordinates.FULL;
        for (int level = 0; tiles > 0; level++, tiles /= TileCoordinates.FULL) {
            int at = level;
            choose(level == 0 ? TILES : 2, tiles, index -> round.add(new SelfCheckItem.TileFile(at, index)));
        }
        choose(1, entries, index -> round.add(new SelfCheckItem.Stretch(index)));
        var closed = log.entries.closedSegments();
        choose(1, closed.size(), place -> addAll(closed.get((int) place)));
        var parts = log.index.parts();
        choose(1, parts.size(), place -> round.add(new SelfCheckItem.IndexPart(parts.get((int) place))));
    }

    /// From anywhere in it on, and round: so that in some night each stretch is among the first.
    private void addAll(ClosedSegment segment) {
        segmentNanos = 0;
        long first = segment.firstIndex();
        long stretches = (segment.nextIndex() - first + STRETCH - 1) / STRETCH;
        long begin = surroundings.random.nextLong(stretches);
        for (long i = 0; i < stretches; i++) {
            round.add(new SelfCheckItem.Segment(first, first + (begin + i) % stretches * STRETCH));
        }
    }

    private interface Chosen {
        void take(long number);
    }

    /// All of them where there are few; else as many, the lower numbers more often.
    private void choose(int count, long among, Chosen chosen) {
        if (among <= count) {
            for (long number = 0; number < among; number++) chosen.take(number);
            return;
        }
        for (int i = 0; i < count; i++) {
            double place = surroundings.random.nextDouble();
            chosen.take((long) (among * place * place));
        }
    }

    // --- looking

    private void next(SelfCheckItem item) {
        if (!(item instanceof SelfCheckItem.Segment) || findings.containsKey(item)) {
            look(item);
            return;
        }
        long begun = surroundings.nanoTime.getAsLong();
        look(item);
        segmentNanos += surroundings.nanoTime.getAsLong() - begun;
        // One that is red is enough of a segment for a night: there is room for a hundred.
        boolean isEnough = findings.containsKey(item) || segmentNanos >= LONGEST_LOOK.toNanos();
        if (isEnough) round.removeIf(SelfCheckItem.Segment.class::isInstance);
    }

    private void look(SelfCheckItem item) {
        Optional<String> problem;
        long firstKept = log.entries.firstIndex();
        try {
            problem = switch (item) {
                case SelfCheckItem.Proof(var index) -> proof(index);
                case SelfCheckItem.SealOver(var index) -> seal(index);
                case SelfCheckItem.TileFile tile -> tile(tile);
                case SelfCheckItem.Stretch(var from) -> stretch(from);
                case SelfCheckItem.Segment(var first, var from) -> segment(first, from);
                case SelfCheckItem.IndexPart(var first) -> log.index.objection(first, surroundings.random);
                case SelfCheckItem.Verifying() -> Optional.empty();
            };
        } catch (InterruptedIOException ended) {
            // With the gateway: nothing is known of it.
            return;
        } catch (IOException | RuntimeException e) {
            // Given up under our hands: a later look knows that from the beginning.
            if (e instanceof IndexOutOfBoundsException && log.entries.firstIndex() > firstKept) return;
            problem = Optional.of(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
        note(item, problem);
    }

    private void note(SelfCheckItem item, Optional<String> problem) {
        if (problem.isEmpty()) {
            findings.remove(item);
        } else if (findings.containsKey(item) || findings.size() < SelfCheckMemory.MAX_FINDINGS) {
            var since = Optional.ofNullable(findings.get(item)).map(Finding::since);
            var cause = Printable.escape(problem.get());
            findings.put(
                    item,
                    new Finding(
                            item,
                            since.orElseGet(surroundings.clock),
                            cause.substring(0, Math.min(cause.length(), MAX_CAUSE))));
        }
        published = List.copyOf(findings.values());
    }

    private boolean isGone(long index) {
        return index < log.entries.firstIndex() || index >= log.seals.sealedSize();
    }

    private Optional<String> proof(long index) throws IOException {
        if (isGone(index) || log.entries.read(index).isLost()) return Optional.empty();
        var evidence = log.archive.evidence(index);
        if (evidence.isEmpty()) return Optional.empty();
        try {
            var objection = verifier.objection(evidence.get());
            note(new SelfCheckItem.Verifying(), Optional.empty());
            return objection;
        } catch (InterruptedIOException ended) {
            throw ended;
        } catch (IOException e) {
            note(new SelfCheckItem.Verifying(), Optional.of(String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    private Optional<String> seal(long index) throws IOException {
        if (isGone(index)) return Optional.empty();
        var first = log.seals.firstCovering(index);
        if (first.isEmpty()) return Optional.of("no seal is over it, though a later one is");
        var head = first.get();
        var root = log.tree.root(head.size());
        if (!root.equals(head.root()))
            return Optional.of("it says root " + head.root().hex() + ", the tree has " + root.hex());
        var key = log.archive.identity().keys().inForce(head.size()).key();
        return head.seal().isSignedBy(key, root)
                ? Optional.empty()
                : Optional.of("it is not signed by the key in force");
    }

    /// A file that is missing is nothing: it is made when it is needed, and a power cut may take one that is
    /// new. One of another length was cut off by that, and is made again, too.
    private Optional<String> tile(SelfCheckItem.TileFile tile) throws IOException {
        var found = read(tile.coordinates());
        if (found.isEmpty() || found.get().length != TILE_BYTES) return Optional.empty();
        var expected = tile.level() == 0 ? fromJournal(tile.index()) : fromBelow(tile);
        if (expected.isEmpty() || Arrays.equals(expected.get(), found.get())) return Optional.empty();
        return Optional.of("it is not what the journal leads to");
    }

    private Optional<byte[]> fromJournal(long tile) throws IOException {
        long first = tile * TileCoordinates.FULL;
        if (first < log.entries.firstIndex()) return Optional.empty();
        var bytes = new byte[TILE_BYTES];
        int at = 0;
        var leaves = new JournalLeaves(log.entries, log.archive.identity().keys());
        for (var hash : leaves.read(first, TileCoordinates.FULL)) hash.writeTo(bytes, at++ * Hash.SIZE);
        return Optional.of(bytes);
    }

    /// Those below are looked at by themselves.
    private Optional<byte[]> fromBelow(SelfCheckItem.TileFile tile) throws IOException {
        var bytes = new byte[TILE_BYTES];
        for (int place = 0; place < TileCoordinates.FULL; place++) {
            var below = read(new TileCoordinates(
                    tile.level() - 1, tile.index() * TileCoordinates.FULL + place, TileCoordinates.FULL));
            if (below.isEmpty() || below.get().length != TILE_BYTES) return Optional.empty();
            rootOf(below.get()).writeTo(bytes, place * Hash.SIZE);
        }
        return Optional.of(bytes);
    }

    private static Hash rootOf(byte[] tile) {
        var hashes = new Hash[TileCoordinates.FULL];
        for (int i = 0; i < hashes.length; i++) hashes[i] = Hash.of(tile, i * Hash.SIZE);
        for (int count = hashes.length; count > 1; count /= 2) {
            for (int i = 0; i < count / 2; i++) hashes[i] = Merkle.nodeHash(hashes[2 * i], hashes[2 * i + 1]);
        }
        return hashes[0];
    }

    private Optional<byte[]> read(TileCoordinates tile) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(log.tiles.resolve(tile.path())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private Optional<String> stretch(long from) throws IOException {
        long bytes = 0;
        long end = Math.min(from + STRETCH, log.entries.size());
        for (long index = Math.max(from, log.entries.firstIndex()); index < end && bytes < STRETCH_BYTES; index++) {
            var entry = log.entries.read(index);
            bytes += entry.leaf().length + entry.body().length;
        }
        return Optional.empty();
    }

    private Optional<String> segment(long first, long from) throws IOException {
        var found = log.entries.closedSegments().stream()
                .filter(segment -> segment.firstIndex() == first && from < segment.nextIndex())
                .findAny();
        if (found.isEmpty()) return Optional.empty();
        log.entries.scan(from, (int) Math.min(STRETCH, found.get().nextIndex() - from), _ -> {});
        return Optional.empty();
    }
}
