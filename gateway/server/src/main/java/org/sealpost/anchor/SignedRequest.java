package org.sealpost.anchor;

import java.util.Arrays;
import java.util.OptionalLong;
import org.sealpost.merkle.Hash;

/// A request to lodge a head, signed and ready to be sent any number of times.
///
/// @param id under which the anchorage knows it, known before it is sent
/// @param nonce the account's nonce that it uses up, where the anchorage has such
/// @param bytes what is sent, 1 to 32,768 bytes
public record SignedRequest(Hash id, OptionalLong nonce, byte[] bytes) {
    public static final int MAX_SIZE = 32_768;

    private static final byte[] FORGOTTEN = {0};

    public SignedRequest {
        if (bytes.length < 1 || bytes.length > MAX_SIZE) {
            throw new IllegalArgumentException("a request of " + bytes.length + " bytes, allowed are 1 to " + MAX_SIZE);
        }
        bytes = bytes.clone();
    }

    /// One whose bytes are not there any more: it can be asked for, and not be sent.
    public static SignedRequest forgotten(Hash id, OptionalLong nonce) {
        return new SignedRequest(id, nonce, FORGOTTEN);
    }

    public boolean isForgotten() {
        return Arrays.equals(bytes, FORGOTTEN);
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignedRequest that
                && id.equals(that.id)
                && nonce.equals(that.nonce)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }
}
