package org.sealpost.journal;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads frames and groups of one segment and checks every byte it hands out. Belongs to one thread.
final class SegmentReader {
    static final int HASH_SIZE = 32;

    private final SegmentHeader header;
    private final long tag;
    private final FileWindow window;
    private final Checksum checksum;

    SegmentReader(DiskFile file, SegmentHeader header, int windowSizeBytes) {
        this.header = header;
        this.tag = header.tag();
        this.window = new FileWindow(file, header.sizeBytes(), windowSizeBytes);
        this.checksum = new Checksum(header.nonce());
    }

    /// A frame whose header has been checked.
    record Frame(
            long offset,
            long group,
            long index,
            int leafLength,
            int bodyLength,
            int leafChecksum,
            int bodyChecksum,
            EntryState state) {
        long end() {
            return offset + Layout.frameSize((long) leafLength + bodyLength);
        }

        boolean hasBody() {
            return state == EntryState.WHOLE;
        }

        boolean hasLeaf() {
            return state != EntryState.LEAF_LOST;
        }
    }

    /// A group all of whose bytes have been checked.
    record Group(long offset, long number, long firstIndex, int count, int lengthBytes) {}

    /// What of a later group is left behind a place where a group should be.
    record Later(long offset, long group, long firstIndex) {}

    /// Where the table of the group that ends at `groupEnd` says that a frame is.
    long frameOffset(long groupOffset, long groupEnd, int count, int place) throws IOException, Flaw {
        int at = window.show(groupEnd - (long) Layout.TABLE_ITEM_SIZE * (count - place), Layout.TABLE_ITEM_SIZE);
        return groupOffset + Integer.toUnsignedLong(window.intAt(at));
    }

    /// Checks the header of the frame at `offset`, which must end at or before `end`.
    Frame frame(long offset, long end, long group, long index) throws IOException, Flaw {
        if (offset + Layout.FRAME_HEADER_SIZE > end) {
            throw new Flaw(offset, "frame of entry %d at %d does not end before %d".formatted(index, offset, end));
        }
        int at = window.show(offset, Layout.FRAME_HEADER_SIZE);
        int actual = checksum.of(window.bytes(), at, Layout.FRAME_CHECKSUM_AT);
        if (window.longAt(at) != tag) {
            throw Flaw.field(
                    "frame of entry " + index,
                    offset,
                    "nonce",
                    Long.toHexString(window.longAt(at)),
                    Long.toHexString(tag));
        }
        if (window.intAt(at + 44) != actual) {
            throw Flaw.checksum("frame header of entry " + index, offset, actual, window.intAt(at + 44));
        }
        if (window.longAt(at + 8) != group) {
            throw Flaw.field("frame of entry " + index, offset, "group", window.longAt(at + 8), group);
        }
        if (window.longAt(at + 16) != index) {
            throw Flaw.field("frame", offset, "index", window.longAt(at + 16), index);
        }
        Frame frame = frameAt(at, offset);
        if (frame.end() > end) {
            throw new Flaw(offset, "frame of entry %d at %d does not end before %d".formatted(index, offset, end));
        }
        return frame;
    }

    /// What the frame header in the window says whose checksum is right.
    private Frame frameAt(int at, long offset) throws Flaw {
        long index = window.longAt(at + 16);
        int leafLength = window.intAt(at + 24);
        int bodyLength = window.intAt(at + 28);
        EntryState state = EntryState.of(window.intAt(at + 40), index, offset);
        if (state == EntryState.LEAF_LOST && leafLength != HASH_SIZE) {
            throw Flaw.field("frame of entry " + index, offset, "length of a lost leaf", leafLength, HASH_SIZE);
        }
        if (leafLength < 0 || bodyLength < 0) {
            throw new Flaw(offset, "frame of entry %d at %d has a length below 0".formatted(index, offset));
        }
        return new Frame(
                offset,
                window.longAt(at + 8),
                index,
                leafLength,
                bodyLength,
                window.intAt(at + 32),
                window.intAt(at + 36),
                state);
    }

    /// Checks leaf and body of a frame, and copies them.
    JournalEntry entry(Frame frame) throws IOException, Flaw {
        int at = check(frame);
        byte[] leaf = Arrays.copyOfRange(window.bytes(), at, at + frame.leafLength);
        int bodyAt = at + frame.leafLength;
        byte[] body =
                frame.hasBody() ? Arrays.copyOfRange(window.bytes(), bodyAt, bodyAt + frame.bodyLength) : new byte[0];
        return new JournalEntry(frame.index, leaf, body, frame.state);
    }

