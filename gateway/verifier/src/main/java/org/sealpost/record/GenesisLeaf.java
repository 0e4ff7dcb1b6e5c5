package org.sealpost.record;

/// The leaf of entry 0 of each origin; its genesis is public (docs/formats.md §2.2).
public record GenesisLeaf(Genesis genesis) implements Leaf {
    public static final String PROFILE = "sealpost.genesis";

    @Override
    public byte[] encode() {
        var out = new CborWriter(512).map(5).integer(0).integer(FORMAT_VERSION);
        out.integer(1).text(PROFILE).integer(2).integer(1).integer(3).integer(SourceKind.BOX.number());
        out.integer(5);
        genesis.write(out);
        return out.toBytes();
    }

    static GenesisLeaf rest(CborReader in) throws CborMalformed {
        in.expect(2).expect(1).expect(3).expect(SourceKind.BOX.number()).expect(5);
        return new GenesisLeaf(Genesis.read(in));
    }
}
