package org.sealpost.hsm;

/// The numbers by which one vendor's module makes and uses one family of keys, and the form in which it wants
/// what is signed and gives what was signed.
///
/// @param keyType    CKK of the keys
/// @param generation CKM that makes a pair
/// @param signature  CKM that signs
record Mechanism(long keyType, long generation, long signature, Output output, Input input) {

    /// The form of the token's answer. It matters where a signature is a pair of numbers only.
    enum Output {
        /// r ‖ s, each as long as the group's order.
        RAW,
        /// SEQUENCE of two INTEGERs, as in X.509.
        DER
    }

    /// What the token is handed.
    enum Input {
        /// The caller's digest or message as it is. For SM2: the token makes Z and hashes.
        AS_IT_IS,
        /// The DigestInfo of RFC 8017 around the caller's SHA-256 digest.
        DIGEST_INFO,
        /// SM2: e = SM3(Z ‖ M).
        E,
        /// SM2: Z ‖ M, which the token hashes.
        Z_MESSAGE
    }
}
