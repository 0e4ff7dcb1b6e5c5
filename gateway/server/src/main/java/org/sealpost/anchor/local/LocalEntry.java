package org.sealpost.anchor.local;

import org.sealpost.evidence.P256Signature;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.Origin;

/// A head in the local ledger, chained to the entry before it (docs/formats.md, "Local ledger").
record LocalEntry(LodgeableHead head, Hash previous) {
    private static final int MAX_SPKI_SIZE = 256;

    byte[] toBytes() {
        var out = new CborWriter().array(6);
        writeHead(out, head);
        return out.bytes(previous.toBytes()).toBytes();
    }

    static LocalEntry read(byte[] bytes) throws CborMalformed {
        var in = new CborReader(bytes).arrayOf(6);
        var entry = new LocalEntry(readHead(in), Hash.of(in.fixed(Hash.SIZE)));
        in.end();
        return entry;
    }

    /// Five items.
    static void writeHead(CborWriter out, LodgeableHead head) {
        out.text(head.origin().name())
                .integer(head.size())
                .bytes(head.root().toBytes())
                .bytes(head.firstKey())
                .bytes(head.signature());
    }

    static LodgeableHead readHead(CborReader in) throws CborMalformed {
        int at = in.position();
        try {
            return new LodgeableHead(
                    new Origin(in.text(128)),
                    in.unsigned(),
                    Hash.of(in.fixed(Hash.SIZE)),
                    in.bytes(MAX_SPKI_SIZE),
                    in.fixed(P256Signature.SIZE));
        } catch (IllegalArgumentException e) {
            throw new CborMalformed(at, String.valueOf(e.getMessage()));
        }
    }
}
