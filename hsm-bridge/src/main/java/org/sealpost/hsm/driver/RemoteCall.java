package org.sealpost.hsm.driver;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sealpost.hsm.Deadlines;
import org.sealpost.hsm.QueueFull;
import org.sealpost.hsm.Replies;
import org.sealpost.hsm.TokenSetback;

/// One request for a signature on its way to the driver process and back. Answered exactly once.
final class RemoteCall implements Pending, Deadlines.Timed {
    private final RemoteToken token;
    private final RemoteKey key;
    private final byte[] input;
    private final long deadline;
    private final CompletableFuture<byte[]> future = new CompletableFuture<>();
    private final AtomicBoolean over = new AtomicBoolean();

    /// `deadline` on the clock of [System#nanoTime]; the input is the call's own.
    RemoteCall(RemoteToken token, RemoteKey key, byte[] input, long deadline) {
        this.token = token;
        this.key = key;
        this.input = input;
        this.deadline = deadline;
    }

    RemoteKey key() {
        return key;
    }

    byte[] input() {
        return input;
    }

    CompletableFuture<byte[]> future() {
        return future;
    }

    boolean isOver() {
        return over.get();
    }

    @Override
    public long deadline() {
        return deadline;
    }

    @Override
    public void expire() {
        fail(token.tooLate(this));
    }

    @Override
    public void answered(Message.Answer answer) throws ProtocolError {
        switch (answer) {
            case Message.Signature(byte[] signature) -> {
                token.signed();
                if (over.compareAndSet(false, true)) {
                    token.left(this);
                    token.replies().execute(() -> future.complete(signature));
                }
            }
            default -> fail(Failures.thrown(answer, token));
        }
    }

    @Override
    public void lost(TokenSetback reason) {
        fail(reason.again());
    }

    void refuse(QueueFull full) {
        fail(full);
    }

    void fail(RuntimeException reason) {
        if (over.compareAndSet(false, true)) {
            token.left(this);
            // From any thread, the one of all deadlines among others.
            Replies.ON_THREADS_OF_THEIR_OWN.execute(() -> future.completeExceptionally(reason));
        }
    }
}
