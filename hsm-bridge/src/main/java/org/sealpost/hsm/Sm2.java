package org.sealpost.hsm;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.SM3Digest;

/// What SM2 (GB/T 32918.2) hashes before it signs, for tokens that leave that to us.
final class Sm2 {
    /// The default of GM/T 0009, which other programs assume.
    static final String USER_ID = "1234567812345678";

    static final int Z_BYTES = 32;

    /// a ‖ b ‖ x_G ‖ y_G of the curve sm2p256v1.
    private static final byte[] CURVE = HexFormat.of()
            .parseHex("fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
                    + "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
                    + "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
                    + "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0");

    private Sm2() {}

    /// Z = SM3(bits of the id ‖ id ‖ curve ‖ x ‖ y): binds a signature to its signer. `point` is 04 ‖ x ‖ y.
    static byte[] z(byte[] point) {
        byte[] id = USER_ID.getBytes(StandardCharsets.US_ASCII);
        var digest = new SM3Digest();
        digest.update((byte) (8 * id.length >> 8));
        digest.update((byte) (8 * id.length));
        digest.update(id, 0, id.length);
        digest.update(CURVE, 0, CURVE.length);
        digest.update(point, 1, point.length - 1);
        return finished(digest);
    }

    /// e = SM3(Z ‖ M).
    static byte[] e(byte[] z, byte[] message) {
        var digest = new SM3Digest();
        digest.update(z, 0, z.length);
        digest.update(message, 0, message.length);
        return finished(digest);
    }

    private static byte[] finished(SM3Digest digest) {
        byte[] hash = new byte[digest.getDigestSize()];
        digest.doFinal(hash, 0);
        return hash;
    }
}
