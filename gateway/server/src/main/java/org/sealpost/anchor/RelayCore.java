package org.sealpost.anchor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sealpost.anchor.Progress.Phase;
import org.sealpost.anchor.RelayMove.Ask;
import org.sealpost.anchor.RelayMove.Rest;
import org.sealpost.anchor.RelayMove.Stuck;
import org.sealpost.evidence.AnchorIdentity;
import org.sealpost.lodging.Finding;
import org.sealpost.lodging.LodgeableHead;
import org.sealpost.lodging.OriginId;
import org.sealpost.lodging.Place;
import org.sealpost.merkle.Consistency;
import org.sealpost.merkle.Hash;

/// What a relay decides, without threads, clocks, disk and network: it is told what was heard and says what
/// it wants next (docs/relay.md §4).
///
/// [#begin] makes a move; a move that asks is gone on with by [#hear], until one rests or is stuck. The
/// caller may drop a question whose answer does not come and begin anew, or make another core from the
/// journal: nothing is decided by what stands here alone but when to look again, and that a request was not
/// sent yet.
final class RelayCore {
    /// When something was heard.
    ///
    /// @param wall for people: nothing is decided by it alone
    /// @param nanos of a clock that only runs forward
    record Moment(Instant wall, long nanos) {}

    /// A request that the anchorage has taken and not included.
    ///
    /// @param since   when this instance first saw it wait
    /// @param dearer  how many were made in its place
    /// @param refusal why no other one was made last; empty if that was not so
    private record Wait(RelayEntry.Prepared of, Moment since, int dearer, String refusal) {}

    /// A head that is there and not final.
    ///
    /// @param nearest how far what is final had come, as far as the anchorage tells
    /// @param since   when it came that far, or the head was first seen by this instance
    private record Unsettled(RelayEntry.Included included, Moment since, Optional<Long> nearest) {}

    /// That what is final was told to be elsewhere, and what a person said to that.
    private enum Moved {
        NOT_TOLD,
        TOLD,
        CONFIRMED
    }

    /// Where nothing is made in its place, and somebody looks at once.
    private static final Duration LEAST_LONG_WAIT = Duration.ofMinutes(10);

    /// So long what was written of a doubt stays at least, and a new one needs nothing written meanwhile: else whoever
    /// changes his answer each time would have a file written and removed as fast as he answers.
    static final Duration DOUBT_STAYS = Duration.ofMinutes(10);

    private static final Hash NO_ROOT = Hash.of(new byte[Hash.SIZE]);

    private final RelayConfig config;
    private final Progress progress;
    private final Capabilities can;
    private final Optional<Duration> stuckAfter;
    private final Replacements replacements;

    private Moment now = new Moment(Instant.EPOCH, 0);

    // Of the request that this instance prepared and has not offered yet it is known that nobody has seen it.
    private @Nullable SignedRequest unseen;
    private OptionalLong nextLook = OptionalLong.empty();
    private OptionalLong nextHead = OptionalLong.empty();

    // No entry that waits was sealed before; empty: what waits is due at once.
    private OptionalLong waitsSince = OptionalLong.empty();

    // As of the last look, for the move that goes on from there.
    private long newestSize;
    private OptionalLong nextRecheck = OptionalLong.empty();

    // Whether the ledger was asked, since this instance began, for what it holds of this log. Written by whoever
    // makes moves, read by any thread.
    private volatile boolean compared;

    // Until the ledger agrees. Written by whoever makes moves, read by any thread.
    private volatile @Nullable Doubt doubt;

    // Whether one is durable, this one, or one that ended, which does as well; and why it could not be written down
    // last. Written by whoever makes moves; any thread reads the second.
    private boolean isDoubtKept;
    private volatile Optional<String> whyNotKept = Optional.empty();

    // The head of which another root was told last, where nobody had asked for what is held of the log: whoever agrees
    // otherwise is asked for it, too.
    private Want.@Nullable Find contradicted;

    // Whether there may be one on the disk, and from when on one that ended is removed.
    private boolean isDoubtLeft;
    private OptionalLong doubtStaysUntil = OptionalLong.empty();

    // Somebody who knows of the conflict orders that the ledger is asked once more: until it answered.
    private boolean isAskedOnceMore;

    // When the newest order that was heard of was given.
    private Instant orderedAt = Instant.MIN;

    private boolean parked;
    private OptionalLong heard = OptionalLong.empty();

    // Somebody wants it sent now: until something was written, or what is under way was looked at.
    private boolean again;

    // Written by whoever makes moves, read by any thread.
    private volatile Moved moved;

    // When the dearest of the row under way will have waited for too long.
    private @Nullable Hash waiting;
    private OptionalLong stuck = OptionalLong.empty();

    // What was taken last and is not included; written by whoever makes moves, read by any thread.
    private volatile @Nullable Wait wait;

    // Written by whoever makes moves, read by any thread.
    private volatile @Nullable Unsettled unsettled;

    // What was there, and then was not or elsewhere; a row ends when a head is final that never was. With it the
    // largest of its heads that was; 0 if none was.
    private final ComingAndGoing takenBack;
    private long wasFinal;

    // Requests that were taken, and then it was left open what became of them, or the other way round; such a row ends
    // with the other.
    private final ComingAndGoing offers;

    // Until the next look, after something was taken back.
    private Duration pause = Duration.ZERO;

    // Why sending came to nothing last; written by whoever makes moves, read by any thread.
    private volatile String newestCause = "";

    // Heads from this size on were asked for since the last one became final.
    private long unaskedBelow = Long.MAX_VALUE;
    private OptionalLong nextProof = OptionalLong.empty();

    /// @param progress the fold over the relay's journal, which goes on here with each entry that is written
    /// @param can of the anchorage
    /// @param stuckAfter how long a request may wait before a dearer one is made in its place; empty where
    ///     none is
    /// @param replacements the fold over those that were made, which goes on here, too
    /// @param doubt what was said against the log before this process began, and is not taken back
    RelayCore(
            RelayConfig config,
            Progress progress,
            Capabilities can,
            Optional<Duration> stuckAfter,
            Replacements replacements,
            Optional<Doubt> doubt) {
        this.config = config;
        this.progress = progress;
        this.can = can;
        this.stuckAfter = stuckAfter;
        this.replacements = replacements;
        this.compared = !can.keepsOneHistory();
        this.takenBack = new ComingAndGoing(config.poll(), config.recheck());
        this.offers = new ComingAndGoing(config.poll(), config.recheck());
        this.doubt = can.keepsOneHistory() ? doubt.orElse(null) : null;
        this.isDoubtKept = this.doubt != null;
        this.isDoubtLeft = isDoubtKept;
        this.moved = progress.parked().filter(this::tellsOfAMove).isPresent() ? Moved.TOLD : Moved.NOT_TOLD;
    }

