package org.sealpost.evidence;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.Origin;

/// What an evidence file says of an anchor: where, and what proves it. Without a proof nothing but asking the ledger
/// tells whether it is true.
///
/// @param proof as the kind of anchor has it (docs/formats.md §8), at most [#MAX_PROOF_BYTES]; its bytes are looked at
///     by whoever checks it
public record AnchorClaim(AnchorIdentity identity, Optional<byte[]> proof) {
    public static final int MAX_PROOF_BYTES = 1 << 20;

    /// Of a proof, and of a file.
    static final int MAX_SHARED = 256;

    public AnchorClaim {
        if (proof.isPresent() && !hasProofs(identity)) {
            throw new IllegalArgumentException("a proof of an anchor on a " + identity.kind() + ", which has none");
        }
        if (proof.isPresent() && proof.get().length > MAX_PROOF_BYTES) {
            throw new IllegalArgumentException("the proof of an anchor has more than 1 MiB");
        }
        proof = proof.map(byte[]::clone);
    }

    public AnchorClaim(AnchorIdentity identity) {
        this(identity, Optional.empty());
    }

    @Override
    public Optional<byte[]> proof() {
        return proof.map(byte[]::clone);
    }

    /// By what a chain knows an origin (docs/formats.md §10): nobody can squat a name without its first key.
    public static Hash originId(Origin origin, P256Key firstSealingKey) {
        return Sha256.of(firstSealingKey.spki(), origin.name().getBytes(StandardCharsets.UTF_8));
    }

    private static boolean hasProofs(AnchorIdentity identity) {
        return switch (identity) {
            case AnchorIdentity.Local _ -> false;
            case AnchorIdentity.Evm _, AnchorIdentity.Fabric _, AnchorIdentity.Tsa _ -> true;
        };
    }

    /// Whether files of the versions before 3 can say it.
    boolean isOfFirstVersions() {
        return proof.isEmpty()
                && switch (identity) {
                    case AnchorIdentity.Local _, AnchorIdentity.Evm _ -> true;
                    case AnchorIdentity.Fabric _, AnchorIdentity.Tsa _ -> false;
                };
    }

    /// SHA-256 of each part that the proof shares with others, in its order; none without a proof.
    ///
    /// @throws CborMalformed if the bytes are no proof of this kind
    List<Hash> sharedParts() throws CborMalformed {
        if (proof.isEmpty()) return List.of();
        var in = new CborReader(proof.get());
        return switch (identity) {
            case AnchorIdentity.Local _ -> throw new IllegalStateException("refused when it was read");
            case AnchorIdentity.Evm _ -> {
                in.arrayOf(10).expect("sealpost-evm-proof").expect(1);
                for (int i = 0; i < 6; i++) in.skipItem();
                var names = hashes(in);
                in.skipItem();
                in.end();
                yield names;
            }
            case AnchorIdentity.Fabric _ -> {
                in.arrayOf(11).expect("sealpost-fabric-proof").expect(1);
                for (int i = 0; i < 8; i++) in.skipItem();
                var names = hashes(in);
                in.end();
                yield names;
            }
            case AnchorIdentity.Tsa _ -> {
                in.arrayOf(5).expect("sealpost-tsa-proof").expect(1);
                for (int i = 0; i < 3; i++) in.skipItem();
                in.end();
                yield List.of();
            }
        };
    }

    private static List<Hash> hashes(CborReader in) throws CborMalformed {
        var hashes = new ArrayList<Hash>();
        for (int left = in.array(MAX_SHARED); left > 0; left--) hashes.add(Hash.of(in.fixed(Hash.SIZE)));
        return hashes;
    }

    void write(CborWriter out) {
        out.array(3);
        identity.write(out);
        proof.ifPresentOrElse(out::bytes, out::nil);
    }

    static AnchorClaim read(CborReader in) throws CborMalformed {
        var identity = AnchorIdentity.read(in.arrayOf(3));
        return new AnchorClaim(identity, in.nil() ? Optional.empty() : Optional.of(in.bytes(MAX_PROOF_BYTES)));
    }
}
