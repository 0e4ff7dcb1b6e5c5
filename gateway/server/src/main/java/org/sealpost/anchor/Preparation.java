package org.sealpost.anchor;

/// What came of preparing a request; nothing was sent.
public sealed interface Preparation {
    record Ready(SignedRequest request) implements Preparation {}

    /// This head will not be taken, however often it is tried.
    record Refused(String reason) implements Preparation {}

    /// Of a request that is larger than may be: with fewer hand-overs there may be room.
    ///
    /// @param count of hand-overs in it
    /// @param size  its bytes
    /// @param room  how many may be
    static Preparation noRoom(int count, int size, int room) {
        int most = (int) Math.min(count - 1, (long) count * room / size);
        return most > 0
                ? new TooManyHandOvers(count, most)
                : new Refused("a request has no room for the proof of this head");
    }

    /// The head lies behind more hand-overs of the sealing key than one request can bring: one between is lodged first.
    ///
    /// @param count those that the anchorage has not followed
    /// @param most  what a request has room for, from 1, fewer than `count`
    record TooManyHandOvers(int count, int most) implements Preparation {
        public TooManyHandOvers {
            if (most < 1 || most >= count) throw new IllegalArgumentException(most + " of " + count + " hand-overs");
        }

        public String sentence() {
            return count + " hand-overs lie between what this ledger holds and the next head that is kept; at most "
                    + most + " can be followed";
        }
    }
}
