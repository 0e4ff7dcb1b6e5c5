package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.record.Leaf;

/// The bytes of a chunk of entries (docs/formats.md §19), as they gather. Not thread-safe.
final class EntriesChunk {
    private static final int HEADER_BYTES = 16;
    private static final int ENTRY_BYTES = 12;

    private final int usualBytes;
    private final List<RangeEntry> entries = new ArrayList<>();
    private long sizeBytes = HEADER_BYTES;

    /// @param usualBytes it takes no further entry that would make it larger
    EntriesChunk(int usualBytes) {
        this.usualBytes = usualBytes;
    }

    static long sizeOf(RangeEntry entry) {
        return (long) ENTRY_BYTES + entry.leaf().length + entry.body().length;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /// Whether it takes one entry more of this size; an empty one takes any.
    boolean takes(long entrySizeBytes) {
        return entries.isEmpty() || sizeBytes + entrySizeBytes <= usualBytes;
    }

    void add(RangeEntry entry) {
        entries.add(entry);
        sizeBytes += sizeOf(entry);
    }

    /// What it holds; then it is empty.
    byte[] take() {
        var out = ByteBuffer.allocate(Math.toIntExact(sizeBytes)).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(entries.getFirst().index()).putInt(entries.size()).putInt(0);
        for (var entry : entries) {
            out.putInt(entry.leaf().length).putInt(entry.body().length);
            out.putInt(entry.state().ordinal()).put(entry.leaf()).put(entry.body());
        }
        entries.clear();
        sizeBytes = HEADER_BYTES;
        return out.array();
    }

    /// @throws RangeFault if these are not the bytes of such a chunk
    static void read(byte[] bytes, Visitor visitor) throws RangeFault, IOException {
        if (bytes.length < HEADER_BYTES) throw new RangeFault("no entries");
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long first = in.getLong();
        int count = in.getInt();
        if (first < 0 || count < 1 || in.getInt() != 0) throw new RangeFault("no entries");
        for (int i = 0; i < count; i++) {
            visitor.visit(entry(first + i, in));
        }
        if (in.hasRemaining()) throw new RangeFault(in.remaining() + " bytes behind its last entry");
    }

    private static RangeEntry entry(long index, ByteBuffer in) throws RangeFault {
        if (in.remaining() < ENTRY_BYTES) throw new RangeFault("it has not the entry " + index + " that it counts");
        long leaf = Integer.toUnsignedLong(in.getInt());
        long body = Integer.toUnsignedLong(in.getInt());
        int number = in.getInt();
        if (leaf < 1 || leaf > Leaf.MAX_SIZE_BYTES || leaf + body > in.remaining()) {
            throw new RangeFault("entry " + index + " has a leaf of " + leaf + " and a body of " + body + " bytes, and "
                    + in.remaining() + " are left");
        }
        var state = Optional.of(number)
                .filter(known -> known >= 0 && known < RangeEntry.State.values().length)
                .map(known -> RangeEntry.State.values()[known])
                .orElseThrow(() -> new RangeFault("entry " + index + " is of state " + number + ", known are 0 to 4"));
        if (state == RangeEntry.State.LEAF_LOST && leaf != Hash.SIZE) {
            throw new RangeFault(
                    "entry " + index + " has lost its leaf, and in its place are " + leaf + " bytes that are no hash");
        }
        if (state != RangeEntry.State.WHOLE && body > 0) {
            throw new RangeFault("entry " + index + " has a body that is said not to be there");
        }
        return new RangeEntry(index, take(in, (int) leaf), take(in, (int) body), state);
    }

    private static byte[] take(ByteBuffer in, int length) {
        var bytes = Arrays.copyOfRange(in.array(), in.position(), in.position() + length);
        in.position(in.position() + length);
        return bytes;
    }

    /// Sees entries in their order.
    interface Visitor {
        void visit(RangeEntry entry) throws RangeFault, IOException;
    }
}
