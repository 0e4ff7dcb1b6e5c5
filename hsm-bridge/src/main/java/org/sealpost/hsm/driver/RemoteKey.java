package org.sealpost.hsm.driver;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.sealpost.hsm.Deadlines;
import org.sealpost.hsm.KeyRefused;
import org.sealpost.hsm.KeySpec;
import org.sealpost.hsm.SigningKey;
import org.sealpost.hsm.TokenFailure;

/// A key as callers hold it: always pinned, and the same object across all lives of the driver process.
final class RemoteKey implements SigningKey {
    private final RemoteToken token;
    private final KeySpec spec;

    /// What the key is called in which life; written by whoever learns it.
    private volatile @Nullable Told told;

    /// The life that is being told of the key, so that not each call tells it again; null when it has answered.
    private final AtomicReference<@Nullable Life> asking = new AtomicReference<>();

    private volatile boolean destroyed;

    record Told(Life life, int number) {}

    RemoteKey(RemoteToken token, KeySpec pinned) {
        this.token = token;
        this.spec = pinned;
    }

    void tell(Life life, int number) {
        told = new Told(life, number);
    }

    /// Returns whether this life is to be told of the key; not if it is being told already.
    boolean beginTelling(Life life) {
        return asking.getAndSet(life) != life;
    }

    void endTelling(Life life) {
        asking.compareAndSet(life, null);
    }

    /// Its number in this life, or -1 if that has not been told of it.
    int numberIn(Life life) {
        Told now = told;
        return now != null && now.life() == life ? now.number() : -1;
    }

    void markDestroyed() {
        destroyed = true;
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
        if (destroyed) {
            return CompletableFuture.failedFuture(KeyRefused.told(
                    spec.name(),
                    "CKA_LABEL",
                    "is borne by no private key: it was destroyed",
                    TokenFailure.Reason.FATAL,
                    Optional.empty()));
        }
        return token.submit(this, input.clone(), deadline);
    }

    @Override
    public String toString() {
        return spec.toString();
    }
}