    /// Checks and copies the leaf of a frame, of a lost one its hash; its body is not looked at.
    byte[] leaf(Frame frame) throws IOException, Flaw {
        int at = showLeaf(frame);
        return Arrays.copyOfRange(window.bytes(), at, at + frame.leafLength);
    }

    /// The same without a copy.
    ///
    /// @return where in [#bytes] it begins, until the next call
    int showLeaf(Frame frame) throws IOException, Flaw {
        int at = window.show(frame.offset + Layout.FRAME_HEADER_SIZE, frame.leafLength);
        checkLeaf(frame, at);
        return at;
    }

    byte[] bytes() {
        return window.bytes();
    }

    private void checkLeaf(Frame frame, int at) throws Flaw {
        int leaf = checksum.of(window.bytes(), at, frame.leafLength);
        if (leaf != frame.leafChecksum) {
            long offset = frame.offset + Layout.FRAME_HEADER_SIZE;
            throw Flaw.checksum("leaf of entry " + frame.index, offset, leaf, frame.leafChecksum);
        }
    }

    private int check(Frame frame) throws IOException, Flaw {
        long offset = frame.offset + Layout.FRAME_HEADER_SIZE;
        int at = window.show(offset, frame.leafLength + frame.bodyLength);
        checkLeaf(frame, at);
        checkBody(frame, at + frame.leafLength);
        return at;
    }

    /// Checks the body of a frame; its leaf is not looked at.
    void body(Frame frame) throws IOException, Flaw {
        checkBody(frame, window.show(frame.offset + Layout.FRAME_HEADER_SIZE + frame.leafLength, frame.bodyLength));
    }

    private void checkBody(Frame frame, int bodyAt) throws Flaw {
        long offset = frame.offset + Layout.FRAME_HEADER_SIZE + frame.leafLength;
        if (!frame.hasBody()) {
            for (int place = bodyAt; place < bodyAt + frame.bodyLength; place++) {
                if (window.bytes()[place] != 0) {
                    throw Flaw.field("body of entry " + frame.index + ", which is gone,", offset, "a byte", "not 0", 0);
                }
            }
            return;
        }
        int body = checksum.of(window.bytes(), bodyAt, frame.bodyLength);
        if (body != frame.bodyChecksum) {
            throw Flaw.checksum("body of entry " + frame.index, offset, body, frame.bodyChecksum);
        }
    }

    /// Checks a whole group: that it is the one expected, and each byte of it that means something.
    Group group(long offset, long number, long firstIndex) throws IOException, Flaw {
        String what = "group " + number;
        int at = window.show(offset, Layout.GROUP_HEADER_SIZE);
        checkGroupHeader(what, offset, at);
        if (window.longAt(at + 24) != number) {
            throw Flaw.field(what, offset, "number", window.longAt(at + 24), number);
        }
        if (window.longAt(at + 32) != firstIndex) {
            throw Flaw.field(what, offset, "first index", window.longAt(at + 32), firstIndex);
        }
        int count = window.intAt(at + 40);
        int length = window.intAt(at + 44);
        int contentsChecksum = window.intAt(at + 56);
        long tableSize = (long) Layout.TABLE_ITEM_SIZE * count;
        if (window.intAt(at + 48) != 0 || window.intAt(at + 52) != 0) {
            throw Flaw.field(what, offset, "flags", "not 0", 0);
        }
        if (length <= 0 || length % Layout.BLOCK_SIZE != 0 || offset + length > header.sizeBytes()) {
            throw Flaw.field(what, offset, "length", length, "whole blocks inside the segment");
        }
        if (count < 1 || tableSize > length) {
            throw Flaw.field(what, offset, "count", count, "at least 1, and what its length can hold");
        }
        Checksum contents = new Checksum(header.nonce()).begin();
        long tableAt = offset + length - tableSize;
        int[] table = new int[count];
        long next = offset + Layout.GROUP_HEADER_SIZE;
        for (int place = 0; place < count; place++) {
            Frame frame = frame(next, tableAt, number, firstIndex + place);
            int head = window.show(next, Layout.FRAME_HEADER_SIZE);
            contents.add(window.bytes(), head, Layout.FRAME_CHECKSUM_AT);
            check(frame);
            table[place] = (int) (next - offset);
            next = frame.end();
        }
        int items = window.show(tableAt, (int) tableSize);
        int actual = contents.add(window.bytes(), items, (int) tableSize).end();
        if (actual != contentsChecksum) {
            throw Flaw.checksum(what, offset, actual, contentsChecksum);
        }
        for (int place = 0; place < count; place++) {
            int item = window.intAt(items + Layout.TABLE_ITEM_SIZE * place);
            if (item != table[place]) {
                throw Flaw.field(what, tableAt, "offset of frame " + place, item, table[place]);
            }
        }
        return new Group(offset, number, firstIndex, count, length);
    }

