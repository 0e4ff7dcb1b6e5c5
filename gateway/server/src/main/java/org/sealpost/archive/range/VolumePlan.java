package org.sealpost.archive.range;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/// How many entries a file takes: its head, which says so, is written first.
///
/// @param next behind the last one
record VolumePlan(long next) {
    /// The longest paths and flanks, and all that has a fixed length.
    private static final int HEAD_BYTES = 16 << 10;

    private static final int PATH_BYTES = 64 * 34;

    /// Of a chunk, besides its entries.
    private static final int CHUNK_BYTES = 64;

    static VolumePlan of(RangeSource source, RangeExport.Order order, long from, long roomBytes, int chunkBytes)
            throws IOException {
        return of(source, order, from, roomBytes, chunkBytes, () -> false);
    }

    /// @param enough asked at each entry: the file ends before it, but has one entry at least
    static VolumePlan of(
            RangeSource source,
            RangeExport.Order order,
            long from,
            long roomBytes,
            int chunkBytes,
            BooleanSupplier enough)
            throws IOException {
        var used = new Used(roomBytes - headBytes(source), chunkBytes, enough);
        long stopped = source.scan(from, order.to(), order.bodies(), entry -> used.takes(entry));
        return new VolumePlan(used.full ? stopped - 1 : stopped);
    }

    private static long headBytes(RangeSource source) {
        long handOvers = source.identity().keys().handOvers().stream()
                .mapToLong(leaf -> leaf.encode().length + PATH_BYTES)
                .sum();
        return HEAD_BYTES + handOvers + Chunk.size(32);
    }

    private static final class Used {
        private final long roomBytes;
        private final int chunkBytes;
        private final BooleanSupplier enough;
        private long chunks = 1;
        private long inChunks;
        private long inLast;
        private boolean any;
        private boolean full;

        Used(long roomBytes, int chunkBytes, BooleanSupplier enough) {
            this.roomBytes = roomBytes;
            this.chunkBytes = chunkBytes;
            this.enough = enough;
        }

        /// The first one is taken whatever its size.
        boolean takes(RangeEntry entry) {
            long size = EntriesChunk.sizeOf(entry);
            boolean another = inLast > 0 && inLast + size > chunkBytes - CHUNK_BYTES;
            long more = inChunks + size + (chunks + (another ? 1 : 0)) * CHUNK_BYTES;
            if (any && (more > roomBytes || chunks > Chunk.MAX_COUNT - 4 || enough.getAsBoolean())) {
                full = true;
                return false;
            }
            any = true;
            if (another) {
                chunks++;
                inLast = 0;
            }
            inChunks += size;
            inLast += size;
            return true;
        }
    }
}
