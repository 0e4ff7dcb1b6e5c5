package org.sealpost.archive.index;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Entries that could not be read, so nobody knows their terms.
///
/// @param next behind the last of them
/// @param cause why, as far as it is known
record Unread(long first, long next, String cause) {
    /// Where there are more ranges in a run, the last one covers the rest of it.
    static final int MOST_RANGES = 200;

    boolean has(long index) {
        return first <= index && index < next;
    }

    /// Entries that are lost for good, in their order, as ranges.
    static List<Unread> lost(long[] entries) {
        List<Unread> ranges = new ArrayList<>();
        for (int i = 0, end; i < entries.length; i = end) {
            end = i + 1;
            while (end < entries.length && entries[end] == entries[end - 1] + 1) end++;
            ranges.add(new Unread(entries[i], entries[end - 1] + 1, "lost"));
        }
        return ranges;
    }

    /// Both in one order.
    static List<Unread> both(List<Unread> some, List<Unread> others) {
        if (some.isEmpty()) return others;
        if (others.isEmpty()) return some;
        return Stream.concat(some.stream(), others.stream())
                .sorted(Comparator.comparingLong(Unread::first))
                .toList();
    }

    /// Gathers them in their order.
    static final class Gathering {
        private final List<Unread> ranges = new ArrayList<>();

        /// @param behind the last entry of what is added
        /// @param end    where the run ends
        /// @return which entry comes behind what was added
        long add(long first, long behind, String cause, long end) {
            if (!ranges.isEmpty() && ranges.getLast().next == first) {
                var last = ranges.removeLast();
                ranges.add(new Unread(last.first, behind, last.cause));
                return behind;
            }
            long next = ranges.size() == MOST_RANGES - 1 ? end : behind;
            ranges.add(new Unread(first, next, cause));
            return next;
        }

        List<Unread> ranges() {
            return List.copyOf(ranges);
        }
    }
}
