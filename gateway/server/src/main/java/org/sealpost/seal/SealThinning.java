package org.sealpost.seal;

import java.io.IOException;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.LongToIntFunction;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.journal.Journal;

/// Gives up the oldest entries of the `seals` journal, which takes 4 KiB for each, a batch at a time. What of a
/// batch may be asked for is made durable in `seals-kept` before; its position is the newest seal there
/// (docs/formats.md §21).
///
/// Sealer's thread.
final class SealThinning {
    private static final long MINUTE_MILLIS = 60_000;

    private final SealRow seals;
    private final SealRow kept;
    private final Pace pace;

    // The batch under way: all entries below `next` were looked at, up to `end` they will be.
    private long next;
    private long end;
    // The last seal looked at, which waits for its successor to decide whether it stays.
    private Optional<SealedHead> undecided = Optional.empty();
    private long decidedBelow;
    // Size of the newest checkpoint in `kept`.
    private long keptCheckpoint;

    /// How much is done at once.
    ///
    /// @param newest how many entries the journal keeps at least
    /// @param batch  how many are given up together; many, since what is kept of them takes a block at least
    /// @param step   how many are looked at in a step
    record Pace(int newest, int batch, int step) {
        /// 256 MiB of seals stay; 8,192 more come and go.
        static final Pace DEFAULT = new Pace(65_536, 8_192, 512);
    }

    /// @param keptSize of the newest seal in `kept`, 0 if there is none
    SealThinning(SealRow seals, SealRow kept, long keptSize, Pace pace) throws IOException {
        this.seals = seals;
        this.kept = kept;
        this.pace = pace;
        this.next = keptSize == 0 ? seals.journal().firstIndex() : seals.firstOfSize(keptSize + 1);
        this.end = next;
        this.keptCheckpoint = kept.newestCheckpoint()
                .map(checkpoint -> checkpoint.head().size())
                .orElse(0L);
    }

    int step(LongPredicate neededSize, LongToIntFunction handOvers, Optional<Checkpoint> newestCheckpoint)
            throws IOException {
        var journal = seals.journal();
        long old = journal.size() - pace.newest();
        if (next == end) {
            if (old - next < pace.batch()) return 0;
            end = next + pace.batch();
        }
        int count = (int) Math.min(pace.step(), end - next);
        long published =
                newestCheckpoint.map(checkpoint -> checkpoint.head().size()).orElse(0L);
        LongPredicate needed = size -> size == published || neededSize.test(size);
        LongPredicate isFirstBehind = size -> handOvers.applyAsInt(size) > handOvers.applyAsInt(keptCheckpoint);
        journal.scanLeaves(next, count, (position, leaf) -> look(position, leaf, needed, published, isFirstBehind));
        if (next == end) giveUp(journal);
        return count;
    }

    /// A failure leaves everything so that the same entry can be looked at again.
    private void look(long position, byte[] leaf, LongPredicate needed, long published, LongPredicate isFirstBehind)
            throws IOException {
        switch (SealRow.parse(position, leaf)) {
            case SealRow.Item.Sealed(var head) -> {
                if (undecided.isPresent() && stays(undecided.get(), head, needed)) keepUndecided();
                undecided = Optional.of(head);
                decidedBelow = position;
            }
            case SealRow.Item.Published(var checkpoint) -> {
                long size = checkpoint.head().size();
                if (size == published || isFirstBehind.test(size)) {
                    if (undecided.isPresent()) keepUndecided();
                    kept.journal().append(leaf, new byte[0]);
                    keptCheckpoint = size;
                }
                if (undecided.isEmpty()) decidedBelow = position + 1;
            }
        }
        next = position + 1;
    }

    /// The last of its minute; the last before the clock was not synchronised any more, which proves a time;
    /// and what somebody may ask for.
    private static boolean stays(SealedHead head, SealedHead successor, LongPredicate needed) {
        return minute(head) != minute(successor)
                || SealRow.proven(head).isPresent() && SealRow.proven(successor).isEmpty()
                || needed.test(head.size());
    }

    private static long minute(SealedHead head) {
        return Math.floorDiv(head.seal().time().timeMillis(), MINUTE_MILLIS);
    }

    private void keepUndecided() throws IOException {
        kept.journal().append(SealRow.encode(undecided.orElseThrow()), new byte[0]);
        undecided = Optional.empty();
    }

    private void giveUp(Journal journal) throws IOException {
        kept.journal().force();
        journal.recycle(decidedBelow);
    }
}
