package org.sealpost.anchor;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// One question for each of several numbers, all at the same time, on virtual threads.
final class AtOnce {
    private AtOnce() {}

    /// Returns when all have ended, however they did.
    ///
    /// @throws AnchorageSetback as that of the lowest number that failed
    static <A> Map<Long, A> ask(Set<Long> numbers, PublicationWant.OfEach<A> question) throws AnchorageSetback {
        var asked = new TreeMap<Long, Future<A>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long number : numbers) asked.put(number, threads.submit(() -> question.ask(number)));
        }
        var answers = new TreeMap<Long, A>();
        for (var each : asked.entrySet()) answers.put(each.getKey(), answer(each.getValue()));
        return answers;
    }

    private static <A> A answer(Future<A> ended) throws AnchorageSetback {
        try {
            return ended.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AnchorageSetback("interrupted while the ledger was asked", "none needed", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case AnchorageSetback setback -> throw setback;
                case RuntimeException failure -> throw failure;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }
}
