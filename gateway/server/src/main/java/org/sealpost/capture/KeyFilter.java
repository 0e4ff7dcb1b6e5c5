package org.sealpost.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLongArray;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.SegmentUse;

/// Tells of most keys that they never came, with one look at one line of memory: a blocked Bloom filter
/// (docs/formats.md §16). One thread adds, another may ask: it sees what was added before it was told of it.
final class KeyFilter {
    static final String SUFFIX = ".filter";

    private static final String MAGIC = "SEALPFLT";
    private static final int WORDS = 8;
    private static final int BITS = 7;
    private static final int MOST_BLOCKS = 1 << 20;

    private final int blocks;
    private final AtomicLongArray words;

    /// What a file of it says of itself.
    ///
    /// @param first the first entry covered
    /// @param next  the one behind the last
    /// @param use   of the segment in which the last one lies
    record Header(long first, long next, SegmentUse use, long secretId) {
        String fileName() {
            return "%016d%s".formatted(first, SUFFIX);
        }
    }

    /// A filter as it was read from a file.
    record Found(Header header, KeyFilter filter) {}

    KeyFilter(int blocks) {
        this.blocks = blocks;
        this.words = new AtomicLongArray(blocks * WORDS);
    }

    void add(long fingerprint) {
        int block = block(fingerprint);
        long places = places(fingerprint);
        for (int i = 0; i < BITS; i++, places >>>= 9) {
            int word = block + (int) (places >>> 6 & 7);
            words.setRelease(word, words.getPlain(word) | 1L << (places & 63));
        }
    }

    boolean mayHold(long fingerprint) {
        int block = block(fingerprint);
        long places = places(fingerprint);
        for (int i = 0; i < BITS; i++, places >>>= 9) {
            if ((words.getPlain(block + (int) (places >>> 6 & 7)) & 1L << (places & 63)) == 0) return false;
        }
        return true;
    }

    private int block(long fingerprint) {
        return (int) ((fingerprint >>> 32) * blocks >>> 32) * WORDS;
    }

    private static long places(long fingerprint) {
        return fingerprint * 0x9E3779B97F4A7C15L;
    }

    void write(Disk disk, Header header) throws IOException {
        ByteBuffer bits = ByteBuffer.allocate(words.length() * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < words.length(); i++) bits.putLong(words.getPlain(i));
        ByteBuffer block = WindowFile.firstBlock(MAGIC).putInt(blocks);
        block.putLong(header.first).putLong(header.next);
        KeyFileHeader.put(block, header.use);
        block.putLong(header.secretId).putInt(WindowFile.checksum(bits.array(), 0, bits.capacity()));
        WindowFile.write(disk, header.fileName(), WindowFile.seal(block), bits.clear());
    }

    static Found read(Disk disk, String name) throws IOException, WindowFileBad {
        try (DiskFile file = disk.open(name)) {
            ByteBuffer block = WindowFile.firstBlock(file, name, MAGIC);
            int count = block.getInt(12);
            if (count < 1 || count > MOST_BLOCKS) throw new WindowFileBad(name, "has " + count + " blocks");
            ByteBuffer bits = ByteBuffer.allocate(count * WORDS * 8).order(ByteOrder.LITTLE_ENDIAN);
            if (file.read(WindowFile.BLOCK, bits) < bits.capacity()) throw new WindowFileBad(name, "is cut short");
            WindowFile.require(
                    name, "the filter", block.getInt(56), WindowFile.checksum(bits.array(), 0, bits.capacity()));
            var header =
                    new Header(block.getLong(16), block.getLong(24), KeyFileHeader.use(block, 32), block.getLong(48));
            if (!header.fileName().equals(name)) throw new WindowFileBad(name, "says that it is another");
            var filter = new KeyFilter(count);
            for (int i = 0; i < count * WORDS; i++) filter.words.setPlain(i, bits.getLong(i * 8));
            return new Found(header, filter);
        }
    }
}
