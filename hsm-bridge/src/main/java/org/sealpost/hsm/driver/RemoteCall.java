package org.sealpost.hsm.driver;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
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

    /// Where it waits for an answer, once it was given to a process.
    private volatile @Nullable Given given;

    private record Given(Life life, long number) {}

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

    void given(Life life, long number) {
        given = new Given(life, number);
        // It may have expired while it waited for a process.
        if (over.get()) {
            life.expired(number);
        }
    }

    @Override
    public void expire() {
        fail(token.tooLate(this));
        Given where = given;
        if (where != null) {
            where.life().expired(where.number());
        }
    }

    @Override
    public void answered(Message.Answer answer) throws ProtocolError {
        if (answer instanceof Message.Failure failure) {
            fail(Failures.thrown(failure, token));
            return;
        }
        int expected = key.spec().kind().signatureBytes();
        if (!(answer instanceof Message.Signature(byte[] signature)) || signature.length != expected) {
            throw Failures.unexpected(answer);
        }
        token.signed();
        if (over.compareAndSet(false, true)) {
            token.left(this);
            token.replies().execute(() -> future.complete(signature));
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
