package org.sealpost.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.regex.Pattern;

/// Block 0 of a segment: which journal and which place in it, and the nonce of this use of the file. The arrays are not
/// copied: the record stays inside the package, and nobody writes to them.
record SegmentHeader(
        String kind, byte[] journalId, long number, long firstIndex, long firstGroup, byte[] nonce, int sizeBytes) {
    static final int VERSION = 1;
    static final int JOURNAL_ID_SIZE = 16;

    private static final byte[] MAGIC = "SEALPJRN".getBytes(US_ASCII);
    private static final String SUFFIX = ".segment";
    private static final Pattern NAME = Pattern.compile("[0-9]{16}\\.segment");
    private static final Pattern KIND = Pattern.compile("[a-z0-9-]{1,31}");
    private static final int CHECKSUM_AT = Layout.BLOCK_SIZE - 4;
    private static final int KIND_AT = 72;

    static boolean isKind(String kind) {
        return KIND.matcher(kind).matches();
    }

    static boolean isName(String fileName) {
        return NAME.matcher(fileName).matches();
    }

    static long numberIn(String fileName) {
        return Long.parseLong(fileName, 0, fileName.length() - SUFFIX.length(), 10);
    }

    String fileName() {
        return "%016d%s".formatted(number, SUFFIX);
    }

    /// The same place in the same journal, in another use of its file.
    SegmentHeader withNonce(byte[] another) {
        return new SegmentHeader(kind, journalId, number, firstIndex, firstGroup, another, sizeBytes);
    }

    ByteBuffer encode() {
        ByteBuffer block = ByteBuffer.allocate(Layout.BLOCK_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        block.put(MAGIC).putShort((short) VERSION).putShort((short) 0).putInt(sizeBytes);
        block.putLong(number).putLong(firstIndex).putLong(firstGroup);
        block.put(nonce).put(journalId);
        block.put((byte) kind.length()).put(kind.getBytes(US_ASCII));
        block.putInt(CHECKSUM_AT, Checksum.unseeded(block.array(), 0, CHECKSUM_AT));
        return block.clear();
    }

    static SegmentHeader read(DiskFile file) throws IOException, Flaw {
        ByteBuffer block = ByteBuffer.allocate(Layout.BLOCK_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        int length = file.read(0, block);
        if (length < Layout.BLOCK_SIZE) {
            throw Flaw.field("segment header", 0, "length", length, Layout.BLOCK_SIZE);
        }
        return decode(block);
    }

    private static SegmentHeader decode(ByteBuffer block) throws Flaw {
        byte[] bytes = block.array();
        if (!Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new Flaw(0, "segment header at 0: kind of file is not SEALPJRN");
        }
        int version = Short.toUnsignedInt(block.getShort(8));
        if (version > VERSION) {
            throw new Flaw(
                    0, "segment header at 0: format version is %d, this program reads up to 1".formatted(version));
        }
        int checksum = Checksum.unseeded(bytes, 0, CHECKSUM_AT);
        if (block.getInt(CHECKSUM_AT) != checksum) {
            throw Flaw.checksum("segment header", 0, checksum, block.getInt(CHECKSUM_AT));
        }
        int kindLength = Math.min(Byte.toUnsignedInt(bytes[KIND_AT]), 31);
        return new SegmentHeader(
                new String(bytes, KIND_AT + 1, kindLength, US_ASCII),
                Arrays.copyOfRange(bytes, 56, 56 + JOURNAL_ID_SIZE),
                block.getLong(16),
                block.getLong(24),
                block.getLong(32),
                Arrays.copyOfRange(bytes, 40, 40 + Layout.NONCE_SIZE),
                block.getInt(12));
    }

    /// Eight bytes that every frame of this use begins with.
    long tag() {
        return ByteBuffer.wrap(nonce).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
}
