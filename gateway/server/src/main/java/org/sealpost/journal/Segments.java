package org.sealpost.journal;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The segments of a journal in order, of which few are open at a time. Any thread.
final class Segments implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Segments.class);
    private static final int MOST_OPEN = 8;

    private final Disk disk;

    // Guarded by this. Headers only: some hundred bytes a segment.
    private final List<SegmentHeader> headers;
    private final Map<Long, Lease> open = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    // Written under this; read without, since the lock may be held while a file is opened.
    private volatile long sizeBytes;

    /// @param headers in order; the last one is that of `last`
    Segments(Disk disk, List<SegmentHeader> headers, OpenSegment last) {
        this.disk = disk;
        this.headers = new ArrayList<>(headers);
        this.sizeBytes = headers.stream().mapToLong(SegmentHeader::sizeBytes).sum();
        open.put(last.header().number(), new Lease(last));
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

    long sizeBytes() {
        return sizeBytes;
    }

    synchronized List<ClosedSegment> closed() {
        List<ClosedSegment> segments = new ArrayList<>(headers.size());
        for (int i = 0; i + 1 < headers.size(); i++) {
            segments.add(headers.get(i).until(headers.get(i + 1).firstIndex()));
        }
        return segments;
    }

    synchronized SegmentHeader last() {
        return headers.getLast();
    }

    synchronized void add(OpenSegment segment) {
        headers.add(segment.header());
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
        int place = find(index);
        SegmentHeader header = headers.get(place);
        Lease lease = open.get(header.number());
        if (lease == null) {
            lease = new Lease(openClosed(header, headers.get(place + 1)));
            open.put(header.number(), lease);
        }
        lease.holders++;
        closeIdle();
        return lease;
    }

    /// First index behind the segment that holds an entry; the last segment has no such end.
    synchronized long endOfSegmentWith(long index) {
        int place = find(index);
        return place + 1 < headers.size() ? headers.get(place + 1).firstIndex() : Long.MAX_VALUE;
    }

    /// Takes the oldest segment off the list if all its entries are below `below` and it is not the last.
    ///
    /// @return its header, or null
    synchronized @org.jspecify.annotations.Nullable SegmentHeader dropOldest(long below) {
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
            GroupIndex groups = SegmentFooter.read(file, header).groups(file, header);
            if (groups.entryCount() == next.firstIndex() - header.firstIndex()) {
                return groups;
            }
            LOG.warn("{}: its footer counts other entries than the next segment says; reading it", header.fileName());
        } catch (Flaw flaw) {
            LOG.warn("{}: {}; reading the segment instead", header.fileName(), flaw.problem());
        }
        return Recovery.readClosed(file, header, next);
    }

    private void giveBack(Lease lease) {
        synchronized (this) {
            lease.holders--;
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
        for (Lease lease : open.values()) {
            if (lease.holders == 0) {
                closeQuietly(lease.segment);
            }
        }
        open.clear();
    }
}
