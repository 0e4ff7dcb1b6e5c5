package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.NOTHING;
import static org.sealpost.anchor.RelayMove.ask;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.merkle.Hash;

/// What became of a request and of those that were made in its place, and a dearer one in the place of what waits for
/// too long.
final class RelayReplacing {
    private final RelayTurn turn;
    private final RelayDelays delays;

    // When the dearest of the row under way will have waited for too long.
    private @Nullable Hash waiting;
    private OptionalLong stuck = OptionalLong.empty();

    RelayReplacing(RelayTurn turn, RelayDelays delays) {
        this.turn = turn;
        this.delays = delays;
    }

    /// Each of them is asked for: whichever lands, no other can, and what a node says of the nonce alone does not tell
    /// who used it.
    ///
    /// @param taken whether the anchorage said that it has one
    RelayMove status(RelayEntry.Prepared prepared, boolean taken, Function<RequestRow.State, RelayMove> then) {
        return status(turn.row(prepared), List.of(), state -> {
            delays.note(prepared, taken, state);
            return then.apply(state);
        });
    }

    private static RelayMove status(
            RequestRow row, List<RequestState> heard, Function<RequestRow.State, RelayMove> then) {
        if (heard.size() == row.requests().size()) return then.apply(new RequestRow.State(heard));
        return ask(new Want.Status(row.requests().get(heard.size())), state -> {
            var all = new ArrayList<>(heard);
            all.add(state);
            return status(row, all, then);
        });
    }

    /// Whether the dearest of the row has waited for so long that one is to be made in its place which whoever includes
    /// requests would rather have. It counts from when it was first looked for.
    boolean isStuck(RequestRow row) {
        var stuckAfter = turn.stuckAfter();
        if (stuckAfter.isEmpty() || !row.mayGrow()) return false;
        if (!row.dearest().id().equals(waiting)) {
            waiting = row.dearest().id();
            stuck = turn.in(stuckAfter.get());
        }
        return turn.isDue(stuck);
    }

    /// Of one that waits for too long.
    RelayMove replaceOrOfferAgain(RelayEntry.Prepared prepared) {
        return replace(prepared, () -> offerAgain(turn.row(prepared)));
    }

    RelayMove replace(RelayEntry.Prepared prepared, Supplier<RelayMove> otherwise) {
        return ask(new Want.Replace(turn.row(prepared).dearest()), preparation -> switch (preparation) {
            case Preparation.Refused(var reason) -> notDearer(reason, otherwise);
            case Preparation.TooManyHandOvers many -> notDearer(many.sentence(), otherwise);
            case Preparation.Ready(var dearer) -> turn.writeReplaced(prepared, dearer);
        });
    }

    private RelayMove notDearer(String reason, Supplier<RelayMove> otherwise) {
        stuck = turn.in(turn.stuckAfter().orElseThrow());
        delays.noteNotDearer(reason);
        return otherwise.get();
    }

    /// Who says that it waits may have passed it on to nobody: whoever sends what waits long tells others, too.
    private static RelayMove offerAgain(RequestRow row) {
        return ask(new Want.Submit(row.dearest()), _ -> NOTHING);
    }
}
