package org.sealpost.anchor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.sealpost.anchor.FinishedEntry.FinalPublication;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives up the oldest segments of a journal of publications, and keeps a line of each publication that is over: four
/// entries of a block each for one that comes alone would be 8 gigabytes a year (docs/relay.md §5.3).
///
/// The relay itself goes on as it stands: nothing that it knows comes from those entries any more. Looks once an hour,
/// for the first time an hour after the start, as [RelayThinning] does, and gives up a segment at a step. The relay's
/// thread.
final class PublicationThinning {
    private static final Logger LOG = LoggerFactory.getLogger(PublicationThinning.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofHours(1);

    private final String name;
    private final Journal journal;
    private final FinishedPublications finished;
    private final int newest;
    private long nextNanos;

    /// @param newest how many entries stay as they are
    PublicationThinning(String name, Journal journal, FinishedPublications finished, int newest, long nowNanos) {
        this.name = name;
        this.journal = journal;
        this.finished = finished;
        this.newest = newest;
        this.nextNanos = nowNanos + BETWEEN_LOOKS.toNanos();
    }

    /// What only saves room ends nothing: a failure is logged, and tried again in an hour.
    void step(long nowNanos) {
        if (nowNanos - nextNanos < 0) return;
        nextNanos = nowNanos + BETWEEN_LOOKS.toNanos();
        try {
            if (hasGivenUp()) nextNanos = nowNanos;
        } catch (IOException | JournalDamaged e) {
            LOG.error(
                    "old entries of publications to {} are not given up: {}; tried again in an hour",
                    name,
                    e.getMessage());
        }
    }

    private boolean hasGivenUp() throws IOException {
        journal.recycle(finished.next()); // what was kept before a cut, and did not go
        var below = firstBoundary();
        if (below.isEmpty() || !keep(below.get())) return false;
        journal.recycle(below.get());
        return true;
    }

    /// Segments go whole.
    private Optional<Long> firstBoundary() {
        return journal.closedSegments().stream()
                .map(ClosedSegment::nextIndex)
                .filter(next -> next > finished.next())
                .findFirst()
                .filter(next -> next <= journal.size() - newest);
    }

    private boolean keep(long below) throws IOException {
        var fold = finished.progress(journal);
        var finals = new ArrayList<FinalPublication>();
        long from = finished.next();
        journal.scan(from, Math.toIntExact(below - from), found -> {
            var entry = PublicationRelay.decode(found.leaf(), found.index());
            if (entry instanceof PublicationEntry.Final end) {
                Optional.ofNullable(fold.open().get(end.number()))
                        .map(item -> FinalPublication.of(item.made(), end))
                        .ifPresent(finals::add);
            }
            PublicationRelay.follow(fold, entry, found.index());
        });
        var state = fold.state();
        int parts = state.open().size() + state.owedAgain().size();
        if (parts > FinishedPublications.MOST_PARTS) {
            LOG.warn(
                    "old entries of publications to {} are not given up: {} publications there were not final, and at"
                            + " most {} may be; take up or give up those that were set aside",
                    name,
                    parts,
                    FinishedPublications.MOST_PARTS);
            return false;
        }
        finished.keep(finals, state, below, journal.read(below).leaf());
        return true;
    }
}
