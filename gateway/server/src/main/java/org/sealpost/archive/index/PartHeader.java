package org.sealpost.archive.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.SegmentUse;

/// The first block of a part's file: what it was made from, and what it must be (docs/formats.md §17).
///
/// @param made by which secret, and under which declarations of business keys
/// @param terms how many there are
/// @param tableSize bytes of the table, whole blocks
/// @param checksums CRC32C of the checksums of its blocks
/// @param unread entries that could not be read when it was made
record PartHeader(Run run, long made, long terms, long tableSize, int checksums, List<Unread> unread) {
    static final int BLOCK = 4096;

    private static final byte[] MAGIC = "SEALPIDX".getBytes(StandardCharsets.US_ASCII);
    private static final short VERSION = 1;
    private static final int UNREAD_AT = 88;
    private static final int CHECKSUM_AT = BLOCK - 4;
    private static final String CAUSE = "could not be read when the index was made";

    boolean fits(Run wanted, long madeNow) {
        return run.equals(wanted) && made == madeNow;
    }

    int blocks() {
        return Math.toIntExact(tableSize / BLOCK);
    }

    /// Bytes that the checksums of the table's blocks take, in whole blocks.
    int checksumsSize() {
        return Math.ceilDiv(blocks() * Integer.BYTES, BLOCK) * BLOCK;
    }

    long tableAt() {
        return BLOCK + (long) checksumsSize();
    }

    long fileSize() {
        return tableAt() + tableSize;
    }

    ByteBuffer encode() {
        ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        block.put(MAGIC).putShort(VERSION).putShort((short) 0).putInt(unread.size());
        block.putLong(run.segment()).order(ByteOrder.BIG_ENDIAN);
        block.putLong(run.use().high()).putLong(run.use().low()).order(ByteOrder.LITTLE_ENDIAN);
        block.putLong(run.first()).putLong(run.next()).putLong(made);
        block.putLong(terms).putLong(tableSize).putInt(checksums).putInt(0);
        block.position(UNREAD_AT);
        for (var range : unread) block.putLong(range.first()).putLong(range.next());
        block.putInt(CHECKSUM_AT, crc(block.array(), 0, CHECKSUM_AT));
        return block.clear();
    }

    static PartHeader read(DiskFile file, String name) throws IOException, PartBad {
        ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        if (file.read(0, block) < BLOCK) throw new PartBad(name + " ends before block 0 does");
        int crc = crc(block.array(), 0, CHECKSUM_AT);
        block.flip();
        byte[] magic = new byte[MAGIC.length];
        block.get(magic);
        if (!java.util.Arrays.equals(magic, MAGIC)) throw new PartBad(name + " is no part of an index");
        int version = Short.toUnsignedInt(block.getShort());
        if (version != VERSION) {
            throw new PartBad(name + ": format version is " + version + ", this program reads " + VERSION);
        }
        if (block.getInt(CHECKSUM_AT) != crc) {
            throw new PartBad(
                    "%s: block 0 has checksum %08x, expected %08x".formatted(name, crc, block.getInt(CHECKSUM_AT)));
        }
        return decode(block, name);
    }

    private static PartHeader decode(ByteBuffer block, String name) throws PartBad {
        block.getShort();
        int ranges = block.getInt();
        long segment = block.getLong();
        block.order(ByteOrder.BIG_ENDIAN);
        var use = new SegmentUse(block.getLong(), block.getLong());
        block.order(ByteOrder.LITTLE_ENDIAN);
        var run = new Run(segment, use, block.getLong(), block.getLong());
        long made = block.getLong();
        long terms = block.getLong();
        long tableSize = block.getLong();
        int checksums = block.getInt();
        if (ranges < 0
                || ranges > Unread.MOST_RANGES
                || tableSize < BLOCK
                || tableSize % BLOCK != 0
                || tableSize > Integer.MAX_VALUE) {
            throw new PartBad(name + ": block 0 says what cannot be");
        }
        List<Unread> unread = new ArrayList<>();
        block.position(UNREAD_AT);
        for (int i = 0; i < ranges; i++) unread.add(new Unread(block.getLong(), block.getLong(), CAUSE));
        return new PartHeader(run, made, terms, tableSize, checksums, List.copyOf(unread));
    }

    static int crc(byte[] bytes, int offset, int length) {
        var crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
