package org.sealpost.lodging;

import java.util.Arrays;
import java.util.HexFormat;

/// How an origin's first sealing key is written down: DER SubjectPublicKeyInfo of an uncompressed point on
/// P-256.
final class FirstKey {
    private static final byte[] PREFIX =
            HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
    private static final int SIZE = PREFIX.length + 64;

    private FirstKey() {}

    /// A copy of it. Whether the point is on the curve is not looked at.
    ///
    /// @throws IllegalArgumentException if it has another form
    static byte[] required(byte[] spki) {
        if (spki.length != SIZE || !Arrays.equals(spki, 0, PREFIX.length, PREFIX, 0, PREFIX.length)) {
            throw new IllegalArgumentException("the first key is not an SPKI with an uncompressed point on P-256");
        }
        return spki.clone();
    }
}
