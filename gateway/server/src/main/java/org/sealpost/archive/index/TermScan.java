package org.sealpost.archive.index;

import java.io.IOException;
import java.util.List;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;

/// Reads entries for their terms, and goes on behind what cannot be read: one entry that rots must not make all
/// others impossible to find.
final class TermScan {
    private static final int AT_ONCE = 512;

    private final Journal journal;
    private final EntryTerms terms;

    TermScan(Journal journal, EntryTerms terms) {
        this.journal = journal;
        this.terms = terms;
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
        while (at[0] < next && goesOn[0]) {
            try {
                int count = (int) Math.min(AT_ONCE, next - at[0]);
                journal.scan(at[0], count, entry -> {
                    var found = terms.of(entry);
                    goesOn[0] &= visitor.visit(found);
                    at[0] = entry.index() + 1;
                });
            } catch (JournalDamaged | IOException e) {
                at[0] = unread.add(at[0], String.valueOf(e.getMessage()), next);
            }
        }
        return at[0];
    }
}
