package org.sealpost.archive.erasure;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.stage.Stage;

/// Removes the bytes of what orders hide: segment by segment from the log's journal, then what earlier orders
/// kept, and waits until nothing that is derived from them is left. The mark that an order's bytes are gone is
/// its position; whatever was not marked is looked at again after a crash, which harms nothing (I7).
///
/// The segment that is written to is waited for, but not for ever: then it is closed early.
public final class Eraser implements Stage {
    /// What failed for want of room, or since the disk gave an error or rotten bytes, is hardly better a moment
    /// later, and each try reads a segment.
    private static final long REST_NANOS = Duration.ofMinutes(1).toNanos();

    /// So much longer than its time an order may wait before somebody has to look at it.
    private static final Duration GRACE = Duration.ofDays(1);

    private final Erasures erasures;
    private final Journal entries;
    private final ErasureSite site;
    private final Duration within;
    private final LongSupplier nanoTime;
    private final Supplier<Instant> clock;

    // Of this run. For each segment the position below which all orders were carried out there.
    private final Map<Long, Long> doneBelow = new HashMap<>();
    private final Map<Long, Resting> resting = new HashMap<>();
    private final Map<Long, Long> seenNanos = new HashMap<>();
    private final Map<Long, Long> keptUntilNanos = new HashMap<>();

    private volatile Optional<String> waitsFor = Optional.empty();
    private volatile Optional<Instant> overdueSince = Optional.empty();

    private record Resting(long untilNanos, String cause) {}

    /// @param within how long the segment that is written to is waited for
    /// @param clock  the box's own
    public Eraser(
            Erasures erasures,
            Journal entries,
            ErasureSite site,
            Duration within,
            LongSupplier nanoTime,
            Supplier<Instant> clock) {
        this.erasures = erasures;
        this.entries = entries;
        this.site = site;
        this.within = within;
        this.nanoTime = nanoTime;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "eraser";
    }

    /// What the oldest order waits for whose bytes are not removed yet; empty when there is none, or it is
    /// being worked at. Any thread.
    public Optional<String> waitsFor() {
        return waitsFor;
    }

    /// Since when the bytes of an order wait for longer than a day beyond the time that it has; empty when none do.
    /// Any thread.
    public Optional<Instant> overdueSince() {
        return overdueSince;
    }

    /// @throws IOException if bytes cannot be removed now: they are hidden, and tried again
    @Override
    public int step() throws IOException {
        var pending = erasures.state()
                .all()
                .filter(standing -> !standing.removed())
                .map(ErasureStanding::order)
                .toList();
        if (pending.isEmpty()) {
            forget();
            return 0;
        }
        var segments = entries.closedSegments();
        resting.keySet().retainAll(segments.stream().map(ClosedSegment::number).toList());
        for (var segment : segments) {
            if (isDue(segment, pending) && erase(segment)) return 1;
        }
        Optional<String> first = Optional.empty();
        Optional<Instant> overdue = Optional.empty();
        for (var order : pending) {
            var obstacle = obstacle(order);
            if (obstacle.isEmpty()) {
                erasures.removed(order.position());
                seenNanos.remove(order.position());
                keptUntilNanos.remove(order.position());
                return 1;
            }
            first = first.or(() -> obstacle);
            if (hasWaited(order, within.plus(GRACE))) {
                overdue = overdue.or(
                        () -> Optional.of(order.at().time().plus(within).plus(GRACE)));
            }
        }
        waitsFor = first;
        overdueSince = overdue;
        // After the others: what one segment lacks holds up its own orders only.
        var cause = resting.values().stream().map(Resting::cause).findFirst();
        if (cause.isPresent()) throw new IOException(cause.get());
        return 0;
    }

    private void forget() {
        doneBelow.clear();
        resting.clear();
        seenNanos.clear();
        keptUntilNanos.clear();
        waitsFor = Optional.empty();
        overdueSince = Optional.empty();
    }

    // --- the log's journal

    private boolean isDue(ClosedSegment segment, List<Erasure> pending) {
        long done = doneBelow.getOrDefault(segment.number(), 0L);
        return pending.stream()
                .anyMatch(order -> order.position() >= done && order.meets(segment.firstIndex(), segment.nextIndex()));
    }

    /// @return whether it was done
    private boolean erase(ClosedSegment segment) throws IOException {
        if (isResting(segment.number()) || site.heldBack(segment).isPresent()) return false;
        // Those that come while the segment is being written anew may find it half done.
        long below = erasures.size();
        try {
            var own = ownEntries(segment);
            entries.eraseBodies(
                    segment.number(), index -> erasures.hides(index) && !own.get((int) (index - segment.firstIndex())));
        } catch (JournalDamaged damaged) {
            rest(segment.number(), "nothing can be erased from a damaged segment: " + damaged.getMessage());
            return false;
        } catch (IOException e) {
            rest(segment.number(), e.getMessage() == null ? e.toString() : e.getMessage());
            return false;
        }
        resting.remove(segment.number());
        doneBelow.put(segment.number(), below);
        return true;
    }

    private boolean isResting(long segmentNumber) {
        var rests = resting.get(segmentNumber);
        return rests != null && rests.untilNanos - nanoTime.getAsLong() > 0;
    }

