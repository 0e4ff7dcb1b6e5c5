package org.sealpost.hsm;

import java.util.HexFormat;

/// What kind of key a token holds, and so what it signs: a digest, or a message. docs/hsm.md has the table.
///
/// An RSA key signs in one way only, so that the way is part of its kind.
public enum KeyKind {
    /// ECDSA on NIST P-256 (secp256r1, FIPS 186-5) over a 32-byte digest.
    P256(Family.ECDSA, "06082a8648ce3d030107", "3059301306072a8648ce3d020106082a8648ce3d030107034200", 65, 32, 64),
    /// ECDSA on secp256k1 (SEC 2) over a 32-byte digest: accounts on chains.
    SECP256K1(Family.ECDSA, "06052b8104000a", "3056301006072a8648ce3d020106052b8104000a034200", 65, 32, 64),
    /// Ed25519 (RFC 8032, pure) over a message of at most 65,535 bytes.
    ED25519(Family.ED25519, "06032b6570", "302a300506032b6570032100", 32, 0, 64),
    /// ECDSA on NIST P-384 (secp384r1, FIPS 186-5) over a 48-byte digest.
    P384(Family.ECDSA, "06052b81040022", "3076301006072a8648ce3d020106052b81040022036200", 97, 48, 96),
    /// RSA, PKCS#1 v1.5 (RFC 8017) over a SHA-256 digest.
    RSA_2048_PKCS1(Family.RSA_PKCS1, 2048),
    /// RSA, PKCS#1 v1.5 (RFC 8017) over a SHA-256 digest.
    RSA_3072_PKCS1(Family.RSA_PKCS1, 3072),
    /// RSA, PKCS#1 v1.5 (RFC 8017) over a SHA-256 digest.
    RSA_4096_PKCS1(Family.RSA_PKCS1, 4096),
    /// RSA, PSS (RFC 8017) over a SHA-256 digest, MGF1 with SHA-256, salt of 32 bytes.
    RSA_2048_PSS(Family.RSA_PSS, 2048),
    /// RSA, PSS (RFC 8017) over a SHA-256 digest, MGF1 with SHA-256, salt of 32 bytes.
    RSA_3072_PSS(Family.RSA_PSS, 3072),
    /// RSA, PSS (RFC 8017) over a SHA-256 digest, MGF1 with SHA-256, salt of 32 bytes.
    RSA_4096_PSS(Family.RSA_PSS, 4096),
    /// SM2 with SM3 (GB/T 32918.2) over a message of at most 65,535 bytes, user id `1234567812345678`
    /// (GM/T 0009).
    SM2(Family.SM2, "06082a811ccf5501822d", "3059301306072a8648ce3d020106082a811ccf5501822d034200", 65, 0, 64),
    /// ML-DSA-44 (FIPS 204, pure, empty context) over a message of at most 65,535 bytes.
    ML_DSA_44(Family.ML_DSA, "", "30820532300b06096086480165030403110382052100", 1312, 0, 2420),
    /// ML-DSA-65 (FIPS 204, pure, empty context) over a message of at most 65,535 bytes.
    ML_DSA_65(Family.ML_DSA, "", "308207b2300b0609608648016503040312038207a100", 1952, 0, 3309),
    /// ML-DSA-87 (FIPS 204, pure, empty context) over a message of at most 65,535 bytes.
    ML_DSA_87(Family.ML_DSA, "", "30820a32300b060960864801650304031303820a2100", 2592, 0, 4627);

    static final int MAX_MESSAGE_BYTES = 65_535;

    /// What kinds have in common: the mechanism that signs, and the attributes in which a public key stands.
    enum Family {
        ECDSA,
        ED25519,
        RSA_PKCS1,
        RSA_PSS,
        SM2,
        ML_DSA
    }

    private final Family family;
    private final byte[] parameters;
    private final byte[] spkiPrefix;
    private final int pointBytes;
    private final int digestBytes;
    private final int signatureBytes;

    KeyKind(Family family, String parameters, String spkiPrefix, int pointBytes, int digestBytes, int signatureBytes) {
        this.family = family;
        this.parameters = HexFormat.of().parseHex(parameters);
        this.spkiPrefix = HexFormat.of().parseHex(spkiPrefix);
        this.pointBytes = pointBytes;
        this.digestBytes = digestBytes;
        this.signatureBytes = signatureBytes;
    }

    KeyKind(Family family, int modulusBits) {
        this(family, "", "", 0, 32, modulusBits / 8);
    }

    /// Whether the caller makes the digest; if not, the message itself is signed.
    public boolean signsDigest() {
        return digestBytes != 0;
    }

    /// Size of the digest that it signs: 32 (SHA-256; for RSA nothing else) or 48 (SHA-384); 0 if it signs
    /// messages.
    public int digestBytes() {
        return digestBytes;
    }

    /// Size of each of its signatures, as [SigningKey#sign] returns them.
    public int signatureBytes() {
        return signatureBytes;
    }

    /// Refuses what this kind of key cannot sign.
    ///
    /// @throws IllegalArgumentException if the size is wrong
    public void requireInput(byte[] input) {
        if (signsDigest() && input.length != digestBytes) {
            throw new IllegalArgumentException(
                    this + " signs a digest of " + digestBytes + " bytes, but was given " + input.length + " bytes");
        }
        if (input.length > MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException(
                    this + " signs messages of at most 65535 bytes, but was given " + input.length + " bytes");
        }
    }

    Family family() {
        return family;
    }

    boolean isEcdsa() {
        return family == Family.ECDSA;
    }

    boolean isRsa() {
        return family == Family.RSA_PKCS1 || family == Family.RSA_PSS;
    }

    /// Whether its public key is a point in CKA_EC_POINT.
    boolean hasPoint() {
        return !isRsa() && family != Family.ML_DSA;
    }

    /// The DER object identifier that stands in CKA_EC_PARAMS; empty where there is no curve.
    byte[] parameters() {
        return parameters.clone();
    }

    /// The number of the parameter set (CKP_ML_DSA_…, PKCS#11 3.2) in CKA_PARAMETER_SET; 0 where there is none.
    long parameterSet() {
        return family == Family.ML_DSA ? 1L + ordinal() - ML_DSA_44.ordinal() : 0;
    }

    /// Everything of a SubjectPublicKeyInfo (RFC 5280) that comes before the public point, or before the key's
    /// bytes for ML-DSA (RFC 9881); empty for RSA, whose numbers vary in size.
    byte[] spkiPrefix() {
        return spkiPrefix.clone();
    }

    /// Size of the public point, uncompressed (04 ‖ x ‖ y) or, for Ed25519 and ML-DSA, the key's bytes.
    int pointBytes() {
        return pointBytes;
    }

    int modulusBits() {
        return isRsa() ? 8 * signatureBytes : 0;
    }
}
