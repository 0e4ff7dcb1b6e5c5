package org.sealpost.seal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.sealpost.evidence.Checkpoint;
import org.sealpost.evidence.Seal;
import org.sealpost.journal.Journal;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.ClockReading;

/// A journal of sealed heads and checkpoints, as docs/formats.md §12 has them, to be searched: sizes ascend. It
/// may have been given up below some entry, and be so while it is read. Any thread.
record SealRow(Journal journal) {
    private static final int SEAL = 1;
    private static final int CHECKPOINT = 2;
    private static final long LOOKED_AT_ONE_BY_ONE = 1024;

    /// What an entry of the journal holds, with the size of the tree that it is about.
    sealed interface Item {
        long size();

        record Sealed(SealedHead head) implements Item {
            @Override
            public long size() {
                return head.size();
            }
        }

        record Published(Checkpoint checkpoint) implements Item {
            @Override
            public long size() {
                return checkpoint.head().size();
            }
        }
    }

    private interface Look<T> {
        Optional<T> now() throws IOException;
    }

    /// The first seal here over at least this many entries.
    Optional<SealedHead> atLeast(long size) throws IOException {
        return retried(() -> sealAtOrAfter(firstOfSize(size), size));
    }

    /// The first checkpoint here of a tree of so many entries.
    Optional<Checkpoint> checkpointFrom(long size, long upTo) throws IOException {
        return retried(() -> {
            for (long i = firstOfSize(size); i < journal.size(); i++) {
                var item = item(i);
                if (item.size() > upTo) return Optional.empty();
                if (item instanceof Item.Published(var checkpoint)) return Optional.of(checkpoint);
            }
            return Optional.empty();
        });
    }

    Optional<SealedHead> newest() throws IOException {
        for (long i = journal.size() - 1; i >= journal.firstIndex(); i--) {
            if (item(i) instanceof Item.Sealed(var head)) return Optional.of(head);
        }
        return Optional.empty();
    }

    Optional<Checkpoint> newestCheckpoint() throws IOException {
        for (long i = journal.size() - 1; i >= journal.firstIndex(); i--) {
            if (item(i) instanceof Item.Published(var checkpoint)) return Optional.of(checkpoint);
        }
        return Optional.empty();
    }

    /// Position of the first item about at least this many entries.
    long firstOfSize(long size) throws IOException {
        long low = journal.firstIndex();
        long high = journal.size();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (item(middle).size() < size) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// The time of a late seal under which the clock was synchronised. Looks at each of the newest seals; then
    /// in steps that double, until one was synchronised; then, by halves, for the last one that was before
    /// those that were not.
    Optional<ClockReading> lastProven() throws IOException {
        long first = journal.firstIndex();
        long later = journal.size();
        for (long end = Math.max(first, later - LOOKED_AT_ONE_BY_ONE); later > end; ) {
            var found = provenAt(--later);
            if (found.isPresent()) return found;
        }
        Optional<ClockReading> proven = Optional.empty();
        long step = LOOKED_AT_ONE_BY_ONE;
        while (later > first && proven.isEmpty()) {
            long earlier = Math.max(first, later - step);
            proven = provenAt(earlier);
            if (proven.isEmpty()) later = earlier;
            step *= 2;
        }
        if (proven.isEmpty()) return proven;
        long earlier = Math.max(first, later - step / 2);
        while (later - earlier > 1) {
            long middle = (earlier + later) >>> 1;
            var found = provenAt(middle);
            if (found.isPresent()) {
                earlier = middle;
                proven = found;
            } else {
                later = middle;
            }
        }
        return proven;
    }

    static Optional<ClockReading> proven(SealedHead head) {
        return Optional.of(head.seal().time()).filter(time -> time.state() == ClockReading.State.SYNCED);
    }

    static byte[] encode(SealedHead head) {
        return new CborWriter()
                .array(3)
                .integer(SEAL)
                .bytes(head.root().toBytes())
                .bytes(head.seal().bytes())
                .toBytes();
    }

    static byte[] encode(Checkpoint checkpoint) {
        return new CborWriter()
                .array(2)
                .integer(CHECKPOINT)
                .text(checkpoint.format())
                .toBytes();
    }

    /// @throws TreeDamaged if it is nothing that the sealer writes
    static Item parse(long position, byte[] bytes) {
        try {
            var in = new CborReader(bytes);
            int count = in.array(3);
            if (in.unsigned("kind of item", SEAL, CHECKPOINT) == SEAL && count == 3) {
                var head = new SealedHead(Hash.of(in.fixed(Hash.SIZE)), Seal.parse(in.bytes(4096)));
                in.end();
                return new Item.Sealed(head);
            }
            var checkpoint = Checkpoint.parse(in.text(4096).getBytes(StandardCharsets.UTF_8));
            in.end();
            return new Item.Published(checkpoint.orElseThrow(() -> new CborMalformed(0, "not a checkpoint")));
        } catch (CborMalformed | IllegalArgumentException e) {
            throw new TreeDamaged(
                    "entry " + position + " of a journal of seals is not what the sealer writes: " + e.getMessage());
        }
    }

    private Item item(long position) throws IOException {
        return parse(position, journal.read(position).leaf());
    }

    /// The size is looked at again: where all were smaller, smaller ones may have come behind them since.
    private Optional<SealedHead> sealAtOrAfter(long position, long size) throws IOException {
        for (long i = position; i < journal.size(); i++) {
            if (item(i) instanceof Item.Sealed(var head) && head.size() >= size) return Optional.of(head);
        }
        return Optional.empty();
    }

    /// Of the seal at this position or, where a checkpoint is, before it.
    private Optional<ClockReading> provenAt(long position) throws IOException {
        for (long i = position; i >= journal.firstIndex(); i--) {
            if (item(i) instanceof Item.Sealed(var head)) return proven(head);
        }
        return Optional.empty();
    }

    /// Looks again where what was looked at has been given up meanwhile.
    private <T> Optional<T> retried(Look<T> look) throws IOException {
        while (true) {
            long first = journal.firstIndex();
            try {
                return look.now();
            } catch (IndexOutOfBoundsException gone) {
                if (journal.firstIndex() == first) throw gone;
            }
        }
    }
}
