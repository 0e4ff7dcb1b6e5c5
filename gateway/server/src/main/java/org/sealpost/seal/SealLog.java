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

/// The `seals` journal: sealed heads in ascending order of size, and the checkpoints made of some of them.
///
/// One writer, the [Sealer]; any number of readers. Bytes: docs/formats.md §4.
public final class SealLog implements AutoCloseable {
    /// What the journal must have room for in an entry.
    public static final int MAX_ENTRY_SIZE_BYTES = 8192;

    private static final int SEAL = 1;
    private static final int CHECKPOINT = 2;
    private static final long LOOKED_AT_ONE_BY_ONE = 1024;

    private final Journal journal;
    private volatile Optional<SealedHead> newest = Optional.empty();
    private volatile Optional<Checkpoint> newestCheckpoint = Optional.empty();
    private volatile Optional<ClockReading> lastProven = Optional.empty();

    /// What an entry of the journal holds, with the size of the tree that it is about.
    private sealed interface Item {
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

    private SealLog(Journal journal) {
        this.journal = journal;
    }

    /// Takes the journal over.
    public static SealLog open(Journal journal) throws IOException {
        var log = new SealLog(journal);
        for (long i = journal.size() - 1; i >= 0 && (log.newest.isEmpty() || log.newestCheckpoint.isEmpty()); i--) {
            switch (log.item(i)) {
                case Item.Sealed(var head) -> {
                    if (log.newest.isEmpty()) log.newest = Optional.of(head);
                }
                case Item.Published(var checkpoint) -> {
                    if (log.newestCheckpoint.isEmpty()) log.newestCheckpoint = Optional.of(checkpoint);
                }
            }
        }
        log.lastProven = log.findLastProven();
        return log;
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
        return journal.bytesWritten();
    }

    /// The first seal made over this entry.
    public Optional<SealedHead> firstCovering(long index) throws IOException {
        if (index >= sealedSize()) return Optional.empty();
        return sealAtOrAfter(firstOfSize(index + 1));
    }

    /// The seal over exactly this many entries.
    public Optional<SealedHead> ofSize(long size) throws IOException {
        if (size > sealedSize()) return Optional.empty();
        return sealAtOrAfter(firstOfSize(size)).filter(head -> head.size() == size);
    }

    /// Durable when it returns; then readers see it (I6: never a smaller or equal size).
    void append(SealedHead head) throws IOException {
        if (head.size() <= sealedSize()) {
            throw new IllegalStateException("seal over " + head.size() + " entries after one over " + sealedSize());
        }
        var item = new CborWriter()
                .array(3)
                .integer(SEAL)
                .bytes(head.root().toBytes())
                .bytes(head.seal().bytes());
        journal.append(item.toBytes(), new byte[0]);
        journal.force();
        newest = Optional.of(head);
        lastProven = proven(head).or(() -> lastProven);
    }

    /// Durable when it returns.
    void append(Checkpoint checkpoint) throws IOException {
        var item = new CborWriter().array(2).integer(CHECKPOINT).text(checkpoint.format());
        journal.append(item.toBytes(), new byte[0]);
        journal.force();
        newestCheckpoint = Optional.of(checkpoint);
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }

    /// Position of the first item about at least this many entries: sizes ascend.
    private long firstOfSize(long size) throws IOException {
        long low = 0;
        long high = journal.size();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (item(middle).size() < size) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private Optional<SealedHead> sealAtOrAfter(long position) throws IOException {
        for (long i = position; i < journal.size(); i++) {
            if (item(i) instanceof Item.Sealed(var head)) return Optional.of(head);
        }
        return Optional.empty();
    }

    /// Looks at each of the newest seals; then in steps that double, until one was synchronised; then, by
    /// halves, for the last one that was before those that were not.
    private Optional<ClockReading> findLastProven() throws IOException {
        long later = journal.size();
        for (long end = Math.max(0, later - LOOKED_AT_ONE_BY_ONE); later > end; ) {
            var found = provenAt(--later);
            if (found.isPresent()) return found;
        }
        Optional<ClockReading> proven = Optional.empty();
        long step = LOOKED_AT_ONE_BY_ONE;
        while (later > 0 && proven.isEmpty()) {
            long earlier = Math.max(0, later - step);
            proven = provenAt(earlier);
            if (proven.isEmpty()) later = earlier;
            step *= 2;
        }
        if (proven.isEmpty()) return proven;
        long earlier = Math.max(0, later - step / 2);
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

    /// Of the seal at this position or, where a checkpoint is, before it.
    private Optional<ClockReading> provenAt(long position) throws IOException {
        for (long i = position; i >= 0; i--) {
            if (item(i) instanceof Item.Sealed(var head)) return proven(head);
        }
        return Optional.empty();
    }

    private static Optional<ClockReading> proven(SealedHead head) {
        return Optional.of(head.seal().time()).filter(time -> time.state() == ClockReading.State.SYNCED);
    }

    private Item item(long position) throws IOException {
        var bytes = journal.read(position).leaf();
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
                    "entry " + position + " of the seals journal is not what the sealer writes: " + e.getMessage());
        }
    }
}
