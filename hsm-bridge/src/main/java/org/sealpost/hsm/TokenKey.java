package org.sealpost.hsm;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// A key as callers hold it: always pinned, and the same object across all openings of its token.
final class TokenKey implements SigningKey {
    private final Pkcs11Token token;
    private final KeySpec spec;

    // Written by the control thread; never reset.
    private volatile boolean destroyed;

    TokenKey(Pkcs11Token token, KeySpec pinned) {
        this.token = token;
        this.spec = pinned;
    }

    @Override
    public KeySpec spec() {
        return spec;
    }

    @Override
    public byte[] spki() {
        return spec.pinnedSpki().orElseThrow();
    }

    @Override
    public CompletableFuture<byte[]> sign(byte[] input, Duration deadline) {
        spec.kind().requireInput(input);
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("a deadline must be positive, not " + deadline);
        }
        if (destroyed) {
            return CompletableFuture.failedFuture(gone());
        }
        return token.submit(new SignCall(token, this, input.clone(), deadline));
    }

    void markDestroyed() {
        destroyed = true;
    }

    boolean isDestroyed() {
        return destroyed;
    }

    /// What whoever signs with a destroyed key is told.
    KeyRefused gone() {
        return KeyRefused.because(spec.name(), "CKA_LABEL", "is borne by no private key: it was destroyed");
    }

    @Override
    public String toString() {
        return spec.toString();
    }
}
