package org.sealpost.archive.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.journal.SegmentUse;

/// The terms of the entries behind the last part: those of one run at most, and a step of the stage.
/// Thread-safe.
final class NewestTerms {
    private final TermList terms = new TermList();
    private final List<Unread> unread = new ArrayList<>();

    // In their order, without gaps between them.
    private final List<Origin> origins = new ArrayList<>();
    private long first;
    private long next;

    /// Where the terms of some entries come from.
    ///
    /// @param use of the segment before they were read
    record Origin(long segment, SegmentUse use, long first, long next) {
        /// Those of the entries from one up to another.
        static List<Origin> of(Journal journal, long from, long upTo) {
            // The open one first: if it is closed meanwhile it is among the closed ones, and never among neither.
            var open = journal.openSegment();
            List<Origin> origins = new ArrayList<>();
            for (var closed : journal.closedSegments()) add(origins, closed, from, upTo);
            open.filter(segment -> origins.isEmpty() || origins.getLast().segment < segment.number())
                    .ifPresent(segment -> add(origins, segment, from, upTo));
            return origins;
        }

        private static void add(List<Origin> origins, ClosedSegment segment, long from, long upTo) {
            long first = Math.max(from, segment.firstIndex());
            long next = Math.min(upTo, segment.nextIndex());
            if (first < next) origins.add(new Origin(segment.number(), segment.use(), first, next));
        }
    }

    /// What was there at a moment.
    ///
    /// @param entries that fit what was asked
    record Seen(long first, long next, long[] entries, List<Unread> unread) {}

    /// @param first where the entries begin that have no part
    NewestTerms(long first) {
        this.first = first;
        this.next = first;
    }

    synchronized long first() {
        return first;
    }

    synchronized long next() {
        return next;
    }

    /// Adds what is known of the next entries, all at once: whoever looks sees either none of it, or also which
    /// of them could not be read.
    ///
    /// @param from where each of them comes from, as it was before they were read
    synchronized void add(TermList more, List<Unread> ranges, List<Origin> from, long upTo) {
        terms.add(more);
        unread.addAll(ranges);
        for (var origin : from) {
            if (origin.first < upTo) {
                join(new Origin(origin.segment, origin.use, origin.first, Math.min(origin.next, upTo)));
            }
        }
        next = upTo;
    }

    private void join(Origin origin) {
        if (!origins.isEmpty()) {
            var last = origins.getLast();
            if (last.next == origin.first && last.segment == origin.segment && last.use.equals(origin.use)) {
                origins.removeLast();
                origins.add(new Origin(last.segment, last.use, last.first, origin.next));
                return;
            }
        }
        origins.add(origin);
    }

    /// The terms of a run, where all of them are known, and its segment is still the one that was read: nothing of
    /// what was erased since comes to a file.
    synchronized Optional<TermList> of(Run run) {
        if (run.first() < first || next < run.next()) return Optional.empty();
        if (unread.stream().anyMatch(range -> range.first() < run.next() && run.first() < range.next())) {
            return Optional.empty();
        }
        return origins.stream()
                .filter(origin -> origin.segment == run.segment() && origin.use.equals(run.use()))
                .filter(origin -> origin.first <= run.first() && run.next() <= origin.next)
                .findAny()
                .map(_ -> terms.of(run.first(), run.next()));
    }

    /// Forgets entries that a part has now.
    synchronized void dropBelow(long index) {
        terms.dropBelow(index);
        unread.removeIf(range -> range.next() <= index);
        origins.removeIf(origin -> origin.next <= index);
        first = Math.max(first, index);
        next = Math.max(next, index);
    }

    synchronized Seen look(Criteria criteria) {
        try {
            var lost = Unread.lost(terms.entries(Term.Kind.LOST, 0, 0));
            return new Seen(first, next, criteria.entries(terms), List.copyOf(Unread.both(unread, lost)));
        } catch (PartBad e) {
            throw new AssertionError("memory is never bad", e);
        }
    }

    synchronized List<Unread> unread() {
        return List.copyOf(unread);
    }
}
