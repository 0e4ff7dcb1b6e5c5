package org.sealpost.archive.index;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;

/// Reads entries for their terms, and goes on behind what cannot be read: one entry that rots must not make all
/// others impossible to find. Where one after the other cannot be read it leaves out more and more, so that it
/// comes to the end of a run that is gone: at most as many again as are damaged.
final class TermScan {
    private static final int AT_ONCE = 512;
    private static final int ONE_BY_ONE = 16;

    /// Lost with tries that read nothing; then the rest of a run is left out.
    private static final Duration MOST_LOST = Duration.ofMinutes(1);

    private final Journal journal;
    private final EntryTerms terms;
    private final LongSupplier nanoTime;

    TermScan(Journal journal, EntryTerms terms, LongSupplier nanoTime) {
        this.journal = journal;
        this.terms = terms;
        this.nanoTime = nanoTime;
    }

    /// Takes the terms of one entry after the other.
    @FunctionalInterface
    interface Visitor {
        /// @return whether to go on
        boolean visit(List<Term> terms);
    }

    /// @param next behind the last entry that is read; all of them are forced
    /// @return behind the last one that was read, or could not be
    long run(long from, long next, Unread.Gathering unread, Visitor visitor) throws IOException {
        long[] at = {from};
        boolean[] goesOn = {true};
        int inARow = 0;
        long lostNanos = 0;
        while (at[0] < next && goesOn[0]) {
            long begins = at[0];
            long begun = nanoTime.getAsLong();
            try {
                int count = (int) Math.min(AT_ONCE, next - at[0]);
                journal.scan(at[0], count, entry -> {
                    var found = terms.of(entry);
                    goesOn[0] &= visitor.visit(found);
                    at[0] = entry.index() + 1;
                });
                inARow = 0;
            } catch (JournalDamaged | IOException e) {
                if (at[0] > begins) inARow = 0;
                else lostNanos += nanoTime.getAsLong() - begun;
                long behind = lostNanos > MOST_LOST.toNanos() ? next : Math.min(next, at[0] + leftOut(inARow++));
                at[0] = unread.add(at[0], behind, String.valueOf(e.getMessage()), next);
            }
        }
        return at[0];
    }

    private static long leftOut(int inARow) {
        return inARow < ONE_BY_ONE ? 1 : 1L << Math.min(inARow - ONE_BY_ONE + 1, 40);
    }
}
