package org.sealpost.anchor.evm;

import java.nio.charset.StandardCharsets;
import org.sealpost.evidence.anchor.evm.Keccak256;

/// Keccak-256 as Ethereum uses it: the padding from before FIPS 202.
final class Keccak {
    private Keccak() {}

    static byte[] hash(byte[] bytes) {
        return Keccak256.of(bytes).toBytes();
    }

    static byte[] hash(String ascii) {
        return hash(ascii.getBytes(StandardCharsets.US_ASCII));
    }
}