    private void rest(long segmentNumber, String cause) {
        resting.put(segmentNumber, new Resting(nanoTime.getAsLong() + REST_NANOS, cause));
    }

    /// Entries that the box itself made.
    private BitSet ownEntries(ClosedSegment segment) throws IOException {
        var own = new BitSet();
        int count = (int) (segment.nextIndex() - segment.firstIndex());
        entries.scanLeaves(segment.firstIndex(), count, (index, leaf) -> {
            if (!ErasableLeaf.is(leaf)) own.set((int) (index - segment.firstIndex()));
        });
        return own;
    }

    // --- one order

    /// What is still to be done until the bytes of an order are gone; empty if they are.
    private Optional<String> obstacle(Erasure order) throws IOException {
        var open = entries.openSegment();
        if (open.isPresent() && order.meets(open.get().firstIndex(), open.get().nextIndex())) {
            if (!hasWaited(order)) return Optional.of("the segment that is written to is full, or ends early");
            return Optional.of(
                    site.close(open.get().number()).orElse("the segment that is written to comes to its early end"));
        }
        var segments = entries.closedSegments().stream()
                .filter(segment -> order.meets(segment.firstIndex(), segment.nextIndex()))
                .toList();
        for (var segment : segments) {
            if (isDue(segment, List.of(order))) {
                var rests = Optional.ofNullable(resting.get(segment.number())).map(Resting::cause);
                return rests.or(() -> site.heldBack(segment)).or(() -> Optional.of("its segment is worked at"));
            }
        }
        if (order.form() == ErasureForm.BODY_AND_SALTS && !eraseKept(order)) {
            return Optional.of("the journal of erasures, which keeps salts, has a segment to write anew");
        }
        // Behind the look at the segments: one that is on the list no more has its bytes until they are zeros.
        return segments.stream()
                .map(site::leftBehind)
                .flatMap(Optional::stream)
                .findFirst()
                .or(this::givenUpBytes)
                .or(() -> site.toBePublished(order.ranges()))
                .or(() -> site.otherCopies(order));
    }

    /// What retention gave up and could not clear; waits for it, if it is at that.
    private Optional<String> givenUpBytes() {
        try {
            entries.recycle(0);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("a segment that was given up still has its bytes: " + e.getMessage());
        }
    }

    private boolean hasWaited(Erasure order) {
        return hasWaited(order, within);
    }

    /// By the box's clock, which may have been set since, or by the time that this run has known of it.
    private boolean hasWaited(Erasure order, Duration time) {
        long now = nanoTime.getAsLong();
        long seen = seenNanos.computeIfAbsent(order.position(), _ -> now);
        return now - seen >= time.toNanos()
                || !clock.get().isBefore(order.at().time().plus(time));
    }

    // --- what earlier orders kept

    /// Looked at now and then, since it reads all that overlaps.
    ///
    /// @return whether the salts of all entries of an order are gone
    private boolean eraseKept(Erasure order) throws IOException {
        long now = nanoTime.getAsLong();
        Long until = keptUntilNanos.get(order.position());
        if (until != null && until - now > 0) return false;
        keptUntilNanos.put(order.position(), now + Math.min(REST_NANOS, within.toNanos() / 4));
        try {
            var journal = erasures.journal().orElseThrow();
            var stale = stalePositions(order, journal);
            var open = journal.openSegment();
            if (open.isPresent() && stale.length() > open.get().firstIndex() && hasWaited(order)) {
                erasures.closeSegment();
            }
            // Those whose bodies are gone, too: whatever was cut off may have left the copy of their tail.
            for (var segment : journal.closedSegments()) {
                if (erasures.state()
                        .keepers()
                        .anyMatch(keepers -> isAbout(order, keepers) && keepers.liesIn(segment))) {
                    journal.eraseBodies(segment.number(), position -> stale.get((int) position));
                }
            }
            return stalePositions(order, journal).isEmpty();
        } catch (JournalDamaged damaged) {
            // Nothing is broken by it: the order waits, and says so.
            throw new IOException("what orders kept cannot be erased: " + damaged.getMessage(), damaged);
        }
    }

    /// The entries of the journal of erasures whose bodies go and are still there. What they keep of others is
    /// kept anew before.
    private BitSet stalePositions(Erasure order, Journal journal) throws IOException {
        var stale = new BitSet();
        for (var keepers : erasures.state().keepers().toList()) {
            if (!isAbout(order, keepers)) continue;
            for (long position : staleOf(keepers)) {
                if (journal.read(position).hasBody()) stale.set(Math.toIntExact(position));
            }
        }
        return stale;
    }

    private static boolean isAbout(Erasure order, ErasureState.Keepers keepers) {
        return order.ranges().stream().anyMatch(range -> keepers.order().meets(range.first(), range.next()));
    }

    private List<Long> staleOf(ErasureState.Keepers keepers) throws IOException {
        var kept = erasures.keptAt(keepers.newest());
        var rest = kept.stream()
                .filter(slots -> !erasures.hidesSalts(slots.index()))
                .toList();
        var all = keepers.positions();
        if (rest.size() == kept.size()) return all.subList(0, all.size() - 1);
        if (!rest.isEmpty()) erasures.keep(keepers.order().position(), rest);
        return all;
    }
}
