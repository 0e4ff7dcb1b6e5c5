package org.sealpost.evidence.anchor.fabric;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import org.sealpost.evidence.Sha256;
import org.sealpost.merkle.Hash;

/// What orderers sign of a block, and what names it.
///
/// @param number   from 0
/// @param previous hash of the header before; empty in block 0
/// @param data     SHA-256 over all that the block carries, one after the other
public record BlockHeader(long number, byte[] previous, Hash data) {
    /// As fields 1 to 3 of a message have it.
    static BlockHeader of(ProtoMessage header) throws DoesNotHold {
        long number = header.number(1);
        var previous = header.bytes(2);
        var data = header.bytes(3);
        if (number < 0) throw header.wrong("has a number that no block has");
        if (previous.length != (number == 0 ? 0 : Hash.SIZE) || data.length != Hash.SIZE) {
            throw header.wrong("has no hashes of 32 bytes");
        }
        return new BlockHeader(number, previous, Hash.of(data));
    }

    public Hash hash() {
        return Sha256.of(der());
    }

    /// SEQUENCE { number INTEGER, previous OCTET STRING, data OCTET STRING }: less than 128 bytes, so each
    /// length is one byte.
    byte[] der() {
        var content = new ByteArrayOutputStream();
        element(content, 0x02, BigInteger.valueOf(number).toByteArray());
        element(content, 0x04, previous);
        element(content, 0x04, data.toBytes());
        var sequence = new ByteArrayOutputStream();
        element(sequence, 0x30, content.toByteArray());
        return sequence.toByteArray();
    }

    private static void element(ByteArrayOutputStream out, int tag, byte[] content) {
        out.write(tag);
        out.write(content.length);
        out.writeBytes(content);
    }
}