    /// @param orders as they are now
    RelayMove begin(Moment moment, RelayOrders orders) {
        now = moment;
        heed(orders);
        var found = doubt;
        return found == null || isDoubtKept ? first() : doubted(found.said(), this::first);
    }

    private RelayMove first() {
        return switch (progress.phase()) {
            case Phase.Stopped(var conflict) -> isAskedOnceMore && isDue(nextLook) ? compare() : stopped(conflict);
            case Phase.Idle() when parked && compared -> forgetting(() -> new Rest(0));
            case Phase.Idle _, Phase.InFlight _, Phase.Seen _ ->
                !isDue(nextLook) ? new Rest(0) : compared ? forgetting(this::move) : compare();
        };
    }

    private RelayMove move() {
        return switch (progress.phase()) {
            case Phase.Stopped(var conflict) -> stopped(conflict);
            case Phase.Idle() -> owesProofs() ? proveOwed() : look();
            case Phase.InFlight flight -> onceIdentified(_ -> pursue(flight));
            case Phase.Seen seen -> onceIdentified(_ -> awaitFinality(seen));
        };
    }

    /// Before anything else: an anchorage that holds more of this log than the log has, or another one, tells that the
    /// box was restored from an older copy, or copied, and whoever seals has to know before the next seal. So it is
    /// asked also where nothing is to be sent to it, and where the relay has no journal: the copy may be from
    /// before its first lodging.
    private RelayMove compare() {
        if (progress.finals().largest() == 0) return compareThere();
        return ask(new Want.LastFinal(), last -> ask(new Want.Remind(last.place()), _ -> compareThere()));
    }

    private RelayMove compareThere() {
        return onceIdentified(_ -> ask(new Want.Origin(), origin -> {
            progress.opened().ifPresent(opened -> requireSameOrigin(opened, origin));
            return ask(
                    new Want.Largest(origin),
                    // Asked for afterwards: the log may have grown, and a courier been there, meanwhile.
                    there -> ask(new Want.Newest(), newest -> {
                        long size = there.newestSize();
                        if (size < progress.finals().largest()) return lessThanWasFinal(origin);
                        if (size > newest.map(LodgeableHead::size).orElse(0L)) return confirm(origin, size, newest);
                        var root = there.newestRoot();
                        return root == null || size == 0 ? agreed() : within(newest.orElseThrow(), size, root);
                    }));
        }));
    }

    /// Whoever holds less than what was final there has not come so far, and then has not said what is there;
    /// or lost it for good, which is told as surely as a conflict has to be, is written down, and is asked for
    /// anew. What waits there settles first where the loss cannot be written beside it.
    private RelayMove lessThanWasFinal(OriginId origin) {
        return recheck(origin, () -> new Rest(0));
    }

    private RelayMove within(LodgeableHead newest, long size, Hash root) {
        if (size == newest.size()) return root.equals(newest.root()) ? agreed() : ofAnotherLog(newest, size, root);
        return ask(
                new Want.Proof(size, newest.size()),
                proof -> Consistency.verify(size, root, newest.size(), newest.root(), proof)
                        ? agreed()
                        : ofAnotherLog(newest, size, root));
    }

    private RelayMove agreed() {
        if (progress.phase() instanceof Phase.Stopped(var conflict)) return takeBack(conflict);
        var told = contradicted;
        if (told == null) return nothingAgainst();
        // Its largest head agrees, and what was said of another one is asked for once more: else a doubt would come
        // and go at each look.
        return ask(told, finding -> {
            contradicted = null;
            return finding instanceof Finding.Conflict(var other)
                    ? conflict(told.size(), told.root(), Optional.of(other), "it holds another root for this size")
                    : nothingAgainst();
        });
    }

    private RelayMove nothingAgainst() {
        compared = true;
        doubt = null;
        whyNotKept = Optional.empty();
        return forgetting(() -> parked && progress.phase() instanceof Phase.Idle ? new Rest(0) : move());
    }

    /// A doubt that ended is on the disk until it is late enough; whoever is made from there meanwhile asks once more.
    private RelayMove forgetting(Supplier<RelayMove> then) {
        return isDoubtLeft && isDue(doubtStaysUntil) ? undoubted(then) : then.get();
    }

    /// Nothing of a doubt is on the disk from then on. Where that went wrong half of it may be done, so a new doubt is
    /// written from here on.
    private RelayMove undoubted(Supplier<RelayMove> then) {
        if (!isDoubtLeft) return then.get();
        isDoubtKept = false;
        return ask(new Want.Doubted(Optional.empty()), _ -> {
            doubt = null;
            isDoubtLeft = false;
            whyNotKept = Optional.empty();
            return then.get();
        });
    }

    /// Whether what is on the disk is of a doubt that ended.
    boolean isDoubtOver() {
        return isDoubtLeft && compared && doubt == null && !(progress.phase() instanceof Phase.Stopped);
    }

    /// This log has no root for that size, so whichever is there is another one, and is told as surely as a conflict
    /// has to be.
    private RelayMove confirm(OriginId origin, long size, Optional<LodgeableHead> newest) {
        String said = "it holds a head of size " + size + ", and this log has come to "
                + newest.map(LodgeableHead::size).orElse(0L);
        return doubted(
                said,
                () -> ask(new Want.Find(origin, size, NO_ROOT), finding -> {
                    if (!(finding instanceof Finding.Conflict(var root))) return new Rest(0);
                    return newest.map(head -> beyond(head, size, root))
                            .orElseGet(() -> conflict(size, root, Optional.empty(), "this log has no seal at all"));
                }));
    }

    /// Whether what the anchorage holds of this log lies within it; any thread.
    Agreement agreement() {
        if (progress.phase() instanceof Phase.Stopped) return Agreement.CONTRADICTS;
        if (doubt != null) return Agreement.DOUBTED;
        return compared ? Agreement.AGREES : Agreement.NOT_ASKED;
    }

