package org.sealpost.hsm;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// A key as callers hold it: always pinned, and the same object across all openings of its token.
final class TokenKey implements SigningKey {
    private final Pkcs11Token token;
    private final KeySpec spec;

    /// What becomes of it.
    private enum Fate {
        LIVES,
        /// It was to be destroyed, and it is not known whether it was: the next test tells.
        IN_DOUBT,
        DESTROYED
    }

    // Written by the control thread.
    private volatile Fate fate = Fate.LIVES;

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
        Deadlines.requirePositive(deadline);
        return switch (fate) {
            case LIVES -> token.submit(new SignCall(token, this, input.clone(), deadline));
            case IN_DOUBT -> CompletableFuture.failedFuture(token.inDoubt(this));
            case DESTROYED -> CompletableFuture.failedFuture(gone());
        };
    }

    void doubt() {
        fate = Fate.IN_DOUBT;
    }

    boolean isInDoubt() {
        return fate == Fate.IN_DOUBT;
    }

    /// It was found again.
    void spare() {
        fate = Fate.LIVES;
    }

    void markDestroyed() {
        fate = Fate.DESTROYED;
    }

    boolean isDestroyed() {
        return fate == Fate.DESTROYED;
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
