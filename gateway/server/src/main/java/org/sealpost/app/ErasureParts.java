package org.sealpost.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.sealpost.admin.HealthView;
import org.sealpost.archive.erasure.Eraser;
import org.sealpost.archive.erasure.Erasure;
import org.sealpost.archive.erasure.ErasureScribe;
import org.sealpost.archive.erasure.ErasureSite;
import org.sealpost.archive.erasure.ErasureStore;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.capture.Intake;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.record.ClockReading;
import org.sealpost.stage.BrokenPromises;
import org.sealpost.stage.Doorbell;
import org.sealpost.stage.Stage;
import org.sealpost.stage.StageRunner;

/// Erasing by order: the journal of orders, the stage that copies them into the log, and the one that removes
/// the bytes.
final class ErasureParts implements AutoCloseable {
    private static final String REMEDY =
            "the records are hidden, and their bytes are removed as soon as it can be done: make room where the disk is"
                    + " full; where a segment is damaged, stop the gateway, then sealpost journal examine, and salvage";

    private static final String OVERDUE =
            "an order has waited for a day longer than erase-within gives it: see to what its bytes wait for";

    private final Eraser eraser;
    private final StageRunner erasing;
    private final StageRunner copying;

    private ErasureParts(Eraser eraser, StageRunner erasing, StageRunner copying) {
        this.eraser = eraser;
        this.erasing = erasing;
        this.copying = copying;
    }

    /// Reads what was ordered so far.
    static Erasures open(
            GatewayConfig config, Journal entries, Supplier<ClockReading> clock, BrokenPromises brokenPromises)
            throws IOException {
        return open(
                config.data(), entries, clock, brokenPromises, config.intake().maxPayloadBytes());
    }

    /// The same of a log that lies elsewhere.
    static Erasures open(
            Path data,
            Journal entries,
            Supplier<ClockReading> clock,
            BrokenPromises brokenPromises,
            int maxPayloadBytes)
            throws IOException {
        return Erasures.open(new Folder(data), entries, clock, brokenPromises, maxPayloadBytes);
    }

    /// @param indexFollows whether the index holds nothing of an earlier use of the segment of that number
    /// @param moreToCome   whether more of a segment is being ordered just now
    /// @param toPublish    what of records may still be sent to a ledger
    /// @param inEarlierOrigins what logs before this one have of records that it took over
    /// @param runner       starts a stage on a thread of its own, woken by the doorbell given
    static ErasureParts start(
            GatewayConfig config,
            Journal entries,
            Erasures erasures,
            Intake intake,
            LongPredicate indexFollows,
            Predicate<ClosedSegment> moreToCome,
            Function<List<IndexRange>, Optional<String>> toPublish,
            Function<Erasure, Optional<String>> inEarlierOrigins,
            Supplier<ClockReading> clock,
            BiFunction<Stage, Doorbell, StageRunner> runner) {
        var toErase = new Doorbell();
        var toCopy = new Doorbell();
        var eraser = new Eraser(
                erasures,
                entries,
                new Site(
                        config.data(),
                        entries,
                        intake,
                        indexFollows,
                        moreToCome,
                        toPublish,
                        inEarlierOrigins,
                        SuccessionEntries.tailEnd(entries)),
                config.eraseWithin(),
                System::nanoTime,
                () -> clock.get().time());
        var scribe = new ErasureScribe(erasures, IntakeTrail.ofErasures(intake)::add);
        var erasing = runner.apply(eraser, toErase);
        var copying = runner.apply(scribe, toCopy);
        erasures.listen(() -> {
            toErase.ring();
            toCopy.ring();
        });
        return new ErasureParts(eraser, erasing, copying);
    }

    /// What the oldest order waits for whose bytes are still there.
    Optional<String> waitsFor() {
        return eraser.waitsFor();
    }

