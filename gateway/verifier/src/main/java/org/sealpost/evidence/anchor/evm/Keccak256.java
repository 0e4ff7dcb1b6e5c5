package org.sealpost.evidence.anchor.evm;

import org.bouncycastle.crypto.digests.KeccakDigest;
import org.sealpost.merkle.Hash;

/// Keccak-256 as EVM chains use it: with the padding from before SHA-3 became a standard.
public final class Keccak256 {
    private Keccak256() {}

    public static Hash of(byte[] bytes) {
        var digest = new KeccakDigest(256);
        digest.update(bytes, 0, bytes.length);
        var hash = new byte[Hash.SIZE];
        digest.doFinal(hash, 0);
        return Hash.of(hash);
    }
}
