package org.sealpost.anchor;

import static org.sealpost.anchor.RelayMove.NOTHING;
import static org.sealpost.anchor.RelayMove.ask;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.Progress.Phase;
import org.sealpost.anchor.RelayMove.Ask;

/// What the anchorage says against this log: from when somebody says so until it agrees, or it is told as surely as a
/// conflict has to be.
final class RelayDoubt {
    /// So long what was written of a doubt stays at least, and a new one needs nothing written meanwhile: else whoever
    /// changes his answer each time would have a file written and removed as fast as he answers.
    static final Duration STAYS = Duration.ofMinutes(10);

    private final RelayTurn turn;

    // Whether the ledger was asked, since this instance began, for what it holds of this log. Written by whoever
    // makes moves, read by any thread.
    private volatile boolean compared;

    // Until the ledger agrees. Written by whoever makes moves, read by any thread.
    private volatile @Nullable Doubt doubt;

    // Whether one is durable, this one, or one that ended, which does as well; and why it could not be written down
    // last. Written by whoever makes moves; any thread reads the second.
    private boolean isKept;
    private volatile Optional<String> whyNotKept = Optional.empty();

    // The head of which another root was told last, where nobody had asked for what is held of the log: whoever agrees
    // otherwise is asked for it, too.
    private Want.@Nullable Find contradicted;

    // Whether there may be one on the disk, and from when on one that ended is removed.
    private boolean isLeft;
    private OptionalLong staysUntil = OptionalLong.empty();

    /// @param before what was said against the log before this process began, and is not taken back
    RelayDoubt(RelayTurn turn, Optional<Doubt> before) {
        this.turn = turn;
        this.compared = !turn.can().keepsOneHistory();
        this.doubt = turn.can().keepsOneHistory() ? before.orElse(null) : null;
        this.isKept = this.doubt != null;
        this.isLeft = isKept;
    }

    // --- it is doubted

    /// Goes on once the doubt is durable, if there is one, wherever the disk has room.
    RelayMove durable(Supplier<RelayMove> then) {
        var found = doubt;
        return found == null || isKept ? then.get() : doubted(found.said(), then);
    }

    /// From here on until the anchorage agrees, or it is told as surely as a conflict has to be. Durable
    /// before that is asked for, wherever the disk has room: whoever answers by then may be away after a
    /// power cut, and an older copy would be sealed onto.
    RelayMove doubted(String said, Supplier<RelayMove> then) {
        compared = false;
        var found = doubt;
        if (found == null) {
            found = new Doubt(said, turn.wall());
            doubt = found;
        }
        if (isKept) return then.get();
        isLeft = true;
        staysUntil = turn.in(STAYS);
        return ask(new Want.Doubted(Optional.of(found)), whyNot -> {
            isKept = whyNot.isEmpty();
            whyNotKept = whyNot;
            return then.get();
        });
    }

    /// Whoever was asked for something else said something against the log that nobody confirms: what it
    /// holds of the log is compared before anything else, which tells a head that a courier brought from
    /// another history. Another root for a head of this log is no courier's, and is doubted at once: whoever
    /// said so may be away when it is asked what it holds.
    ///
    /// @param question that was asked
    /// @return what is made durable before anything else is done, if anything is
    RelayMove speaksAgainst(Ask<?> question, AnchorageSetback said) {
        if (!turn.can().keepsOneHistory()) return NOTHING;
        compared = false;
        if (doubt != null || !said.tellsAnotherRoot()) return NOTHING;
        switch (question.want()) {
            case Want.Find find -> contradicted = find;
            case Want.FindLarger(var origin, var size, var root, var _) ->
                contradicted = new Want.Find(origin, size, root);
            case Want.FindFinal(var origin, var head) -> contradicted = new Want.Find(origin, head.size(), head.root());
            default -> {
                return NOTHING; // of a size that no log comes to
            }
        }
        return doubted(String.valueOf(said.getMessage()), () -> NOTHING);
    }

    /// What is confirmed stands where a doubt does, too, until it is taken back: the journal may be unreadable,
    /// or moved away, when the next process begins, and an older copy would be sealed onto.
    RelayMove besideTheJournal(String said, Supplier<RelayMove> then) {
        return turn.can().keepsOneHistory() ? doubted(said, then) : then.get();
    }

    // --- it ends

    /// What is asked for once more before a doubt ends, if anything is.
    Optional<Want.Find> contradicted() {
        return Optional.ofNullable(contradicted);
    }

    void noteContradictedIsAsked() {
        contradicted = null;
    }

    /// All that the ledger holds lies within this log.
    void noteAgreed() {
        compared = true;
        doubt = null;
        whyNotKept = Optional.empty();
    }

    /// A doubt that ended is on the disk until it is late enough; whoever is made from there meanwhile asks once more.
    RelayMove forgetting(Supplier<RelayMove> then) {
        return isLeft && turn.isDue(staysUntil) ? undoubted(then) : then.get();
    }

    /// What it stopped for is taken back.
    RelayMove takenBack(Supplier<RelayMove> then) {
        return undoubted(() -> {
            compared = true;
            return then.get();
        });
    }

    /// Nothing of a doubt is on the disk from then on. Where that went wrong half of it may be done, so a new doubt is
    /// written from here on.
    private RelayMove undoubted(Supplier<RelayMove> then) {
        if (!isLeft) return then.get();
        isKept = false;
        return ask(new Want.Doubted(Optional.empty()), _ -> {
            doubt = null;
            isLeft = false;
            whyNotKept = Optional.empty();
            return then.get();
        });
    }

    // --- what others ask

    /// Whether what it holds of this log lies within it, as far as was asked since this instance began.
    boolean isCompared() {
        return compared;
    }

    /// Whether what is on the disk is of a doubt that ended. Asked by whoever makes moves, or once nobody makes any.
    boolean isOver() {
        return isLeft && compared && doubt == null && !(turn.phase() instanceof Phase.Stopped);
    }

    /// Whether what the anchorage holds of this log lies within it; any thread.
    Agreement agreement() {
        if (turn.phase() instanceof Phase.Stopped) return Agreement.CONTRADICTS;
        if (doubt != null) return Agreement.DOUBTED;
        return compared ? Agreement.AGREES : Agreement.NOT_ASKED;
    }

    /// What was said and is not confirmed; any thread.
    Optional<Anchored.Trouble> told() {
        if (turn.phase() instanceof Phase.Stopped) return Optional.empty();
        String name = turn.config().name();
        return Optional.ofNullable(doubt)
                .map(found -> new Anchored.Trouble(
                        name + " says something against this log that is not confirmed yet: " + found.said()
                                + whyNotKept
                                        .map(why -> "; a power cut forgets it, since it cannot be written down: " + why)
                                        .orElse(""),
                        held() + " until it is confirmed, or " + name + " says otherwise; it is asked again by"
                                + " itself. It is confirmed once it is final there and another node says the same, so"
                                + " see to it that another one is reached. If this data directory came from a backup,"
                                + " or was copied, stop the gateway and look for the newer one; if the node is wrong,"
                                + " take it out of the configuration and start the gateway again",
                        found.since()));
    }

    private String held() {
        return turn.can().keepsHistoryElsewhere()
                ? "nothing is sealed, and records wait as captured,"
                : "nothing more is lodged there";
    }
}
