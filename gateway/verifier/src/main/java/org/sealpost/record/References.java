package org.sealpost.record;

import java.util.ArrayList;
import java.util.List;

/// Earlier entries of the same origin that a record is about (docs/formats.md §3.4).
///
/// @param indexes strictly ascending, at most 1,024
public record References(List<Long> indexes) {
    public static final References NONE = new References(List.of());
    private static final int MAX = 1024;

    public References {
        indexes = List.copyOf(indexes);
        if (indexes.size() > MAX) throw new IllegalArgumentException("at most 1024 references");
        long previous = -1;
        for (long index : indexes) {
            if (index <= previous) throw new IllegalArgumentException("references are not strictly ascending");
            previous = index;
        }
    }

    public byte[] encode() {
        var out = new CborWriter(16).array(indexes.size());
        for (long index : indexes) out.integer(index);
        return out.toBytes();
    }

    public static References parse(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes);
        try {
            int count = in.array(MAX);
            var indexes = new ArrayList<Long>(count);
            for (int i = 0; i < count; i++) indexes.add(in.unsigned());
            in.end();
            return new References(indexes);
        } catch (IllegalArgumentException e) {
            throw new CborMalformed(0, e.getMessage());
        }
    }
}
