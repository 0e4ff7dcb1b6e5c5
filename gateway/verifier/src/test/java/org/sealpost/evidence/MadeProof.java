package org.sealpost.evidence;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;

/// Proofs of an anchor on a chain that tests make, in the shape of real ones: what a real one has of signatures is here
/// a hash over all that it proves.
final class MadeProof implements AnchorProofCheck {
    private static final byte[] SECRET = "nobody else makes these".getBytes(StandardCharsets.UTF_8);

    /// @param time of the block, in seconds; 0 if it proves none
    static AnchorClaim of(AnchorIdentity.Evm chain, Hash originId, Head head, long time, byte[]... shared) {
        var names = Arrays.stream(shared).map(Sha256::of).toList();
        return new AnchorClaim(chain, Optional.of(bytes(chain, originId, head, time, names)));
    }

    private static byte[] bytes(AnchorIdentity.Evm chain, Hash originId, Head head, long time, List<Hash> names) {
        var proves = new CborWriter();
        chain.write(proves);
        proves.bytes(originId.toBytes()).integer(head.size()).bytes(head.root().toBytes());
        proves.integer(time);
        for (var name : names) proves.bytes(name.toBytes());
        var out =
                new CborWriter().array(10).text("sealpost-evm-proof").integer(1).integer(time);
        out.bytes(Sha256.of(SECRET, proves.toBytes()).toBytes())
                .integer(0)
                .array(0)
                .integer(0)
                .array(0);
        out.array(names.size());
        for (var name : names) out.bytes(name.toBytes());
        return out.array(0).toBytes();
    }

    @Override
    public AnchorProofFinding check(AnchorClaim anchor, Anchored head, SharedParts shared, TrustStore trust) {
        var chain = (AnchorIdentity.Evm) anchor.identity();
        try {
            var in = new CborReader(anchor.proof().orElseThrow())
                    .arrayOf(10)
                    .expect("sealpost-evm-proof")
                    .expect(1);
            long time = in.unsigned("time", 0, 1L << 40);
            for (int i = 0; i < 5; i++) in.skipItem();
            var names = new ArrayList<Hash>();
            for (int left = in.array(256); left > 0; left--) {
                var name = Hash.of(in.fixed(Hash.SIZE));
                if (!Sha256.of(shared.named(name).orElseThrow()).equals(name)) throw new AssertionError("another part");
                names.add(name);
            }
            var made = bytes(chain, head.originId(), head.head(), time, names);
            if (!Arrays.equals(made, anchor.proof().get())) return new AnchorProofFinding.Broken("not of this head");
            if (!trust.knows(chain)) {
                return new AnchorProofFinding.Incomplete(List.of("made"), "the trust store does not name the chain");
            }
            return new AnchorProofFinding.Proved(
                    List.of("made", "by who makes them"),
                    time == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(time)));
        } catch (CborMalformed e) {
            return new AnchorProofFinding.Broken(String.valueOf(e.getMessage()));
        }
    }
}
