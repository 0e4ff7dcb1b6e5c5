package org.sealpost.record;

/// The algorithms of an origin, fixed in its genesis and repeated in every seal (docs/formats.md §1).
public enum Suite {
    /// SHA-256 tree, ECDSA P-256 seals.
    SHA256_P256(1);

    private final int number;

    Suite(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    public static Suite read(CborReader in) throws CborMalformed {
        in.unsigned("suite", 1, 1);
        return SHA256_P256;
    }
}
