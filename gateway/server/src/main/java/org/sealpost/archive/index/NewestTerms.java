package org.sealpost.archive.index;

import java.util.ArrayList;
import java.util.List;

/// The terms of the entries behind the last part: those of one run at most, and a step of the stage.
/// Thread-safe.
final class NewestTerms {
    private final TermList terms = new TermList();
    private final List<Unread> unread = new ArrayList<>();
    private long first;
    private long next;

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
    synchronized void add(TermList more, List<Unread> ranges, long upTo) {
        terms.add(more);
        unread.addAll(ranges);
        next = upTo;
    }

    /// Forgets entries that a part has now.
    synchronized void dropBelow(long index) {
        terms.dropBelow(index);
        unread.removeIf(range -> range.next() <= index);
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
