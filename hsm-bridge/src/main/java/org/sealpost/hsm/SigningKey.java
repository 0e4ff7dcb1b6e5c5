package org.sealpost.hsm;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// A private key in a token: it signs, and never leaves.
public interface SigningKey {

    /// The key's name and kind, always pinned.
    KeySpec spec();

    /// Its public key as a DER SubjectPublicKeyInfo (RFC 5280).
    byte[] spki();

    /// Signs without ever blocking the caller.
    ///
    /// `input` is a digest of [KeyKind#digestBytes], or a message of at most 65,535 bytes where that is 0. The
    /// answer has [KeyKind#signatureBytes]: r ‖ s for the kinds on a curve (for ECDSA with s in the lower half of
    /// the group's order), or the signature of RFC 8032, RFC 8017 or FIPS 204.
    ///
    /// The future ends by `deadline` at the latest: with [TokenSetback] if the token is away or too slow (try
    /// again later), with [QueueFull] if too many calls wait, with [KeyRefused] if the token came back with
    /// another key. It is completed on a virtual thread, so what hangs on it cannot hold up the token, unless
    /// whoever opened the token wanted signatures elsewhere. A call that failed may still have produced a
    /// signature that nobody saw.
    ///
    /// @throws IllegalArgumentException if the input has a wrong size or the deadline is not positive
    CompletableFuture<byte[]> sign(byte[] input, Duration deadline);
}
