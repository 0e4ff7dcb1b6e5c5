package org.sealpost.bench;

import java.util.Optional;
import java.util.SplittableRandom;

/// What the connections of a load publish next, and who is told what became of it. Called on the load's event
/// loops; with more than one loop, by several threads at once.
interface Publications {
    /// The next one to send, or nothing: this connection then only waits for what is still unanswered.
    Optional<Publication> next();

    /// The server answered with PUBACK.
    default void acknowledged(Publication publication) {}

    /// The connection ended first: the server may hold it or not.
    default void unanswered(Publication publication) {}

    /// Random payloads without end, the same for the same seed. A few hundred in turn: enough that no cache line stays
    /// hot in the server by repetition, few enough that making them costs the generator nothing.
    static Publications endless(String topic, int payloadBytes, long seed) {
        var random = new SplittableRandom(seed);
        var ready = new Publication[256];
        for (int i = 0; i < ready.length; i++) {
            var payload = new byte[payloadBytes];
            random.nextBytes(payload);
            ready[i] = Publication.of(topic, payload);
        }
        return new Publications() {
            // Shared by the loops without a lock: which of them gets which payload is of no interest.
            private int turn;

            @Override
            public Optional<Publication> next() {
                return Optional.of(ready[turn++ & 0xff]);
            }
        };
    }
}
