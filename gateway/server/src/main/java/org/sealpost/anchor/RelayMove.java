package org.sealpost.anchor;

import java.util.function.Function;

/// Where a relay's core stands after it heard something.
sealed interface RelayMove {
    RelayMove NOTHING = new Rest(0);
    RelayMove WRITTEN = new Rest(1);

    /// It wants something, and goes on with the answer.
    record Ask<A>(Want<A> want, Function<A, RelayMove> then) implements RelayMove {}

    /// Nothing more for now.
    ///
    /// @param done how much was written; 0: it looks again after a while
    record Rest(int done) implements RelayMove {}

    /// It cannot go on as things are.
    record Stuck(String cause, String remedy) implements RelayMove {}

    static <A> RelayMove ask(Want<A> want, Function<A, RelayMove> then) {
        return new Ask<>(want, then);
    }
}
