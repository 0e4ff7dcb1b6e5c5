package org.sealpost.journal;

import java.io.IOException;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What is done to closed segments beside the writer: bodies are erased, and whole segments given up. One at a
/// time; any thread but the writer's for what waits for readers.
///
/// Bytes are removed only once the name of what replaces them is durable: a name that came back after a power
/// cut would lead to zeros.
final class Upkeep {
    /// A segment that is being written without some of its bodies.
    static final String PARTIAL = "erasing.partial";

    private final Disk disk;
    private final Segments segments;
    private final Spare spare;
    private final Supplier<byte[]> nonces;
    private final BiFunction<String, Throwable, JournalFailed> fails;

    // Guarded by this.
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

    /// See [Journal#eraseBodies].
    synchronized long erase(long segmentNumber, LongPredicate erased) throws IOException {
        requireOpen();
        Segments.@Nullable Lease old = segments.takeClosed(segmentNumber);
        if (old == null) {
            return 0;
        }
        try (old) {
            SegmentRewriter rewriter = new SegmentRewriter(old.segment(), erased);
            long count = rewriter.count();
            if (count > 0) {
                replace(old, rewriter);
                segments.awaitReaders(old);
                // Its name is gone, so is what it holds: once the handle is closed, the blocks are free.
                Zeros.write(old.segment().file(), 0, old.segment().header().sizeBytes());
                old.segment().file().force();
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
        }
    }

    private void replace(Segments.Lease old, SegmentRewriter rewriter) throws IOException, Flaw {
        SegmentHeader header = old.segment().header().withNonce(nonces.get());
        // One that could not be zeroed the last time is still there.
        if (disk.list().contains(PARTIAL)) {
            dropPartial(disk);
        }
        try {
            try (DiskFile target = disk.create(PARTIAL, header.sizeBytes())) {
                rewriter.write(header, target);
                target.force();
            }
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

    private void deletePartial(Exception cause) {
        try {
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
    }
}
