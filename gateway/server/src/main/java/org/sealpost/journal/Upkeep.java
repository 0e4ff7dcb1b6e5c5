package org.sealpost.journal;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is done to closed segments beside the writer: bodies are erased, and whole segments given up. One at a
/// time; any thread but the writer's for what waits for readers.
///
/// Bytes are removed only once the name of what replaces them is durable: a name that came back after a power
/// cut would lead to zeros.
final class Upkeep {
    /// A segment that is being written without some of its bodies.
    static final String PARTIAL = "erasing.partial";

    /// The second name of a segment that is about to be replaced: without one its blocks would be free, with all that
    /// they hold, before they are zeroed.
    static final String LINKED = "erasing.linked";

    /// The earlier file of a segment that was replaced, until it is zeroed. What has this name is no segment.
    static final String REPLACED = "erasing.replaced";

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final Disk disk;
    private final Segments segments;
    private final Spare spare;
    private final Supplier<byte[]> nonces;
    private final BiFunction<String, Throwable, JournalFailed> fails;

    // Guarded by this. The earlier file of a segment that was replaced, as long as it is not zeroed.
    private Segments.@Nullable Lease replaced;
    private boolean closed;

    /// @param nonces a new one for each use of a segment
    /// @param fails ends the journal after what must not be tried again
    Upkeep(
            Disk disk,
            Segments segments,
            Spare spare,
            Supplier<byte[]> nonces,
            BiFunction<String, Throwable, JournalFailed> fails) {
        this.disk = disk;
        this.segments = segments;
        this.spare = spare;
        this.nonces = nonces;
        this.fails = fails;
    }

    /// At an opening, before anything is read: completes what a power cut left half done.
    static void complete(Disk disk, List<String> names, Spare spare, TailCopy tailCopy) throws IOException {
        if (names.contains(PARTIAL)) {
            dropPartial(disk);
        }
        if (names.contains(LINKED) || names.contains(REPLACED)) {
            // A process that was killed may not have come to that: as long as what replaces it may lose its name in a
            // power cut, nothing of it is zeroed.
            disk.forceDirectory();
            completeReplacing(disk, names);
        }
        if (spare.recycled()) {
            long first = names.stream()
                    .filter(SegmentHeader::isName)
                    .mapToLong(SegmentHeader::numberIn)
                    .min()
                    .orElse(Long.MAX_VALUE);
            // A process that was killed may not have come to that: as long as its old name could come back after a
            // power cut, nothing of it is zeroed.
            disk.forceDirectory();
            tailCopy.erase(number -> number < first);
            spare.clear();
            spare.reuse();
        }
    }

    private static void completeReplacing(Disk disk, List<String> names) throws IOException {
        boolean any = names.contains(REPLACED);
        if (names.contains(LINKED)) {
            if (mayBeInUse(disk)) {
                disk.delete(LINKED);
            } else {
                disk.rename(LINKED, REPLACED);
                disk.forceDirectory();
                any = true;
            }
        }
        if (any) {
            disk.clear(REPLACED);
            disk.delete(REPLACED);
        }
    }

    /// Whether what has two names is the segment itself. Nothing is zeroed under this one, so its header tells; in
    /// doubt it is.
    private static boolean mayBeInUse(Disk disk) throws IOException {
        try {
            SegmentHeader linked = header(disk, LINKED);
            return disk.list().contains(linked.fileName())
                    && Arrays.equals(header(disk, linked.fileName()).nonce(), linked.nonce());
        } catch (Flaw unreadable) {
            return true;
        }
    }

    private static SegmentHeader header(Disk disk, String name) throws IOException, Flaw {
        try (DiskFile file = disk.open(name)) {
            return SegmentHeader.read(file);
        }
    }

    /// See [Journal#eraseBodies].
    synchronized long erase(long segmentNumber, LongPredicate erased) throws IOException {
        requireOpen();
        removeReplaced();
        Segments.@Nullable Lease old = segments.takeClosed(segmentNumber);
        if (old == null) {
            return 0;
        }
        boolean isReplaced = false;
        try {
            SegmentRewriter rewriter = new SegmentRewriter(old.segment(), erased);
            long count = rewriter.count();
            if (count > 0) {
                replace(old, rewriter);
                replaced = old;
                isReplaced = true;
                removeReplaced();
            }
            eraseTailCopy(number -> number == segmentNumber);
            return count;
        } catch (Flaw flaw) {
            SegmentHeader header = old.segment().header();
            throw new JournalDamaged(
                    header.kind() + "/" + header.fileName(),
                    flaw.offset(),
                    header.firstIndex(),
                    old.segment().nextIndex() - 1,
                    flaw.problem());
        } finally {
            // Else it is needed until it is zeroed, and closed then.
            if (!isReplaced) {
                old.close();
            }
        }
    }

