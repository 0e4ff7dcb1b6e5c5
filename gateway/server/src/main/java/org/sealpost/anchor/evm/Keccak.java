package org.sealpost.anchor.evm;

import java.nio.charset.StandardCharsets;
import org.bouncycastle.crypto.digests.KeccakDigest;

/// Keccak-256 as Ethereum uses it: the padding from before FIPS 202.
final class Keccak {
    private Keccak() {}

    static byte[] hash(byte[] bytes) {
        var digest = new KeccakDigest(256);
        digest.update(bytes, 0, bytes.length);
        var hash = new byte[32];
        digest.doFinal(hash, 0);
        return hash;
    }

    static byte[] hash(String ascii) {
        return hash(ascii.getBytes(StandardCharsets.US_ASCII));
    }
}
