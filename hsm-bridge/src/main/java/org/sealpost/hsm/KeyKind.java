package org.sealpost.hsm;

import java.util.HexFormat;

/// What kind of key a token holds, and so what it signs: a 32-byte digest (the two curves of ECDSA) or a message.
public enum KeyKind {
    /// ECDSA on NIST P-256 (secp256r1, FIPS 186-5) over a 32-byte digest.
    P256("06082a8648ce3d030107", "3059301306072a8648ce3d020106082a8648ce3d030107034200", 65),
    /// ECDSA on secp256k1 (SEC 2) over a 32-byte digest: accounts on chains.
    SECP256K1("06052b8104000a", "3056301006072a8648ce3d020106052b8104000a034200", 65),
    /// Ed25519 (RFC 8032, pure) over a message of at most 65,535 bytes.
    ED25519("06032b6570", "302a300506032b6570032100", 32);

    static final int DIGEST_BYTES = 32;
    static final int MAX_MESSAGE_BYTES = 65_535;

    private final byte[] parameters;
    private final byte[] spkiPrefix;
    private final int pointBytes;

    KeyKind(String parameters, String spkiPrefix, int pointBytes) {
        this.parameters = HexFormat.of().parseHex(parameters);
        this.spkiPrefix = HexFormat.of().parseHex(spkiPrefix);
        this.pointBytes = pointBytes;
    }

    boolean isEcdsa() {
        return this != ED25519;
    }

    /// The DER object identifier that stands in CKA_EC_PARAMS.
    byte[] parameters() {
        return parameters.clone();
    }

    /// Everything of a SubjectPublicKeyInfo (RFC 5280) that comes before the public point.
    byte[] spkiPrefix() {
        return spkiPrefix.clone();
    }

    /// Size of the public point: uncompressed (04 ‖ x ‖ y) for ECDSA, 32 for Ed25519.
    int pointBytes() {
        return pointBytes;
    }

    /// Refuses what this kind of key cannot sign.
    ///
    /// @throws IllegalArgumentException with the sentence that says so
    public void requireInput(byte[] input) {
        if (isEcdsa() && input.length != DIGEST_BYTES) {
            throw new IllegalArgumentException(
                    this + " signs a digest of 32 bytes, but was given " + input.length + " bytes");
        }
        if (input.length > MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException(
                    this + " signs messages of at most 65535 bytes, but was given " + input.length + " bytes");
        }
    }
}
