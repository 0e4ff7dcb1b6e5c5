package org.sealpost.anchor;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Questions at the same time, on virtual threads: one for each of several numbers, or one beside what its asker does.
final class AtOnce {
    private AtOnce() {}

    /// Returns when all have ended, however they did: of one that fails there is no answer, since it may be that one
    /// alone.
    ///
    /// @throws AnchorageSetback if the thread was interrupted
    static <A> Map<Long, A> ask(Set<Long> numbers, PublicationWant.OfEach<A> question) throws AnchorageSetback {
        var asked = new TreeMap<Long, Future<A>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (long number : numbers) asked.put(number, threads.submit(() -> question.ask(number)));
        }
        var answers = new TreeMap<Long, A>();
        for (var each : asked.entrySet()) {
            try {
                answers.put(each.getKey(), answer(each.getValue()));
            } catch (AnchorageSetback e) {
                if (Thread.currentThread().isInterrupted()) throw e;
            }
        }
        return answers;
    }

    /// What is asked beside what its asker does.
    interface Beside<A> extends AutoCloseable {
        /// Waits for it.
        A answer() throws AnchorageSetback;

        /// Waits until it has ended, however it did.
        @Override
        void close();
    }

    @FunctionalInterface
    interface Question<A> {
        A ask() throws AnchorageSetback;
    }

    static <A> Beside<A> begin(Question<A> question) {
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        var asked = threads.submit(question::ask);
        return new Beside<>() {
            @Override
            public A answer() throws AnchorageSetback {
                return AtOnce.answer(asked);
            }

            @Override
            public void close() {
                threads.close();
            }
        };
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
