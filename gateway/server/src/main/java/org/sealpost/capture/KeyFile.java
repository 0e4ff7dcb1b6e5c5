package org.sealpost.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;

/// The fingerprints of a run of entries, sorted, in a file that never changes: docs/formats.md §16.
final class KeyFile {
    private static final int ITEM = 12;
    private static final int ITEMS_SIZE = KeyFileHeader.PER_BLOCK * ITEM;
    private static final int NEIGHBOURS_FIRST = 4;
    private static final long[] NONE = {};

    private final Disk disk;
    private final KeyFileHeader header;
    private final String name;

    // Guarded by this: the writer looks keys up, the filer closes what it drops.
    private @Nullable DiskFile open;
    private boolean closed;

    /// A fingerprint and its entry.
    record Item(long fingerprint, long index) implements Comparable<Item> {
        @Override
        public int compareTo(Item other) {
            int order = Long.compareUnsigned(fingerprint, other.fingerprint);
            return order != 0 ? order : Long.compare(index, other.index);
        }
    }

    private KeyFile(Disk disk, KeyFileHeader header) {
        this.disk = disk;
        this.header = header;
        this.name = header.fileName();
    }

    /// Writes the file; it is durable when this returns.
    ///
    /// @param items as many as the header says; sorted here
    static KeyFile write(Disk disk, KeyFileHeader header, Item[] items) throws IOException {
        Arrays.sort(items);
        ByteBuffer blocks =
                ByteBuffer.allocate(header.blocks() * WindowFile.BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        for (int number = 0; number < header.blocks(); number++) {
            int from = number * KeyFileHeader.PER_BLOCK;
            int to = Math.min(items.length, from + KeyFileHeader.PER_BLOCK);
            for (int i = from; i < to; i++) {
                blocks.putLong(items[i].fingerprint).putInt((int) (items[i].index - header.first()));
            }
            for (int i = to; i < from + KeyFileHeader.PER_BLOCK; i++)
                blocks.putLong(-1).putInt(-1);
            int checksum = checksum(header, number + 1, blocks.array(), number * WindowFile.BLOCK);
            blocks.putInt(checksum);
        }
        WindowFile.write(disk, header.fileName(), header.encode(), blocks.flip());
        return new KeyFile(disk, header);
    }

    /// Takes a file as its first block describes it; the others are checked as they are read.
    static KeyFile open(Disk disk, String name) throws IOException, WindowFileBad {
        try (DiskFile file = disk.open(name)) {
            KeyFileHeader header = KeyFileHeader.read(file, name);
            if (!header.fileName().equals(name)) {
                throw new WindowFileBad(name, "says that it is " + header.fileName());
            }
            return new KeyFile(disk, header);
        }
    }

    KeyFileHeader header() {
        return header;
    }

    String name() {
        return name;
    }

    synchronized boolean isOpen() {
        return open != null;
    }

    /// The entries with this fingerprint, in no order.
    synchronized long[] candidates(long fingerprint) throws IOException, WindowFileBad {
        int low = 1;
        int high = header.blocks();
        // Fingerprints are spread evenly, so the place of one is known but for a block or two.
        int at = 1 + (int) ((fingerprint >>> 32) * high >>> 32);
        for (int tries = 0; low <= high; tries++) {
            ByteBuffer block = block(at);
            if (Long.compareUnsigned(fingerprint, first(block)) < 0) high = at - 1;
            else if (Long.compareUnsigned(fingerprint, last(block, at)) > 0) low = at + 1;
            else return around(at, fingerprint);
            boolean below = high < at;
            at = tries >= NEIGHBOURS_FIRST ? (low + high) >>> 1 : below ? high : low;
        }
        return NONE;
    }

    /// Equal fingerprints may run over several blocks.
    private long[] around(int middle, long fingerprint) throws IOException, WindowFileBad {
        int from = middle;
        while (from > 1 && first(block(from)) == fingerprint) from--;
        long[] found = NONE;
        for (int at = from; at <= header.blocks(); at++) {
            ByteBuffer block = block(at);
            if (Long.compareUnsigned(first(block), fingerprint) > 0) break;
            for (int i = 0; i < itemsIn(at); i++) {
                if (block.getLong(i * ITEM) != fingerprint) continue;
                found = Arrays.copyOf(found, found.length + 1);
                found[found.length - 1] = header.first() + Integer.toUnsignedLong(block.getInt(i * ITEM + 8));
            }
        }
        return found;
    }

    /// All fingerprints in their order.
    void forEach(LongConsumer visitor) throws IOException, WindowFileBad {
        if (header.count() == 0) return;
        try (DiskFile file = disk.open(name)) {
            for (int at = 1; at <= header.blocks(); at++) {
                ByteBuffer block = checked(WindowFile.block(file, name, at), at);
                for (int i = 0; i < itemsIn(at); i++) visitor.accept(block.getLong(i * ITEM));
            }
        }
    }

    private ByteBuffer block(int number) throws IOException, WindowFileBad {
        if (closed) throw new IOException(name + " is given up");
        DiskFile file = open;
        if (file == null) open = file = disk.open(name);
        return checked(WindowFile.block(file, name, number), number);
    }

    private ByteBuffer checked(ByteBuffer block, int number) throws WindowFileBad {
        int expected = checksum(header, number, block.array(), 0);
        WindowFile.require(name, "block " + number, block.getInt(ITEMS_SIZE), expected);
        return block;
    }

    private static int checksum(KeyFileHeader header, int number, byte[] bytes, int offset) {
        ByteBuffer seed = ByteBuffer.allocate(20);
        KeyFileHeader.put(seed, header.use());
        CRC32C crc = new CRC32C();
        crc.update(seed.putInt(number).array());
        crc.update(bytes, offset, ITEMS_SIZE);
        return (int) crc.getValue();
    }

    private int itemsIn(int number) {
        return Math.min(KeyFileHeader.PER_BLOCK, header.count() - (number - 1) * KeyFileHeader.PER_BLOCK);
    }

    private static long first(ByteBuffer block) {
        return block.getLong(0);
    }

    private long last(ByteBuffer block, int number) {
        return block.getLong((itemsIn(number) - 1) * ITEM);
    }

    /// Lets go of the open file; the next look-up opens it again.
    synchronized void rest() throws IOException {
        DiskFile file = open;
        open = null;
        if (file != null) file.close();
    }

    /// Nobody looks anything up here any more.
    synchronized void close() throws IOException {
        closed = true;
        rest();
    }
}
