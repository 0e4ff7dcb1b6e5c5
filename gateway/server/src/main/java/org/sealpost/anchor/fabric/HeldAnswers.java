package org.sealpost.anchor.fabric;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.sealpost.anchor.AnchorageSetback;

/// Answers that hold until they are forgotten. Of several that want the same one at the same time the first asks, and
/// the others wait for what comes of it. Any thread.
final class HeldAnswers<A> {
    private static final int MOST = 64;

    private final Map<Long, FutureTask<A>> asked = new ConcurrentHashMap<>();

    @FunctionalInterface
    interface Question<A> {
        A ask() throws PeerFailed, AnchorageSetback;
    }

    /// @param about what the question is about: who asks about the same asks the same
    /// @throws PeerFailed as the question; it is asked again then
    A of(long about, Question<A> question) throws PeerFailed, AnchorageSetback {
        if (asked.size() >= MOST) forget();
        var task = asked.computeIfAbsent(about, _ -> new FutureTask<>(question::ask));
        task.run(); // nothing, if another one began it
        try {
            return task.get();
        } catch (ExecutionException e) {
            asked.remove(about, task);
            switch (e.getCause()) {
                case PeerFailed failed -> throw failed;
                case AnchorageSetback setback -> throw setback;
                case RuntimeException failure -> throw failure;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AnchorageSetback("interrupted while a peer was asked", "none needed", e);
        }
    }

    void forget() {
        asked.clear();
    }
}
