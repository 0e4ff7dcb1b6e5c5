package org.sealpost.archive.range;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/// Writes one range file, chunk after chunk, each durable before the next one is begun. One thread.
final class VolumeWriter {
    private static final RangeFile.Watcher NOBODY = new RangeFile.Watcher() {
        @Override
        public void head(RangeHead head) {}

        @Override
        public void entry(RangeEntry entry) {}
    };

    private final RangeSource source;
    private final StickFile file;
    private final RangeHead head;
    private final MessageDigest before;
    private int number;
    private long offset;
    private long next;

    /// What is whole of a file.
    ///
    /// @param nextEntry behind the last entry that is in it
    /// @param sizeBytes where its last whole chunk ends
    /// @param ended     whether it is complete
    record Found(RangeHead head, long nextEntry, int chunks, long sizeBytes, MessageDigest before, boolean ended) {}

    private VolumeWriter(
            RangeSource source,
            StickFile file,
            RangeHead head,
            MessageDigest before,
            int number,
            long offset,
            long next) {
        this.source = source;
        this.file = file;
        this.head = head;
        this.before = before;
        this.number = number;
        this.offset = offset;
        this.next = next;
    }

    static VolumeWriter begin(RangeSource source, StickFile file, RangeHead head) throws IOException {
        var writer = new VolumeWriter(source, file, head, ChunkReader.sha256(), 0, 0, head.from());
        writer.write(Chunk.Kind.HEAD, head.encode());
        return writer;
    }

    /// Cuts off what is torn.
    static VolumeWriter goOn(RangeSource source, StickFile file, Found found) throws IOException {
        file.cut(found.sizeBytes);
        file.force();
        return new VolumeWriter(source, file, found.head, found.before, found.chunks, found.sizeBytes, found.nextEntry);
    }

    /// Looks at all of a file, and compares it with the log; empty where its head was cut off when it was written.
    ///
    /// @throws RangeFault if it begins in another way, or with no head of ours
    static Optional<Found> find(RangeSource source, StickFile file) throws IOException, RangeFault {
        var in = new ChunkReader(file);
        Optional<Chunk> first;
        try {
            first = in.next();
        } catch (RangeFault notWhole) {
            if (isCutInHead(file)) return Optional.empty();
            throw notWhole;
        }
        if (first.isEmpty()) return Optional.empty();
        var head = RangeFile.head(first.get());
        var found = new Found(head, head.from(), in.count(), in.offset(), in.digestSoFar(), false);
        // Of another history nothing is gone on with.
        if (!source.isOf(head)) return Optional.of(found);
        var check = new RangeFile.Check(head, NOBODY);
        try {
            for (var chunk = in.next(); chunk.isPresent(); chunk = in.next()) {
                if (chunk.get().kind() == Chunk.Kind.END) {
                    boolean ended = found.nextEntry == head.next() && in.offset() == file.size();
                    return Optional.of(
                            new Found(head, found.nextEntry, found.chunks, found.sizeBytes, found.before, ended));
                }
                if (chunk.get().kind() != Chunk.Kind.ENTRIES) break;
                check.entries(chunk.get().bytes());
                if (!source.tree().root(check.next()).equals(check.root())) break;
                found = new Found(head, check.next(), in.count(), in.offset(), in.digestSoFar(), false);
            }
        } catch (RangeFault tornOrAltered) {
            // What is before it counts.
        }
        return Optional.of(found);
    }

    private static boolean isCutInHead(StickFile file) throws IOException {
        var header = ByteBuffer.allocate(Chunk.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.read(0, header);
        int there = header.position();
        var magic = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(Chunk.MAGIC)
                .array();
        int compared = Math.min(there, Long.BYTES);
        if (!Arrays.equals(magic, 0, compared, header.array(), 0, compared)) return false;
        if (there < Chunk.HEADER_BYTES) return true;
        long length = header.getLong(16);
        return header.getInt(28) == Chunk.crc(header.array(), 0, 28)
                && header.getInt(8) == Chunk.Kind.HEAD.number()
                && length >= 0
                && length <= Chunk.MAX_BYTES
                && file.size() < Chunk.size(length);
    }

    /// No segment of the journal is held while a chunk is written: that may take as long as a reader likes.
    void writeEntries(int chunkBytes) throws IOException {
        var gathered = new EntriesChunk(chunkBytes);
        while (next < head.next()) {
            source.scan(next, head.next(), head.bodies(), entry -> {
                if (!gathered.takes(EntriesChunk.sizeOf(entry))) return false;
                gathered.add(entry);
                next = entry.index() + 1;
                return true;
            });
            write(Chunk.Kind.ENTRIES, gathered.take());
        }
    }

    /// @return the size of the file
    long end() throws IOException {
        write(Chunk.Kind.END, ChunkReader.copy(before).digest());
        return offset;
    }

    private void write(Chunk.Kind kind, byte[] bytes) throws IOException {
        var chunk = new Chunk(kind, number, offset, bytes).encode();
        before.update(chunk.duplicate());
        file.write(offset, chunk);
        file.force();
        offset += chunk.limit();
        number++;
    }
}
