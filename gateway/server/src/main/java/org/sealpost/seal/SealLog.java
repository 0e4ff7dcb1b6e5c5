package org.sealpost.seal;

import java.io.IOException;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.LongToIntFunction;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.journal.Journal;
import org.sealpost.record.ClockReading;

/// Sealed heads in ascending order of size, and the checkpoints made of some of them: the newest in the `seals`
/// journal, and of older ones, once that is thinned, those that somebody may ask for in `seals-kept`.
///
/// One writer, the [Sealer], or in a mirror whoever imports; any number of readers. Bytes: docs/formats.md §12
/// and §21.
public final class SealLog implements AutoCloseable {
    public static final String KIND = "seals";
    public static final String KEPT_KIND = "seals-kept";

    /// What the journals must have room for in an entry.
    public static final int MAX_ENTRY_SIZE_BYTES = 8192;

    private final Journal journal;
    private final Journal keptJournal;
    private final SealRow seals;
    private final SealRow kept;
    private final SealThinning thinning;
    private volatile Optional<SealedHead> newest;
    private volatile Optional<Checkpoint> newestCheckpoint;
    private volatile Optional<ClockReading> lastProven;

    private SealLog(Journal journal, Journal keptJournal, SealThinning.Pace pace) throws IOException {
        this.journal = journal;
        this.keptJournal = keptJournal;
        this.seals = new SealRow(journal);
        this.kept = new SealRow(keptJournal);
        newest = seals.newest();
        newestCheckpoint = seals.newestCheckpoint();
        if (newestCheckpoint.isEmpty()) newestCheckpoint = kept.newestCheckpoint();
        lastProven = seals.lastProven();
        if (lastProven.isEmpty()) lastProven = kept.lastProven();
        long keptSize = kept.newest().map(SealedHead::size).orElse(0L);
        if (keptSize > sealedSize()) {
            throw new TreeDamaged("the newest seal covers " + sealedSize() + " entries, but one over " + keptSize
                    + " was kept when older ones were given up: the journal '" + KIND
                    + "' was lost or replaced; bring the data directory back as it was");
        }
        thinning = new SealThinning(seals, kept, keptSize, pace);
    }

    /// Takes both journals over; they are closed if it throws.
    ///
    /// @param seals of kind [#KIND]
    /// @param kept  of kind [#KEPT_KIND], empty until the other one is thinned
    public static SealLog open(Journal seals, Journal kept) throws IOException {
        return open(seals, kept, SealThinning.Pace.DEFAULT);
    }

    static SealLog open(Journal seals, Journal kept, SealThinning.Pace pace) throws IOException {
        try {
            return new SealLog(seals, kept, pace);
        } catch (IOException | RuntimeException e) {
            seals.close();
            kept.close();
            throw e;
        }
    }

    public Optional<SealedHead> newest() {
        return newest;
    }

    public Optional<Checkpoint> newestCheckpoint() {
        return newestCheckpoint;
    }

    /// What the clock said when the newest seal was made under which it was synchronised.
    ///
    /// After a start that finds thousands of seals without such a clock it may be an older one of those: late
    /// enough for a floor, and found by few looks.
    public Optional<ClockReading> lastProven() {
        return lastProven;
    }

    /// Entries under a seal: 0 to `sealedSize() − 1`.
    public long sealedSize() {
        return newest.map(SealedHead::size).orElse(0L);
    }

    /// What the seals take on the disk, by what is written.
    public long bytesWritten() {
        return journal.bytesWritten() + keptJournal.bytesWritten();
    }

    /// The first seal over this entry that is still there: of those that were given up one of the same minute
    /// stayed.
    public Optional<SealedHead> firstCovering(long index) throws IOException {
        return index >= sealedSize() ? Optional.empty() : first(index + 1);
    }

    /// The seal over exactly this many entries.
    public Optional<SealedHead> ofSize(long size) throws IOException {
        return size > sealedSize() ? Optional.empty() : first(size).filter(head -> head.size() == size);
    }

    /// The first checkpoint of a tree of `size` to `upTo` entries that is still there. Of those that were given up the
    /// first one behind each hand-over stayed.
    public Optional<Checkpoint> checkpointFrom(long size, long upTo) throws IOException {
        var found = seals.checkpointFrom(size, upTo);
        if (journal.firstIndex() == 0) return found;
        return kept.checkpointFrom(size, upTo).or(() -> found);
    }

    /// What is kept is durable before anything is given up, so the later look finds what the earlier one
    /// missed.
    private Optional<SealedHead> first(long size) throws IOException {
        var found = seals.atLeast(size);
        if (journal.firstIndex() == 0) return found;
        var old = kept.atLeast(size);
        if (old.isEmpty()) return found;
        return found.filter(head -> head.size() < old.get().size()).or(() -> old);
    }

    /// Durable when it returns; then readers see it (I6: never a smaller or equal size). For the sealer, and
    /// where a mirror takes a head that somebody else's sealer made.
    public void append(SealedHead head) throws IOException {
        if (head.size() <= sealedSize()) {
            throw new IllegalStateException("seal over " + head.size() + " entries after one over " + sealedSize());
        }
        journal.append(SealRow.encode(head), new byte[0]);
        journal.force();
        newest = Optional.of(head);
        lastProven = SealRow.proven(head).or(() -> lastProven);
    }

    /// Durable when it returns.
    void append(Checkpoint checkpoint) throws IOException {
        journal.append(SealRow.encode(checkpoint), new byte[0]);
        journal.force();
        newestCheckpoint = Optional.of(checkpoint);
    }

    /// Gives up seals that are old, a bounded number of them; one of each minute stays, and whoever is needed.
    /// Sealer's thread.
    ///
    /// @param neededSize whether somebody may ask for the seal over exactly so many entries
    /// @param handOvers  how many hand-overs of the sealing key lie below a size: the first checkpoint behind each
    /// stays
    /// @return how many it looked at; 0 as long as too few are old
    public int thin(LongPredicate neededSize, LongToIntFunction handOvers) throws IOException {
        return thinning.step(neededSize, handOvers, newestCheckpoint);
    }

    @Override
    public void close() throws IOException {
        journal.close();
        keptJournal.close();
    }
}
