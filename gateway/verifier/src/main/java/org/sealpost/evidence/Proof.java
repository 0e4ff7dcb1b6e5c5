package org.sealpost.evidence;

import java.util.ArrayList;
import java.util.List;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// The inclusion proof in a receipt, RFC 9942: nothing signs size and index in it.
///
/// @param size  the bits of an unsigned number, as `index`
record Proof(long size, long index, List<Hash> path) {
    private static final int MAX_PATH = 64;

    Proof {
        path = List.copyOf(path);
    }

    byte[] encode() {
        var out = new CborWriter(path.size() * 34 + 24).array(3).unsigned(size).unsigned(index);
        writePath(out, path);
        return out.toBytes();
    }

    static void writePath(CborWriter out, List<Hash> path) {
        out.array(path.size());
        for (var hash : path) out.bytes(hash.toBytes());
    }

    static List<Hash> readPath(CborReader in) throws CborMalformed {
        int count = in.array(MAX_PATH);
        var path = new ArrayList<Hash>(count);
        for (int i = 0; i < count; i++) path.add(Hash.of(in.fixed(Hash.SIZE)));
        return path;
    }

    static Proof parse(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        long size = in.arrayOf(3).unsignedBits();
        long index = in.unsignedBits();
        var path = readPath(in);
        in.end();
        return new Proof(size, index, path);
    }
}
