package org.sealpost.archive;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.archive.erasure.ErasableLeaf;
import org.sealpost.archive.erasure.ErasureForm;
import org.sealpost.archive.erasure.ErasureRefused;
import org.sealpost.archive.erasure.Erasures;
import org.sealpost.archive.erasure.IndexRange;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.ClockReading;
import org.sealpost.record.HeaderLeaf;
import org.sealpost.record.Leaf;
import org.sealpost.seal.SealLog;
import org.sealpost.stage.Rest;
import org.sealpost.stage.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Orders by the owner's policies that bodies are erased: those of some profiles at some age. Carried out, copied
/// into the log and shown they are like the orders that people give.
///
/// Nothing is ordered that is not final on every required anchorage, or that is needed to know a repeat (I16). An
/// age that is not proven is none. A policy's position is what was ordered so far, so repeating a step is harmless.
///
/// A segment is written anew for each order about it. So a policy waits until all that a segment holds is due, or
/// something in it has been due for long enough.
public final class ErasingPolicies implements Stage {
    /// In whose name orders are given.
    public static final String BY = "policy";

    private static final Logger LOG = LoggerFactory.getLogger(ErasingPolicies.class);

    private static final int AT_ONCE = 4096;

    private final Log log;
    private final Erasures erasures;
    private final Finality finality;
    private final Surroundings surroundings;
    private final Bounds bounds;
    private final List<Walk> walks;

    // Owned by the stage.
    private final Rest rest;
    private String obstacle = "";
    private int turn;

    private volatile String waitsFor = "";

    /// What is looked at.
    public record Log(Journal entries, SealLog seals) {}

    /// @param clock      and how good it is
    /// @param nanoTime   running time
    /// @param neededFrom the first entry that is needed to know a repeat
    /// @param patience   how long what is due waits for the rest of its segment
    public record Surroundings(
            Supplier<ClockReading> clock, LongSupplier nanoTime, LongSupplier neededFrom, Duration patience) {}

    /// @param mostRanges  once so many stretches were ordered, only orders of a single one follow: each takes some of
    ///                    the heap for ever
    /// @param mostEntries of an order of the body alone: what it keeps of each is gathered in memory first
    public record Bounds(int mostRanges, int mostEntries) {
        public Bounds(int mostRanges) {
            this(mostRanges, 32_768);
        }
    }

    /// Reads nothing.
    public ErasingPolicies(
            List<ErasingPolicy> policies,
            Log log,
            Erasures erasures,
            Finality finality,
            Surroundings surroundings,
            Bounds bounds) {
        this.log = log;
        this.erasures = erasures;
        this.finality = finality;
        this.surroundings = surroundings;
        this.bounds = bounds;
        this.rest = new Rest(surroundings.nanoTime);
        this.walks = policies.stream().map(Walk::new).toList();
    }

    @Override
    public String name() {
        return "erasing-policies";
    }

    /// Why a policy is not carried out although it asks for it; empty if it does not, or is. Any thread.
    public String waitsFor() {
        return waitsFor;
    }

    /// Why a policy has stopped and does not go on by itself; empty if none has. Any thread.
    public String stopped() {
        return walks.stream()
                .map(walk -> walk.stopped)
                .filter(why -> !why.isEmpty())
                .findFirst()
                .orElse("");
    }

    /// Whether a policy is about to order more of what this segment holds, so that writing it anew now would be
    /// done twice. Any thread.
    public boolean isAmidst(ClosedSegment segment) {
        return walks.stream().anyMatch(walk -> walk.isAmidst(segment));
    }

    @Override
    public Duration pause() {
        return rest.pause();
    }

    /// @throws IOException if what one policy asks for cannot be ordered now; the others are carried out
    @Override
    public int step() throws IOException {
        obstacle = "";
        try {
            return rest.after(this::work);
        } finally {
            waitsFor = obstacle;
        }
    }