    HealthView.Part erasing() {
        var stage = erasing.health();
        return stage.failing()
                ? new HealthView.Part(stage.name(), false, stage.cause().orElse("unknown"), REMEDY, stage.since())
                : new HealthView.Part(
                        stage.name(),
                        eraser.overdueSince().isEmpty(),
                        waitsFor()
                                .map(cause -> "erased records are hidden; their bytes wait: " + cause)
                                .orElse(""),
                        eraser.overdueSince().map(_ -> OVERDUE).orElse(""),
                        eraser.overdueSince());
    }

    HealthView.Part copying() {
        var stage = copying.health();
        return stage.failing()
                ? new HealthView.Part(
                        stage.name(),
                        false,
                        stage.cause().orElse("unknown"),
                        "orders to erase are in force, and are copied into the log by themselves",
                        stage.since())
                : new HealthView.Part(stage.name(), true, "", "", Optional.empty());
    }

    @Override
    public void close() {
        erasing.close();
        copying.close();
    }

    /// The folder of the journal, which is made with the first order: a box that erases nothing needs no room
    /// for it.
    private record Folder(Path data) implements ErasureStore {
        @Override
        public Optional<Journal> existing() throws IOException {
            var folder = data.resolve(Erasures.KIND);
            if (!Files.isDirectory(folder)) return Optional.empty();
            try (Stream<Path> files = Files.list(folder)) {
                if (files.noneMatch(file -> file.getFileName().toString().matches("[0-9]{16}\\.segment"))) {
                    return Optional.empty();
                }
            }
            return Optional.of(begin());
        }

        @Override
        public Journal begin() throws IOException {
            return LogParts.small(data, Erasures.KIND, MAX_ENTRY_SIZE_BYTES);
        }
    }

    /// The intake, which writes the journal and remembers keys, the index, and what a salvage left beside them.
    private record Site(
            Path data,
            Journal entries,
            Intake intake,
            LongPredicate indexFollows,
            Predicate<ClosedSegment> moreToCome,
            Function<List<IndexRange>, Optional<String>> toPublish,
            Function<Erasure, Optional<String>> inEarlierOrigins,
            long tailEnd)
            implements ErasureSite {
        @Override
        public Optional<String> heldBack(ClosedSegment segment) {
            if (moreToCome.test(segment)) return Optional.of("a policy is ordering more of its segment");
            if (intake.hasFiledKeysBelow(segment.nextIndex())) return Optional.empty();
            intake.endSegment(segment.number());
            return Optional.of("the idempotency keys of its newest entries are not in their files yet: see key-filer");
        }

        @Override
        public Optional<String> leftBehind(ClosedSegment segment) {
            if (!intake.keysFollow(segment)) {
                return Optional.of("files of idempotency keys are not made anew yet: see key-filer");
            }
            if (!indexFollows.test(segment.number())) {
                return Optional.of("files of the index that knew them are not removed yet: see indexer");
            }
            return Optional.empty();
        }

        @Override
        public Optional<String> toBePublished(List<IndexRange> ranges) {
            return toPublish.apply(ranges);
        }

        @Override
        public Optional<String> otherCopies(Erasure order) {
            return besideTheLog().or(() -> isAboutTail(order) ? inEarlierOrigins.apply(order) : Optional.empty());
        }

        private boolean isAboutTail(Erasure order) {
            return order.ranges().stream()
                    .anyMatch(range -> range.first() < tailEnd && range.next() > SuccessionEntries.TAIL_AT);
        }

        private Optional<String> besideTheLog() {
            try {
                return OtherJournals.in(data)
                        .map(folder -> folder + " may hold them as well: delete it, or move it where it is kept safe")
                        .or(() -> SelfCheckParts.evidenceIn(data)
                                .map(file -> file + ", which a self-check reads, may hold them: it is removed with the"
                                        + " next self-check, or at the next start"));
            } catch (IOException e) {
                return Optional.of("the data directory cannot be read: " + Refusal.words(e));
            }
        }

        @Override
        public Optional<String> close(long segmentNumber) {
            if (!entries.isReadyForNextSegment()) {
                return Optional.of("the segment that is written to ends early once there is space for another: it is"
                        + " being taken, as far as the disk has room");
            }
            intake.endSegment(segmentNumber);
            return Optional.empty();
        }
    }
}
