package org.sealpost.anchor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.lodging.OriginId;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// The leaf of an entry in a journal of proofs; what it names by SHA-256 is its body (docs/formats.md §11).
sealed interface ProofEntry {
    String KIND = "sealpost-proofs";
    int VERSION = 1;

    /// With as many shared parts as a proof may have.
    int MAX_SIZE_BYTES = 9 << 10;

    /// Entry 0: of whose heads on which anchorage.
    record Opened(String relay, OriginId origin) implements ProofEntry {}

    /// The proof of a head.
    ///
    /// @param block  of the place that it is a proof of; empty where the proof is itself the anchor
    /// @param body   SHA-256 of the proof
    /// @param shared SHA-256 of each shared part, in the order in which the proof names them
    record Proof(long size, Hash root, Optional<Hash> block, Hash body, List<Hash> shared) implements ProofEntry {
        public Proof {
            shared = List.copyOf(shared);
        }
    }

    /// A part that proofs have in common.
    ///
    /// @param body SHA-256 of the part
    record Shared(Hash body) implements ProofEntry {}

    default byte[] toBytes() {
        var out = new CborWriter();
        switch (this) {
            case Opened(var relay, var origin) ->
                out.array(4)
                        .text(KIND)
                        .integer(VERSION)
                        .text(relay)
                        .bytes(origin.value().toBytes());
            case Proof e -> {
                out.array(6).integer(1).integer(e.size).bytes(e.root.toBytes());
                e.block.ifPresentOrElse(block -> out.bytes(block.toBytes()), out::nil);
                out.bytes(e.body.toBytes()).array(e.shared.size());
                for (var part : e.shared) out.bytes(part.toBytes());
            }
            case Shared(var body) -> out.array(2).integer(2).bytes(body.toBytes());
        }
        return out.toBytes();
    }

    static ProofEntry read(byte[] leaf) throws CborMalformed {
        var in = new CborReader(leaf);
        int count = in.array(6);
        var entry = in.major() == 3 ? opened(in, count) : ofBody(in, count);
        in.end();
        return entry;
    }

    private static ProofEntry opened(CborReader in, int count) throws CborMalformed {
        in.requireItems(count, 4);
        in.expect(KIND).expect(VERSION);
        return new Opened(in.text(64), new OriginId(hash(in)));
    }

    private static ProofEntry ofBody(CborReader in, int count) throws CborMalformed {
        boolean isProof = in.unsigned("type", 1, 2) == 1;
        in.requireItems(count, isProof ? 6 : 2);
        if (!isProof) return new Shared(hash(in));
        long size = in.unsigned();
        var root = hash(in);
        Optional<Hash> block = in.nil() ? Optional.empty() : Optional.of(hash(in));
        var body = hash(in);
        var shared = new ArrayList<Hash>();
        for (int left = in.array(AnchorProof.MAX_SHARED); left > 0; left--) shared.add(hash(in));
        return new Proof(size, root, block, body, shared);
    }

    private static Hash hash(CborReader in) throws CborMalformed {
        return Hash.of(in.fixed(Hash.SIZE));
    }
}
