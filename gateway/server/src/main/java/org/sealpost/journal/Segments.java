package org.sealpost.journal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The segments of a journal in order, of which few are open at a time. Any thread.
final class Segments implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Segments.class);
    private static final int MOST_OPEN = 8;
    private static final long READERS_PATIENCE_MS = 300_000;

    private final Disk disk;

    // Guarded by this. Headers only: some hundred bytes a segment.
    private final List<SegmentHeader> headers;
    private final Map<Long, Lease> open = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    // Once the last segment has its footer: the header that the next one will have, but for its nonce.
    private @Nullable SegmentHeader end;

    // Written under this; read without, since the lock may be held while a file is opened.
    private volatile long sizeBytes;

    /// @param headers in order; the last one is that of `last`
    /// @param lastClosed whether that one has its footer
    Segments(Disk disk, List<SegmentHeader> headers, OpenSegment last, boolean lastClosed) {
        this.disk = disk;
        this.headers = new ArrayList<>(headers);
        this.sizeBytes = headers.stream().mapToLong(SegmentHeader::sizeBytes).sum();
        open.put(last.header().number(), new Lease(last));
        if (lastClosed) {
            closeLast(last);
        }
    }

    /// An open segment in somebody's hands: it stays open until given back.
    final class Lease implements AutoCloseable {
        private final OpenSegment segment;
        private int holders;

        private Lease(OpenSegment segment) {
            this.segment = segment;
        }

        OpenSegment segment() {
            return segment;
        }

        @Override
        public void close() {
            giveBack(this);
        }
    }

    synchronized long firstIndex() {
        return headers.getFirst().firstIndex();
    }

    synchronized long firstNumber() {
        return headers.getFirst().number();
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /// All that have their footer, in order.
    synchronized List<ClosedSegment> closedOnes() {
        List<ClosedSegment> found = new ArrayList<>(headers.size());
        for (int place = 0; place < headers.size(); place++) {
            SegmentHeader next = nextOf(place);
            if (next != null) {
                found.add(ClosedSegment.of(headers.get(place), next.firstIndex()));
            }
        }
        return found;
    }

    /// The one that is written to.
    ///
    /// @param forced how many entries of the journal were forced before this is asked
    synchronized Optional<ClosedSegment> openOne(long forced) {
        SegmentHeader last = headers.getLast();
        return end == null
                ? Optional.of(ClosedSegment.of(last, Math.max(forced, last.firstIndex())))
                : Optional.empty();
    }

    private @Nullable SegmentHeader nextOf(int place) {
        return place + 1 < headers.size() ? headers.get(place + 1) : end;
    }

    /// The last segment has its footer now.
    synchronized void closeLast(OpenSegment last) {
        SegmentHeader header = last.header();
        GroupIndex groups = last.groups();
        end = new SegmentHeader(
                header.kind(),
                header.journalId(),
                header.number() + 1,
                header.firstIndex() + groups.entryCount(),
                header.firstGroup() + groups.count(),
                new byte[Layout.NONCE_SIZE],
                header.sizeBytes());
    }

    synchronized void add(OpenSegment segment) {
        headers.add(segment.header());
        end = null;
        sizeBytes += segment.header().sizeBytes();
        open.put(segment.header().number(), new Lease(segment));
        closeIdle();
    }

    /// Takes the segment that holds an entry; give it back by closing the lease.
    ///
    /// @throws IndexOutOfBoundsException if the journal no longer holds the entry
    synchronized Lease take(long index) throws IOException {
        if (closed) {
            throw new IllegalStateException("journal is closed");
        }
        if (index < firstIndex()) {
            throw new IndexOutOfBoundsException(
                    "entry %d is gone, the first one kept is %d".formatted(index, firstIndex()));
        }
        return takeAt(find(index));
    }

    /// Takes a segment by its number.
    ///
    /// @return null if it was given up
    /// @throws IllegalArgumentException if it is not closed, or not yet there
    synchronized @Nullable Lease takeClosed(long number) throws IOException {
        if (number < firstNumber()) {
            return null;
        }
        long place = number - firstNumber();
        if (place >= headers.size() || nextOf((int) place) == null) {
            throw new IllegalArgumentException("segment %d is not closed".formatted(number));
        }
        return takeAt((int) place);
    }

    private Lease takeAt(int place) throws IOException {
        SegmentHeader header = headers.get(place);
        Lease lease = open.get(header.number());
        if (lease == null) {
            @Nullable SegmentHeader next = nextOf(place);
            if (next == null) {
                throw new IllegalStateException("the segment that is written to is always open");
            }
            lease = new Lease(openClosed(header, next));
            open.put(header.number(), lease);
        }
        lease.holders++;
        closeIdle();
        return lease;
    }

    /// Whether a segment in somebody's hands is still what its number stands for: it may have been written
    /// anew, or given up.
    synchronized boolean isCurrent(Lease lease) {
        return closed || open.get(lease.segment.header().number()) == lease;
    }

    /// Gives a file that was written anew the name of its segment; from the next [#take] on it is the one that
    /// is read.
    ///
    /// @param header that of the new use of a segment that is closed and in the caller's hands
    synchronized void replace(SegmentHeader header, String partial) throws IOException {
        disk.rename(partial, header.fileName());
        headers.set((int) (header.number() - firstNumber()), header);
        open.remove(header.number());
    }

    /// Waits until nobody but the caller has a replaced segment in hands.
    synchronized void awaitReaders(Lease lease) throws IOException {
        long begun = System.nanoTime();
        while (lease.holders > 1) {
            long left = READERS_PATIENCE_MS - (System.nanoTime() - begun) / 1_000_000;
            if (closed || left <= 0) {
                throw new IOException("%s: a reader still has its earlier file, which is not zeroed yet"
                        .formatted(lease.segment.header().fileName()));
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while a reader has an erased segment");
            }
        }
    }

    /// Takes the oldest segment off the list if all its entries are below `below` and it is not the last.
    ///
    /// @return its header, or null
    synchronized @Nullable SegmentHeader dropOldest(long below) {
        if (headers.size() < 2 || headers.get(1).firstIndex() > below) {
            return null;
        }
        SegmentHeader oldest = headers.removeFirst();
        sizeBytes -= oldest.sizeBytes();
        Lease lease = open.remove(oldest.number());
        if (lease != null && lease.holders == 0) {
            closeQuietly(lease.segment);
        }
        return oldest;
    }

    private int find(long index) {
        int low = 0;
        int high = headers.size();
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (headers.get(middle).firstIndex() <= index) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private OpenSegment openClosed(SegmentHeader header, SegmentHeader next) throws IOException {
        DiskFile file = disk.open(header.fileName());
        try {
            return new OpenSegment(header, file, groupsOf(file, header, next));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static GroupIndex groupsOf(DiskFile file, SegmentHeader header, SegmentHeader next) throws IOException {
        try {
            return SegmentFooter.readClosed(file, header, next).groups(file, header);
        } catch (Flaw flaw) {
            LOG.warn("{}: {}; reading the segment instead", header.fileName(), flaw.problem());
        }
        return Recovery.readClosed(file, header, next);
    }

    private void giveBack(Lease lease) {
        synchronized (this) {
            lease.holders--;
            notifyAll();
            if (lease.holders == 0 && (closed || open.get(lease.segment.header().number()) != lease)) {
                closeQuietly(lease.segment);
            }
        }
    }

    private void closeIdle() {
        long last = headers.getLast().number();
        Iterator<Map.Entry<Long, Lease>> oldestFirst = open.entrySet().iterator();
        while (open.size() > MOST_OPEN && oldestFirst.hasNext()) {
            Map.Entry<Long, Lease> candidate = oldestFirst.next();
            if (candidate.getValue().holders == 0 && candidate.getKey() != last) {
                oldestFirst.remove();
                closeQuietly(candidate.getValue().segment);
            }
        }
    }

    // Nothing unforced is ever in a segment that is closed here, so a failing close loses nothing.
    private static void closeQuietly(OpenSegment segment) {
        try {
            segment.close();
        } catch (IOException e) {
            LOG.warn("{}: cannot be closed: {}", segment.header().fileName(), e.getMessage());
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        for (Lease lease : open.values()) {
            if (lease.holders == 0) {
                closeQuietly(lease.segment);
            }
        }
        open.clear();
    }
}
