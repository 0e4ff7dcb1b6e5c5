package org.sealpost.evidence;

import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.ClockReading;

/// The protected header of a seal (docs/formats.md §4) with whatever origin, suite and size it names: whether they
/// are the right ones is for the reader to judge, part by part.
///
/// @param size the bits of an unsigned number
record SealHeader(Hash keyThumbprint, String origin, ClockReading time, long suite, Hash genesisHash, long size) {
    static final int ALGORITHM = 1;
    static final int ES256 = -7;
    static final int KEY_ID = 4;
    static final int CWT_CLAIMS = 15;
    static final int TREE_TYPE = 395;
    static final int RFC9162_SHA256 = 1;
    private static final int CLAIMS = -65537;

    byte[] encode() {
        var out = new CborWriter(256).map(4).integer(ALGORITHM).integer(ES256);
        out.integer(KEY_ID).bytes(keyThumbprint.toBytes());
        out.integer(CWT_CLAIMS).map(3).integer(1).text(origin).integer(6).integer(seconds(time));
        out.integer(CLAIMS).map(6).integer(1).integer(1).integer(2).text("seal");
        out.integer(3).unsigned(suite).integer(4).bytes(genesisHash.toBytes());
        out.integer(5).unsigned(size).integer(6);
        time.write(out);
        return out.integer(TREE_TYPE).integer(RFC9162_SHA256).toBytes();
    }

    static SealHeader parse(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        in.mapOf(4).expect(ALGORITHM).expect(ES256);
        var thumbprint = Hash.of(in.expect(KEY_ID).fixed(Hash.SIZE));
        var origin = in.expect(CWT_CLAIMS).mapOf(3).expect(1).text(Integer.MAX_VALUE);
        int secondsAt = in.expect(6).position();
        long seconds = in.unsigned();
        in.expect(CLAIMS).mapOf(6).expect(1).expect(1).expect(2).expect("seal");
        long suite = in.expect(3).unsignedBits();
        var genesisHash = Hash.of(in.expect(4).fixed(Hash.SIZE));
        long size = in.expect(5).unsignedBits();
        in.expect(6);
        var time = ClockReading.read(in);
        in.expect(TREE_TYPE).expect(RFC9162_SHA256).end();
        if (seconds != seconds(time)) throw new CborMalformed(secondsAt, "time is not that of the clock reading");
        return new SealHeader(thumbprint, origin, time, suite, genesisHash, size);
    }

    private static long seconds(ClockReading time) {
        return time.timeMillis() / 1000;
    }
}
