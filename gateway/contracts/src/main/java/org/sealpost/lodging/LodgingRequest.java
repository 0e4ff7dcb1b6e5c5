package org.sealpost.lodging;

import java.util.ArrayList;
import java.util.List;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// What a chaincode is asked to lodge (docs/formats.md §25), of any content: which name and which size are good is for
/// the rules to say.
///
/// @param origin    1 to 512 bytes in UTF-8
/// @param size      the bits of an unsigned number
/// @param firstKey  SPKI, 91 bytes
/// @param signature 64 bytes
public record LodgingRequest(
        String origin,
        long size,
        Hash root,
        byte[] firstKey,
        byte[] signature,
        List<Hash> consistency,
        KeyProof.Hops hops) {
    /// Larger ones are not looked at.
    public static final int MAX_SIZE_BYTES = 65_536;

    private static final String KIND = "sealpost-lodging";
    private static final int VERSION = 1;
    private static final int MAX_ORIGIN_BYTES = 512;
    private static final int SPKI_SIZE = 91;
    private static final int SIGNATURE_SIZE = 64;

    public LodgingRequest {
        firstKey = firstKey.clone();
        signature = signature.clone();
        consistency = List.copyOf(consistency);
    }

    public static LodgingRequest of(LodgingRules.Offer offer) {
        var head = offer.head();
        return new LodgingRequest(
                head.origin().name(),
                head.size(),
                head.root(),
                head.firstKey(),
                head.signature(),
                offer.consistency(),
                offer.hops());
    }

    /// @throws CborMalformed if it is none, or a list in it is longer than any good one
    public static LodgingRequest read(byte[] bytes) throws CborMalformed {
        if (bytes.length > MAX_SIZE_BYTES) throw new CborMalformed(0, bytes.length + " bytes");
        var in = new CborReader(bytes).arrayOf(9).expect(KIND).expect(VERSION);
        var origin = in.text(MAX_ORIGIN_BYTES);
        long size = in.unsignedBits();
        var root = Hash.of(in.fixed(Hash.SIZE));
        var firstKey = in.fixed(SPKI_SIZE);
        var signature = in.fixed(SIGNATURE_SIZE);
        var consistency = readHashes(in);
        var hops = in.nil() ? KeyProof.Hops.NONE : readHops(in);
        in.end();
        return new LodgingRequest(origin, size, root, firstKey, signature, consistency, hops);
    }

    private static KeyProof.Hops readHops(CborReader in) throws CborMalformed {
        in.arrayOf(3);
        return new KeyProof.Hops(Hash.of(in.fixed(Hash.SIZE)), readHashes(in), KeyProof.readSteps(in));
    }

    private static List<Hash> readHashes(CborReader in) throws CborMalformed {
        var hashes = new ArrayList<Hash>();
        for (int left = in.array(KeyProof.MAX_PATH); left > 0; left--) hashes.add(Hash.of(in.fixed(Hash.SIZE)));
        return hashes;
    }

    public byte[] toBytes() {
        var out = new CborWriter(1024).array(9).text(KIND).integer(VERSION);
        out.text(origin).unsigned(size).bytes(root.toBytes()).bytes(firstKey).bytes(signature);
        write(out, consistency);
        if (hops.steps().isEmpty()) out.nil();
        else {
            write(out.array(3).bytes(hops.genesisHash().toBytes()), hops.genesisPath());
            KeyProof.write(out, hops.steps());
        }
        return out.toBytes();
    }

    private static void write(CborWriter out, List<Hash> hashes) {
        out.array(hashes.size());
        for (var hash : hashes) out.bytes(hash.toBytes());
    }

    @Override
    public byte[] firstKey() {
        return firstKey.clone();
    }

    @Override
    public byte[] signature() {
        return signature.clone();
    }
}
