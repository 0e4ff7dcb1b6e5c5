package org.sealpost.ota.tuf;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A body that is taken in pieces, each waited for no longer than the taker likes. One piece is under way at a
/// time, so a server that is faster than the disk fills no memory.
///
/// The client's thread writes the queue, the taker reads it.
final class BodyChunks implements BodySubscriber<BodyChunks> {
    sealed interface Chunk {
        record Bytes(List<ByteBuffer> buffers) implements Chunk {}

        record End() implements Chunk {}

        record Broken(Throwable cause) implements Chunk {}

        /// None came in time.
        record Late() implements Chunk {}
    }

    private final BlockingQueue<Chunk> queue = new LinkedBlockingQueue<>();
    private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();

    /// Whether the taker has the last piece that was asked for. Owned by the taker.
    private boolean taken;

    Chunk next(Duration patience) throws InterruptedException {
        if (taken) subscription.join().request(1);
        var chunk = queue.poll(Math.max(0, patience.toNanos()), TimeUnit.NANOSECONDS);
        taken = chunk != null;
        return chunk == null ? new Chunk.Late() : chunk;
    }

    void cancel() {
        subscription.thenAccept(Subscription::cancel);
    }

    @Override
    public CompletionStage<BodyChunks> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Subscription given) {
        if (!subscription.complete(given)) given.cancel();
        else given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        queue.add(new Chunk.Bytes(buffers));
    }

    @Override
    public void onError(Throwable cause) {
        queue.add(new Chunk.Broken(cause));
    }

    @Override
    public void onComplete() {
        queue.add(new Chunk.End());
    }
}
