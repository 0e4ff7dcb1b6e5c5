package org.sealpost.evidence;

import java.util.List;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;

/// The token's signature over a head and its time: a COSE_Sign1 whose detached payload is the root (RFC 9052 §4.2,
/// docs/formats.md §4).
public final class Seal {
    private final SealHeader header;
    private final P256Signature signature;

    Seal(SealHeader header, P256Signature signature) {
        this.header = header;
        this.signature = signature;
    }

    /// Reads a seal as it is stored, in its one encoding. Whether its signature holds is for [#isSignedBy] to say.
    public static Seal parse(byte[] cose) throws CborMalformed {
        var in = new CborReader(cose);
        var protectedHeader = in.tag(Receipt.COSE_SIGN1).arrayOf(4).bytes(Integer.MAX_VALUE);
        in.mapOf(0);
        if (!in.nil()) throw new CborMalformed(in.position(), "the payload of a seal is detached");
        var signature = P256Signature.ofRaw(in.fixed(P256Signature.SIZE));
        in.end();
        var header = SealHeader.parse(protectedHeader);
        try {
            new Origin(header.origin());
        } catch (IllegalArgumentException e) {
            throw new CborMalformed(0, e.getMessage());
        }
        if (header.suite() != Suite.SHA256_P256.number()) {
            throw new CborMalformed(0, "suite " + Long.toUnsignedString(header.suite()) + ", known is 1");
        }
        if (header.size() < 2) throw new CborMalformed(0, "size " + Long.toUnsignedString(header.size()));
        return new Seal(header, signature);
    }

    /// `["Signature1", protected, h'', root]`: the bytes over whose SHA-256 the token signs.
    public static byte[] toBeSigned(byte[] protectedHeader, Hash root) {
        var out = new CborWriter(protectedHeader.length + 64).array(4).text("Signature1");
        return out.bytes(protectedHeader)
                .bytes(new byte[0])
                .bytes(root.toBytes())
                .toBytes();
    }

    public byte[] bytes() {
        var out = new CborWriter(384).tag(Receipt.COSE_SIGN1).array(4).bytes(header.encode());
        return out.map(0).nil().bytes(signature.raw()).toBytes();
    }

    public Origin origin() {
        return new Origin(header.origin());
    }

    public Suite suite() {
        return Suite.SHA256_P256;
    }

    public Hash genesisHash() {
        return header.genesisHash();
    }

    /// Number of leaves, from 2.
    public long size() {
        return header.size();
    }

    /// What the box's clock said when it sealed, and how good it was.
    public ClockReading time() {
        return header.time();
    }

    public Hash keyThumbprint() {
        return header.keyThumbprint();
    }

    /// Whether this key signed this seal over this root.
    public boolean isSignedBy(P256Key key, Hash root) {
        return key.thumbprint().equals(keyThumbprint()) && key.verifies(toBeSigned(header.encode(), root), signature);
    }

    /// The receipt of RFC 9942 for an entry under this seal.
    ///
    /// @param path from the entry's leaf to the root at this seal's size
    public Receipt receipt(long index, List<Hash> path) {
        if (index < 0 || index >= size()) throw new IllegalArgumentException("index " + index + " of " + size());
        return new Receipt(header.encode(), new Proof(size(), index, path).encode(), signature);
    }

    @Override
    public String toString() {
        return "seal of " + header.origin() + " at size " + header.size();
    }
}
