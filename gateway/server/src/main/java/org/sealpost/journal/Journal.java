package org.sealpost.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// An append-only log of entries that survives a power cut as far as it was forced.
///
/// One thread appends and forces; any thread reads. Entries are numbered from 0 without gaps, and an entry's
/// index is its name for ever. What is appended gathers in a group; [#force] writes the group and makes it
/// durable, and only then can anybody see it. After a failed write or force every call that needs the disk
/// throws [JournalFailed].
///
/// The writer's thread must not be interrupted: an interrupted force is a failed force.
public final class Journal implements AutoCloseable {
    private final Disk disk;
    private final JournalConfig config;
    private final Closeable lock;
    private final Segments segments;
    private final Spare spare;
    private final Upkeep upkeep;
    private final long tailCopySizeBytes;

    // Owned by the writer.
    private final PendingGroup pending;
    private OpenSegment active;
    private boolean activeClosed;

    // Written by the writer after a force, read by all: publishes what was forced.
    private volatile long size;
    private volatile long bytesWritten;
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    /// Sees entries in the order of their indexes.
    @FunctionalInterface
    public interface Visitor {
        void visit(JournalEntry entry) throws IOException;
    }

    /// Sees leaves in the order of their indexes.
    @FunctionalInterface
    public interface LeafVisitor {
        void visit(long index, byte[] leaf) throws IOException;

        /// Of this entry damage left the hash of its leaf alone; it is passed over unless somebody asks for it.
        default void lost(long index, byte[] leafHash) throws IOException {}
    }

    /// Sees leaves in the order of their indexes, without a copy.
    public interface LeafBytes {
        /// The bytes are good during the call only, and not to be written to.
        void visit(long index, byte[] bytes, int offset, int length) throws IOException;

        /// Of this leaf only the hash was kept by a salvage.
        void lost(long index, byte[] leafHash) throws IOException;
    }

    private Journal(
            Disk disk, JournalConfig config, Closeable lock, Spare spare, TailCopy tailCopy, Recovery.Found found)
            throws IOException {
        this.disk = disk;
        this.config = config;
        this.lock = lock;
        this.spare = spare;
        this.tailCopySizeBytes = tailCopy.sizeBytes();
        this.segments = new Segments(disk, found.headers(), found.last(), found.closed());
        this.upkeep = new Upkeep(disk, segments, spare, () -> random(config, Layout.NONCE_SIZE), this::fail);
        this.active = found.last();
        this.activeClosed = found.closed();
        this.size = found.nextIndex();
        this.bytesWritten = writtenNow();
        this.pending =
                new PendingGroup(config.maxGroupSizeBytes(), active.header(), found.nextGroup(), found.nextIndex());
    }

    /// Opens the journal in a directory, or begins a new one if it is empty. What a killed process left in the
    /// page cache is made durable before this returns.
    ///
    /// @param floor entries below this index are known to have been forced: a tail cut below it is damage
    /// @throws JournalDamaged if anything is missing or altered that was durable once
    /// @throws JournalFull if there is no room to begin a new journal
    /// @throws IOException if the directory is in use, or cannot be read or written
    public static Journal open(Disk disk, JournalConfig config, long floor) throws IOException {
        return open(disk, config, floor, Start.OF_ALL);
    }

    /// Where a journal begins: at 0 unless it takes the place of one whose beginning was given up.
    record Start(long segment, long index, long group) {
        static final Start OF_ALL = new Start(0, 0, 0);
    }

    /// Begins a journal in an empty directory.
    static Journal begin(Disk disk, JournalConfig config, Start start) throws IOException {
        return open(disk, config, 0, start);
    }