    /// Each policy has its turn, however much another one has to do.
    private int work() throws IOException {
        IOException setback = null;
        for (int i = 0; i < walks.size(); i++) {
            var walk = walks.get(turn);
            turn = (turn + 1) % walks.size();
            int done = 0;
            try {
                done = walk.step();
                if (done > 0) return done;
            } catch (JournalDamaged damaged) {
                // Whoever needs what is damaged finds it, too; here nothing is lost by waiting.
                setback = new IOException(String.valueOf(damaged.getMessage()), damaged);
            } catch (IOException e) {
                setback = e;
            } finally {
                // Nobody waits for what is not ordered now.
                if (done == 0) walk.amidst = null;
            }
        }
        if (setback != null) throw setback;
        return 0;
    }

    private void waits(String why) {
        if (obstacle.isEmpty()) obstacle = why;
    }

    /// Whether a policy asks for an entry. Nobody's is what an order may run over without a difference: the box's own,
    /// what is lost, or ordered already.
    private enum Kind {
        ASKED_FOR,
        OF_OTHERS,
        NOBODYS
    }

    /// One policy on its way through the log.
    private final class Walk {
        private final ErasingPolicy policy;
        private final ProvenAge due;
        private final ProvenAge overdue;

        // Nothing below is asked for and not ordered.
        private long cursor;

        // The entry at which it stopped for good, if it did, and why.
        private long stoppedAt = -1;
        private volatile String stopped = "";

        // The segment of which it orders more.
        private volatile @Nullable IndexRange amidst;

        Walk(ErasingPolicy policy) {
            this.policy = policy;
            due = new ProvenAge(log.seals, policy.after());
            overdue = new ProvenAge(log.seals, policy.after().plus(surroundings.patience));
        }

        int step() throws IOException {
            var now = surroundings.clock.get();
            if (now.state() != ClockReading.State.SYNCED) {
                waits("how old records are is not known: the clock is not synchronised");
                return 0;
            }
            long kept = log.entries.firstIndex();
            cursor = erasures.firstNotOrdered(Math.max(cursor, kept), policy.form());
            var ordering = amidst;
            if (ordering != null && cursor >= ordering.next()) amidst = null;
            if (due.lookOn(cursor, now.time())) return 1;
            var segment = segmentOf(cursor);
            if (segment.isEmpty()) return 0;
            try {
                return step(segment.get(), now);
            } catch (IndexOutOfBoundsException gone) {
                // Meanwhile the segment was given up.
                if (log.entries.firstIndex() == kept) throw gone;
                return 1;
            }
        }

        private int step(Segment segment, ClockReading now) throws IOException {
            long dueNext = Math.min(segment.next, due.below());
            cursor = firstAskedFor(cursor, dueNext);
            if (cursor >= dueNext) return segment.closed && cursor >= segment.next ? 1 : 0;
            if (!mayGo(cursor)) return 0;
            long next = Math.min(dueNext, Math.min(finality.size(), surroundings.neededFrom.getAsLong()));
            boolean whole = segment.closed && next == segment.next;
            if (!whole) {
                if (overdue.lookOn(cursor, now.time())) return 1;
                if (cursor >= overdue.below()) return 0;
            }
            return order(segment, next) ? 1 : 0;
        }

        private boolean mayGo(long index) {
            if (finality.required().isEmpty()) {
                waits(policy.rule()
                        + " is due, and nothing is erased: no anchorage is required that would hold a head over it");
            } else if (finality.size() <= index) {
                waits(policy.rule() + " is due for entry " + index + ", which is not final on "
                        + finality.missing(index + 1));
            } else if (surroundings.neededFrom.getAsLong() <= index) {
                waits(policy.rule() + " is due for entry " + index + ", which is needed to know repeats");
            } else if (index == stoppedAt) {
                waits(stopped);
            } else {
                return true;
            }
            return false;
        }

        /// @return whether it goes on
        private boolean order(Segment segment, long next) throws IOException {
            var asked = askedFor(cursor, next);
            if (asked.ranges.isEmpty()) {
                // Meanwhile somebody else ordered the rest.
                cursor = Math.max(cursor, asked.below);
                return true;
            }
            if (asked.ranges.size() > 1 && erasures.rangeCount() >= bounds.mostRanges) {
                stop();
                return false;
            }
            if (asked.below < next) amidst = new IndexRange(segment.first, segment.next);
            try {
                for (var order : erasures.order(BY, policy.rule(), policy.form(), asked.ranges)) {
                    LOG.info("{} has bodies of entries erased: order {}", policy.rule(), order.position());
                }
            } catch (ErasureRefused refused) {
                if (!refused.isNothing()) throw new IOException(refused.sentence(), refused);
            }
            if (asked.below >= next) amidst = null;
            cursor = asked.below;
            stopped = "";
            return true;
        }

