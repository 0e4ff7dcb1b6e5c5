package org.sealpost.anchor;

import java.util.Optional;
import java.util.function.Function;

/// Where the core of a relay of publications stands after it heard something, as [RelayMove] of heads.
sealed interface PublicationMove {
    PublicationMove NOTHING = new Rest(0);
    PublicationMove WRITTEN = new Rest(1);

    /// It wants something, and goes on with the answer.
    ///
    /// @param otherwise how it goes on without one, where that may be about one publication alone
    record Ask<A>(
            PublicationWant<A> want,
            Function<A, PublicationMove> then,
            Optional<Function<AnchorageSetback, PublicationMove>> otherwise)
            implements PublicationMove {}

    /// Nothing more for now.
    ///
    /// @param done how much was written; 0: it looks again after a while
    record Rest(int done) implements PublicationMove {}

    /// It cannot go on as things are.
    ///
    /// @param urgent whether somebody should look now
    record Stuck(String cause, String remedy, boolean urgent) implements PublicationMove {
        Stuck(String cause, String remedy) {
            this(cause, remedy, true);
        }
    }

    static <A> PublicationMove ask(PublicationWant<A> want, Function<A, PublicationMove> then) {
        return new Ask<>(want, then, Optional.empty());
    }
}
