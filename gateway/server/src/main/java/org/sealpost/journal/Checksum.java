package org.sealpost.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// CRC32C, seeded by the nonce of a segment's use. Belongs to one thread.
///
/// The seed makes what an earlier use of the file left, and what a client put into a payload, fail the check.
final class Checksum {
    private final CRC32C crc = new CRC32C();
    private final byte[] nonce;

    Checksum(byte[] nonce) {
        this.nonce = nonce;
    }

    Checksum begin() {
        crc.reset();
        crc.update(nonce);
        return this;
    }

    Checksum add(byte[] bytes) {
        crc.update(bytes);
        return this;
    }

    Checksum add(byte[] bytes, int offset, int length) {
        crc.update(bytes, offset, length);
        return this;
    }

    int end() {
        return (int) crc.getValue();
    }

    int of(byte[] bytes) {
        return begin().add(bytes).end();
    }

    int of(byte[] bytes, int offset, int length) {
        return begin().add(bytes, offset, length).end();
    }

    /// Of a part of a buffer, whose position and limit stay.
    int of(ByteBuffer buffer, int offset, int length) {
        begin();
        crc.update(buffer.slice(offset, length));
        return end();
    }

    static int unseeded(byte[] bytes, int offset, int length) {
        CRC32C plain = new CRC32C();
        plain.update(bytes, offset, length);
        return (int) plain.getValue();
    }

    static String hex(int checksum) {
        return "%08x".formatted(checksum);
    }
}