        private void stop() {
            if (stopped.isEmpty()) LOG.warn("{} stops: too many stretches of the log were erased", policy.rule());
            stopped = policy.rule() + " is due, and nothing more is erased by it: " + bounds.mostRanges
                    + " stretches of the log were, and their list may not grow without bound";
            stoppedAt = cursor;
            waits(stopped);
        }

        boolean isAmidst(ClosedSegment segment) {
            var ordering = amidst;
            return ordering != null && ordering.first() < segment.nextIndex() && segment.firstIndex() < ordering.next();
        }

        // --- what is asked for

        private long firstAskedFor(long from, long next) throws IOException {
            long[] found = {-1};
            for (long at = from; at < next; at += AT_ONCE) {
                log.entries.scanLeaves(at, (int) Math.min(AT_ONCE, next - at), (index, leaf) -> {
                    if (found[0] < 0 && kind(index, leaf) == Kind.ASKED_FOR) found[0] = index;
                });
                if (found[0] >= 0) return found[0];
            }
            return Math.max(from, next);
        }

        /// @param below nothing below is asked for and left out
        private record Asked(List<IndexRange> ranges, long below) {}

        /// A range runs over what is nobody's, since that stays anyway.
        private Asked askedFor(long from, long next) throws IOException {
            var ranges = new ArrayList<IndexRange>();
            long[] open = {-1, -1};
            long[] below = {policy.form() == ErasureForm.BODY ? Math.min(next, from + bounds.mostEntries) : next};
            for (long at = from; at < below[0]; at += AT_ONCE) {
                log.entries.scanLeaves(at, (int) Math.min(AT_ONCE, below[0] - at), (index, leaf) -> {
                    if (index >= below[0]) return;
                    switch (kind(index, leaf)) {
                        case ASKED_FOR -> {
                            if (open[0] < 0) open[0] = index;
                            open[1] = index + 1;
                        }
                        case OF_OTHERS -> {
                            if (open[0] < 0) return;
                            ranges.add(new IndexRange(open[0], open[1]));
                            open[0] = -1;
                            if (ranges.size() == Erasures.MAX_RANGES) below[0] = index;
                        }
                        case NOBODYS -> {}
                    }
                });
            }
            if (open[0] >= 0) ranges.add(new IndexRange(open[0], open[1]));
            return new Asked(ranges, below[0]);
        }

        private Kind kind(long index, byte[] bytes) {
            if (erasures.firstNotOrdered(index, policy.form()) > index) return Kind.NOBODYS;
            try {
                var leaf = Leaf.parse(bytes);
                if (!ErasableLeaf.is(leaf) || !(leaf instanceof HeaderLeaf header)) return Kind.NOBODYS;
                return policy.whose().holds(header.profile()) ? Kind.ASKED_FOR : Kind.OF_OTHERS;
            } catch (CborMalformed e) {
                return Kind.NOBODYS;
            }
        }
    }

    // --- where it lies

    /// @param closed whether nothing is added to it any more
    private record Segment(long first, long next, boolean closed) {}

    private Optional<Segment> segmentOf(long index) {
        // The other way round the one that is written to might be on neither list.
        var open = log.entries.openSegment();
        var closed = log.entries.closedSegments().stream()
                .filter(segment -> index >= segment.firstIndex() && index < segment.nextIndex())
                .findFirst();
        if (closed.isPresent()) {
            return closed.map(segment -> new Segment(segment.firstIndex(), segment.nextIndex(), true));
        }
        return open.filter(segment -> index >= segment.firstIndex() && index < segment.nextIndex())
                .map(segment -> new Segment(segment.firstIndex(), segment.nextIndex(), false));
    }
}
