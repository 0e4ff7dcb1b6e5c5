package org.sealpost.journal;

/// Bytes that were durable are missing or altered. Never thrown for the torn end that an ordinary power cut leaves.
///
/// Names the file, the place in it, and the entries concerned, so that an operator can decide.
public final class JournalDamaged extends BrokenPromise {
    private static final long serialVersionUID = 1;

    private final String segment;
    private final long offset;
    private final long firstIndex;
    private final long lastIndex;

    /// @param lastIndex the last entry concerned, inclusive; -1 when it cannot be told
    JournalDamaged(String segment, long offset, long firstIndex, long lastIndex, String problem) {
        super("%s: %s; concerned: %s".formatted(segment, problem, concerned(firstIndex, lastIndex)));
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

    private static String concerned(long first, long last) {
        if (last < 0) {
            return "entries from %d on".formatted(first);
        }
        return first == last ? "entry %d".formatted(first) : "entries %d to %d".formatted(first, last);
    }
}
