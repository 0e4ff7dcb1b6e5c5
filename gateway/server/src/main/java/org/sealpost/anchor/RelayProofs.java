package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.ask;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/// What proves final heads to others is fetched while nothing is under way.
final class RelayProofs {
    private final RelayTurn turn;
    private final RelayFinals finals;

    // Heads from this size on were asked for since the last one became final.
    private long unaskedBelow = Long.MAX_VALUE;
    private OptionalLong nextProof = OptionalLong.empty();

    RelayProofs(RelayTurn turn, RelayFinals finals) {
        this.turn = turn;
        this.finals = finals;
    }

    void noteFinal() {
        unaskedBelow = Long.MAX_VALUE;
        nextProof = OptionalLong.empty();
    }

    /// Not before the newest final head was looked at: what proves it is asked for where it is.
    boolean areDue() {
        return turn.progress().finals().largest() > 0 && finals.isLookedAt() && turn.isDue(nextProof);
    }

    /// One at a time, the newest first, and nothing waits for it: the pause counts from the question on,
    /// whatever comes of it, and the move goes on to what is due. A head whose proof the anchorage does not
    /// give is asked for again when all others were.
    RelayMove fetch(Supplier<RelayMove> then) {
        nextProof = turn.in(turn.config().recheck()); // before it is asked: a disk that cannot tell holds up no head
        return ask(new Want.Owed(unaskedBelow), owed -> {
            unaskedBelow = owed.map(FinalHead::size).orElse(Long.MAX_VALUE);
            return owed.isEmpty() ? then.get() : turn.onceIdentified(_ -> fetch(owed.get(), then));
        });
    }

    private RelayMove fetch(FinalHead head, Supplier<RelayMove> then) {
        return ask(new Want.Prove(turn.originId(), head), proof -> {
            if (proof.isEmpty()) return then.get();
            var block = Optional.of(head.place().block());
            return ask(new Want.Keep(turn.originId(), head.size(), head.root(), block, proof.get()), _ -> then.get());
        });
    }
}
