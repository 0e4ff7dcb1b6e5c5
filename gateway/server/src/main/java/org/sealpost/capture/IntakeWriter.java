package org.sealpost.capture;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalFull;
import org.sealpost.record.SourceKind;
import org.sealpost.stage.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one writer of the journal of entries: takes all that waits, appends, forces once, then answers all.
///
/// The force itself forms the group: what comes while it runs is the next one. Bounded by what may wait. Owned by
/// one thread; a failure is final, since a force that failed must never be tried again.
public final class IntakeWriter implements Stage {
    private static final Logger LOG = LoggerFactory.getLogger(IntakeWriter.class);
    private static final Duration DISK_RETRY = Duration.ofSeconds(30);

    private final IntakeConfig config;
    private final Intake.Surroundings surroundings;
    private final CaptureMetrics metrics;
    private final Journal journal;
    private final Waiting waiting;
    private final Duplicates duplicates;
    private final Throttle throttle;

    private @Nullable Long lastDiskCheck;

    // Written by the writer, read by all callers of the intake.
    private volatile Optional<Instant> diskFullSince = Optional.empty();
    private volatile boolean broken;

    // Set by whoever asks; cleared by the writer.
    private final AtomicReference<@Nullable Long> segmentToEnd = new AtomicReference<>();

    IntakeWriter(
            IntakeConfig config,
            Intake.Surroundings surroundings,
            CaptureMetrics metrics,
            Journal journal,
            Waiting waiting,
            Duplicates duplicates,
            Throttle throttle) {
        this.config = config;
        this.surroundings = surroundings;
        this.metrics = metrics;
        this.journal = journal;
        this.waiting = waiting;
        this.duplicates = duplicates;
        this.throttle = throttle;
    }

    @Override
    public String name() {
        return "intake-writer";
    }

    boolean isDiskFull() {
        return diskFullSince.isPresent();
    }

    Optional<Instant> diskFullSince() {
        return diskFullSince;
    }

    boolean isBroken() {
        return broken;
    }

    /// Has the next step close the segment of this number, if it is the one that is written to and the space of the
    /// next one is taken, and hand the keys of closed segments over to their files. Any thread.
    void endSegment(long number) {
        segmentToEnd.set(number);
    }

    private void endSegmentIfAsked() throws IOException {
        Long number = segmentToEnd.getAndSet(null);
        if (number == null) return;
        boolean isOpen = journal.openSegment()
                .filter(segment -> segment.number() == number)
                .isPresent();
        // Else the next record waits until its segment is filled with zeros, or is refused where there is no room for
        // it.
        if (isOpen && journal.isReadyForNextSegment()) journal.closeSegment();
        duplicates.forced();
    }

    /// Writes one group and answers it.
    ///
    /// @return how many records were answered
    /// @throws RuntimeException if the group may not be durable: none of it was or will be answered, and
    ///     nothing more is taken
    @Override
    public int step() {
        if (broken) throw new IllegalStateException("the intake has failed before");
        try {
            checkDisk();
            List<Arrival> group = waiting.takeAll();
            if (!group.isEmpty()) write(group);
            endSegmentIfAsked();
            return group.size();
        } catch (IOException e) {
            broken = true;
            throw new IllegalStateException("the journal cannot be read or written: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            broken = true;
            throw e;
        }
    }

    private void write(List<Arrival> group) throws IOException {
        long first = journal.size();
        List<Arrival> appended = new ArrayList<>(group.size());
        long bytes = 0;
        for (Arrival arrival : group) {
            arrival.outcome = take(arrival, appended, first);
            bytes += arrival.record.payloadSize();
        }
        // Before this line nothing of the group may be acknowledged, repeats of its own records included (I1).
        journal.force();
        duplicates.forced();
        if (!appended.isEmpty()) {
            metrics.groups.increment();
            metrics.acknowledged.add(
                    first, first + appended.size(), surroundings.nanoTime().getAsLong());
            surroundings.sealer().ring();
        }
        Answers.send(group);
        waiting.release(group.size(), bytes);
    }

    private IntakeOutcome take(Arrival arrival, List<Arrival> appended, long first) throws IOException {
        Optional<IntakeOutcome> seen = duplicates.find(arrival, appended, first);
        if (seen.isPresent()) {
            switch (seen.get()) {
                case IntakeOutcome.Repeated _ -> metrics.repeated.increment();
                case IntakeOutcome.Conflict _ -> metrics.conflicts.increment();
                case IntakeOutcome.Refused _, IntakeOutcome.Busy _, IntakeOutcome.Accepted _ ->
                    metrics.refused.increment();
            }
            return seen.get();
        }
        // One refusal of the journal is enough: asking it again for each record of a group would cost a file each time.
        // The box's own records are few, and go above the mark as long as the journal has room.
        if (isDiskFull() && arrival.record.kind() != SourceKind.BOX) return refusedDiskFull();
        try {
            long index = journal.append(arrival.leaf, Objects.requireNonNull(arrival.body));
            arrival.body = null;
            if (index != first + appended.size()) {
                throw new IllegalStateException("journal gave index %d, expected %d: somebody else appends to it"
                        .formatted(index, first + appended.size()));
            }
            appended.add(arrival);
            duplicates.remember(arrival, index);
            metrics.accepted.increment();
            metrics.acceptedBytes.add(arrival.record.payloadSize());
            return new IntakeOutcome.Accepted(new Receipt(index, arrival.clock));
        } catch (JournalFull full) {
            LOG.warn("records are refused: {}", full.getMessage());
            refuseFromNowOn();
            return refusedDiskFull();
        }
    }

    private void slowDown(double usedPercent, long totalBytes) {
        boolean before = throttle.isOn();
        throttle.adapt(usedPercent, totalBytes);
        metrics.throttleBytesPerSecond.set(throttle.bytesPerSecond());
        if (throttle.isOn() && !before) {
            LOG.warn(
                    "records are slowed down to {} bytes a second: {} % of the disk is used",
                    throttle.bytesPerSecond(), Math.round(usedPercent));
        }
    }

    private void refuseFromNowOn() {
        if (diskFullSince.isEmpty()) {
            diskFullSince = Optional.of(surroundings.clock().get().time());
        }
    }

    private IntakeOutcome refusedDiskFull() {
        metrics.refused.increment();
        return new IntakeOutcome.Refused(Problem.diskFull(DISK_RETRY));
    }

    /// Looks how full the disk is, unless it has just done so. Lifts the refusal of a full journal, too: the
    /// journal may be asked again then.
    private void checkDisk() {
        long now = surroundings.nanoTime().getAsLong();
        Long last = lastDiskCheck;
        if (last != null && now - last < config.diskCheckEvery().toNanos()) return;
        lastDiskCheck = now;
        try {
            double used = surroundings.disk().usedPercent();
            slowDown(used, surroundings.disk().totalBytes());
            boolean full = used > config.refuseAtUsedPercent();
            if (full && !isDiskFull()) {
                LOG.warn(
                        "records are refused: {} % of the disk is used, the refuse mark is {} %",
                        Math.round(used), config.refuseAtUsedPercent());
            }
            if (full) refuseFromNowOn();
            else diskFullSince = Optional.empty();
        } catch (IOException e) {
            LOG.warn("how full the disk is cannot be told: {}", e.getMessage());
        }
    }
}
