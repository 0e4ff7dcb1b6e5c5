package org.sealpost.archive.index;

import java.util.ArrayList;
import java.util.List;

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

    /// Gathers them in their order.
    static final class Gathering {
        private final List<Unread> ranges = new ArrayList<>();

        /// @param end where the run ends
        /// @return which entry comes behind what was added
        long add(long index, String cause, long end) {
            if (!ranges.isEmpty() && ranges.getLast().next == index) {
                var last = ranges.removeLast();
                ranges.add(new Unread(last.first, index + 1, last.cause));
                return index + 1;
            }
            long next = ranges.size() == MOST_RANGES - 1 ? end : index + 1;
            ranges.add(new Unread(index, next, cause));
            return next;
        }

        List<Unread> ranges() {
            return List.copyOf(ranges);
        }
    }
}
