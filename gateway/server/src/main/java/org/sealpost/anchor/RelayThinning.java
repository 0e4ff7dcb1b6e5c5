package org.sealpost.anchor;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealpost.journal.ClosedSegment;
import org.sealpost.journal.Journal;
import org.sealpost.journal.JournalDamaged;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives up the oldest segments of a relay's journal, and keeps of each hour the last head that was final there:
/// four entries of a block each for each head, and its proof, would be a gigabyte a year (docs/relay.md §5.3).
///
/// Looks once an hour, for the first time an hour after the start: an update is confirmed by then, and the release
/// before it could not read what is thinned. The relay's thread.
final class RelayThinning {
    private static final Logger LOG = LoggerFactory.getLogger(RelayThinning.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofHours(1);
    private static final long HOUR_SECONDS = 3600;

    /// Some 64 MiB are read and given up at a look, however long none was given up.
    private static final long MOST_AT_ONCE = 16_384;
    private static final int MOST_SEGMENTS_AT_ONCE = 16;

    private final String name;
    private final Journal journal;
    private final KeptEntries kept;
    private final Optional<AnchorProofs> proofs;
    private final Progress progress;
    private final int newest;
    private long nextNanos;

    /// @param newest how many entries stay as they are
    RelayThinning(
            String name,
            Journal journal,
            KeptEntries kept,
            Optional<AnchorProofs> proofs,
            Progress progress,
            int newest,
            long nowNanos) {
        this.name = name;
        this.journal = journal;
        this.kept = kept;
        this.proofs = proofs;
        this.progress = progress;
        this.newest = newest;
        this.nextNanos = nowNanos + BETWEEN_LOOKS.toNanos();
    }

    /// What only saves room ends nothing: a failure is logged, and tried again in an hour.
    void step(long nowNanos) {
        if (nowNanos - nextNanos < 0) return;
        nextNanos = nowNanos + BETWEEN_LOOKS.toNanos();
        try {
            thin();
            if (proofs.isPresent()) thin(proofs.get());
        } catch (IOException | JournalDamaged e) {
            LOG.error("old entries of relay {} are not given up: {}; tried again in an hour", name, e.getMessage());
        }
    }

    private void thin() throws IOException {
        long below = lastBoundary(quietBelow());
        if (below <= journal.firstIndex()) return;
        var finals = new HashMap<Long, RelayEntry.Final>();
        kept.keep(staying(below, finals));
        // Whoever asks meanwhile finds the copy before the original goes; also of one that a cut left from last time.
        kept.scan((position, copy) -> {
            var end = finals.remove(copy.index());
            if (end != null) progress.finals().put(end.size(), keptAt(position));
        });
        try {
            journal.recycle(below);
        } finally {
            // Where their bytes could not be removed, they cannot be read any more either.
            long first = journal.firstIndex();
            finals.forEach((index, end) -> {
                if (index < first) progress.finals().forget(end.size(), index);
            });
        }
    }

    /// Proofs go with their heads.
    private void thin(AnchorProofs proofs) throws IOException {
        var finals = progress.finals();
        long below = finals.firstFrom(0); // older heads are kept, or were given up
        for (int segments = 0; segments < MOST_SEGMENTS_AT_ONCE; segments++) {
            if (!proofs.giveUpOldest(below, size -> finals.at(size).isPresent())) return;
        }
    }

    /// The largest index up to which a fold needs nothing of what lies before: nothing was under way there, nothing set
    /// aside, nothing dropped in a row, and the last request was signed behind it.
    private long quietBelow() throws IOException {
        long first = journal.firstIndex();
        long old = Math.min(journal.size() - newest, progress.lastPreparedAt());
        long quiet = quietBelow(first, Math.min(old, first + MOST_AT_ONCE));
        // Amidst a long row of refusals nothing is quiet: looked for behind it.
        return lastBoundary(quiet) <= first && old > first + MOST_AT_ONCE ? quietBelow(first, old) : quiet;
    }

    private long quietBelow(long first, long old) throws IOException {
        if (lastBoundary(old) <= first) return first;
        var fold = new Progress();
        fold.resume(progress.opened().orElseThrow());
        var quiet = new long[] {first};
        journal.scan(first, (int) Math.min(old - first, Integer.MAX_VALUE), found -> {
            if (found.index() > 0) fold.apply(Relay.decode(found.leaf(), found.index()), found.index());
            if (fold.isQuiet()) quiet[0] = found.index() + 1;
        });
        return quiet[0];
    }

    /// Segments go whole.
    private long lastBoundary(long below) {
        return journal.closedSegments().stream()
                .mapToLong(ClosedSegment::nextIndex)
                .filter(next -> next <= below)
                .max()
                .orElse(journal.firstIndex());
    }

    /// What is to be kept that is not yet.
    ///
    /// @param finals gets the heads that count among those below, by the index of their entry
    private List<KeptEntries.Kept> staying(long below, Map<Long, RelayEntry.Final> finals) throws IOException {
        var staying = new ArrayList<KeptEntries.Kept>();
        long first = journal.firstIndex();
        var isFirstBehind = new boolean[1];
        journal.scan(first, (int) (below - first), found -> {
            long index = found.index();
            var entry = Relay.decode(found.leaf(), index);
            boolean stays = switch (entry) {
                case RelayEntry.Opened _ -> true;
                case RelayEntry.RolledBack _ -> {
                    isFirstBehind[0] = true;
                    yield true;
                }
                case RelayEntry.Final end -> {
                    boolean counts = progress.finals().at(end.size()).orElse(-1) == index;
                    if (!counts) yield false;
                    finals.put(index, end);
                    boolean isFirst = isFirstBehind[0];
                    isFirstBehind[0] = false;
                    yield isFirst || isLastOfItsHour(end);
                }
                case RelayEntry.OfHead _ -> false;
            };
            if (stays && index > kept.last()) staying.add(new KeptEntries.Kept(index, entry));
        });
        return staying;
    }

    private boolean isLastOfItsHour(RelayEntry.Final end) throws IOException {
        var next = progress.finals().covering(end.size());
        if (next.isEmpty()) return true;
        long at = next.getAsLong();
        Optional<Instant> since = at >= 0 && Relay.decode(journal.read(at).leaf(), at) instanceof RelayEntry.Final after
                ? Optional.of(after.at())
                : Optional.empty();
        return since.map(time -> hour(time) != hour(end.at())).orElse(true);
    }

    private static long hour(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), HOUR_SECONDS);
    }

    /// How [Progress#finals] names what stands in the journal of what was kept, and not in the relay's own.
    static long keptAt(long position) {
        return -position - 1;
    }
}
