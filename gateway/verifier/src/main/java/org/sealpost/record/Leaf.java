package org.sealpost.record;

/// What the tree hashes of an entry (docs/formats.md §2): public by construction.
public sealed interface Leaf permits HeaderLeaf, GenesisLeaf, HandOverLeaf {
    int FORMAT_VERSION = 1;

    /// Entry bundles of C2SP tlog-tiles give a leaf's length in 16 bits.
    int MAX_SIZE_BYTES = 65_535;

    /// Its only encoding.
    byte[] encode();

    /// Reads a leaf of one of the kinds that this version knows.
    static Leaf parse(byte[] bytes) throws CborMalformed {
        if (bytes.length > MAX_SIZE_BYTES) throw new CborMalformed(0, "a leaf has at most 65535 bytes");
        var in = new CborReader(bytes);
        in.mapOf(5).expect(0).expect(FORMAT_VERSION).expect(1);
        int at = in.position();
        var profile = in.text(64);
        var leaf = switch (profile) {
            case GenesisLeaf.PROFILE -> GenesisLeaf.rest(in);
            case HandOverLeaf.PROFILE -> HandOverLeaf.rest(in);
            default -> HeaderLeaf.rest(in, at, profile);
        };
        in.end();
        return leaf;
    }
}
