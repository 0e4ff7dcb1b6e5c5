package org.sealpost.hsm;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// One request for a signature on its way from the caller to a session and back. Answered exactly once.
final class SignCall {
    private final TokenKey key;
    private final byte[] input;
    private final Executor replies;
    private final CompletableFuture<byte[]> answer = new CompletableFuture<>();

    // Guarded by this.
    private boolean answered;
    private @Nullable Future<?> deadline;

    /// Set by the one lane that serves the call; the queue orders the accesses.
    private boolean triedBefore;

    SignCall(TokenKey key, byte[] input, Executor replies) {
        this.key = key;
        this.input = input;
        this.replies = replies;
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

    /// Returns true the first time, so that a call is repeated once and not more.
    boolean mayTryAgain() {
        boolean may = !triedBefore;
        triedBefore = true;
        return may;
    }

    synchronized void expiresBy(Future<?> timer) {
        if (answered) {
            timer.cancel(false);
        } else {
            deadline = timer;
        }
    }

    boolean succeed(byte[] signature) {
        return claim(() -> answer.complete(signature));
    }

    boolean fail(RuntimeException reason) {
        return claim(() -> answer.completeExceptionally(reason));
    }

    private boolean claim(Runnable reply) {
        synchronized (this) {
            if (answered) {
                return false;
            }
            answered = true;
            if (deadline != null) {
                deadline.cancel(false);
            }
        }
        replies.execute(reply);
        return true;
    }
}
