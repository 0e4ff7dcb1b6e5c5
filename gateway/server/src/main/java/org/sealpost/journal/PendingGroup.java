package org.sealpost.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The group being filled: its bytes are laid out as they will lie on the disk, in one buffer that is used again for
/// every group. Belongs to the writer.
///
/// Entries are copied in: a gathering write would make the JDK copy heap arrays once more, and this way an entry costs
/// no object.
final class PendingGroup {
    static final long MAGIC = ByteBuffer.wrap("SPGROUP1".getBytes(US_ASCII))
            .order(ByteOrder.LITTLE_ENDIAN)
            .getLong();

    private static final int FIRST_CAPACITY = 64 * 1024;
    private static final byte[] ZEROS = new byte[Layout.BLOCK_SIZE];

    private final int maxSizeBytes;
    private final byte[] header = new byte[Layout.GROUP_HEADER_SIZE];
    private final ByteBuffer headerView = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    private final byte[] frame = new byte[Layout.FRAME_HEADER_SIZE];
    private final ByteBuffer frameView = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);

    private ByteBuffer bytes;
    private int[] table = new int[256];
    private int count;
    private SegmentHeader segment;
    private Checksum checksum;
    private Checksum contents;
    private long number;
    private long firstIndex;

    PendingGroup(int maxSizeBytes, SegmentHeader segment, long number, long firstIndex) {
        this.maxSizeBytes = maxSizeBytes;
        this.bytes = buffer(Math.min(FIRST_CAPACITY, maxSizeBytes));
        this.segment = segment;
        this.checksum = new Checksum(segment.nonce());
        this.contents = new Checksum(segment.nonce());
        begin(number, firstIndex);
    }

    /// Begins an empty group in the same segment.
    void begin(long number, long firstIndex) {
        this.number = number;
        this.firstIndex = firstIndex;
        count = 0;
        contents.begin();
        bytes.clear().position(Layout.GROUP_HEADER_SIZE);
    }

    /// Moves the empty group to a new segment.
    void moveTo(SegmentHeader next) {
        segment = next;
        checksum = new Checksum(next.nonce());
        contents = new Checksum(next.nonce());
        begin(number, firstIndex);
    }

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    long number() {
        return number;
    }

    long nextIndex() {
        return firstIndex + count;
    }

    int sizeBytes() {
        return (int) Layout.groupSize(bytes.position(), count);
    }

    /// Whether an entry can be added and the group still be written into `roomBytes`.
    boolean fits(int entrySizeBytes, long roomBytes) {
        long size = Layout.groupSize(bytes.position() + Layout.frameSize(entrySizeBytes), count + 1);
        return size <= Math.min(maxSizeBytes, roomBytes);
    }

    long add(byte[] leaf, byte[] body) {
        return add(leaf, body, EntryState.WHOLE);
    }

    /// @param state other than [EntryState#WHOLE] for an entry that has lost something: its body is zeros
    long add(byte[] leaf, byte[] body, EntryState state) {
        int at = bytes.position();
        int end = at + (int) Layout.frameSize((long) leaf.length + body.length);
        long index = nextIndex();
        grow((int) Layout.groupSize(end, count + 1));
        frameView.clear();
        frameView.putLong(segment.tag()).putLong(number).putLong(index);
        frameView.putInt(leaf.length).putInt(body.length);
        frameView.putInt(checksum.of(leaf)).putInt(state == EntryState.WHOLE ? checksum.of(body) : 0);
        frameView.putInt(state.flags()).putInt(checksum.of(frame, 0, Layout.FRAME_CHECKSUM_AT));
        // Without its own checksum, which would cancel out whatever differs before it.
        contents.add(frame, 0, Layout.FRAME_CHECKSUM_AT);
        bytes.put(frame).put(leaf).put(body);
        bytes.put(ZEROS, 0, end - bytes.position());
        table[count++] = at;
        return index;
    }

    /// Completes the group and hands out its bytes; [#begin] must follow before anything is added.
    ByteBuffer finish() {
        int size = sizeBytes();
        int tableAt = size - Layout.TABLE_ITEM_SIZE * count;
        while (bytes.position() < tableAt) {
            bytes.put(ZEROS, 0, Math.min(ZEROS.length, tableAt - bytes.position()));
        }
        byte[] tableBytes = new byte[size - tableAt];
        ByteBuffer tableView = ByteBuffer.wrap(tableBytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int frame = 0; frame < count; frame++) {
            tableView.putInt(table[frame]);
        }
        bytes.put(tableBytes);
        headerView.clear();
        headerView.putLong(MAGIC).put(segment.nonce()).putLong(number).putLong(firstIndex);
        headerView.putInt(count).putInt(size).putInt(0).putInt(0);
        headerView.putInt(contents.add(tableBytes).end());
        headerView.putInt(checksum.of(header, 0, Layout.GROUP_HEADER_SIZE - 4));
        bytes.put(0, header);
        return bytes.flip();
    }

    private void grow(int needed) {
        if (count == table.length) {
            table = Arrays.copyOf(table, count * 2);
        }
        if (needed > bytes.capacity()) {
            long doubled = Math.min(maxSizeBytes, 2L * bytes.capacity());
            bytes = buffer((int) Math.max(needed, doubled)).put(bytes.flip());
        }
    }

    private static ByteBuffer buffer(int sizeBytes) {
        return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