    private void checkGroupHeader(String what, long offset, int at) throws Flaw {
        if (window.longAt(at) != PendingGroup.MAGIC) {
            throw new Flaw(offset, "no group header at %d, expected %s".formatted(offset, what));
        }
        byte[] nonce = header.nonce();
        if (!Arrays.equals(window.bytes(), at + 8, at + 8 + nonce.length, nonce, 0, nonce.length)) {
            throw Flaw.field(what, offset, "nonce", "another one", "that of the segment");
        }
        int actual = checksum.of(window.bytes(), at, Layout.GROUP_HEADER_SIZE - 4);
        if (window.intAt(at + 60) != actual) {
            throw Flaw.checksum("header of " + what, offset, actual, window.intAt(at + 60));
        }
    }

    /// Looks behind `offset` for a header, of a frame or a group, that belongs to a group after `group`.
    ///
    /// Frames are looked for at every place where one can begin: the first block of their group may be missing.
    Optional<Later> later(long offset, long group) throws IOException {
        long last = header.sizeBytes() - Layout.FRAME_HEADER_SIZE;
        try {
            for (long place = offset; place <= last; place += Layout.FRAME_ALIGNMENT) {
                if (window.shownFrom(place) < Layout.GROUP_HEADER_SIZE) {
                    window.show(place, (int) Math.min(Layout.GROUP_HEADER_SIZE, header.sizeBytes() - place));
                }
                int at = window.show(place, Layout.FRAME_ALIGNMENT);
                long first = window.longAt(at);
                if (first == tag && isFrameHeader(place) && window.longAt(at + 8) > group) {
                    return Optional.of(new Later(place, window.longAt(at + 8), window.longAt(at + 16)));
                }
                if (first == PendingGroup.MAGIC && isGroupHeader(place) && window.longAt(at + 24) > group) {
                    return Optional.of(new Later(place, window.longAt(at + 24), window.longAt(at + 32)));
                }
            }
        } catch (Flaw endOfFile) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /// A header, of a frame or a group of this use, that nothing vouches for but itself.
    ///
    /// @param frame null for that of a group
    record Stray(
            long offset,
            long group,
            long firstIndex,
            @Nullable Frame frame) {}

    /// The next header of this use at or behind `from` that begins before `to`.
    Optional<Stray> stray(long from, long to) throws IOException {
        long last = Math.min(to, header.sizeBytes() - Layout.FRAME_HEADER_SIZE + 1);
        try {
            for (long place = from; place < last; place += Layout.FRAME_ALIGNMENT) {
                if (window.shownFrom(place) < Layout.GROUP_HEADER_SIZE) {
                    window.show(place, (int) Math.min(Layout.GROUP_HEADER_SIZE, header.sizeBytes() - place));
                }
                int at = window.show(place, Layout.FRAME_ALIGNMENT);
                long first = window.longAt(at);
                if (first == tag && isFrameHeader(place)) {
                    Frame frame = strayFrame(place);
                    return Optional.of(new Stray(place, frame.group, frame.index, frame));
                }
                if (first == PendingGroup.MAGIC && isGroupHeader(place)) {
                    at = window.show(place, Layout.GROUP_HEADER_SIZE);
                    return Optional.of(new Stray(place, window.longAt(at + 24), window.longAt(at + 32), null));
                }
            }
        } catch (Flaw endOfFile) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private Frame strayFrame(long place) throws IOException, Flaw {
        int at = window.show(place, Layout.FRAME_HEADER_SIZE);
        try {
            return frameAt(at, place);
        } catch (Flaw laterVersion) {
            // Its checksum holds, so this is no damage, and nobody may take it for that.
            throw new IOException(header.fileName() + ": " + laterVersion.problem(), laterVersion);
        }
    }

    private boolean isFrameHeader(long offset) throws IOException, Flaw {
        int at = window.show(offset, Layout.FRAME_HEADER_SIZE);
        return window.intAt(at + 44) == checksum.of(window.bytes(), at, Layout.FRAME_CHECKSUM_AT);
    }

    private boolean isGroupHeader(long offset) throws IOException {
        try {
            checkGroupHeader("a group", offset, window.show(offset, Layout.GROUP_HEADER_SIZE));
            return true;
        } catch (Flaw other) {
            return false;
        }
    }
}