    /// From here on until the anchorage agrees, or it is told as surely as a conflict has to be. Durable
    /// before that is asked for, wherever the disk has room: whoever answers by then may be away after a
    /// power cut, and an older copy would be sealed onto.
    private RelayMove doubted(String said, Supplier<RelayMove> then) {
        compared = false;
        var found = doubt;
        if (found == null) {
            found = new Doubt(said, now.wall());
            doubt = found;
        }
        if (isDoubtKept) return then.get();
        isDoubtLeft = true;
        doubtStaysUntil = in(DOUBT_STAYS);
        return ask(new Want.Doubted(Optional.of(found)), whyNot -> {
            isDoubtKept = whyNot.isEmpty();
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
        if (!can.keepsOneHistory()) return new Rest(0);
        compared = false;
        if (doubt != null || !said.tellsAnotherRoot()) return new Rest(0);
        switch (question.want()) {
            case Want.Find find -> contradicted = find;
            case Want.FindLarger(var origin, var size, var root, var _) ->
                contradicted = new Want.Find(origin, size, root);
            case Want.FindFinal(var origin, var head) -> contradicted = new Want.Find(origin, head.size(), head.root());
            default -> {
                return new Rest(0); // of a size that no log comes to
            }
        }
        return doubted(String.valueOf(said.getMessage()), () -> new Rest(0));
    }

    /// What was said and is not confirmed; any thread.
    Optional<Anchored.Trouble> doubted() {
        if (progress.phase() instanceof Phase.Stopped) return Optional.empty();
        return Optional.ofNullable(doubt)
                .map(found -> new Anchored.Trouble(
                        config.name() + " says something against this log that is not confirmed yet: " + found.said()
                                + whyNotKept
                                        .map(why -> "; a power cut forgets it, since it cannot be written down: " + why)
                                        .orElse(""),
                        held() + " until it is confirmed, or " + config.name() + " says otherwise; it is asked again by"
                                + " itself. It is confirmed once it is final there and another node says the same, so"
                                + " see to it that another one is reached. If this data directory came from a backup,"
                                + " or was copied, stop the gateway and look for the newer one; if the node is wrong,"
                                + " take it out of the configuration and start the gateway again",
                        found.since()));
    }

    private String held() {
        return can.keepsHistoryElsewhere()
                ? "nothing is sealed, and records wait as captured,"
                : "nothing more is lodged there";
    }

    /// All that it holds lies within this log, and now also what it was stopped for. What was final stays so unless
    /// the anchorage says otherwise.
    private RelayMove takeBack(RelayEntry.Conflict conflict) {
        return ask(new Want.Find(originId(), conflict.size(), conflict.root()), finding -> {
            if (finding instanceof Finding.Conflict(var other)) {
                return conflict(
                        conflict.size(),
                        conflict.root(),
                        Optional.of(other),
                        "it holds another root for this size, asked once more");
            }
            return write(new RelayEntry.RolledBack(now.wall(), progress.finals().largest()), () -> {
                isAskedOnceMore = false;
                return undoubted(() -> {
                    compared = true;
                    return new Rest(1);
                });
            });
        });
    }

    <A> RelayMove hear(Ask<A> question, A answer, Moment moment) {
        now = moment;
        var move = question.then().apply(answer);
        if (move instanceof Rest(int done)) {
            nextLook = pause.isPositive() ? in(pause) : done > 0 ? OptionalLong.empty() : in(config.poll());
            pause = Duration.ZERO;
            if (done > 0 || !(progress.phase() instanceof Phase.Idle)) again = false;
        }
        return move;
    }

    private void heed(RelayOrders orders) {
        parked = orders.parked();
        orderedAt = orders.resubmittedAt();
        // Whether an order was heeded before the start stands nowhere: a head that was set aside is tried once more.
        if (heard.isEmpty()) {
            again = orders.resubmitted() >= 0 && progress.parked().isPresent();
            isAskedOnceMore = progress.phase() instanceof Phase.Stopped(var conflict)
                    && orders.resubmittedAt().isAfter(conflict.at());
            boolean isMoveConfirmed = progress.parked()
                    .filter(this::tellsOfAMove)
                    .filter(told -> orders.resubmittedAt().isAfter(told.at()))
                    .isPresent();
            if (isMoveConfirmed) moved = Moved.CONFIRMED;
        } else if (orders.resubmitted() > heard.getAsLong()) {
            again = true;
            // An order from before it was told is about something else.
            if (moved == Moved.TOLD) moved = Moved.CONFIRMED;
            isAskedOnceMore = progress.phase() instanceof Phase.Stopped;
            nextLook = OptionalLong.empty();
            dueAtOnce();
            nextRecheck = OptionalLong.empty();
        }
        heard = OptionalLong.of(orders.resubmitted());
    }

    // --- nothing under way

    private RelayMove look() {
        return ask(new Want.Newest(), found -> {
            if (found.isEmpty()) return new Rest(0);
            var newest = found.get();
            progress.opened().ifPresent(opened -> requireSameOrigin(opened, newest.originId()));
            newestSize = newest.size();
            long done = Math.max(
                    progress.finals().largest(),
                    again ? 0 : progress.parked().map(RelayEntry.Parked::size).orElse(0L));
            if (newest.size() <= progress.finals().largest()) waitsSince = in(Duration.ZERO);
            if (newest.size() <= done || !isDue(nextHead)) return look(newest, false);
            if (isDueByAge() || newest.size() - done >= config.policy().maxEntries()) return look(newest, true);
            return ask(new Want.AtOnce(done, newest.size()), isAtOnce -> look(newest, isAtOnce));
        });
    }

    /// The entry that waits longest has waited long enough.
    private boolean isDueByAge() {
        return waitsSince.isEmpty()
                || now.nanos() - waitsSince.getAsLong()
                        >= config.policy().maxAge().toNanos();
    }

    /// @param isNew whether a head is due
    private RelayMove look(LodgeableHead newest, boolean isNew) {
        if (!isNew) wait = null; // nothing waits behind it
        boolean looksBack = progress.finals().largest() > 0 && (isNew || isDue(nextRecheck));
        if (!isNew && !looksBack) return nothingNew();
        return onceIdentified(identity -> {
            Supplier<RelayMove> forward = () -> isNew ? begin(newest, identity) : nothingNew();
            return looksBack ? recheck(newest.originId(), forward) : forward.get();
        });
    }

    private RelayMove nothingNew() {
        again = false;
        return new Rest(0);
    }

    private static void requireSameOrigin(RelayEntry.Opened opened, OriginId ours) {
        if (!opened.origin().equals(ours)) {
            throw new IllegalStateException("the journal belongs to origin id " + opened.origin() + ", the head to "
                    + ours + ": each origin has anchors journals of its own");
        }
    }

    /// What the anchorage holds was heard by then, so this keeps nobody from learning of another history.
    private RelayMove begin(LodgeableHead head, AnchorIdentity identity) {
        if (progress.isVouchedFor()) return find(head);
        return ask(new Want.Begun(identity), beginning -> switch (beginning) {
            case Beginning.Unknown(var cause, var remedy) -> new Stuck(cause, remedy);
            case Beginning.Known() ->
                progress.opened().isPresent()
                        ? find(head)
                        : write(new RelayEntry.Opened(config.name(), head.originId(), identity), () -> find(head));
        });
    }

    private RelayMove find(LodgeableHead head) {
        long had = progress.finals().largest();
        return ask(new Want.FindLarger(head.originId(), head.size(), head.root(), had), finding -> switch (finding) {
            case Finding.Present(var place, var isFinal) -> write(included(head.size(), head.root(), place));
            case Finding.Conflict(var other) ->
                conflict(head.size(), head.root(), Optional.of(other), "it holds another root for this size");
            case Finding.Covered(var size, var root) -> covered(head, size, root);
            case Finding.Absent(var size, var root) ->
                root == null || size <= had ? settle(head, size, root) : brought(head, size, root);
        });
    }

    /// Somebody else lodged a larger head of ours. That is good if this log has grown beyond it, and only
    /// then.
    private RelayMove covered(LodgeableHead head, long size, Hash root) {
        return ask(new Want.Newest(), newest -> {
            long known = newest.map(LodgeableHead::size).orElse(0L);
            return known >= size ? new Rest(0) : beyond(head, size, root);
        });
    }

    private RelayMove beyond(LodgeableHead head, long size, Hash root) {
        return conflict(
                head.size(),
                head.root(),
                Optional.of(root),
                "it holds a head of size " + size
                        + ", which this log has not come to: the box was restored from an older" + " copy, or copied");
    }

    /// The newest head there is smaller than ours, and not one that this relay saw: a courier lodged it while
    /// the anchorage was out of reach. It is recorded like one of our own, so what it covers is final by it,
    /// and it is not sent again.
    private RelayMove brought(LodgeableHead newest, long size, Hash root) {
        return ask(new Want.IsSealed(size, root), isSealed -> {
            if (!isSealed) return settle(newest, size, root);
            return ask(
                    new Want.Find(newest.originId(), size, root),
                    finding -> finding instanceof Finding.Present(var place, var isFinal)
                            ? write(included(size, root, place))
                            : settle(newest, size, root));
        });
    }

    /// Whether the last request may still lose what it used up. Its head may be done without it, lodged by
    /// somebody else, while it stands in a block that can be taken back: a request signed for the nonce
    /// behind it would wait for ever.
    private RelayMove settle(LodgeableHead head, long base, @Nullable Hash baseRoot) {
        var last = progress.lastPrepared();
        if (last.isEmpty()) return prove(head, base, baseRoot);
        return statusOf(row(last.get()), state -> {
            note(last.get(), false, state);
            return switch (state.together()) {
                case RequestState.Pooled _ -> hasten(last.get(), state);
                case RequestState.Included _ -> new Rest(0);
                case RequestState.Reverted(var place, var isFinal) ->
                    isFinal ? prove(head, base, baseRoot) : new Rest(0);
                case RequestState.Final _, RequestState.CannotLand _, RequestState.Unknown _ ->
                    prove(head, base, baseRoot);
            };
        });
    }

    /// It waits before whatever is signed next, so it is made dearer like one that is under way; of its own
    /// head there is nothing to write down any more.
    private RelayMove hasten(RelayEntry.Prepared last, RequestRow.State state) {
        var row = row(last);
        boolean isStuck = isStuck(row);
        if (!state.lacksTheDearest()) return isStuck ? replace(last, () -> offerAgain(row)) : new Rest(0);
        return ask(new Want.Submit(row.dearest()), outcome -> switch (outcome) {
            case SubmitOutcome.Accepted _, SubmitOutcome.AlreadyKnown _, SubmitOutcome.Answered _ -> new Rest(0);
            case SubmitOutcome.RefusedForGood _, SubmitOutcome.Unknown _ ->
                isStuck ? replace(last, () -> new Rest(0)) : new Rest(0);
        });
    }

    /// Who says that it waits may have passed it on to nobody: whoever sends what waits long tells others, too.
    private static RelayMove offerAgain(RequestRow row) {
        return ask(new Want.Submit(row.dearest()), _ -> new Rest(0));
    }

    private RelayMove prove(LodgeableHead head, long base, @Nullable Hash baseRoot) {
        if (baseRoot == null) return prepare(head, base, null, List.of());
        return ask(new Want.Proof(base, head.size()), proof -> {
            // Looked at before anything is sent: what the anchorage would refuse for ever is not tried.
            return Consistency.verify(base, baseRoot, head.size(), head.root(), proof)
                    ? prepare(head, base, baseRoot, proof)
                    : ofAnotherLog(head, base, baseRoot);
        });
    }

    /// What it holds is told as surely as a conflict has to be; who says something else now was wrong.
    private RelayMove ofAnotherLog(LodgeableHead head, long base, Hash baseRoot) {
        String said = "its head of size " + base + " (root " + baseRoot + ") is not of this log's history";
        return doubted(
                said,
                () -> ask(new Want.Find(head.originId(), base, head.root()), finding -> {
                    if (!finding.equals(new Finding.Conflict(baseRoot))) return new Rest(0);
                    return conflict(
                            head.size(),
                            head.root(),
                            Optional.of(baseRoot),
                            "its head of size " + base + " is not of this log's history");
                }));
    }

    private RelayMove prepare(LodgeableHead head, long base, @Nullable Hash baseRoot, List<Hash> proof) {
        return ask(new Want.Prepare(head, base, proof), preparation -> switch (preparation) {
            case Preparation.Refused(var reason) -> park(head.size(), reason);
            case Preparation.TooManyHandOvers many -> between(head, base, baseRoot, many);
            case Preparation.Ready(var request) ->
                write(new RelayEntry.Prepared(now.wall(), head.size(), head.root(), base, request), () -> {
                    unseen = request;
                    nextHead = in(config.policy().minPause());
                    waitsSince = in(Duration.ZERO);
                    // One between is no answer to what made a head due.
                    if (head.size() < newestSize) dueAtOnce();
                    return new Rest(1);
                });
        });
    }

    /// Goes by an earlier head that is kept, under the ordinary rules.
    private RelayMove between(
            LodgeableHead head, long base, @Nullable Hash baseRoot, Preparation.TooManyHandOvers many) {
        return ask(new Want.Between(base, many.most()), found -> {
            boolean isFurther = found.filter(one -> one.size() > base && one.size() < head.size())
                    .isPresent();
            return isFurther ? prove(found.get(), base, baseRoot) : park(head.size(), many.sentence());
        });
    }

    /// Whether the newest final head is still there. A chain that was rolled back says so by itself only when
    /// somebody looks.
    private RelayMove recheck(OriginId origin, Supplier<RelayMove> otherwise) {
        long size = progress.finals().largest();
        return ask(
                new Want.LastFinal(),
                last -> ask(new Want.FindFinal(origin, last), finding -> {
                    nextRecheck = in(config.recheck());
                    return switch (finding) {
                        case Finding.Present(var place, var _)
                        when can.keepsOneHistory() && !place.equals(last.place()) ->
                            // Those before it are looked at in turn.
                            can.keepsPlaces()
                                    ? moved(last, "is in block " + inWords(place))
                                    : rolledBack(progress.finals().before(size));
                        case Finding.Present _ -> {
                            moved = Moved.NOT_TOLD;
                            yield otherwise.get();
                        }
                        case Finding.Conflict(var other) ->
                            conflict(
                                    size,
                                    last.root(),
                                    Optional.of(other),
                                    "it holds another root for a size that was final");
                        case Finding.Absent _, Finding.Covered _ when can.keepsPlaces() -> moved(last, "is not there");
                        case Finding.Absent(var newestSize, var newestRoot) -> rolledBack(newestSize);
                        // Larger heads are there without this one: those before it are looked at in turn.
                        case Finding.Covered _ -> rolledBack(progress.finals().before(size));
                    };
                }));
    }

    /// Whoever says so is wrong, or somebody set the ledger itself back: that takes a person to tell, by whose
    /// order all heads count as lost, as no older place is better than this one. It counts if it was heard
    /// after this was told here. Until then nothing is sent, and it is asked for at each look.
    private RelayMove moved(FinalHead last, String where) {
        nextRecheck = OptionalLong.empty();
        if (moved == Moved.CONFIRMED) return rolledBack(0);
        if (progress.phase() instanceof Phase.InFlight || progress.phase() instanceof Phase.Seen) return move();
        String told = where + ", and it was final in block " + inWords(last.place());
        var stuck = new Stuck(saysOf(last.size(), told), remedyOfAMove());
        if (moved == Moved.TOLD) return stuck;
        if (progress.phase() instanceof Phase.Stopped) {
            moved = Moved.TOLD; // what is written would end the conflict
            return stuck;
        }
        // Durable, so that it can be confirmed while no process runs. The last final head is set aside for no other
        // reason.
        return write(new RelayEntry.Parked(toldAt(), last.size(), told), () -> {
            moved = Moved.TOLD;
            return stuck;
        });
    }

    private boolean tellsOfAMove(RelayEntry.Parked parked) {
        return parked.size() == progress.finals().largest();
    }

    private String saysOf(long size, String where) {
        return config.name() + " says that the head of " + size + " entries " + where
                + ": what is final there stays where it is, so that this is not true";
    }

    private String remedyOfAMove() {
        return "have the ledger's administrators look which of its nodes says so, and ask another one; nothing is sent"
                + " meanwhile. Only if they have set the ledger back themselves: sealpost anchor resubmit "
                + config.name();
    }

    /// What is said of a head that was set aside; any thread.
    Optional<Anchored.Trouble> setAside() {
        var found = progress.parked();
        if (found.isEmpty()) return Optional.empty();
        var parked = found.get();
        if (!tellsOfAMove(parked)) {
            return Optional.of(new Anchored.Trouble(
                    "head of size " + parked.size() + " was set aside: " + parked.cause(),
                    "newer heads are tried; if they are refused too, look at the cause",
                    parked.at()));
        }
        if (moved == Moved.NOT_TOLD) return Optional.empty(); // it is where it was
        return Optional.of(new Anchored.Trouble(saysOf(parked.size(), parked.cause()), remedyOfAMove(), parked.at()));
    }

    private static String inWords(Place place) {
        return place.height() + " (" + place.block() + ")";
    }

    private RelayMove rolledBack(long size) {
        nextRecheck = OptionalLong.empty();
        // It would end the conflict, which has to be asked for first.
        if (progress.phase() instanceof Phase.Stopped(var conflict)) return takeBack(conflict);
        long lost = progress.finals().largest();
        return write(new RelayEntry.RolledBack(now.wall(), size), () -> {
            moved = Moved.NOT_TOLD;
            noteTakenBack(lost, "the head of " + lost + " entries, which was final");
            return atOnce();
        });
    }

    /// The pause is between heads that came through, and not between attempts at one.
    private RelayMove atOnce() {
        dueAtOnce();
        return new Rest(1);
    }

    private void dueAtOnce() {
        nextHead = OptionalLong.empty();
        waitsSince = OptionalLong.empty();
    }

    // --- a request that may be under way

    private RelayMove pursue(Phase.InFlight flight) {
        var prepared = flight.prepared();
        if (prepared.request().equals(unseen) && !parked) return submit(flight);
        return find(prepared, () -> askFor(flight));
    }

    private RelayMove find(RelayEntry.Prepared prepared, Supplier<RelayMove> whereAbsent) {
        return ask(new Want.Find(originId(), prepared.size(), prepared.root()), finding -> switch (finding) {
            case Finding.Present(var place, var isFinal) -> write(included(prepared.size(), prepared.root(), place));
            case Finding.Covered(var size, var root) ->
                write(new RelayEntry.Covered(now.wall(), prepared.size(), size));
            case Finding.Conflict(var other) ->
                conflict(prepared.size(), prepared.root(), Optional.of(other), "it holds another root for this size");
            case Finding.Absent _ -> whereAbsent.get();
        });
    }

    private RelayMove askFor(Phase.InFlight flight) {
        return statusOf(row(flight.prepared()), state -> {
            note(flight.prepared(), flight.taken(), state);
            return goOnWith(flight, state);
        });
    }

    private RelayMove goOnWith(Phase.InFlight flight, RequestRow.State state) {
        return switch (state.together()) {
            case RequestState.Unknown() -> parked ? new Rest(0) : submit(flight);
            case RequestState.Pooled _ when parked -> new Rest(0);
            case RequestState.Pooled _ when again || state.lacksTheDearest() -> submit(flight);
            case RequestState.Pooled _ ->
                isStuck(row(flight.prepared()))
                        ? replace(flight.prepared(), () -> offerAgain(row(flight.prepared())))
                        : new Rest(0);
            case RequestState.Included _ -> new Rest(0);
            case RequestState.Reverted(var place, var isFinal) ->
                isFinal ? drop(flight, "it was included without effect") : new Rest(0);
            // It may have become so since the head was looked for: some wait for the block before they answer.
            case RequestState.Final _ ->
                find(flight.prepared(), () -> drop(flight, "it was included and the head is not there"));
            case RequestState.CannotLand(var reason) -> drop(flight, reason);
        };
    }

    /// One that its pool forgot, or never shows, waits all the same.
    ///
    /// @param taken whether the anchorage said that it has it
    private void note(RelayEntry.Prepared prepared, boolean taken, RequestRow.State state) {
        var before = Optional.ofNullable(wait).filter(one -> one.of().equals(prepared));
        int dearer = row(prepared).requests().size() - 1;
        boolean waits = switch (state.together()) {
            case RequestState.Pooled _ -> true;
            case RequestState.Unknown _ -> taken || before.isPresent();
            case RequestState.Included _, RequestState.Final _, RequestState.Reverted _, RequestState.CannotLand _ ->
                false;
        };
        wait = waits
                ? new Wait(
                        prepared,
                        before.map(Wait::since).orElse(now),
                        dearer,
                        before.filter(one -> one.dearer() == dearer)
                                .map(Wait::refusal)
                                .orElse(""))
                : null;
    }

    /// What takes longer than it should; any thread.
    ///
    /// @param nanos as in a [Moment]
    Optional<Anchored.Trouble> delay(long nanos) {
        return takenBack(nanos)
                .or(() -> takenAndNot(nanos))
                .or(() -> unincluded(nanos))
                .or(() -> unsettled(nanos));
    }

    private Optional<Anchored.Trouble> takenBack(long nanos) {
        return takenBack
                .toBeSaid(nanos)
                .map(row -> new Anchored.Trouble(
                        "what was seen there was not there, or elsewhere, when it was looked for again, " + row.times()
                                + " times in a row, the last " + row.last(),
                        "none needed if it passes; look whether whoever is asked agrees with the ledger's other nodes",
                        row.since().wall(),
                        false));
    }

    private Optional<Anchored.Trouble> takenAndNot(long nanos) {
        if (!(progress.phase() instanceof Phase.InFlight flight)) return Optional.empty();
        return offers.toBeSaid(nanos)
                .map(row -> new Anchored.Trouble(
                        "the request for the head of " + flight.prepared().size()
                                + " entries was taken, and was not when it was offered again, or the other way round, "
                                + row.times() + " times in a row; what was said last: " + row.last(),
                        "none needed if it passes; look whether whoever is asked keeps what it takes; where its address"
                                + " is a balancer's, name the nodes behind it instead",
                        row.since().wall(),
                        false));
    }

    private Optional<Anchored.Trouble> unsettled(long nanos) {
        var found = unsettled;
        if (found == null
                || !(progress.phase() instanceof Phase.Seen)
                || nanos - found.since().nanos() < longWait().toNanos()) return Optional.empty();
        var included = found.included();
        return Optional.of(new Anchored.Trouble(
                "the head of " + included.size() + " entries is in block "
                        + included.place().height() + " since " + included.at() + " and not final, and "
                        + found.nearest()
                                .map(height -> height < 0
                                        ? "no block is final"
                                        : "the last final block is " + height + " since "
                                                + found.since().wall())
                                .orElse("is to be so by " + can.finality()),
                "none needed while it passes; look whether enough of the ledger's validators agree on what is final, and"
                        + " whether whoever is asked tells the newest of it",
                found.since().wall(),
                false));
    }

    private Optional<Anchored.Trouble> unincluded(long nanos) {
        var found = wait;
        if (found == null || nanos - found.since().nanos() < longWait().toNanos()) return Optional.empty();
        // Then it is told why sending came to nothing.
        if (progress.phase() instanceof Phase.InFlight now && !now.cause().isEmpty()) return Optional.empty();
        var since = found.since().wall();
        return Optional.of(new Anchored.Trouble(
                "the request for the head of " + found.of().size() + " entries waits to be included since " + since
                        + ", " + found.dearer() + " dearer requests were made"
                        + (found.refusal().isEmpty() ? "" : ", and no other is: " + found.refusal()),
                "none needed while it passes; look whether the ledger includes anything, and at what price",
                since,
                false));
    }

    private Duration longWait() {
        if (stuckAfter.isPresent()) return stuckAfter.get();
        return config.patience().compareTo(LEAST_LONG_WAIT) < 0 ? LEAST_LONG_WAIT : config.patience();
    }

    private RequestRow row(RelayEntry.Prepared prepared) {
        return replacements.row(prepared.request());
    }

    /// Each of them is asked for: whichever lands, no other can, and what a node says of the nonce alone does not tell
    /// who used it.
    private static RelayMove statusOf(RequestRow row, Function<RequestRow.State, RelayMove> then) {
        return statusOf(row, List.of(), then);
    }

    private static RelayMove statusOf(
            RequestRow row, List<RequestState> heard, Function<RequestRow.State, RelayMove> then) {
        if (heard.size() == row.requests().size()) return then.apply(new RequestRow.State(heard));
        return ask(new Want.Status(row.requests().get(heard.size())), state -> {
            var all = new ArrayList<>(heard);
            all.add(state);
            return statusOf(row, all, then);
        });
    }

    /// Whether the dearest of the row has waited for so long that one is to be made in its place which whoever includes
    /// requests would rather have. It counts from when it was first looked for.
    private boolean isStuck(RequestRow row) {
        if (stuckAfter.isEmpty() || !row.mayGrow()) return false;
        if (!row.dearest().id().equals(waiting)) {
            waiting = row.dearest().id();
            stuck = in(stuckAfter.get());
        }
        return isDue(stuck);
    }

    private RelayMove replace(RelayEntry.Prepared prepared, Supplier<RelayMove> otherwise) {
        return ask(new Want.Replace(row(prepared).dearest()), preparation -> switch (preparation) {
            case Preparation.Refused(var reason) -> notDearer(reason, otherwise);
            case Preparation.TooManyHandOvers many -> notDearer(many.sentence(), otherwise);
            case Preparation.Ready(var dearer) -> {
                var first = prepared.request().id();
                yield ask(
                        new Want.WriteReplaced(originId(), new ReplacedEntry.Replaced(now.wall(), first, dearer)),
                        written -> {
                            replacements.apply(written);
                            return new Rest(1);
                        });
            }
        });
    }

    private RelayMove notDearer(String reason, Supplier<RelayMove> otherwise) {
        stuck = in(stuckAfter.orElseThrow());
        var found = wait;
        if (found != null) wait = new Wait(found.of(), found.since(), found.dearer(), reason);
        return otherwise.get();
    }

    private RelayMove submit(Phase.InFlight flight) {
        var prepared = flight.prepared();
        var row = row(prepared);
        boolean isStuck = isStuck(row);
        unseen = null; // before it is sent: whatever comes of it, somebody may have seen the bytes
        return ask(new Want.Submit(row.dearest()), outcome -> switch (outcome) {
            case SubmitOutcome.Accepted _, SubmitOutcome.AlreadyKnown _ -> {
                if (!flight.taken() || !flight.cause().isEmpty()) yield sent(flight);
                // It says so each time, and never shows it.
                yield isStuck ? replace(prepared, () -> new Rest(0)) : new Rest(0);
            }
            case SubmitOutcome.Answered(var proof) -> answered(prepared, proof);
            // What went before it may land, whatever becomes of this one.
            case SubmitOutcome.RefusedForGood(var reason) ->
                row.hasGrown() ? open(flight, isStuck, reason) : park(prepared.size(), reason);
            case SubmitOutcome.Unknown(var cause) -> open(flight, isStuck, cause);
        });
    }

    private RelayMove sent(Phase.InFlight flight) {
        return write(new RelayEntry.Sent(now.wall(), flight.prepared().size()), () -> {
            if (!flight.cause().isEmpty()) noteOffered(flight);
            return new Rest(1);
        });
    }

    /// The answer is the anchor, and kept nowhere else: it is durable before anything is said of it. What is kept and
    /// not written down is found by the next look.
    private RelayMove answered(RelayEntry.Prepared prepared, AnchorProof proof) {
        return ask(
                new Want.Keep(originId(), prepared.size(), prepared.root(), Optional.empty(), proof),
                place -> write(included(prepared.size(), prepared.root(), place)));
    }

    /// A pool that is full, or takes nothing below the price of the day, never lets it wait in it.
    private RelayMove open(Phase.InFlight flight, boolean isStuck, String cause) {
        return isStuck ? replace(flight.prepared(), () -> ambiguous(flight, cause)) : ambiguous(flight, cause);
    }

    /// Written once for a row of unknown outcomes, so that an anchorage that stays away does not fill the disk; and
    /// one whose rows are short, as it takes the request in between, is asked ever more rarely.
    private RelayMove ambiguous(Phase.InFlight flight, String cause) {
        String said = cause.isEmpty() ? "no answer" : cause;
        newestCause = said;
        if (!flight.cause().isEmpty()) return new Rest(0);
        return write(new RelayEntry.Ambiguous(now.wall(), flight.prepared().size(), said), () -> {
            if (flight.taken()) noteOffered(flight);
            return new Rest(0);
        });
    }

    private void noteOffered(Phase.InFlight flight) {
        pause = offers.changed(now, newestCause(flight));
    }

    /// Why sending came to nothing last, of a request of which it did: the journal has the first cause of a row.
    String newestCause(Phase.InFlight flight) {
        String newest = newestCause;
        return newest.isEmpty() ? flight.cause() : newest;
    }

    private RelayMove drop(Phase.InFlight flight, String cause) {
        long size = flight.prepared().size();
        if (progress.dropsInARow() + 1 < config.attempts()) {
            return write(new RelayEntry.Dropped(now.wall(), size, cause), this::atOnce);
        }
        return park(size, config.attempts() + " requests had no effect, the last: " + cause);
    }

    // --- a head that was seen

    private RelayMove awaitFinality(Phase.Seen seen) {
        var included = seen.included();
        return ask(new Want.Find(originId(), included.size(), included.root()), finding -> switch (finding) {
            case Finding.Present(var place, var isFinal) -> {
                // One entry a move: if the disk is full between two, the first would be written without the second.
                if (!place.equals(included.place())) yield reorged(included);
                if (!isFinal) {
                    yield ask(new Want.Standing(), standing -> {
                        noteUnsettled(included, standing.map(AnchorageStanding::lastFinal));
                        return new Rest(0);
                    });
                }
                nextRecheck = in(config.recheck());
                yield write(new RelayEntry.Final(now.wall(), included.size(), included.root(), place), () -> {
                    unaskedBelow = Long.MAX_VALUE;
                    nextProof = OptionalLong.empty();
                    return new Rest(1);
                });
            }
            case Finding.Absent _, Finding.Covered _ -> reorged(included);
            case Finding.Conflict(var other) ->
                conflict(
                        included.size(),
                        included.root(),
                        Optional.of(other),
                        "it holds another root for a size that was lodged");
        });
    }

    // --- what proves final heads to others

    /// Not before the newest final head was looked at: what proves it is asked for where it is.
    private boolean owesProofs() {
        return progress.finals().largest() > 0 && nextRecheck.isPresent() && isDue(nextProof);
    }

    /// One at a time, the newest first, and nothing waits for it: the pause counts from the question on,
    /// whatever comes of it, and the move goes on to what is due. A head whose proof the anchorage does not
    /// give is asked for again when all others were.
    private RelayMove proveOwed() {
        nextProof = in(config.recheck()); // before it is asked: a disk that cannot tell holds up no head
        return ask(new Want.Owed(unaskedBelow), owed -> {
            unaskedBelow = owed.map(FinalHead::size).orElse(Long.MAX_VALUE);
            return owed.isEmpty() ? look() : onceIdentified(_ -> fetchProof(owed.get()));
        });
    }

    private RelayMove fetchProof(FinalHead head) {
        return ask(new Want.Prove(originId(), head), proof -> {
            if (proof.isEmpty()) return look();
            var block = Optional.of(head.place().block());
            return ask(new Want.Keep(originId(), head.size(), head.root(), block, proof.get()), _ -> look());
        });
    }

    // --- small things

    /// Nothing is asked of, or sent to, another anchorage than the one that the journal began with.
    private RelayMove onceIdentified(Function<AnchorIdentity, RelayMove> then) {
        var opened = progress.opened();
        return ask(new Want.Identify(opened.map(RelayEntry.Opened::anchorage)), found -> {
            if (opened.isEmpty() || opened.get().anchorage().equals(found)) return then.apply(found);
            return another(found, opened.get().anchorage());
        });
    }

    private RelayMove another(AnchorIdentity found, AnchorIdentity expected) {
        return new Stuck(
                config.name() + " is another anchorage now: " + IdentityDifference.words(found, expected),
                "nothing is sent to it; restore the one that was, or configure this one under a new name");
    }

    /// Newer heads are tried, but not at the pace at which they come: most probably they are refused, too.
    private RelayMove park(long size, String cause) {
        dueAtOnce();
        nextHead = in(config.recheck());
        return write(new RelayEntry.Parked(now.wall(), size, cause));
    }

    private RelayEntry.Included included(long size, Hash root, Place place) {
        return new RelayEntry.Included(now.wall(), size, root, place);
    }

    private RelayMove reorged(RelayEntry.Included included) {
        return write(new RelayEntry.Reorged(now.wall(), included.size(), included.place()), () -> {
            noteTakenBack(
                    0, "the head of " + included.size() + " entries, which was in block " + inWords(included.place()));
            return new Rest(1);
        });
    }

    private void noteTakenBack(long lost, String what) {
        wasFinal = Math.max(lost, takenBack.isOver(now.nanos()) ? 0 : wasFinal);
        pause = takenBack.changed(now, what);
    }

    /// What comes nearer, however slowly, is no trouble.
    private void noteUnsettled(RelayEntry.Included included, Optional<Long> lastFinal) {
        var before = Optional.ofNullable(unsettled).filter(one -> one.included().size() == included.size());
        boolean isNearer = before.isEmpty()
                || lastFinal.isPresent()
                        && lastFinal.get() > before.get().nearest().orElse(-1L);
        unsettled = isNearer
                ? new Unsettled(included, now, lastFinal)
                : new Unsettled(included, before.get().since(), before.get().nearest());
    }

    private RelayMove conflict(long size, Hash root, Optional<Hash> other, String cause) {
        Supplier<RelayMove> told = () -> write(new RelayEntry.Conflict(toldAt(), size, root, other, cause), () -> {
            isAskedOnceMore = false;
            return besideTheJournal(cause, () -> new Rest(1));
        });
        if (progress.opened().isPresent()) return told.get();
        // That nobody knows how it began takes nothing from what it says; that it began otherwise does.
        return onceIdentified(identity -> ask(
                new Want.Begun(identity),
                _ -> ask(
                        new Want.Origin(),
                        origin -> write(new RelayEntry.Opened(config.name(), origin, identity), told))));
    }

    /// When a person was told last what an order answers; any thread.
    Optional<Instant> told() {
        return progress.phase() instanceof Phase.Stopped(var conflict)
                ? Optional.of(conflict.at())
                : progress.parked().filter(this::tellsOfAMove).map(RelayEntry.Parked::at);
    }

    /// When a person was told, as orders are measured by it: one that was heard of before is older, whatever the clock
    /// of the box was set to in between.
    private Instant toldAt() {
        return orderedAt.isAfter(now.wall()) ? orderedAt : now.wall();
    }

    /// What is confirmed stands where a doubt does, too, until it is taken back: the journal may be unreadable,
    /// or moved away, when the next process begins, and an older copy would be sealed onto.
    private RelayMove besideTheJournal(String said, Supplier<RelayMove> then) {
        return can.keepsOneHistory() ? doubted(said, then) : then.get();
    }

    private RelayMove stopped(RelayEntry.Conflict conflict) {
        var trouble = trouble(conflict);
        // Where a release before this one wrote it down, it stands in the journal alone.
        return besideTheJournal(conflict.cause(), () -> new Stuck(trouble.cause(), trouble.remedy()));
    }

    /// What is said of a conflict.
    Anchored.Trouble trouble(RelayEntry.Conflict conflict) {
        return new Anchored.Trouble(
                config.name() + " stopped at size " + conflict.size() + " (root " + conflict.root() + "): "
                        + conflict.cause()
                        + conflict.other()
                                .map(other -> " (its root: " + other + ")")
                                .orElse(""),
                "nothing more is lodged there"
                        + (can.keepsHistoryElsewhere() ? ", nothing is sealed, and records wait as captured" : "")
                        + ". Find out which box made the other history, or whether"
                        + " this data directory came from a backup: only an origin that goes on from this one can be"
                        + " lodged there, which sealpost origin succeed begins, for the reason two-histories or"
                        + " restored. If " + config.name() + " was wrong: sealpost anchor resubmit " + config.name()
                        + " has it asked once more",
                conflict.at());
    }

    private OriginId originId() {
        return progress.opened().orElseThrow().origin();
    }

    private RelayMove write(RelayEntry entry) {
        return write(entry, () -> new Rest(1));
    }

    /// The fold moves on only after the answer: what is not durable has not happened.
    private RelayMove write(RelayEntry entry, Supplier<RelayMove> then) {
        return ask(new Want.Write(entry), index -> {
            progress.apply(entry, index);
            if (entry instanceof RelayEntry.Included) wait = null;
            if (entry instanceof RelayEntry.Final end) {
                unsettled = null;
                if (end.size() > wasFinal) {
                    takenBack.settled();
                    offers.settled();
                    wasFinal = 0;
                }
            }
            return then.get();
        });
    }

    private static <A> RelayMove ask(Want<A> want, Function<A, RelayMove> then) {
        return new Ask<>(want, then);
    }

    private boolean isDue(OptionalLong time) {
        return time.isEmpty() || now.nanos() - time.getAsLong() >= 0;
    }

    private OptionalLong in(Duration wait) {
        return OptionalLong.of(now.nanos() + wait.toNanos());
    }
}