    private static Journal open(Disk disk, JournalConfig config, long floor, Start start) throws IOException {
        Closeable lock = disk.lock();
        try {
            List<String> names = disk.list();
            Spare spare = Spare.open(disk, names, config.segmentSizeBytes());
            try (TailCopy tailCopy = TailCopy.open(disk, names)) {
                Upkeep.complete(disk, names, spare, tailCopy);
                Optional<Recovery.Found> recovered = new Recovery(disk, config.kind(), floor, tailCopy).run(names);
                tailCopy.reserve(config.maxGroupSizeBytes());
                Recovery.Found found = recovered.isPresent() ? recovered.get() : begun(config, spare, start);
                return new Journal(disk, config, lock, spare, tailCopy, found);
            }
        } catch (JournalDamaged damaged) {
            try (lock) {
                throw damaged.with(Examination.atOpening(disk, config.kind(), floor));
            }
        } catch (DiskFull full) {
            lock.close();
            throw new JournalFull("no room to begin journal '%s'".formatted(config.kind()), full);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static Recovery.Found begun(JournalConfig config, Spare spare, Start start) throws IOException {
        SegmentHeader header = new SegmentHeader(
                config.kind(),
                random(config, SegmentHeader.JOURNAL_ID_SIZE),
                start.segment(),
                start.index(),
                start.group(),
                random(config, Layout.NONCE_SIZE),
                config.segmentSizeBytes());
        return new Recovery.Found(List.of(header), spare.use(header), false);
    }

    /// Adds an entry to the pending group and returns its index; the arrays are copied.
    ///
    /// The entry is safe only after the next [#force]; no reader sees it before that. If either call fails, the
    /// entry may or may not be found after a restart, so callers must be able to offer it again. When the
    /// pending group is full it is forced first.
    ///
    /// @throws JournalFull if there is no room: nothing of the entry was taken, and a later call may
    ///     succeed
    /// @throws IllegalArgumentException if leaf and body are larger together than the configuration allows
    public long append(byte[] leaf, byte[] body) throws IOException {
        return append(leaf, body, EntryState.WHOLE);
    }

    /// The same for an entry that comes from elsewhere without its body.
    ///
    /// @param gone how the body went: erased or lost
    public long appendWithoutBody(byte[] leaf, EntryState gone) throws IOException {
        if (gone != EntryState.BODY_ERASED && gone != EntryState.BODY_LOST) {
            throw new IllegalArgumentException("an entry without its body is " + gone);
        }
        return append(leaf, new byte[0], gone);
    }

    /// The same for an entry that comes from elsewhere, where a salvage kept the hash of its leaf alone.
    ///
    /// @param leafHash of 32 bytes
    public long appendLeafLost(byte[] leafHash) throws IOException {
        if (leafHash.length != SegmentReader.HASH_SIZE) {
            throw new IllegalArgumentException("a hash of " + leafHash.length + " bytes");
        }
        return append(leafHash, new byte[0], EntryState.LEAF_LOST);
    }

    /// The same for what salvage found: the bytes of a body that is gone are zeros.
    long append(byte[] leaf, byte[] body, EntryState state) throws IOException {
        requireUsable();
        long entrySize = (long) leaf.length + body.length;
        if (entrySize > config.maxEntrySizeBytes()) {
            throw new IllegalArgumentException(
                    "entry of %d bytes, expected at most %d".formatted(entrySize, config.maxEntrySizeBytes()));
        }
        makeRoom((int) entrySize);
        return pending.add(leaf, body, state);
    }

    /// Writes the pending group and makes it durable; then [#size] grows and readers see it. Does nothing when
    /// nothing was appended.
    public void force() throws IOException {
        requireUsable();
        if (pending.isEmpty()) {
            return;
        }
        int count = pending.count();
        int length = pending.sizeBytes();
        try {
            active.file().write(active.groups().end(), pending.finish());
            active.file().force();
        } catch (IOException | RuntimeException | Error e) {
            throw fail(
                    "group %d cannot be made durable in %s"
                            .formatted(pending.number(), active.header().fileName()),
                    e);
        }
        active.groups().add(length, count);
        long next = size + count;
        pending.begin(pending.number() + 1, next);
        bytesWritten = writtenNow();
        size = next;
        if (active.groups().end() > active.header().sizeBytes() / 4) {
            spare.askFor();
        }
    }

    private void makeRoom(int entrySize) throws IOException {
        if (pending.fits(entrySize, roomAt(0))) {
            return;
        }
        boolean rolls = !fitsAlone(entrySize, roomAt(pending.isEmpty() ? 0 : pending.sizeBytes()));
        if (rolls) {
            prepareSpare();
        }
        force();
        if (rolls) {
            roll();
        }
    }

    /// Bytes that a group may have behind `used` more bytes in the active segment, so that the footer still
    /// fits.
    private long roomAt(int used) {
        if (activeClosed) {
            return 0;
        }
        GroupIndex groups = active.groups();
        int groupCount = groups.count() + (used > 0 ? 2 : 1);
        return active.header().sizeBytes() - Layout.footerSize(groupCount) - groups.end() - used;
    }

    private static boolean fitsAlone(int entrySize, long room) {
        return Layout.groupSize(Layout.GROUP_HEADER_SIZE + Layout.frameSize(entrySize), 1) <= room;
    }

    private void prepareSpare() throws IOException {
        try {
            spare.prepare();
        } catch (DiskFull full) {
            throw new JournalFull(
                    "no room for a segment of %d bytes of journal '%s'"
                            .formatted(config.segmentSizeBytes(), config.kind()),
                    full);
        } catch (IOException | RuntimeException e) {
            throw fail("the next segment cannot be prepared", e);
        }
    }

    private void roll() {
        SegmentHeader old = active.header();
        SegmentHeader next = new SegmentHeader(
                config.kind(),
                old.journalId(),
                old.number() + 1,
                size,
                pending.number(),
                random(config, Layout.NONCE_SIZE),
                config.segmentSizeBytes());
        closeActive();
        try {
            active = spare.use(next);
        } catch (IOException | RuntimeException | Error e) {
            throw fail("%s cannot be begun".formatted(next.fileName()), e);
        }
        activeClosed = false;
        pending.moveTo(next);
        segments.add(active);
    }

    /// Whether the space of the next segment is taken, so that the present one can end at once and the next entry
    /// has its place; if not, it is being taken beside the writer, as far as there is room. Any thread; does not
    /// wait.
    public boolean isReadyForNextSegment() {
        return spare.isReadyOrAsked();
    }

    /// Forces the pending group and closes the segment that is written to: the next append begins another, and
    /// waits until its space is taken unless [#isReadyForNextSegment]. Does nothing to one that holds no entries.
    /// Writer's thread.
    public void closeSegment() throws IOException {
        force();
        if (active.groups().count() > 0) {
            closeActive();
        }
    }

    private void closeActive() {
        if (activeClosed) {
            return;
        }
        SegmentHeader header = active.header();
        try {
            ByteBuffer footer = SegmentFooter.encode(header, active.groups());
            active.file().write(header.sizeBytes() - footer.remaining(), footer);
            active.file().force();
        } catch (IOException | RuntimeException | Error e) {
            throw fail("%s cannot be closed".formatted(header.fileName()), e);
        }
        activeClosed = true;
        segments.closeLast(active);
    }

    /// How many entries have been forced; the index of the next one to become durable. Any thread.
    public long size() {
        return size;
    }

    /// The lowest index that is still kept. Any thread.
    public long firstIndex() {
        return segments.firstIndex();
    }

    /// The segments that nothing is added to any more, in order. Any thread.
    public List<ClosedSegment> closedSegments() {
        return segments.closedOnes();
    }

    /// The segment that is written to, with what is forced of it; empty once it is closed and before the next
    /// append. Any thread.
    public Optional<ClosedSegment> openSegment() {
        // Before the segment is looked at: else entries of a later one might be counted to it.
        long forced = size;
        return segments.openOne(forced);
    }

    /// What the journal takes on the disk, its reserves included. Any thread.
    public long bytesOnDisk() {
        return segments.sizeBytes() + spare.sizeBytes() + tailCopySizeBytes;
    }

    /// What is written of [#bytesOnDisk]: it grows with each group, and not by whole segments. Any thread.
    public long bytesWritten() {
        return bytesWritten;
    }

    private long writtenNow() {
        return segments.sizeBytes()
                - active.header().sizeBytes()
                + active.groups().end();
    }

    /// Reads one forced entry and checks it. Any thread.
    ///
    /// @throws IndexOutOfBoundsException if there is no such entry, or not yet, or no longer
    /// @throws JournalDamaged if its bytes are not those that were forced
    public JournalEntry read(long index) throws IOException {
        requireUsable();
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("no entry %d, the journal holds %d".formatted(index, size));
        }
        while (true) {
            try (Segments.Lease lease = segments.take(index)) {
                try {
                    return lease.segment().read(index);
                } catch (Flaw flaw) {
                    refuseIfCurrent(lease, flaw, index);
                }
            }
        }
    }

    /// A flaw in a file that was written anew or given up under the reader's hands is none: the next look
    /// tells.
    private void refuseIfCurrent(Segments.Lease lease, Flaw flaw, long index) {
        if (segments.isCurrent(lease)) {
            throw new JournalDamaged(
                    config.kind() + "/" + lease.segment().header().fileName(),
                    flaw.offset(),
                    index,
                    index,
                    flaw.problem());
        }
    }

    /// Hands up to `max` forced entries, from `from` on, to the visitor, reading sequentially. Any thread. An
    /// exception of the visitor ends the scan.
    ///
    /// @param from may be [#size], then there is nothing to see
    public void scan(long from, int max, Visitor visitor) throws IOException {
        scanFrames(from, max, (reader, frame) -> visitor.visit(reader.entry(frame)));
    }

    /// The same for leaves alone: bodies, which may be large, are neither checked nor copied.
    public void scanLeaves(long from, int max, LeafVisitor visitor) throws IOException {
        scanFrames(from, max, (reader, frame) -> {
            byte[] leaf = reader.leaf(frame);
            if (frame.hasLeaf()) {
                visitor.visit(frame.index(), leaf);
            } else {
                visitor.lost(frame.index(), leaf);
            }
        });
    }

    /// The same for leaves that are only looked at, and for those that are lost.
    public void scanLeafBytes(long from, int max, LeafBytes visitor) throws IOException {
        scanFrames(from, max, (reader, frame) -> {
            if (frame.hasLeaf()) {
                int at = reader.showLeaf(frame);
                visitor.visit(frame.index(), reader.bytes(), at, frame.leafLength());
            } else {
                visitor.lost(frame.index(), reader.leaf(frame));
            }
        });
    }

    private void scanFrames(long from, int max, OpenSegment.FrameVisitor visitor) throws IOException {
        requireUsable();
        long limit = size;
        if (from < 0 || from > limit) {
            throw new IndexOutOfBoundsException("no entry %d, the journal holds %d".formatted(from, limit));
        }
        long to = Math.min(limit, from + Math.max(0, max));
        long next = from;
        while (next < to) {
            next = scanSegment(next, to, visitor);
        }
    }

    /// @return the next index to be looked at: in the next segment, or in this one, if it was written anew
    ///     meanwhile
    private long scanSegment(long from, long to, OpenSegment.FrameVisitor visitor) throws IOException {
        long[] next = {from};
        try (Segments.Lease lease = segments.take(from)) {
            try {
                lease.segment().scan(from, Math.min(to, lease.segment().nextIndex()), (reader, frame) -> {
                    visitor.visit(reader, frame);
                    next[0] = frame.index() + 1;
                });
            } catch (Flaw flaw) {
                refuseIfCurrent(lease, flaw, next[0]);
            }
        }
        return next[0];
    }

    /// Removes bodies of a closed segment from every file of this journal: the segment is written anew without
    /// them, with all leaves, places and the other bodies as they were. Readers go on meanwhile. Repeating it
    /// is harmless, and needed after a call that did not return. Any thread but the writer's, and not from
    /// within a visitor: it waits until the earlier file is in no reader's hands.
    ///
    /// @param erased tells by its index whether the body of an entry goes
    /// @return how many bodies were there and are gone
    /// @throws IllegalArgumentException if the segment is still written to
    /// @throws JournalDamaged if anything in the segment is damaged; then nothing of it is erased
    /// @throws IOException if there is no room for the segment's new file ([DiskFull]), or the disk fails;
    ///     until that file has the segment's name nothing has happened
    public long eraseBodies(long segmentNumber, LongPredicate erased) throws IOException {
        requireUsable();
        return upkeep.erase(segmentNumber, erased);
    }

    /// Gives up whole segments whose entries are all below `below`, oldest first; the last segment always
    /// stays. Their bytes are removed; then one becomes the spare, and the others are deleted. Any thread.
    ///
    /// @return how many entries were given up
    /// @throws IOException if bytes could not be removed: their entries cannot be read any more, and the
    ///     next call or opening removes them first
    public long recycle(long below) throws IOException {
        requireUsable();
        if (below > size) {
            throw new IndexOutOfBoundsException("no entry %d, the journal holds %d".formatted(below - 1, size));
        }
        return upkeep.recycle(below);
    }

    private void requireUsable() {
        if (closed) {
            throw new IllegalStateException("journal '%s' is closed".formatted(config.kind()));
        }
        @Nullable Throwable cause = failure;
        if (cause != null) {
            throw new JournalFailed(
                    "journal '%s' has failed before: %s".formatted(config.kind(), cause.getMessage()), cause);
        }
    }

    private JournalFailed fail(String what, Throwable cause) {
        if (cause instanceof JournalFailed already) {
            return already;
        }
        failure = cause;
        return new JournalFailed("journal '%s': %s: %s".formatted(config.kind(), what, cause.getMessage()), cause);
    }

    /// Closes the files and lets others open the directory. What was appended and not forced is forgotten.
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        segments.close();
        upkeep.close();
        spare.close();
        lock.close();
    }

    private static byte[] random(JournalConfig config, int sizeBytes) {
        byte[] bytes = new byte[sizeBytes];
        config.random().nextBytes(bytes);
        return bytes;
    }
}
