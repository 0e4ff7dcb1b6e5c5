package org.sealpost.journal;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The space for the next segment, taken ahead of need, so that rolling over is quick and a full disk is noticed before
/// an entry depends on it. Any thread.
final class Spare {
    static final String NAME = "spare.segment";
    static final String PARTIAL = "spare.partial";
    static final String RECYCLED = "recycled.segment";
    private static final Logger LOG = LoggerFactory.getLogger(Spare.class);

    private final Disk disk;
    private final int sizeBytes;

    // Written under this object's lock, which is held for as long as a file is being filled; read without it, so that
    // the writer never waits for that.
    private volatile boolean ready;
    private volatile boolean closed;

    // Whether a segment that was given up waits for its bytes to be removed.
    private volatile boolean recycled;

    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicBoolean underWay = new AtomicBoolean();

    // Guarded by this.
    private @Nullable IOException failure;
    private boolean toldFull;

    private Spare(Disk disk, int sizeBytes, boolean ready, boolean recycled) {
        this.disk = disk;
        this.sizeBytes = sizeBytes;
        this.ready = ready;
        this.recycled = recycled;
    }

    /// Looks for a spare that an earlier run left, and removes what is of no use.
    static Spare open(Disk disk, List<String> names, int sizeBytes) throws IOException {
        if (names.contains(PARTIAL)) {
            disk.delete(PARTIAL);
        }
        boolean ready = false;
        if (names.contains(NAME)) {
            try (DiskFile file = disk.open(NAME)) {
                ready = file.size() == sizeBytes;
            }
            if (!ready) {
                disk.delete(NAME);
            }
        }
        return new Spare(disk, sizeBytes, ready, names.contains(RECYCLED));
    }

    long sizeBytes() {
        return ready ? sizeBytes : 0;
    }

    /// Prepares a spare beside the writer, if there is none yet. Once for each use: each try costs a file.
    void askFor() {
        if (!ready && !closed && asked.compareAndSet(false, true)) {
            prepareBeside();
        }
    }

    /// Whether there is one; else it is prepared beside the writer, also where there was no room before.
    boolean isReadyOrAsked() {
        if (!ready && !closed) {
            prepareBeside();
        }
        return ready;
    }

    private void prepareBeside() {
        if (underWay.compareAndSet(false, true)) {
            disk.inBackground(this::prepareAhead);
        }
    }

    private synchronized void prepareAhead() {
        try {
            // Each try is one of its own: what failed before was no entry's.
            failure = null;
            if (!closed) {
                prepare();
            }
        } catch (DiskFull full) {
            // The writer asks again when it needs the space, and tells its caller then.
            if (!toldFull) {
                LOG.warn("no room for the next segment: {}", full.getMessage());
            }
            toldFull = true;
        } catch (IOException e) {
            failure = e;
        } finally {
            underWay.set(false);
        }
    }

    /// Waits for a spare, or makes one.
    ///
    /// @throws DiskFull if there is no room; asking again later is fine
    synchronized void prepare() throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (!ready) {
            disk.create(PARTIAL, sizeBytes).close();
            disk.rename(PARTIAL, NAME);
            ready = true;
            toldFull = false;
        }
    }

    /// Begins a new use of the spare under the header's name. What it held means nothing from then on.
    synchronized OpenSegment use(SegmentHeader header) throws IOException {
        prepare();
        ready = false;
        asked.set(false);
        try (DiskFile file = disk.open(NAME)) {
            file.write(0, header.encode());
            // The header must be durable before the name is: a segment with a number always has a header.
            file.force();
        }
        disk.rename(NAME, header.fileName());
        disk.forceDirectory();
        return new OpenSegment(header, disk.open(header.fileName()), new GroupIndex());
    }

    /// Takes over a segment whose entries are given up: from here on it has no number, durably. [#clear] and
    /// [#reuse] must follow before another one is taken.
    void takeOver(SegmentHeader old) throws IOException {
        disk.rename(old.fileName(), RECYCLED);
        recycled = true;
        disk.forceDirectory();
    }

    /// Whether a segment was taken over, by this run or one that was cut off, and still holds its bytes.
    boolean recycled() {
        return recycled;
    }

    /// Removes the bytes of the segment that was taken over. Harmless to repeat.
    void clear() throws IOException {
        disk.clear(RECYCLED);
    }

    /// Makes the cleared segment the spare, or deletes it when there is one already. Durable on return: else it
    /// could have both names after a power cut, and the next opening would clear a segment in use.
    synchronized void reuse() throws IOException {
        boolean fits;
        try (DiskFile file = disk.open(RECYCLED)) {
            fits = !ready && file.size() == sizeBytes;
        }
        if (fits) {
            disk.rename(RECYCLED, NAME);
        } else {
            disk.delete(RECYCLED);
        }
        disk.forceDirectory();
        recycled = false;
        ready |= fits;
    }

    /// Waits until nothing is being prepared, and keeps it so.
    synchronized void close() {
        closed = true;
    }
}
