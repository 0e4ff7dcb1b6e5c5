package org.sealpost.archive.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.sealpost.journal.DiskFile;

/// The table of a part as MapDB reads it: each block is compared with its checksum whenever it comes from the
/// disk, so nothing is ever looked up in bytes that are not those that were written. Belongs to who guards it.
final class CheckedTable extends BlockTable {
    private static final int BLOCK = PartHeader.BLOCK;

    /// Of the blocks read last, by the lowest bits of their numbers.
    private static final int KEPT = 32;

    private final DiskFile file;
    private final String name;
    private final PartHeader header;
    private final int[] checksums;
    private final byte[] @Nullable [] kept = new byte[KEPT][];
    private final int[] keptNumbers = new int[KEPT];

    /// What was read is not what was written; MapDB passes it on.
    static final class Spoilt extends RuntimeException {
        private static final long serialVersionUID = 1;

        Spoilt(String problem) {
            super(problem);
        }
    }

    /// @param checksums of the table's blocks, checked themselves
    CheckedTable(DiskFile file, String name, PartHeader header, int[] checksums) {
        this.file = file;
        this.name = name;
        this.header = header;
        this.checksums = checksums;
    }

    /// Reads all of it once.
    void check() {
        for (int number = 0; number < checksums.length; number++) read(number);
    }

    @Override
    byte[] bytes(long at, int length) {
        if (at < 0 || length < 0 || at + length > header.tableSize()) {
            throw new Spoilt("%s: %d bytes at %d are outside of the table".formatted(name, length, at));
        }
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) {
            int inBlock = (int) ((at + done) % BLOCK);
            int count = Math.min(length - done, BLOCK - inBlock);
            System.arraycopy(block((int) ((at + done) / BLOCK)), inBlock, bytes, done, count);
            done += count;
        }
        return bytes;
    }

    private byte[] block(int number) {
        int place = number % KEPT;
        byte[] known = kept[place];
        if (known != null && keptNumbers[place] == number) return known;
        byte[] block = read(number);
        kept[place] = block;
        keptNumbers[place] = number;
        return block;
    }

    private byte[] read(int number) {
        var block = ByteBuffer.allocate(BLOCK);
        try {
            if (file.read(header.tableAt() + (long) number * BLOCK, block) < BLOCK) {
                throw new Spoilt("%s ends before block %d of its table does".formatted(name, number));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int crc = PartHeader.crc(block.array(), 0, BLOCK);
        if (crc != checksums[number]) {
            throw new Spoilt("%s: block %d of its table has checksum %08x, expected %08x"
                    .formatted(name, number, crc, checksums[number]));
        }
        return block.array();
    }

    // --- what MapDB asks for

    @Override
    public byte getByte(long at) {
        return bytes(at, 1)[0];
    }

    @Override
    public void getData(long at, byte[] target, int targetAt, int size) {
        System.arraycopy(bytes(at, size), 0, target, targetAt, size);
    }

    @Override
    public long length() {
        return header.tableSize();
    }

    @Override
    public boolean isReadOnly() {
        return true;
    }

    // --- what it never asks for of a table that is only read

    private static UnsupportedOperationException readOnly() {
        return new UnsupportedOperationException("a part of the index is only read");
    }

    @Override
    public void ensureAvailable(long size) {
        throw readOnly();
    }

    @Override
    public void truncate(long size) {
        throw readOnly();
    }

    @Override
    public void putLong(long at, long value) {
        throw readOnly();
    }

    @Override
    public void putInt(long at, int value) {
        throw readOnly();
    }

    @Override
    public void putByte(long at, byte value) {
        throw readOnly();
    }

    @Override
    public void putData(long at, byte[] source, int sourceAt, int size) {
        throw readOnly();
    }

    @Override
    public void putData(long at, ByteBuffer source) {
        throw readOnly();
    }

    @Override
    public void clear(long from, long to) {
        throw readOnly();
    }

    @Override
    public void sync() {}
}
