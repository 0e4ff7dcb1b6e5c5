package org.sealpost.hsm;

/// The numbers by which a vendor's module names mechanisms and key types. They are data, because vendors differ.
record Dialect(String name, Numbers ecdsa, Numbers edwards) {

    /// Type of key (CKK), mechanism that makes a pair, mechanism that signs (CKM).
    record Numbers(long keyType, long generation, long signature) {}

    /// PKCS#11 2.40 for ECDSA, 3.0 for Ed25519. Tested with SoftHSM 2.6.
    static final Dialect STANDARD =
            new Dialect("standard", new Numbers(0x03, 0x1040, 0x1041), new Numbers(0x40, 0x1055, 0x1057));

    Numbers of(KeyKind kind) {
        return kind.isEcdsa() ? ecdsa : edwards;
    }
}
