package org.sealpost.evidence;

import java.nio.charset.StandardCharsets;
import org.sealpost.merkle.Hash;
import org.sealpost.record.CborMalformed;
import org.sealpost.record.CborReader;
import org.sealpost.record.CborWriter;
import org.sealpost.record.Origin;

/// What an evidence file says of an anchor. No kind of proof is defined yet, so it is the identity alone, and nothing
/// but asking the ledger tells whether it is true.
public record AnchorClaim(AnchorIdentity identity) {
    /// By what a chain knows an origin (docs/formats.md §10): nobody can squat a name without its first key.
    public static Hash originId(Origin origin, P256Key firstSealingKey) {
        return Sha256.of(firstSealingKey.spki(), origin.name().getBytes(StandardCharsets.UTF_8));
    }

    void write(CborWriter out) {
        out.array(3);
        identity.write(out);
        out.nil();
    }

    static AnchorClaim read(CborReader in) throws CborMalformed {
        var claim = new AnchorClaim(AnchorIdentity.read(in.arrayOf(3)));
        if (claim.identity instanceof AnchorIdentity.Fabric) {
            throw new CborMalformed(in.position(), "an anchor on Fabric, which a file of this version has not");
        }
        if (!in.nil()) throw new CborMalformed(in.position(), "a proof of an anchor, and none is defined yet");
        return claim;
    }
}
