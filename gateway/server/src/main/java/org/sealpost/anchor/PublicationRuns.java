package org.sealpost.anchor;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.sealpost.anchor.PublicationProgress.Phase;
import org.sealpost.anchor.PublishableRecords.Stretch;
import org.sealpost.lodging.Publication;

/// Which run of records gets a number next: those that are owed another one go before what has none yet.
///
/// Belongs to the stepping thread, but for what is marked.
final class PublicationRuns {
    private final LongSupplier nanoTime;
    private final PublicationProgress progress;
    private final PublishableRecords records;
    private final RunFinder finder;
    private final LongSupplier sealed;

    // Whether more of the log can be looked at now. Owned by the stepping thread.
    private boolean isBehind;

    // Why the log could not be looked at in this step. Owned by the stepping thread.
    private Optional<IOException> unlooked = Optional.empty();

    /// @param nanoTime running time
    /// @param finder   of runs that have no number yet
    /// @param sealed   how many entries of the log are
    PublicationRuns(
            LongSupplier nanoTime,
            PublicationProgress progress,
            PublishableRecords records,
            RunFinder finder,
            LongSupplier sealed) {
        this.nanoTime = nanoTime;
        this.progress = progress;
        this.records = records;
        this.finder = finder;
        this.sealed = sealed;
    }

    /// Another step begins.
    void begin() {
        isBehind = false;
        unlooked = Optional.empty();
    }

    /// Whether one should get a number now. A log that cannot be looked at is told of by [#requireLooked].
    boolean isDue() {
        try {
            return next(Set.of()).isPresent();
        } catch (IOException e) {
            unlooked = Optional.of(e);
            return false;
        }
    }

    /// @throws IOException why the log could not be looked at in this step
    void requireLooked() throws IOException {
        if (unlooked.isPresent()) throw unlooked.get();
    }

    /// Whether more of the log can be looked at now.
    boolean isBehind() {
        return isBehind;
    }

    /// The next run without what was ordered to be erased.
    ///
    /// @param unasked as of [PublicationWant.Make]
    Optional<RunFinder.Run> next(Set<Long> unasked) throws IOException {
        for (var owed : records.owed()) {
            var piece = records.shown(owed);
            if (piece.count() > 0) {
                if (unasked.contains(owed.number())) return Optional.empty();
                return Optional.of(new RunFinder.Run("", owed.kind(), piece.first(), piece.count(), 0));
            }
        }
        long nanos = nanoTime.getAsLong();
        finder.cut(progress.madeEnd());
        isBehind = finder.scan(sealed.getAsLong(), nanos);
        for (var due = finder.due(nanos); due.isPresent(); due = finder.due(nanos)) {
            var run = due.get();
            var piece = records.shown(run.kind(), run.first(), run.end());
            if (piece.count() > 0) {
                return Optional.of(
                        new RunFinder.Run(run.profile(), run.kind(), piece.first(), piece.count(), run.since()));
            }
            finder.cut(run.end());
        }
        return Optional.empty();
    }

    // --- what others may ask

    /// Payloads of entries from this one on are still needed; [Long#MAX_VALUE] if none are. Any thread.
    long neededFrom() {
        // In this order: what is made moves from those that are found to those that are open.
        long found = finder.neededFrom();
        long open = progress.open().values().stream()
                .filter(item -> item.isPayload() && !(item.phase() instanceof Phase.Aside))
                .mapToLong(item -> item.made().first())
                .min()
                .orElse(Long.MAX_VALUE);
        long owed = records.owed().stream()
                .filter(made -> made.kind() != Publication.Kind.COMMITMENTS)
                .map(records::shown)
                .filter(piece -> piece.count() > 0)
                .mapToLong(Stretch::first)
                .min()
                .orElse(Long.MAX_VALUE);
        return Math.min(found, Math.min(open, owed));
    }

    /// How many publications are not final, with runs that have no number yet, and without those that were set
    /// aside. Any thread.
    long waiting() {
        return finder.waiting()
                + progress.open().values().stream()
                        .filter(item -> !(item.phase() instanceof Phase.Aside))
                        .count();
    }
}
