package org.sealpost.anchor;

import java.util.List;

/// A request and those that were made in its place, each dearer than the one before. All of them use up one nonce, so
/// one at most takes effect, and nobody can tell beforehand which.
///
/// @param requests the first one first
record RequestRow(List<SignedRequest> requests) {
    /// How many may be made in the place of one.
    static final int MAX_DEARER = 5;

    RequestRow {
        requests = List.copyOf(requests);
        if (requests.isEmpty()) throw new IllegalArgumentException("a row of no request");
    }

    /// The one that is sent from now on.
    SignedRequest dearest() {
        return requests.getLast();
    }

    boolean mayGrow() {
        return requests.size() <= MAX_DEARER;
    }

    boolean hasGrown() {
        return requests.size() > 1;
    }

    /// What became of a row.
    ///
    /// @param each what became of each of it, in order
    record State(List<RequestState> each) {
        State {
            each = List.copyOf(each);
        }

        /// One that is in a block stands for all. Else the row waits as long as one of it does, and can land as long as
        /// one can.
        RequestState together() {
            RequestState together = each.getLast();
            for (var state : each) {
                if (rank(state) < rank(together)) together = state;
            }
            return together;
        }

        /// Whether the anchorage does not know the one that is to be sent, and none of the others is in a block.
        boolean lacksTheDearest() {
            return each.getLast() instanceof RequestState.Unknown && rank(together()) > 0;
        }

        private static int rank(RequestState state) {
            return switch (state) {
                case RequestState.Included _, RequestState.Final _, RequestState.Reverted _ -> 0;
                case RequestState.Pooled _ -> 1;
                case RequestState.Unknown _ -> 2;
                case RequestState.CannotLand _ -> 3;
            };
        }
    }
}
