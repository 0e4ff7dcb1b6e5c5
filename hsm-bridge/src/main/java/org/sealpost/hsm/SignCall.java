package org.sealpost.hsm;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// One request for a signature on its way from the caller to a session and back. Answered exactly once.
final class SignCall implements Deadlines.Timed {
    private final TokenKey key;
    private final byte[] input;
    private final Duration patience;
    private final long deadline;
    private final Pkcs11Token token;
    private final CompletableFuture<byte[]> answer = new CompletableFuture<>();

    // Guarded by this.
    private boolean answered;

    /// Set by the one lane that serves the call; the queue orders the accesses.
    private boolean triedBefore;

    SignCall(Pkcs11Token token, TokenKey key, byte[] input, Duration patience) {
        this.token = token;
        this.key = key;
        this.input = input;
        this.patience = patience;
        this.deadline = Deadlines.after(patience);
    }

    TokenKey key() {
        return key;
    }

    byte[] input() {
        return input;
    }

    CompletableFuture<byte[]> answer() {
        return answer;
    }

    /// Whether nobody waits for it any more.
    synchronized boolean isOver() {
        return answered || answer.isDone();
    }

    boolean isLate() {
        return deadline - System.nanoTime() <= 0;
    }

    /// Returns true the first time, so that a call is repeated once and not more.
    boolean mayTryAgain() {
        boolean may = !triedBefore;
        triedBefore = true;
        return may;
    }

    Duration patience() {
        return patience;
    }

    @Override
    public long deadline() {
        return deadline;
    }

    @Override
    public void expire() {
        token.expire(this);
    }

    boolean succeed(byte[] signature) {
        return claim(token.replies(), () -> answer.complete(signature));
    }

    boolean fail(RuntimeException reason) {
        return claim(token.failures(), () -> answer.completeExceptionally(reason));
    }

    private boolean claim(Executor where, Runnable reply) {
        synchronized (this) {
            if (answered) {
                return false;
            }
            answered = true;
        }
        Deadlines.shared().remove(this);
        where.execute(reply);
        return true;
    }
}
