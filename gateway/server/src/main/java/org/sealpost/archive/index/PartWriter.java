package org.sealpost.archive.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;
import org.mapdb.Serializer;
import org.mapdb.SortedTableMap;
import org.mapdb.volume.ByteArrayVol;
import org.sealpost.journal.Disk;
import org.sealpost.journal.DiskFile;

/// Writes a part: a table of MapDB that is made whole in memory, looked through once, and written once, with a
/// checksum for each of its blocks. What MapDB is known to lose it loses in commits; here is none.
final class PartWriter {
    /// So that a table is never empty: MapDB cannot open one that is.
    static final byte[] FIRST_TERM = new byte[Term.SIZE];

    private static final int BYTES_A_TERM = 20;
    private static final int PAGES = 8;
    private static final int LARGEST_PAGE = 1 << 20;
    private static final int SLICE_SHIFT = 20;
    private static final int WRITTEN_AT_ONCE = 16 * PartHeader.BLOCK;

    private PartWriter() {}

    /// It is durable when this returns.
    static PartHeader write(Disk disk, Run run, long made, TermList terms, List<Unread> unread) throws IOException {
        var memory = new ByteArrayVol(SLICE_SHIFT, 0L);
        long size = table(memory, terms);
        var checksums = checksums(memory, size);
        var header =
                new PartHeader(run, made, terms.count(), size, PartHeader.crc(checksums, 0, checksums.length), unread);
        String partial = run.fileName() + PartFolder.PARTIAL;
        try {
            write(disk, partial, header, checksums, memory);
            disk.rename(partial, run.fileName());
        } catch (IOException e) {
            // It is of no use, and where there was no room it would take what is left.
            if (disk.list().contains(partial)) disk.delete(partial);
            throw e;
        }
        disk.forceDirectory();
        return header;
    }

    private static void write(Disk disk, String name, PartHeader header, byte[] checksums, ByteArrayVol memory)
            throws IOException {
        long size = header.tableSize();
        try (DiskFile file = disk.create(name, header.fileSize())) {
            file.write(0, header.encode(), ByteBuffer.wrap(checksums));
            for (long at = 0; at < size; at += WRITTEN_AT_ONCE) {
                byte[] bytes = bytes(memory, at, (int) Math.min(WRITTEN_AT_ONCE, size - at));
                file.write(header.tableAt() + at, ByteBuffer.wrap(bytes));
            }
            file.force();
        }
    }

    /// @return its bytes, whole blocks
    private static long table(ByteArrayVol memory, TermList terms) throws IOException {
        int page = pageSize(terms.count());
        var put = new CRC32C();
        put.update(FIRST_TERM);
        SortedTableMap<byte[], Boolean> table;
        try {
            var sink = SortedTableMap.create(memory, Serializer.BYTE_ARRAY, Serializer.BOOLEAN)
                    .pageSize(page)
                    .createFromSink();
            sink.put(FIRST_TERM, true);
            terms.inOrder(term -> {
                sink.put(term, true);
                put.update(term);
            });
            table = sink.create();
            var found = new CRC32C();
            table.keyIterator().forEachRemaining(found::update);
            if (found.getValue() != put.getValue()) throw new IOException("the table does not hold what was put in");
        } catch (RuntimeException | Error e) {
            // As when it is read: nothing of it may end anything but this.
            if (e instanceof VirtualMachineError fatal) throw fatal;
            throw new IOException("the index's table cannot be made: " + e, e);
        }
        return (table.getPageCount() + 1) * page;
    }

    /// What is looked up reads something of each page once: few of them, but not much larger than what they
    /// hold.
    private static int pageSize(long terms) {
        long fitting = Long.highestOneBit(terms * BYTES_A_TERM / PAGES + 1) * 2;
        return Math.clamp(fitting, PartHeader.BLOCK, LARGEST_PAGE);
    }

    private static byte[] checksums(ByteArrayVol memory, long size) {
        int blocks = (int) (size / PartHeader.BLOCK);
        var all = ByteBuffer.allocate(Math.ceilDiv(blocks * Integer.BYTES, PartHeader.BLOCK) * PartHeader.BLOCK)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < blocks; i++) {
            byte[] block = bytes(memory, (long) i * PartHeader.BLOCK, PartHeader.BLOCK);
            all.putInt(PartHeader.crc(block, 0, block.length));
        }
        return all.array();
    }

    /// By blocks, none of which lies in two slices of the memory.
    private static byte[] bytes(ByteArrayVol memory, long from, int count) {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count; at += PartHeader.BLOCK) {
            memory.getData(from + at, bytes, at, PartHeader.BLOCK);
        }
        return bytes;
    }
}
