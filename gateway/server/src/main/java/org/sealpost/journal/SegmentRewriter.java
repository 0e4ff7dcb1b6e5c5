package org.sealpost.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.LongPredicate;

/// Writes a closed segment anew, as another use of it, without some of its bodies. Offsets, lengths, groups and
/// indexes stay as they are. Belongs to one thread.
final class SegmentRewriter {
    private static final int WINDOW_BYTES = 1024 * 1024;

    private final OpenSegment from;
    private final LongPredicate erased;

    /// @param erased tells the entries whose bodies go
    SegmentRewriter(OpenSegment from, LongPredicate erased) {
        this.from = from;
        this.erased = erased;
    }

    /// How many bodies are there that go.
    long count() throws IOException, Flaw {
        long[] count = {0};
        if (from.groups().count() > 0) {
            from.scan(from.header().firstIndex(), from.nextIndex(), (reader, frame) -> {
                if (frame.state() == EntryState.WHOLE && erased.test(frame.index())) {
                    count[0]++;
                }
            });
        }
        return count[0];
    }

    /// Checks each group and writes it, then header and footer. The target holds zeros; it is not forced.
    ///
    /// @throws Flaw if anything in the segment is damaged
    void write(SegmentHeader to, DiskFile target) throws IOException, Flaw {
        GroupIndex groups = from.groups();
        target.write(0, to.encode());
        for (int group = 0; group < groups.count(); group++) {
            long offset = groups.offset(group);
            ByteBuffer bytes = ByteBuffer.allocate((int) (groups.offset(group + 1) - offset))
                    .order(ByteOrder.LITTLE_ENDIAN);
            from.file().read(offset, bytes);
            int count = check(group, bytes.flip());
            rewrite(bytes, count, to);
            target.write(offset, bytes);
        }
        ByteBuffer footer = SegmentFooter.encode(to, groups);
        target.write(to.sizeBytes() - footer.remaining(), footer);
    }

    /// Of the very bytes that are written again: what is read twice may differ.
    private int check(int group, ByteBuffer bytes) throws IOException, Flaw {
        SegmentHeader header = from.header();
        long offset = from.groups().offset(group);
        long first = header.firstIndex() + from.groups().firstInSegment(group);
        long next = header.firstIndex() + from.groups().firstInSegment(group + 1);
        SegmentReader.Group found = new SegmentReader(new ShiftedBytes(bytes, offset), header, WINDOW_BYTES)
                .group(offset, header.firstGroup() + group, first);
        if (found.count() != next - first || found.lengthBytes() != bytes.limit()) {
            throw Flaw.field("group " + found.number(), offset, "count", found.count(), next - first);
        }
        return found.count();
    }

    private void rewrite(ByteBuffer group, int count, SegmentHeader to) {
        byte[] bytes = group.array();
        Checksum checksum = new Checksum(to.nonce());
        Checksum contents = new Checksum(to.nonce()).begin();
        int tableAt = bytes.length - Layout.TABLE_ITEM_SIZE * count;
        for (int place = 0; place < count; place++) {
            int frame = group.getInt(tableAt + Layout.TABLE_ITEM_SIZE * place);
            rewriteFrame(group, frame, to, checksum);
            contents.add(bytes, frame, Layout.FRAME_CHECKSUM_AT);
        }
        contents.add(bytes, tableAt, bytes.length - tableAt);
        group.put(8, to.nonce());
        group.putInt(56, contents.end());
        group.putInt(60, checksum.of(bytes, 0, Layout.GROUP_HEADER_SIZE - 4));
    }

    private void rewriteFrame(ByteBuffer group, int frame, SegmentHeader to, Checksum checksum) {
        byte[] bytes = group.array();
        int leafAt = frame + Layout.FRAME_HEADER_SIZE;
        int leafLength = group.getInt(frame + 24);
        int bodyAt = leafAt + leafLength;
        int bodyLength = group.getInt(frame + 28);
        if (group.getInt(frame + 40) == EntryState.WHOLE.flags() && erased.test(group.getLong(frame + 16))) {
            Arrays.fill(bytes, bodyAt, bodyAt + bodyLength, (byte) 0);
            group.putInt(frame + 40, EntryState.BODY_ERASED.flags());
        }
        boolean whole = group.getInt(frame + 40) == EntryState.WHOLE.flags();
        group.putLong(frame, to.tag());
        group.putInt(frame + 32, checksum.of(bytes, leafAt, leafLength));
        group.putInt(frame + 36, whole ? checksum.of(bytes, bodyAt, bodyLength) : 0);
        group.putInt(frame + 44, checksum.of(bytes, frame, Layout.FRAME_CHECKSUM_AT));
    }
}
