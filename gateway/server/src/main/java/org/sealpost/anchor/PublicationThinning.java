package org.sealpost.anchor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.sealpost.anchor.FinishedEntry.FinalPublication;
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
    private final Predicate<PublicationEntry.Made> isOver;
    private long nextNanos;

    // How far the end of a segment was looked for where few enough are open; empty unless too many were.
    private Optional<Ahead> ahead = Optional.empty();

    /// Where the relay stood when its journal had `next` entries.
    private record Ahead(PublicationProgress fold, long next) {}

    /// @param newest how many entries stay as they are
    /// @param isOver whether a run that is owed again gets no other number, whatever comes
    PublicationThinning(
            String name,
            Journal journal,
            FinishedPublications finished,
            int newest,
            Predicate<PublicationEntry.Made> isOver,
            long nowNanos) {
        this.name = name;
        this.journal = journal;
        this.finished = finished;
        this.newest = newest;
        this.isOver = isOver;
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
        if (below.isEmpty()) return false;
        keep(below.get());
        journal.recycle(below.get());
        return true;
    }

    /// Segments go whole, and where too many were open at the end of one, together with those behind it.
    private Optional<Long> firstBoundary() throws IOException {
        var from = ahead.orElse(new Ahead(finished.progress(journal), finished.next()));
        ahead = Optional.empty(); // a failure leaves a fold that is of no place
        var fold = from.fold;
        long at = from.next;
        for (var segment : journal.closedSegments()) {
            long next = segment.nextIndex();
            if (next <= at) continue;
            if (next > journal.size() - newest) break;
            follow(fold, at, next, (_, _) -> {});
            at = next;
            if (parts(fold) <= FinishedPublications.MOST_PARTS) return Optional.of(next);
        }
        if (parts(fold) > FinishedPublications.MOST_PARTS) {
            ahead = Optional.of(new Ahead(fold, at));
            LOG.warn(
                    "old entries of publications to {} are not given up: {} publications there were not final, and at"
                            + " most {} may be; take up or give up those that were set aside",
                    name,
                    parts(fold),
                    FinishedPublications.MOST_PARTS);
        }
        return Optional.empty();
    }

    private static int parts(PublicationProgress fold) {
        return fold.open().size() + fold.owedAgain().size();
    }

    private void keep(long below) throws IOException {
        var fold = finished.progress(journal);
        var finals = new ArrayList<FinalPublication>();
        follow(fold, finished.next(), below, (made, end) -> finals.add(FinalPublication.of(made, end)));
        finished.keep(finals, fold.state(), below, journal.read(below).leaf());
    }

    /// @param finals is told what became final
    private void follow(
            PublicationProgress fold,
            long from,
            long below,
            BiConsumer<PublicationEntry.Made, PublicationEntry.Final> finals)
            throws IOException {
        journal.scan(from, Math.toIntExact(below - from), found -> {
            var entry = PublicationJournal.decode(found.leaf(), found.index());
            if (entry instanceof PublicationEntry.Final end) {
                Optional.ofNullable(fold.open().get(end.number())).ifPresent(item -> finals.accept(item.made(), end));
            }
            PublicationJournal.follow(fold, entry, found.index());
        });
        fold.forgetOwed(isOver);
    }
}
