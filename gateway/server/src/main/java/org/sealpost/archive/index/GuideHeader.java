package org.sealpost.archive.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sealpost.journal.DiskFile;
import org.sealpost.journal.SegmentUse;

/// The first block of a guide: of which parts it was made (docs/formats.md §17).
///
/// @param begins  from which entry on parts belong to it
/// @param made    as in [PartHeader]
/// @param blocks  of rows, behind this one
/// @param members in the order of their columns
record GuideHeader(long begins, long made, int blocks, List<Member> members) {
    static final int BLOCK = PartHeader.BLOCK;
    static final int MOST_MEMBERS = Long.SIZE;

    private static final byte[] MAGIC = "SEALPGDE".getBytes(StandardCharsets.US_ASCII);
    private static final short VERSION = 1;
    private static final int MEMBERS_AT = 40;
    private static final int CHECKSUM_AT = BLOCK - 4;

    /// A part that it was made of.
    ///
    /// @param checksums of the part: one of the same run that was made again may hold other terms
    record Member(Run run, int checksums) {
        static Member of(IndexPart part) {
            return new Member(part.run(), part.checksums());
        }
    }

    long fileSize() {
        return (1L + blocks) * BLOCK;
    }

    String fileName() {
        return "%016d%s".formatted(begins, PartFolder.GUIDE);
    }

    ByteBuffer encode() {
        ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        block.put(MAGIC).putShort(VERSION).putShort((short) 0).putInt(members.size());
        block.putLong(begins).putLong(made).putInt(blocks).putInt(0);
        block.position(MEMBERS_AT);
        for (var member : members) {
            var run = member.run;
            block.putLong(run.segment()).order(ByteOrder.BIG_ENDIAN);
            block.putLong(run.use().high()).putLong(run.use().low()).order(ByteOrder.LITTLE_ENDIAN);
            block.putLong(run.first()).putLong(run.next()).putInt(member.checksums);
        }
        block.putInt(CHECKSUM_AT, PartHeader.crc(block.array(), 0, CHECKSUM_AT));
        return block.clear();
    }

    /// What each block of rows is checked with, so that none of another guide is taken for one of this.
    int checksum() {
        return encode().getInt(CHECKSUM_AT);
    }

    static GuideHeader read(DiskFile file, String name) throws IOException, PartBad {
        ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        if (file.read(0, block) < BLOCK) throw new PartBad(name + " ends before block 0 does");
        block.flip();
        byte[] magic = new byte[MAGIC.length];
        block.get(magic);
        int version = Short.toUnsignedInt(block.getShort());
        if (!Arrays.equals(magic, MAGIC) || version != VERSION) {
            throw new PartBad(name + " is no guide of version " + VERSION);
        }
        int crc = PartHeader.crc(block.array(), 0, CHECKSUM_AT);
        if (block.getInt(CHECKSUM_AT) != crc) {
            throw new PartBad(
                    "%s: block 0 has checksum %08x, expected %08x".formatted(name, crc, block.getInt(CHECKSUM_AT)));
        }
        block.getShort();
        int count = block.getInt();
        long begins = block.getLong();
        long made = block.getLong();
        int blocks = block.getInt();
        if (count < 1 || count > MOST_MEMBERS || blocks < 1) throw new PartBad(name + ": block 0 says what cannot be");
        block.position(MEMBERS_AT);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < count; i++) members.add(member(block));
        return new GuideHeader(begins, made, blocks, List.copyOf(members));
    }

    private static Member member(ByteBuffer block) {
        long segment = block.getLong();
        block.order(ByteOrder.BIG_ENDIAN);
        var use = new SegmentUse(block.getLong(), block.getLong());
        block.order(ByteOrder.LITTLE_ENDIAN);
        return new Member(new Run(segment, use, block.getLong(), block.getLong()), block.getInt());
    }
}
