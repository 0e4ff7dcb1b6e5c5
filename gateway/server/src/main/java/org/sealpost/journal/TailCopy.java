package org.sealpost.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// A second copy of the last group, made durable before that group is written again in place: a power cut may spoil the
/// very sectors being written, and these may hold what was acknowledged long ago.
final class TailCopy implements Closeable {
    static final String NAME = "tail.copy";
    private static final String PARTIAL = "tail.partial";
    private static final byte[] MAGIC = "SEALPTCP".getBytes(US_ASCII);
    private static final int VERSION = 1;
    private static final int CHECKSUM_AT = Layout.BLOCK_SIZE - 4;

    private final Disk disk;
    private @Nullable DiskFile file;

    private TailCopy(Disk disk, @Nullable DiskFile file) {
        this.disk = disk;
        this.file = file;
    }

    static TailCopy open(Disk disk, List<String> names) throws IOException {
        if (names.contains(PARTIAL)) {
            disk.delete(PARTIAL);
        }
        return new TailCopy(disk, names.contains(NAME) ? disk.open(NAME) : null);
    }

    /// The same for somebody who only reads.
    static TailCopy toRead(Disk disk, List<String> names) throws IOException {
        return new TailCopy(disk, names.contains(NAME) ? disk.open(NAME) : null);
    }

    /// Makes room for groups of up to `groupSizeBytes`, once, so that a full disk never prevents an opening. What a
    /// smaller copy held is gone, from its blocks, too: so it is called only while no group rests on it.
    void reserve(long groupSizeBytes) throws IOException {
        long needed = Layout.BLOCK_SIZE + groupSizeBytes;
        if (file != null && file.size() >= needed) {
            return;
        }
        disk.create(PARTIAL, needed).close();
        if (file != null) {
            Zeros.write(file, 0, file.size());
            file.force();
        }
        close();
        disk.rename(PARTIAL, NAME);
        disk.forceDirectory();
        file = disk.open(NAME);
    }

    long sizeBytes() throws IOException {
        return file == null ? 0 : file.size();
    }

    /// Keeps a group, durably.
    void keep(SegmentHeader segment, long offset, ByteBuffer group) throws IOException {
        reserve(group.remaining());
        ByteBuffer head = ByteBuffer.allocate(Layout.BLOCK_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        head.put(MAGIC).putShort((short) VERSION).putShort((short) 0).putInt(group.remaining());
        head.putLong(segment.number()).putLong(offset).put(segment.nonce());
        head.putInt(CHECKSUM_AT, Checksum.unseeded(head.array(), 0, CHECKSUM_AT));
        DiskFile target = file;
        if (target == null) {
            throw new IllegalStateException("no room reserved for the copy of the tail");
        }
        target.write(0, head.clear(), group.duplicate());
        target.force();
    }

    /// The bytes kept of the group at this place of this use of the segment. They are not checked yet.
    Optional<ByteBuffer> kept(SegmentHeader segment, long offset) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(Layout.BLOCK_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        if (file == null || file.read(0, head) < Layout.BLOCK_SIZE) {
            return Optional.empty();
        }
        byte[] bytes = head.array();
        boolean ours = isHead(head)
                && head.getLong(16) == segment.number()
                && head.getLong(24) == offset
                && ByteBuffer.wrap(bytes, 32, Layout.NONCE_SIZE).equals(ByteBuffer.wrap(segment.nonce()));
        int length = head.getInt(12);
        if (!ours || length <= 0 || Layout.BLOCK_SIZE + (long) length > file.size()) {
            return Optional.empty();
        }
        ByteBuffer group = ByteBuffer.allocate(length);
        return file.read(Layout.BLOCK_SIZE, group) < length ? Optional.empty() : Optional.of(group.flip());
    }

    /// Removes what this holds of some segments, and what earlier copies left behind the present one; durably.
    void erase(LongPredicate ofSegment) throws IOException {
        DiskFile target = file;
        if (target == null) {
            return;
        }
        ByteBuffer head = ByteBuffer.allocate(Layout.BLOCK_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        boolean kept = target.read(0, head) == Layout.BLOCK_SIZE && isHead(head) && !ofSegment.test(head.getLong(16));
        long from = kept ? Layout.BLOCK_SIZE + (long) head.getInt(12) : 0;
        Zeros.write(target, from, target.size());
        target.force();
    }

    private static boolean isHead(ByteBuffer head) {
        return ByteBuffer.wrap(head.array(), 0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                && head.getShort(8) == VERSION
                && head.getInt(CHECKSUM_AT) == Checksum.unseeded(head.array(), 0, CHECKSUM_AT);
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }
}