    /// Zeroes the earlier file of a segment whose new one has its name for good, and gives it up.
    private void removeReplaced() throws IOException {
        Segments.@Nullable Lease old = replaced;
        if (old == null) {
            return;
        }
        if (disk.list().contains(LINKED)) {
            disk.rename(LINKED, REPLACED);
            disk.forceDirectory();
        }
        segments.awaitReaders(old);
        Zeros.write(old.segment().file(), 0, old.segment().header().sizeBytes());
        old.segment().file().force();
        if (disk.list().contains(REPLACED)) {
            disk.delete(REPLACED);
        }
        replaced = null;
        old.close();
    }

    private void replace(Segments.Lease old, SegmentRewriter rewriter) throws IOException, Flaw {
        SegmentHeader header = old.segment().header().withNonce(nonces.get());
        // One that could not be zeroed the last time is still there.
        if (disk.list().contains(PARTIAL)) {
            dropPartial(disk);
        }
        try {
            try (DiskFile target = disk.create(PARTIAL, header.sizeBytes())) {
                // What has no name after a power cut, nobody zeroes.
                disk.forceDirectory();
                rewriter.write(header, target);
                target.force();
            }
            link(header.fileName());
            segments.replace(header, PARTIAL);
        } catch (IOException | RuntimeException | Flaw e) {
            // The old file still has its name: nothing has happened.
            deletePartial(e);
            throw e;
        }
        try {
            disk.forceDirectory();
        } catch (IOException | RuntimeException e) {
            throw fails.apply(header.fileName() + " cannot be replaced durably", e);
        }
    }

    /// The name of the new file takes that of the old one, which keeps this one.
    private void link(String name) throws IOException {
        if (disk.list().contains(LINKED)) {
            // From a try that failed.
            disk.delete(LINKED);
        }
        try {
            disk.link(name, LINKED);
        } catch (UnsupportedOperationException unknown) {
            LOG.warn(
                    "{}: {}: should the power go now, what is erased may stay in free blocks",
                    name,
                    unknown.getMessage());
            return;
        }
        disk.forceDirectory();
    }

    private void deletePartial(Exception cause) {
        try {
            if (disk.list().contains(LINKED)) {
                disk.delete(LINKED);
            }
            if (disk.list().contains(PARTIAL)) {
                dropPartial(disk);
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /// It holds bodies that may be erased later: no block of it is freed with them.
    private static void dropPartial(Disk disk) throws IOException {
        disk.clear(PARTIAL);
        disk.delete(PARTIAL);
    }

    /// See [Journal#recycle].
    synchronized long recycle(long below) throws IOException {
        requireOpen();
        long before = segments.firstIndex();
        removeReplaced();
        completeRecycling();
        @Nullable SegmentHeader dropped = segments.dropOldest(below);
        while (dropped != null) {
            try {
                spare.takeOver(dropped);
            } catch (IOException | RuntimeException e) {
                throw fails.apply(dropped.fileName() + " cannot be given up", e);
            }
            completeRecycling();
            dropped = segments.dropOldest(below);
        }
        return segments.firstIndex() - before;
    }

    private void completeRecycling() throws IOException {
        if (!spare.recycled()) {
            return;
        }
        long first = segments.firstNumber();
        eraseTailCopy(number -> number < first);
        spare.clear();
        try {
            spare.reuse();
        } catch (IOException | RuntimeException e) {
            throw fails.apply(Spare.RECYCLED + " cannot be used again", e);
        }
    }

    private void eraseTailCopy(LongPredicate ofSegment) throws IOException {
        try (TailCopy copy = TailCopy.open(disk, disk.list())) {
            copy.erase(ofSegment);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("journal is closed");
        }
    }

    /// Waits until nothing is being done, and keeps it so.
    synchronized void close() {
        closed = true;
        if (replaced != null) {
            replaced.close();
            replaced = null;
        }
    }
}
