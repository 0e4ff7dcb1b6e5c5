package org.sealpost.record;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// From its index on another key seals this log: what the old and the new key sign (docs/formats.md §2.3).
///
/// @param number       1 for the first of an origin, then one more each, to [#MAX_NUMBER]
/// @param index        where its leaf stands; heads that cover it are the new key's
/// @param genesisHash  32 bytes
/// @param oldKey       thumbprint of the key that was in force, 32 bytes
/// @param newKey       role [KeyRole#SEAL]
/// @param certificates with [Reason#LOST] the new key's and its issuers', DER; else none
public record HandOver(
        int number,
        long index,
        byte[] genesisHash,
        byte[] oldKey,
        Genesis.Key newKey,
        Reason reason,
        ClockReading clock,
        List<byte[]> certificates) {
    public static final int MAX_NUMBER = 256;
    public static final int MAX_CERTIFICATES = 8;
    public static final int MAX_CERTIFICATE_SIZE = 16_384;
    private static final String KIND = "sealpost-handover";
    private static final int VERSION = 1;

    /// Why another key seals.
    public enum Reason {
        PLANNED,
        /// Somebody else may have the old key.
        EXPOSED,
        /// Nobody has it, so it cannot sign: a break.
        LOST
    }

    public HandOver {
        if (number < 1 || number > MAX_NUMBER) throw new IllegalArgumentException("number " + number);
        if (index < 1 || index == Long.MAX_VALUE) throw new IllegalArgumentException("index " + index);
        if (genesisHash.length != 32 || oldKey.length != 32) throw new IllegalArgumentException("a hash has 32 bytes");
        if (newKey.role() != KeyRole.SEAL) throw new IllegalArgumentException("the role of the new key is not seal");
        boolean certified = !certificates.isEmpty() && certificates.size() <= MAX_CERTIFICATES;
        if (reason == Reason.LOST ? !certified : !certificates.isEmpty()) {
            throw new IllegalArgumentException("1 to 8 certificates where the old key is lost, none elsewhere");
        }
        if (certificates.stream().anyMatch(der -> der.length > MAX_CERTIFICATE_SIZE)) {
            throw new IllegalArgumentException("a certificate has more than 16384 bytes");
        }
        genesisHash = genesisHash.clone();
        oldKey = oldKey.clone();
        certificates = certificates.stream().map(byte[]::clone).toList();
    }

    @Override
    public byte[] genesisHash() {
        return genesisHash.clone();
    }

    @Override
    public byte[] oldKey() {
        return oldKey.clone();
    }

    @Override
    public List<byte[]> certificates() {
        return certificates.stream().map(byte[]::clone).toList();
    }

    /// Whether it was made without the old key.
    public boolean isBreak() {
        return reason == Reason.LOST;
    }

    /// What both keys sign, over SHA-256.
    public byte[] toBeSigned() {
        var out = new CborWriter(512).array(3).text(KIND).integer(VERSION).map(8);
        write(out);
        return out.toBytes();
    }

    /// Eight pairs of a map.
    void write(CborWriter out) {
        out.integer(1).integer(number).integer(2).integer(index);
        out.integer(3).bytes(genesisHash).integer(4).bytes(oldKey);
        out.integer(5)
                .array(3)
                .integer(newKey.role().number())
                .bytes(newKey.spki())
                .text(newKey.token());
        out.integer(6).integer(reason.ordinal() + 1).integer(7);
        clock.write(out);
        out.integer(8).array(certificates.size());
        for (var der : certificates) out.bytes(der);
    }

    static HandOver read(CborReader in) throws CborMalformed {
        int at = in.position();
        try {
            int number = (int) in.expect(1).unsigned("number of a hand-over", 1, MAX_NUMBER);
            long index = in.expect(2).unsigned("index of a hand-over", 1, Long.MAX_VALUE - 1);
            var genesisHash = in.expect(3).fixed(32);
            var oldKey = in.expect(4).fixed(32);
            in.expect(5).arrayOf(3);
            var newKey = new Genesis.Key(KeyRole.read(in), in.bytes(2048), in.text(512));
            var reason = Reason.values()[
                    (int) in.expect(6).unsigned("reason of a hand-over", 1, Reason.values().length) - 1];
            in.expect(7);
            var clock = ClockReading.read(in);
            int count = in.expect(8).array(MAX_CERTIFICATES);
            var certificates = new ArrayList<byte[]>();
            for (int i = 0; i < count; i++) certificates.add(in.bytes(MAX_CERTIFICATE_SIZE));
            return new HandOver(number, index, genesisHash, oldKey, newKey, reason, clock, certificates);
        } catch (IllegalArgumentException e) {
            throw new CborMalformed(at, e.getMessage());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HandOver that && Arrays.equals(toBeSigned(), that.toBeSigned());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toBeSigned());
    }
}
