package org.sealpost.app.inspect;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The first block that many files of ours begin with: little-endian fields, and a CRC32C of all before its
/// last four bytes.
final class Blocks {
    private static final int CHECKSUM_AT = Subject.START_BYTES - 4;

    private Blocks() {}

    static ByteBuffer fields(Subject subject) {
        return ByteBuffer.wrap(subject.start()).order(ByteOrder.LITTLE_ENDIAN);
    }

    static boolean isWhole(Subject subject) {
        if (subject.start().length < Subject.START_BYTES) return false;
        return fields(subject).getInt(CHECKSUM_AT) == checksum(subject.start(), 0, CHECKSUM_AT);
    }

    static int checksum(byte[] bytes, int offset, int length) {
        var checksum = new CRC32C();
        checksum.update(bytes, offset, length);
        return (int) checksum.getValue();
    }
}
