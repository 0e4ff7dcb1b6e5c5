package org.sealpost.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.sealpost.archive.erasure.Eraser;
import org.sealpost.archive.erasure.Erasure;
import org.sealpost.archive.erasure.ErasureSite;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.journal.BrokenPromise;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.DirectoryDisk;
import org.sealpost.journal.Journal;
import org.sealpost.record.ClockReading;
import org.sealpost.seal.LeafArchive;
import org.sealpost.seal.Leaves;

/// Erasing in the log of an origin that ended. No gateway starts there ever again, so whoever orders it has the bytes
/// removed as well: the segment that was written to last is closed, and what was derived from entries goes altogether,
/// since nobody asks it any more.
final class EarlierErasing implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// For what does not wait for the segment, or the file, that cannot be erased.
    private static final Duration PATIENCE_BESIDE_FAULTS = Duration.ofSeconds(2);

    private static final long BETWEEN_LOOKS_NANOS = 20_000_000;
    private static final String ONLY_WHOEVER_DELETES =
            " is damaged, so no command erases there any more, and only whoever deletes it erases what it has: ";
    private static final List<String> DERIVED = List.of("index", "window");

    private final Path data;
    private final Journal entries;
    private final Erasures erasures;
    private final Eraser eraser;

    private EarlierErasing(Path data, Journal entries, Erasures erasures, Supplier<ClockReading> clock) {
        this.data = data;
        this.entries = entries;
        this.erasures = erasures;
        this.eraser = new Eraser(
                erasures,
                entries,
                new Ended(data, entries),
                Duration.ZERO,
                System::nanoTime,
                () -> clock.get().time());
    }

    /// @param origin of one of the directories that the configuration names
    /// @throws HsmRefusal if there is none of this name, it is damaged, or somebody else has it open
    static EarlierErasing open(GatewayConfig settings, String origin, Supplier<ClockReading> clock) throws IOException {
        var data = folder(settings.earlier(), origin);
        try {
            return open(data, settings, clock);
        } catch (BrokenPromise e) {
            throw new HsmRefusal(data + ONLY_WHOEVER_DELETES + Refusal.words(e), HsmCommand.BROKEN);
        }
    }

    private static EarlierErasing open(Path data, GatewayConfig settings, Supplier<ClockReading> clock)
            throws IOException {
        var entries = opened(data, settings);
        try {
            var erasures = ErasureParts.open(
                    data, entries, clock, new FatalEnd(), settings.intake().maxPayloadBytes());
            return new EarlierErasing(data, entries, erasures, clock);
        } catch (IOException | RuntimeException e) {
            entries.close();
            throw e;
        }
    }

    private static Path folder(List<Path> folders, String origin) throws IOException {
        var others = new ArrayList<String>();
        for (var folder : folders) {
            try (var entries = StoredLog.journal(folder, SalvageSwap.ENTRIES, 0)) {
                if (Successor.of(folder).isEmpty()) {
                    others.add(folder + " has not ended");
                    continue;
                }
                var found = Commissioning.existing(Leaves.unchecked(entries, folder.resolve(LeafArchive.FOLDER)));
                if (found.filter(log -> log.origin().name().equals(origin)).isPresent()) return folder;
                others.add(
                        folder + " has " + found.map(log -> log.origin().name()).orElse("no log"));
            } catch (BrokenPromise e) {
                others.add(folder + ONLY_WHOEVER_DELETES + Refusal.words(e));
            } catch (IOException | RuntimeException e) {
                others.add(folder + " cannot be read: " + e.getMessage());
            }
        }
        throw new HsmRefusal(
                "origin.earlier names no directory of " + origin
                        + (others.isEmpty() ? "" : ": " + String.join("; ", others)),
                HsmCommand.REFUSED);
    }

    private static Journal opened(Path data, GatewayConfig settings) throws IOException {
        try (var seals = LogParts.seals(data)) {
            return Journal.open(
                    DirectoryDisk.open(data.resolve(SalvageSwap.ENTRIES)),
                    LogParts.entriesConfig(settings),
                    seals.sealedSize());
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains(DirectoryDisk.IN_USE)) throw e;
            throw new HsmRefusal(data + " is in use by another command: wait until that is done", HsmCommand.LATER);
        }
    }

    Erasures erasures() {
        return erasures;
    }

    /// Removes the bytes of all orders, as far as that can be done; cut at any moment, the next call completes it.
    ///
    /// @return what is in its way, in words, as a segment that is damaged; empty if they are gone
    Optional<String> remove() {
        var derived = faultOf(this::deleteDerived);
        // Else what was removed would be marked so, and not be.
        if (derived.isPresent()) return derived;
        long begin = System.nanoTime();
        while (true) {
            // What one segment lacks holds up its own orders only.
            var fault = faultOf(() -> {
                while (eraser.step() > 0) {}
            });
            var obstacle = fault.or(eraser::waitsFor);
            // A journal takes the space of its next segment beside us.
            var patience = fault.isPresent() ? PATIENCE_BESIDE_FAULTS : PATIENCE;
            if (obstacle.isEmpty() || System.nanoTime() - begin > patience.toNanos()) return obstacle;
            LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
        }
    }

    private interface Removing {
        void run() throws IOException;
    }

    private static Optional<String> faultOf(Removing removing) {
        try {
            removing.run();
            return Optional.empty();
        } catch (IOException | UncheckedIOException e) {
            return Optional.of(Refusal.words(e));
        }
    }

    private void deleteDerived() throws IOException {
        for (var derived : DERIVED) delete(data.resolve(derived));
        var left = SelfCheckParts.evidenceIn(data);
        if (left.isPresent()) Files.deleteIfExists(left.get());
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) return;
        try (Stream<Path> files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }

    @Override
    public void close() throws IOException {
        erasures.close();
        entries.close();
    }

    /// A log that nobody writes to, with nothing derived beside it.
    private record Ended(Path data, Journal entries) implements ErasureSite {
        @Override
        public Optional<String> heldBack(ClosedSegment segment) {
            return Optional.empty();
        }

        @Override
        public Optional<String> leftBehind(ClosedSegment segment) {
            return Optional.empty();
        }

        @Override
        public Optional<String> otherCopies(Erasure order) {
            try {
                return OtherJournals.in(data)
                        .map(folder -> folder + " may hold them as well: delete it, or move it where it is kept safe");
            } catch (IOException e) {
                return unreadable(e);
            }
        }

        @Override
        public Optional<String> toBePublished(List<IndexRange> ranges) {
            try {
                return Publications.leftFolder(data, Set.of())
                        .map(folder ->
                                folder + " may hold them, and nothing is published from there any more: delete it");
            } catch (IOException e) {
                return unreadable(e);
            }
        }

        private static Optional<String> unreadable(IOException e) {
            return Optional.of("the data directory cannot be read: " + Refusal.words(e));
        }

        @Override
        public Optional<String> close(long segmentNumber) {
            try {
                entries.closeSegment();
                return Optional.empty();
            } catch (IOException e) {
                return Optional.of("the segment that was written to last cannot be closed: " + Refusal.words(e));
            }
        }
    }
}
