package org.sealpost.archive.index;

import java.util.TreeMap;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.journal.SegmentUse;

/// Entries of one segment that a part of the index covers. Where it begins and ends follows from the segment
/// alone, so whoever looks at the same journal comes to the same runs.
///
/// @param use changes when the segment is written anew: what was made from it before is stale then
record Run(long segment, SegmentUse use, long first, long next) {
    /// That bounds what is in memory while a part is made, and what is not in a file yet.
    static final int MOST_ENTRIES = 1 << 17;

    /// Those to which no entry is added any more, by their first entry.
    static TreeMap<Long, Run> complete(Journal journal) {
        return complete(journal, MOST_ENTRIES);
    }

    static TreeMap<Long, Run> complete(Journal journal, int mostEntries) {
        // The open one first: if it is closed meanwhile it is among the closed ones, and never among neither.
        var open = journal.openSegment();
        var runs = new TreeMap<Long, Run>();
        for (var closed : journal.closedSegments()) add(runs, closed, closed.nextIndex(), mostEntries);
        open.ifPresent(segment -> {
            long whole = (segment.nextIndex() - segment.firstIndex()) / mostEntries * mostEntries;
            if (!runs.containsKey(segment.firstIndex())) add(runs, segment, segment.firstIndex() + whole, mostEntries);
        });
        return runs;
    }

    private static void add(TreeMap<Long, Run> runs, ClosedSegment segment, long next, int mostEntries) {
        for (long first = segment.firstIndex(); first < next; first += mostEntries) {
            runs.put(first, new Run(segment.number(), segment.use(), first, Math.min(next, first + mostEntries)));
        }
    }

    String fileName() {
        return "%016d-%016d%s".formatted(first, next, PartFolder.SUFFIX);
    }
}
