package org.sealpost.journal;

import java.util.List;
import java.util.stream.Collectors;

/// Bytes that were durable are missing or altered. Never thrown for the torn end that an ordinary power cut leaves.
///
/// Names the file, the place in it, and the entries concerned, so that an operator can decide.
public final class JournalDamaged extends BrokenPromise {
    private static final long serialVersionUID = 1;
    private static final int MOST_TOLD = 100;

    private final String segment;
    private final long offset;
    private final long firstIndex;
    private final long lastIndex;

    private JournalDamaged(JournalDamaged found, String allOfIt) {
        super(found.getMessage() + allOfIt);
        this.segment = found.segment;
        this.offset = found.offset;
        this.firstIndex = found.firstIndex;
        this.lastIndex = found.lastIndex;
    }

    /// The same, and what all of the damage is.
    JournalDamaged with(List<Damage> damages) {
        if (damages.isEmpty()) {
            return this;
        }
        String ranges = damages.stream().limit(MOST_TOLD).map(Damage::loss).collect(Collectors.joining(", "));
        long more = damages.size() - MOST_TOLD;
        return new JournalDamaged(
                this, "; in all: " + ranges + (more > 0 ? ", and %d more ranges".formatted(more) : ""));
    }

    /// @param lastIndex the last entry concerned, inclusive; -1 when it cannot be told
    JournalDamaged(String segment, long offset, long firstIndex, long lastIndex, String problem) {
        super("%s: %s; concerned: %s".formatted(segment, problem, Damage.entries(firstIndex, lastIndex)));
        this.segment = segment;
        this.offset = offset;
        this.firstIndex = firstIndex;
        this.lastIndex = lastIndex;
    }

    /// The journal and the name of the file in its directory: the indexes are those of this journal.
    public String segment() {
        return segment;
    }

    /// Where in the file, in bytes, the first thing wrong was found.
    public long offset() {
        return offset;
    }

    /// The first entry concerned.
    public long firstIndex() {
        return firstIndex;
    }

    /// The last entry that is known to be concerned; -1 when it cannot be told.
    public long lastIndex() {
        return lastIndex;
    }
}
