package org.sealpost.journal;

import java.io.Closeable;
import java.io.IOException;

/// A segment whose file is open and whose groups are known.
final class OpenSegment implements Closeable {
    private static final int RANDOM_READ_BYTES = Layout.BLOCK_SIZE;
    private static final int SCAN_BYTES = 256 * 1024;

    private final SegmentHeader header;
    private final DiskFile file;
    private final GroupIndex groups;

    OpenSegment(SegmentHeader header, DiskFile file, GroupIndex groups) {
        this.header = header;
        this.file = file;
        this.groups = groups;
    }

    SegmentHeader header() {
        return header;
    }

    DiskFile file() {
        return file;
    }

    GroupIndex groups() {
        return groups;
    }

    /// Behind the last of its entries, forced or just being published.
    long nextIndex() {
        return header.firstIndex() + groups.entryCount();
    }

    JournalEntry read(long index) throws IOException, Flaw {
        int group = groups.find(index - header.firstIndex());
        SegmentReader reader = new SegmentReader(file, header, RANDOM_READ_BYTES);
        return reader.entry(frame(reader, group, index));
    }

    /// Takes from a frame what a scan is after.
    interface FrameVisitor {
        void visit(SegmentReader reader, SegmentReader.Frame frame) throws IOException, Flaw;
    }

    /// Hands the frames from `from` to `to`, exclusive, to the visitor. All of them must lie in this segment.
    void scan(long from, long to, FrameVisitor visitor) throws IOException, Flaw {
        int group = groups.find(from - header.firstIndex());
        int lastGroup = groups.find(to - 1 - header.firstIndex());
        long bytes = groups.offset(lastGroup + 1) - groups.offset(group);
        SegmentReader reader = new SegmentReader(file, header, (int) Math.min(bytes, SCAN_BYTES));
        SegmentReader.Frame frame = frame(reader, group, from);
        while (true) {
            visitor.visit(reader, frame);
            long next = frame.index() + 1;
            if (next == to) {
                return;
            }
            long offset = frame.end();
            if (next - header.firstIndex() == groups.firstInSegment(group + 1)) {
                group++;
                offset = groups.offset(group) + Layout.GROUP_HEADER_SIZE;
            }
            frame = reader.frame(offset, groups.offset(group + 1), header.firstGroup() + group, next);
        }
    }

    private SegmentReader.Frame frame(SegmentReader reader, int group, long index) throws IOException, Flaw {
        long first = header.firstIndex() + groups.firstInSegment(group);
        long end = groups.offset(group + 1);
        int count = (int) (groups.firstInSegment(group + 1) - groups.firstInSegment(group));
        long offset = reader.frameOffset(groups.offset(group), end, count, (int) (index - first));
        if (offset >= end) {
            throw Flaw.field("table of group " + (header.firstGroup() + group), end, "offset", offset, "below its end");
        }
        return reader.frame(offset, end, header.firstGroup() + group, index);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
