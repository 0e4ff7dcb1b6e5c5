package org.sealpost.journal;

import java.util.Locale;

/// A run of entries that something is wrong with.
///
/// @param segment the journal and the name of the file
/// @param offset where in the file, in bytes
/// @param firstIndex the first entry concerned
/// @param lastIndex the last one, inclusive; -1 when it cannot be told
/// @param gone what of them cannot be read
/// @param problem what was expected and found
public record Damage(String segment, long offset, long firstIndex, long lastIndex, Gone gone, String problem) {
    /// What of an entry cannot be read.
    public enum Gone {
        /// What keeps entries together is damaged, they themselves are readable.
        NOTHING("readable"),
        BODY("body gone"),
        LEAF("leaf gone"),
        BOTH("gone");

        private final String words;

        Gone(String words) {
            this.words = words;
        }

        /// As programs read it.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Whether the tree has to do with the hashes of these leaves.
    public boolean leavesGone() {
        return gone == Gone.LEAF || gone == Gone.BOTH;
    }

    /// The entries concerned and what they lost, in a few words.
    public String loss() {
        return entries(firstIndex, lastIndex) + " " + gone.words;
    }

    /// Whether the other one goes on where this one ends, with the same loss.
    boolean isContinuedBy(Damage other) {
        return segment.equals(other.segment)
                && gone == other.gone
                && gone != Gone.NOTHING
                && lastIndex >= 0
                && other.firstIndex == lastIndex + 1;
    }

    Damage upTo(long last) {
        return new Damage(segment, offset, firstIndex, last, gone, problem);
    }

    static String entries(long first, long last) {
        if (last < 0) {
            return "entries from %d on".formatted(first);
        }
        return first == last ? "entry %d".formatted(first) : "entries %d to %d".formatted(first, last);
    }

    @Override
    public String toString() {
        return "%s: %s; %s".formatted(segment, problem, loss());
    }
}
