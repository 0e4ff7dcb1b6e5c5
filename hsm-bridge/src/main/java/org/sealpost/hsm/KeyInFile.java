package org.sealpost.hsm;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bouncycastle.crypto.CryptoException;
import org.jspecify.annotations.Nullable;

/// A key of a [SoftwareToken] as callers hold it.
final class KeyInFile implements SigningKey {
    private final SoftwareToken token;
    private final KeySpec spec;

    /// Null until it passed its test.
    private volatile @Nullable BareKey bare;

    private volatile boolean destroyed;

    KeyInFile(SoftwareToken token, KeySpec pinned) {
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
        var call = new Call(input.clone(), deadline);
        Deadlines.shared().add(call);
        token.submit(call);
        return call.answer;
    }

    void passed(BareKey tested) {
        bare = tested;
    }

    void markDestroyed() {
        destroyed = true;
    }

    boolean isDestroyed() {
        return destroyed;
    }

    @Override
    public String toString() {
        return spec.toString();
    }

    /// One request for a signature; answered exactly once, on a thread of its own, since callers hang on it what
    /// they like.
    final class Call implements Runnable, Deadlines.Timed {
        private final byte[] input;
        private final Duration patience;
        private final long deadline;
        private final CompletableFuture<byte[]> answer = new CompletableFuture<>();
        private final AtomicBoolean answered = new AtomicBoolean();

        private Call(byte[] input, Duration patience) {
            this.input = input;
            this.patience = patience;
            this.deadline = Deadlines.after(patience);
        }

        @Override
        public void run() {
            if (deadline - System.nanoTime() <= 0) {
                expire();
                return;
            }
            try {
                if (destroyed) {
                    throw KeyRefused.because(spec.name(), "CKA_LABEL", "is borne by no private key: it was destroyed");
                }
                if (bare == null) {
                    token.test(KeyInFile.this);
                }
                byte[] signature = Objects.requireNonNull(bare).sign(spec.kind(), input);
                claim(() -> answer.complete(signature));
            } catch (TokenFailure told) {
                fail(told);
            } catch (CryptoException | RuntimeException cannot) {
                fail(KeyRefused.because(spec.name(), "signature", "cannot be made: " + cannot));
            }
        }

        @Override
        public long deadline() {
            return deadline;
        }

        @Override
        public void expire() {
            fail(TokenSetback.timeout(
                    token.label(),
                    TokenHealth.State.UNRESPONSIVE,
                    "no signature within " + patience.toMillis() + " ms",
                    "Allow more time, or ask for fewer signatures at once."));
            token.forget(this);
        }

        void fail(RuntimeException reason) {
            claim(() -> answer.completeExceptionally(reason));
        }

        private void claim(Runnable reply) {
            if (answered.compareAndSet(false, true)) {
                Deadlines.shared().remove(this);
                Replies.ON_THREADS_OF_THEIR_OWN.execute(reply);
            }
        }
    }
}
