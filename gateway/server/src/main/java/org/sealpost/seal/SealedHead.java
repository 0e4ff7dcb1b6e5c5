package org.sealpost.seal;

import org.sealpost.evidence.Seal;
import org.sealpost.merkle.Hash;

/// A head and the HSM's signature over it.
///
/// @param root of the first [Seal#size] entries
public record SealedHead(Hash root, Seal seal) {
    public long size() {
        return seal.size();
    }
}
