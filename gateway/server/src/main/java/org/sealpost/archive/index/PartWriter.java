package org.sealpost.archive.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;
import org.mapdb.Serializer;
import org.mapdb.SortedTableMap;
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

    /// Blocks.
    static final int WRITTEN_AT_ONCE = 16;

    private PartWriter() {}

    /// It is durable when this returns.
    static PartHeader write(Disk disk, Run run, long made, TermList terms, List<Unread> unread) throws IOException {
        var memory = new MemoryTable();
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

    private static void write(Disk disk, String name, PartHeader header, byte[] checksums, MemoryTable memory)
            throws IOException {
        try (DiskFile file = disk.create(name, header.fileSize())) {
            file.write(0, header.encode(), ByteBuffer.wrap(checksums));
            for (int number = 0; number < header.blocks(); number += WRITTEN_AT_ONCE) {
                var some = new ByteBuffer[Math.min(WRITTEN_AT_ONCE, header.blocks() - number)];
                for (int i = 0; i < some.length; i++) some[i] = ByteBuffer.wrap(memory.block(number + i));
                file.write(header.tableAt() + (long) number * PartHeader.BLOCK, some);
            }
            file.force();
        }
    }

    /// @return its bytes, whole blocks
    private static long table(MemoryTable memory, TermList terms) throws IOException {
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

    private static byte[] checksums(MemoryTable memory, long size) {
        int blocks = (int) (size / PartHeader.BLOCK);
        var all = ByteBuffer.allocate(Math.ceilDiv(blocks * Integer.BYTES, PartHeader.BLOCK) * PartHeader.BLOCK)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < blocks; i++) {
            all.putInt(PartHeader.crc(memory.block(i), 0, PartHeader.BLOCK));
        }
        return all.array();
    }
}
