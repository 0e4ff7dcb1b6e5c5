package org.sealpost.capture.sensor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.sealpost.capture.IntakeOutcome;
import org.sealpost.capture.Reply;

/// For a caller that waits for the outcome on a thread of its own; never for an event loop.
final class AwaitedReply implements Reply {
    private final CompletableFuture<IntakeOutcome> outcome = new CompletableFuture<>();

    @Override
    public Executor executor() {
        return Runnable::run;
    }

    @Override
    public void answer(IntakeOutcome answer) {
        outcome.complete(answer);
    }

    /// Waits until the record is durable, or is not taken.
    ///
    /// @throws InterruptedException if nobody wants to know any more; the record may yet become durable
    IntakeOutcome await() throws InterruptedException {
        try {
            return outcome.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("nobody completes it with an exception", e);
        }
    }
}
