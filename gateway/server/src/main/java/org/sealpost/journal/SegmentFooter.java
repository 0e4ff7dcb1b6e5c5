package org.sealpost.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The end of a closed segment: where its groups are, so that it can be opened without reading it.
///
/// @param firstGroup the number of the first group
/// @param entryCount entries in the segment
/// @param groupCount groups in the segment
/// @param endBlocks end of the last group
record SegmentFooter(long firstGroup, long entryCount, int groupCount, long endBlocks, int itemsChecksum) {
    static final long MAGIC = ByteBuffer.wrap("SPFOOT01".getBytes(US_ASCII))
            .order(ByteOrder.LITTLE_ENDIAN)
            .getLong();
    private static final int CHECKSUM_AT = Layout.TRAILER_SIZE - 4;

    /// The footer's bytes, whole blocks that end with the segment.
    static ByteBuffer encode(SegmentHeader header, GroupIndex groups) {
        int count = groups.count();
        ByteBuffer footer = ByteBuffer.allocate((int) Layout.footerSize(count)).order(ByteOrder.LITTLE_ENDIAN);
        int trailer = footer.capacity() - Layout.TRAILER_SIZE;
        int items = trailer - Layout.FOOTER_ITEM_SIZE * count;
        footer.position(items);
        for (int group = 0; group < count; group++) {
            long item = groups.itemAt(group);
            footer.putInt((int) (item >>> 32)).putInt((int) item);
        }
        Checksum checksum = new Checksum(header.nonce());
        footer.putLong(MAGIC).put(header.nonce()).putLong(header.firstGroup()).putLong(groups.entryCount());
        footer.putInt(count).putInt((int) (groups.end() / Layout.BLOCK_SIZE));
        footer.putInt(checksum.of(footer.array(), items, trailer - items));
        footer.putInt(trailer + CHECKSUM_AT, checksum.of(footer.array(), trailer, CHECKSUM_AT));
        return footer.clear();
    }

    /// Reads and checks the trailer; the items stay unread.
    static SegmentFooter read(DiskFile file, SegmentHeader header) throws IOException, Flaw {
        long at = header.sizeBytes() - Layout.TRAILER_SIZE;
        ByteBuffer trailer = ByteBuffer.allocate(Layout.TRAILER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        if (file.read(at, trailer) < Layout.TRAILER_SIZE || trailer.getLong(0) != MAGIC) {
            throw new Flaw(at, "no segment footer at %d".formatted(at));
        }
        int checksum = new Checksum(header.nonce()).of(trailer.array(), 0, CHECKSUM_AT);
        if (trailer.getInt(CHECKSUM_AT) != checksum) {
            throw Flaw.checksum("segment footer", at, checksum, trailer.getInt(CHECKSUM_AT));
        }
        SegmentFooter footer = new SegmentFooter(
                trailer.getLong(24),
                trailer.getLong(32),
                trailer.getInt(40),
                Integer.toUnsignedLong(trailer.getInt(44)),
                trailer.getInt(48));
        if (footer.groupCount < 0 || at - (long) Layout.FOOTER_ITEM_SIZE * footer.groupCount < 0) {
            throw Flaw.field("segment footer", at, "count of groups", footer.groupCount, "what the segment can hold");
        }
        return footer;
    }

    /// Reads the trailer of a closed segment and checks that it says what both headers say.
    ///
    /// @param next of the segment behind it
    static SegmentFooter readClosed(DiskFile file, SegmentHeader header, SegmentHeader next) throws IOException, Flaw {
        return readClosed(file, header, next.firstIndex(), next.firstGroup());
    }

    /// The same where of the segment behind it no more than that is known.
    static SegmentFooter readClosed(DiskFile file, SegmentHeader header, long nextIndex, long nextGroup)
            throws IOException, Flaw {
        SegmentFooter footer = read(file, header);
        long at = header.sizeBytes() - Layout.TRAILER_SIZE;
        String what = "segment footer";
        if (footer.firstGroup != header.firstGroup()) {
            throw Flaw.field(what, at, "first group", footer.firstGroup, header.firstGroup());
        }
        if (footer.groupCount != nextGroup - header.firstGroup()) {
            throw Flaw.field(what, at, "count of groups", footer.groupCount, nextGroup - header.firstGroup());
        }
        if (footer.entryCount != nextIndex - header.firstIndex()) {
            throw Flaw.field(what, at, "count of entries", footer.entryCount, nextIndex - header.firstIndex());
        }
        long end = footer.endBlocks * Layout.BLOCK_SIZE;
        long most = header.sizeBytes() - Layout.footerSize(footer.groupCount);
        if (footer.endBlocks < 1L + footer.groupCount || end > most) {
            throw Flaw.field(what, at, "end of the last group", end, "behind all groups and at most " + most);
        }
        return footer;
    }

    /// Whether this is the footer of these groups.
    boolean closes(SegmentHeader header, GroupIndex groups) {
        return closes(
                header, header.firstIndex() + groups.entryCount(), header.firstGroup() + groups.count(), groups.end());
    }

    /// Whether it is that of groups which lead to these.
    boolean closes(SegmentHeader header, long nextIndex, long nextGroup, long end) {
        return firstGroup == header.firstGroup()
                && groupCount == nextGroup - header.firstGroup()
                && entryCount == nextIndex - header.firstIndex()
                && endBlocks * Layout.BLOCK_SIZE == end;
    }

    /// Reads and checks the items.
    GroupIndex groups(DiskFile file, SegmentHeader header) throws IOException, Flaw {
        int length = Layout.FOOTER_ITEM_SIZE * groupCount;
        long at = header.sizeBytes() - Layout.TRAILER_SIZE - length;
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        int read = file.read(at, bytes);
        int checksum = new Checksum(header.nonce()).of(bytes.array());
        if (read < length || checksum != itemsChecksum) {
            throw Flaw.checksum("index of groups", at, checksum, itemsChecksum);
        }
        long[] items = new long[groupCount + 1];
        for (int group = 0; group < groupCount; group++) {
            int place = Layout.FOOTER_ITEM_SIZE * group;
            items[group] = GroupIndex.item(
                    Integer.toUnsignedLong(bytes.getInt(place)), Integer.toUnsignedLong(bytes.getInt(place + 4)));
        }
        items[groupCount] = GroupIndex.item(endBlocks, entryCount);
        if (!GroupIndex.isAscending(items)) {
            throw new Flaw(at, "index of groups at %d: groups do not lie one behind the other".formatted(at));
        }
        return GroupIndex.of(items);
    }
}
