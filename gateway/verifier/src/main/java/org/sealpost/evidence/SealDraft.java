package org.sealpost.evidence;

import org.sealpost.merkle.Hash;
import org.sealpost.record.ClockReading;
import org.sealpost.record.Origin;
import org.sealpost.record.Suite;

/// What a seal will say, before the token has signed it.
///
/// @param size          from 2: size 1 is never sealed
/// @param keyThumbprint of the key that will sign
public record SealDraft(
        Origin origin, Suite suite, Hash genesisHash, long size, ClockReading time, Hash keyThumbprint) {
    public SealDraft {
        if (size < 2) throw new IllegalArgumentException("seals begin at size 2, not " + size);
    }

    /// The bytes over whose SHA-256 the token signs.
    public byte[] toBeSigned(Hash root) {
        return Seal.toBeSigned(header().encode(), root);
    }

    /// The seal with the token's signature in it, which is brought to low s; whether the signature holds is not
    /// checked here, see [Seal#isSignedBy].
    public Seal signed(P256Signature signature) {
        return new Seal(header(), signature.withLowS());
    }

    private SealHeader header() {
        return new SealHeader(keyThumbprint, origin.name(), time, suite.number(), genesisHash, size);
    }
}
